/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"
#include "cgroup/group.h"
#include "seccomp/filter.h"
#include "workload/catalogue.h"

/* Room of the ring that carries raw samples: 6 MiB a worker, emptied every 20 ms. */
enum { RAW_SAMPLES = 1 << 18 };

/* "0-3,8", syntax checked by the workload's parser: indices into the usable CPUs. */
static int parse_list(const char *list, const struct cpus *usable, struct cpus *ret)
{
	uint32_t first, last;

	memset(ret, 0, sizeof(*ret));
	while (num_list_next(&list, &first, &last)) {
		if (last >= cpus_count(usable))
			return -ERANGE;
		for (uint32_t i = first; i <= last; i++)
			cpus_add(ret, (uint64_t)cpus_nth(usable, i));
	}
	return *list || !cpus_count(ret) ? -EINVAL : 0;
}

static int64_t leaf_of(const struct workload_place *place, uint64_t index, uint64_t n_leaves)
{
	switch (place->kind) {
	case WORKLOAD_PLACE_LEAVES:
		return (int64_t)(index % n_leaves);
	case WORKLOAD_PLACE_LEAF:
		return (int64_t)place->leaf;
	case WORKLOAD_PLACE_SIDE:
		return PLAN_SIDE;
	case WORKLOAD_PLACE_TOP:
		return PLAN_TOP;
	}
	return PLAN_SIDE;
}

/* `dealt` counts over all actors that take any CPU, so that they share them out between them. */
static int add_actor(struct plan *p, uint32_t index, uint64_t *dealt, struct err *e)
{
	const struct workload_actor *actor = &p->workload->actors[index];
	uint64_t n = workload_count_workers(&actor->workers, cpus_count(&p->usable));
	struct plan_worker *grown;
	struct cpus list;

	if (actor->cpus.kind == WORKLOAD_CPUS_LIST &&
	    parse_list(actor->cpus.list, &p->usable, &list) < 0)
		return err_set(e, EXIT_USAGE, ERANGE,
			       "%s: actor %s: CPUs \"%s\", but only 0 to %llu are usable here",
			       p->workload->name, actor->name, actor->cpus.list,
			       (unsigned long long)cpus_count(&p->usable) - 1);
	grown = reallocarray(p->workers, p->n_workers + n, sizeof(*grown));
	if (!grown)
		return err_no_memory(e);
	p->workers = grown;
	for (uint64_t i = 0; i < n; i++) {
		struct plan_worker *w = &p->workers[p->n_workers++];

		*w = (struct plan_worker){
			.actor = index, .index = (uint32_t)i, .cpu = PLAN_NOT_PINNED};
		w->leaf = leaf_of(&actor->place, i, p->n_leaves);
		if (actor->cpus.kind == WORKLOAD_CPUS_ALL)
			w->cpu = cpus_nth(&p->usable, (*dealt)++);
		else if (actor->cpus.kind == WORKLOAD_CPUS_LIST)
			w->cpu = cpus_nth(&list, i);
	}
	p->max_tasks +=
		n * (1 + (actor->kind->live_tasks ? actor->kind->live_tasks(actor->options) : 0));
	return 0;
}

/* Compiled once, here, for all workers and trials, because a container start pays only for loading. */
static int compile_filters(struct plan *p, struct err *e)
{
	int r = 0;

	p->filters = calloc(p->workload->n_actors, sizeof(*p->filters));
	if (!p->filters)
		return err_no_memory(e);
	for (size_t i = 0; i < p->workload->n_actors && r == 0; i++) {
		const struct workload_actor *a = &p->workload->actors[i];
		const char *name = a->kind->profile ? a->kind->profile(a->options) : NULL;
		char path[PATH_MAX];

		if (!name)
			continue;
		r = catalogue_find(CATALOGUE_PROFILES, name, path, e);
		if (r == 0)
			r = sandbox_profile_load(path, &p->filters[i], e);
	}
	return r;
}

static uint64_t read_limit(const char *path)
{
	char text[32];
	uint64_t value;

	if (io_read_attr(AT_FDCWD, path, text, sizeof(text)) < 0 || num_parse_u64(text, &value) < 0)
		return UINT64_MAX;
	return value;
}

/* Whether RLIMIT_NPROC stops our forks: root and who has one of two capabilities is exempt, both in
 * the initial user namespace only (copy_process() in kernel/fork.c). */
static bool nproc_binds(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	unsigned long long inside, outside, count;
	char map[64];

	/* Other namespaces map less than all ids, or in more than one line. */
	if (io_read_attr(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) < 0 ||
	    sscanf(map, "%llu %llu %llu", &inside, &outside, &count) != 3 || inside || outside ||
	    count != UINT32_MAX)
		return true;
	if (getuid() == 0)
		return false;
	return syscall(SYS_capget, &head, data) < 0 ||
	       !(data[0].effective & (1U << CAP_SYS_RESOURCE | 1U << CAP_SYS_ADMIN));
}

/* Half of what the machine allows: the other half is not ours. */
static int check_tasks(const struct plan *p, struct err *e)
{
	static const char *const limits[] = {"/proc/sys/kernel/pid_max",
					     "/proc/sys/kernel/threads-max"};
	struct rlimit rlimit;

	for (size_t i = 0; i < 2; i++) {
		uint64_t limit = read_limit(limits[i]);

		if (p->max_tasks > limit / 2)
			return err_set(
				e, EXIT_CANNOT, EAGAIN,
				"%s: needs up to %llu tasks at once, more than half of %s (%llu)",
				p->workload->name, (unsigned long long)p->max_tasks, limits[i],
				(unsigned long long)limit);
	}
	if (nproc_binds() && getrlimit(RLIMIT_NPROC, &rlimit) == 0 &&
	    p->max_tasks > rlimit.rlim_cur) {
		err_set(e, EXIT_CANNOT, EAGAIN,
			"%s: needs up to %llu tasks at once, RLIMIT_NPROC is %llu",
			p->workload->name, (unsigned long long)p->max_tasks,
			(unsigned long long)rlimit.rlim_cur);
		err_hint(e,
			 "`ulimit -u` raises it, or take fewer workers (--set ACTOR.workers=N).");
		return -EAGAIN;
	}
	return 0;
}

/* Those that affinity and the groups' cpuset leave: the kernel refuses a pin to any other. */
static int find_cpus(const struct cpus *allowed, struct cpus *ret, struct err *e)
{
	int r = cpus_usable(ret);

	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "sched_getaffinity");
	if (allowed && cpus_count(allowed))
		cpus_intersect(ret, allowed);
	if (cpus_count(ret))
		return 0;
	err_set(e, EXIT_CANNOT, EINVAL,
		"no CPU is left: those of the cpuset that the groups lie in are none of those that "
		"cgchurn may run on");
	err_hint(e, "`taskset -c LIST cgchurn ...` with CPUs of cpuset.cpus.effective there, or "
		    "another group with --cgroup-root.");
	return -EINVAL;
}

int plan_init(struct plan *ret, const struct workload *w, const struct plan_settings *settings,
	      struct err *e)
{
	struct plan p = {.workload = w, .seed = settings->seed};
	uint64_t dealt = 0;
	int r = 0;

	r = find_cpus(settings->allowed, &p.usable, e);
	if (r < 0)
		return r;
	p.trial_ns = w->warmup_ns + w->duration_ns;
	p.raw_samples = settings->raw ? RAW_SAMPLES : 0;
	tree_count(w->hierarchy.depth, w->hierarchy.fanout, &p.n_leaves, &p.n_groups);
	for (uint32_t i = 0; i < w->n_actors && r == 0; i++)
		r = add_actor(&p, i, &dealt, e);
	if (r == 0)
		r = check_tasks(&p, e);
	if (r == 0)
		r = compile_filters(&p, e);
	if (r < 0) {
		plan_finish(&p);
		return r;
	}
	*ret = p;
	return 0;
}

void plan_finish(struct plan *p)
{
	for (size_t i = 0; p->filters && i < p->workload->n_actors; i++)
		sandbox_filter_finish(&p->filters[i]);
	free(p->filters);
	free(p->workers);
	p->filters = NULL;
	p->workers = NULL;
	p->n_workers = 0;
}

static uint32_t response_spans(const struct workload_actor *actor, uint32_t spans)
{
	uint32_t mask = 0;

	if (actor->arrival.kind == WORKLOAD_CLOSED)
		return 0;
	for (size_t i = 0; i < actor->kind->n_spans; i++)
		if (actor->kind->spans[i].response)
			mask |= UINT32_C(1) << i;
	return mask & spans;
}

static uint64_t count_of_actor(const struct plan *p, uint32_t actor)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_workers; i++)
		n += p->workers[i].actor == actor;
	return n;
}

void plan_orders(const struct plan *p, size_t worker, uint64_t trial, struct slot_orders *ret)
{
	const struct plan_worker *pw = &p->workers[worker];
	const struct workload_actor *actor = &p->workload->actors[pw->actor];
	uint64_t duration_ns = p->workload->duration_ns;

	*ret = (struct slot_orders){
		.arrival = (uint32_t)actor->arrival.kind,
		.per_second = actor->arrival.per_second,
		.jitter = actor->arrival.jitter,
		.phase = (double)pw->index / (double)count_of_actor(p, pw->actor),
		.pause_ns = actor->arrival.pause_ns,
		.seed = p->seed,
		.stream = trial * p->n_workers + worker,
		.warmup_ns = p->workload->warmup_ns,
		.window_ns = duration_ns,
		.overrun_ns = duration_ns < NS_PER_S ? duration_ns : NS_PER_S,
		.spans = kind_spans_on(actor->kind, actor->options),
		.n_thresholds = (uint32_t)actor->n_thresholds,
		.raw_capacity = p->raw_samples,
		.filter_length = p->filters[pw->actor].n,
	};
	ret->responses = response_spans(actor, ret->spans);
	snprintf(ret->stressor, sizeof(ret->stressor), "%s", actor->kind->name);
	memcpy(ret->thresholds_ns, actor->thresholds_ns, sizeof(ret->thresholds_ns));
}

_Static_assert((int)SLOT_CLOSED == (int)WORKLOAD_CLOSED && (int)SLOT_PACED == (int)WORKLOAD_PACED &&
		       (int)SLOT_POISSON == (int)WORKLOAD_POISSON,
	       "arrivals are copied as they are");

static uint64_t durations_ns(const struct workload_actor *actor)
{
	const struct kind *kind = actor->kind;
	uint64_t sum = 0, one;

	for (size_t i = 0; i < kind->n_options; i++) {
		if (kind->options[i].type != KIND_DURATION)
			continue;
		memcpy(&one, (const char *)&actor->options + kind->options[i].offset, sizeof(one));
		sum += one;
	}
	return sum;
}

bool plan_reaches(const struct plan *p, const struct workload_primary *primary)
{
	return workload_planned_samples(p->workload, primary, cpus_count(&p->usable)) >=
	       (double)primary_samples_needed(primary);
}

uint64_t plan_longest_step_ns(const struct plan *p)
{
	uint64_t most = 0;

	for (size_t i = 0; i < p->workload->n_actors; i++) {
		uint64_t sum = durations_ns(&p->workload->actors[i]);

		most = sum > most ? sum : most;
	}
	return most;
}
