/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process got from whoever started it and hands on to the workers, as far as it moves the
 * times of fork, exec and threads:
 *
 * - policy, priority and nice value: who runs when CPUs are contended;
 * - the CPUs that affinity and cpusets leave: how many workers share one;
 * - an I/O priority: each fork then allocates an io_context (copy_io() in kernel/fork.c);
 * - the stack's soft limit: where mmap begins (arch_pick_mmap_layout()), how large the stacks of
 *   new threads are (pthread_create(3));
 * - the personality: ADDR_NO_RANDOMIZE and the like change the layout that an exec makes;
 * - huge pages switched off for the process (PR_SET_THP_DISABLE): what a fork copies;
 * - seccomp filters: each system call runs through all of them.
 *
 * Not: timer slack and descriptors' limit, which cgchurn sets itself; limits that let calls fail
 * (RLIMIT_NPROC, MEMLOCK) and never slow them, because failures are counted; oom_score_adj, which
 * only chooses whom to kill.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cpus.h"
#include "base/num.h"
#include "host/gather.h"

enum { IOPRIO_SELF = 1, IOPRIO_SHIFT = 13, IOPRIO_BEST_EFFORT = 2, IOPRIO_USUAL = 4 };

/* By number: include/uapi/linux/sched.h. */
static void gather_scheduling(struct gather *g)
{
	static const char *const names[] = {"other", "fifo", "rr",       "batch",
					    NULL,    "idle", "deadline", "ext"};
	int policy = sched_getscheduler(0), nice;
	struct sched_param param = {0};

	errno = 0;
	nice = getpriority(PRIO_PROCESS, 0);
	if (errno == 0)
		gather_setf(g, &g->h->inherited_nice, "%d", nice);
	if (policy < 0 || sched_getparam(0, &param) < 0)
		return;
	policy &= ~SCHED_RESET_ON_FORK;
	if (policy >= (int)(sizeof(names) / sizeof(names[0])) || !names[policy])
		gather_setf(g, &g->h->inherited_policy, "policy %d", policy);
	else if (param.sched_priority > 0)
		gather_setf(g, &g->h->inherited_policy, "%s %d", names[policy],
			    param.sched_priority);
	else
		gather_set(g, &g->h->inherited_policy, names[policy]);
}

/* Kernels list possible CPUs, too; what counts is whether one that is online is missing. */
static bool has_all_online(const char *allowed, const char *online)
{
	struct cpus all, both;

	cpus_parse(online, &all);
	cpus_parse(allowed, &both);
	cpus_intersect(&both, &all);
	return cpus_count(&both) == cpus_count(&all);
}

static void gather_status(struct gather *g)
{
	char status[GATHER_TEXT_SIZE], value[1024];
	struct host *h = g->h;
	uint64_t n;

	if (!gather_read(g, "proc/self/status", status, sizeof(status)))
		return;
	if (gather_value(status, "Cpus_allowed_list", value, sizeof(value)) && h->cpu_online)
		gather_set(g, &h->inherited_cpus,
			   has_all_online(value, h->cpu_online) ? "all" : value);
	if (gather_value(status, "THP_enabled", value, sizeof(value)))
		h->inherited_thp = strcmp(value, "0") != 0 ? TRISTATE_YES : TRISTATE_NO;
	/* Seccomp_filters is there since 5.9; before it, the mode says whether there is one. */
	if ((gather_value(status, "Seccomp_filters", value, sizeof(value)) ||
	     gather_value(status, "Seccomp", value, sizeof(value))) &&
	    num_parse_u64(value, &n) == 0)
		h->inherited_seccomp_filters = (int64_t)n;
}

static void gather_stack(struct gather *g)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0)
		return;
	if (limit.rlim_cur == RLIM_INFINITY)
		gather_set(g, &g->h->inherited_stack_limit, "unlimited");
	else
		gather_setf(g, &g->h->inherited_stack_limit, "%llu",
			    (unsigned long long)limit.rlim_cur);
}

/* Without one the kernel reports the default: best effort 4 in some releases, none in others. */
static void gather_io_priority(struct gather *g)
{
	long r = syscall(SYS_ioprio_get, IOPRIO_SELF, 0);
	long class = r >> IOPRIO_SHIFT, level = r & 7;

	if (r < 0)
		return;
	if (class == 0 || (class == IOPRIO_BEST_EFFORT && level == IOPRIO_USUAL))
		gather_set(g, &g->h->inherited_io_priority, "none");
	else
		gather_setf(g, &g->h->inherited_io_priority, "class %ld, level %ld", class, level);
}

void gather_inherited(struct gather *g)
{
	int persona = personality(0xffffffff); /* asks, and changes nothing */

	gather_scheduling(g);
	gather_status(g);
	gather_stack(g);
	gather_io_priority(g);
	if (persona != -1)
		gather_setf(g, &g->h->inherited_personality, "%08x", (unsigned)persona);
}

static bool differs(const char *text, const char *usual)
{
	return text && strcmp(text, usual) != 0;
}

const char *host_inherited(const struct host *h, char buf[HOST_INHERITED_SIZE])
{
	const struct {
		const char *label, *text, *usual;
	} facts[] = {
		{"scheduling policy", h->inherited_policy, "other"},
		{"nice", h->inherited_nice, "0"},
		{"CPUs", h->inherited_cpus, "all"},
		{"I/O priority", h->inherited_io_priority, "none"},
		{"stack limit", h->inherited_stack_limit, "8388608"},
		{"personality", h->inherited_personality, "00000000"},
		{"huge pages", h->inherited_thp == TRISTATE_NO && h->memory_thp ? "off" : NULL, ""},
		{"seccomp filters", h->inherited_seccomp_filters > 0 ? "yes" : NULL, ""},
	};

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (differs(facts[i].text, facts[i].usual))
			text_append(buf, HOST_INHERITED_SIZE, "%s%s: %.60s", *buf ? "; " : "",
				    facts[i].label, facts[i].text);
	return *buf ? buf : NULL;
}
