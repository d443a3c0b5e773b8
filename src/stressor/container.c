/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/container.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "stressor/clone3_into.h"
#include "stressor/targets.h"

enum { START_SECONDS = 5, DRAIN_SECONDS = 5, GONE_POLL_NS = 50000 };

static const char outer_name[] = "container", inner_path[] = "container/init";

/* Low enough to be limits, high enough never to be met. */
static const struct {
	const char *controller, *file, *value;
} limits[] = {
	{"pids", "pids.max", "512"},
	{"memory", "memory.max", "268435456"},
	{"cpu", "cpu.weight", "50"},
};

static int phase_mkdir(struct worker *w, struct container_plan *p, struct container *c)
{
	c->outer_fd = group_make(p->scratch_group.fd, outer_name);
	if (c->outer_fd >= 0)
		c->inner_fd = group_make(p->scratch_group.fd, inner_path);
	return c->outer_fd < 0 ? -c->outer_fd : c->inner_fd < 0 ? -c->inner_fd : 0;
}

static int phase_enable(struct worker *w, struct container_plan *p, struct container *c)
{
	return -io_write_attr(c->outer_fd, "cgroup.subtree_control", p->enable);
}

static int phase_limits(struct worker *w, struct container_plan *p, struct container *c)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]) && r == 0; i++)
		if (controller_list_have(p->scratch_group.controllers, limits[i].controller))
			r = io_write_attr(c->inner_fd, limits[i].file, limits[i].value);
	return -r;
}

/* The child's side: only system calls, since clone3 made it without libc's knowledge. */

static _Noreturn void fail_child(struct container_plan *p, enum container_phase phase)
{
	const uint64_t none = 0;

	p->failure = errno;
	p->failed_phase = phase;
	/* Wakes the parent, which waits for init's stamp. */
	if (write(p->init.stamp_write, &none, sizeof(none)) < 0)
		_exit(126);
	_exit(127);
}

static int unshare_some(uint64_t which)
{
	int flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

	if (which == NAMESPACES_NONE)
		return 0;
	return unshare(which == NAMESPACES_NET ? flags | CLONE_NEWNET : flags);
}

static _Noreturn void child(const struct worker *w, struct container_plan *p)
{
	uint32_t seen;

	while (p->options->create == CREATE_FORK && (seen = atomic_load(&p->go)) != p->turn)
		syscall(SYS_futex, &p->go, FUTEX_WAIT, seen, NULL, NULL, 0);
	p->began = clock_now_ns();
	if (unshare_some(p->options->namespaces) < 0)
		fail_child(p, PHASE_NAMESPACES);
	p->unshared = clock_now_ns();
	if (w->filter.len && worker_load_filter(w) < 0)
		fail_child(p, PHASE_SECCOMP);
	p->filtered = clock_now_ns();
	execve(p->init.argv[0], p->init.argv, (char *[]){NULL});
	fail_child(p, PHASE_EXEC);
}

static int phase_create(struct worker *w, struct container_plan *p, struct container *c)
{
	pid_t pid = p->options->create == CREATE_INTO ? fork_into(c->inner_fd) : fork();

	if (pid == 0)
		child(w, p);
	c->pid = pid > 0 ? pid : 0;
	return pid < 0 ? errno : 0;
}

static int phase_attach(struct worker *w, struct container_plan *p, struct container *c)
{
	struct target_id id;

	target_id_format(&id, c->pid);
	return -io_write_attr(c->inner_fd, "cgroup.procs", id.text);
}

/* Lets the child go, waits for init, and puts down when the child went through what. */
static int phase_exec(struct worker *w, struct container_plan *p, struct container *c)
{
	struct pollfd poll_fd = {.fd = p->init.stamp_read, .events = POLLIN};
	uint64_t stamp;

	atomic_store(&p->go, p->turn);
	if (p->options->create == CREATE_FORK)
		syscall(SYS_futex, &p->go, FUTEX_WAKE, 1, NULL, NULL, 0);
	if (poll(&poll_fd, 1, START_SECONDS * 1000) != 1)
		return ETIME;
	stamp = worker_program_began(&p->init);
	if (p->failure) {
		c->phase = p->failed_phase;
		return p->failure;
	}
	if (!stamp)
		return EIO;
	c->ends[p->options->create == CREATE_INTO ? PHASE_CREATE : PHASE_GO] = p->began;
	if (p->options->namespaces)
		c->ends[PHASE_NAMESPACES] = p->unshared;
	if (w->filter.len)
		c->ends[PHASE_SECCOMP] = p->filtered;
	c->ends[PHASE_EXEC] = stamp;
	return 0;
}

static int phase_run(struct worker *w, struct container_plan *p, struct container *c)
{
	if (p->options->run_ns)
		clock_sleep_until(c->ends[PHASE_EXEC] + p->options->run_ns);
	return 0;
}

static int phase_kill(struct worker *w, struct container_plan *p, struct container *c)
{
	if (p->options->end == END_CGROUP_KILL)
		return -io_write_attr(c->outer_fd, "cgroup.kill", "1");
	return kill(c->pid, SIGKILL) < 0 ? errno : 0;
}

static uint64_t deadline(void)
{
	return clock_now_ns() + DRAIN_SECONDS * NS_PER_S;
}

static int phase_drain(struct worker *w, struct container_plan *p, struct container *c)
{
	child_reap(c->pid, NULL);
	c->pid = 0;
	return -events_await_empty(c->outer_fd, p->options->wait, deadline());
}

static int phase_rmdir(struct worker *w, struct container_plan *p, struct container *c)
{
	int r = scratch_group_remove(&p->scratch_group, inner_path, deadline(), &c->retries);

	if (r == 0)
		r = scratch_group_remove(&p->scratch_group, outer_name, deadline(), &c->retries);
	return -r;
}

/* The kernel frees groups from a work queue after a grace period, and notifies nobody. */
static int phase_gone(struct worker *w, struct container_plan *p, struct container *c)
{
	uint64_t end = deadline();
	int64_t dying;

	while ((dying = group_count_dying(p->scratch_group.fd)) > 0) {
		if (clock_now_ns() > end)
			return ETIME;
		clock_sleep_until(clock_now_ns() + GONE_POLL_NS);
	}
	return (int)-dying;
}

static void close_groups(struct container *c)
{
	if (c->outer_fd >= 0)
		close(c->outer_fd);
	if (c->inner_fd >= 0)
		close(c->inner_fd);
	c->outer_fd = c->inner_fd = -1;
}

/* After a failure: whatever there is goes, so that the next container finds nothing. */
static void abandon(struct container_plan *p, struct container *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		child_reap(c->pid, NULL);
	}
	worker_program_began(&p->init);
	if (c->inner_fd >= 0)
		scratch_group_remove(&p->scratch_group, inner_path, deadline(), &c->retries);
	if (c->outer_fd >= 0)
		scratch_group_remove(&p->scratch_group, outer_name, deadline(), &c->retries);
	close_groups(c);
}

static bool takes_phase(const struct container_plan *p, enum container_phase phase)
{
	const struct container_options *o = p->options;

	switch (phase) {
	case PHASE_ENABLE:
		return p->enable[0] != '\0';
	case PHASE_LIMITS:
		return o->limits && p->enable[0];
	case PHASE_ATTACH:
		return o->create == CREATE_FORK;
	case PHASE_GONE:
		return o->gone;
	default:
		return true;
	}
}

int container_live(struct worker *w, struct container_plan *p, struct container *c)
{
	/* What the child goes through by itself is put down by phase_exec(). */
	static int (*const phases[CONTAINER_PHASES])(struct worker *, struct container_plan *,
						     struct container *) = {
		[PHASE_MKDIR] = phase_mkdir,   [PHASE_ENABLE] = phase_enable,
		[PHASE_LIMITS] = phase_limits, [PHASE_CREATE] = phase_create,
		[PHASE_ATTACH] = phase_attach, [PHASE_EXEC] = phase_exec,
		[PHASE_RUN] = phase_run,       [PHASE_KILL] = phase_kill,
		[PHASE_DRAIN] = phase_drain,   [PHASE_RMDIR] = phase_rmdir,
		[PHASE_GONE] = phase_gone,
	};
	int failure;

	*c = (struct container){.outer_fd = -1, .inner_fd = -1};
	p->failure = 0;
	p->turn++;
	for (c->phase = 0; c->phase < CONTAINER_PHASES; c->phase++) {
		if (!phases[c->phase] || !takes_phase(p, c->phase))
			continue;
		failure = phases[c->phase](w, p, c);
		if (failure) {
			abandon(p, c);
			return failure;
		}
		if (!c->ends[c->phase])
			c->ends[c->phase] = clock_now_ns();
	}
	close_groups(c);
	return 0;
}
