/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "cgroup/group.h"

static void give_orders(const struct workers *c, size_t i, uint64_t trial,
			const struct workers_places *places, struct slot_orders *ret)
{
	plan_orders(c->plan, i, trial, ret);
	ret->attributed = places->rings_fd >= 0;
	ret->part_ring = i;
}

/* Shared memory for all slots: sizes first, because a slot's orders decide its size. */
static int lay_out(struct workers *c, uint64_t trial, const struct workers_places *places)
{
	size_t at = 0;

	for (size_t i = 0; i < c->n_members; i++) {
		struct slot_orders orders;

		give_orders(c, i, trial, places, &orders);
		c->members[i] = (struct workers_member){
			.pidfd = -1, .offset = at, .size = slot_size(&orders)};
		at += c->members[i].size;
	}
	c->memory_size = at;
	c->memory_fd = memfd_create("cgchurn", MFD_CLOEXEC);
	if (c->memory_fd < 0 || ftruncate(c->memory_fd, (off_t)at) < 0)
		return -errno;
	c->memory = mmap(NULL, at, PROT_READ | PROT_WRITE, MAP_SHARED, c->memory_fd, 0);
	if (c->memory == MAP_FAILED) {
		c->memory = NULL;
		return -errno;
	}
	return 0;
}

static void prepare_slot(struct workers *c, size_t i, uint64_t trial,
			 const struct workers_places *places)
{
	const struct workload *w = c->plan->workload;
	const struct plan_worker *pw = &c->plan->workers[i];
	struct slot *slot = (void *)(c->memory + c->members[i].offset);

	c->members[i].slot = slot;
	give_orders(c, i, trial, places, &slot->orders);
	memcpy(slot->worker.options, w->actors[pw->actor].options, sizeof(slot->worker.options));
	slot->worker.groups = (struct worker_groups){
		.depth = (uint32_t)w->hierarchy.depth,
		.fanout = (uint32_t)w->hierarchy.fanout,
		.n_leaves = c->plan->n_leaves,
		.index = pw->index,
	};
	slot->worker.usable_cpus = c->plan->usable;
	snprintf(slot->worker.child_path, sizeof(slot->worker.child_path), "%s",
		 places->child_path);
	slot_prepare(slot);
	if (slot->orders.filter_length)
		memcpy(slot_filter(slot), c->plan->filters[pw->actor].instructions,
		       slot->orders.filter_length * sizeof(struct sock_filter));
}

/* The child's side from here on: single-threaded, a copy of the supervisor. */

static int keep_open(int fd)
{
	return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
}

/* What children execute may print, which must not end up in our result, or wait for our input. */
static int leave_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	return fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ? -errno : 0;
}

static void exec_worker(struct workers *c, size_t i, const struct workers_places *places)
{
	char memory[12], offset[24], size[24], tree[12], ready[12], rings[12];
	char name[] = "cgchurn-worker";
	char *const argv[] = {
		name, memory, offset, size, tree, ready, places->rings_fd < 0 ? NULL : rings, NULL};

	snprintf(memory, sizeof(memory), "%d", c->memory_fd);
	snprintf(offset, sizeof(offset), "%zu", c->members[i].offset);
	snprintf(size, sizeof(size), "%zu", c->members[i].size);
	snprintf(tree, sizeof(tree), "%d", places->tree_fd);
	snprintf(ready, sizeof(ready), "%d", c->ready_fd);
	snprintf(rings, sizeof(rings), "%d", places->rings_fd);
	execve(places->worker_path, argv, (char *[]){NULL});
}

static _Noreturn void become_worker(struct workers *c, size_t i,
				    const struct workers_places *places, int group_fd,
				    pid_t supervisor)
{
	struct worker *w = &c->members[i].slot->worker;
	int r, cpu = c->plan->workers[i].cpu;
	uint64_t one = 1;

	child_begin(supervisor);
	child_default_signals();
	r = group_fd < 0 ? 0 : io_write_attr(group_fd, "cgroup.procs", "0");
	if (r < 0)
		worker_fail(w, -r, "entering the group");
	if (r == 0 && cpu != PLAN_NOT_PINNED && (r = cpus_pin(cpu)) < 0)
		worker_fail(w, -r, "pinning to CPU %d", cpu);
	if (r == 0 && (r = leave_standard_files()) < 0)
		worker_fail(w, -r, "/dev/null");
	if (r == 0 && (keep_open(c->memory_fd) < 0 || keep_open(c->ready_fd) < 0 ||
		       keep_open(places->tree_fd) < 0 ||
		       (places->rings_fd >= 0 && keep_open(places->rings_fd) < 0)))
		worker_fail(w, errno, "handing over descriptors");
	else if (r == 0) {
		exec_worker(c, i, places);
		worker_fail(w, errno, "%s", places->worker_path);
	}
	atomic_store(&c->members[i].slot->state, SLOT_FAILED);
	/* Nobody is left who could be told of a failure. */
	_exit(write(c->ready_fd, &one, sizeof(one)) < 0 ? EXIT_FAULT : EXIT_CANNOT);
}

/* And the supervisor's again. */

static int open_group(const struct workers *c, size_t i, const struct workers_places *places)
{
	const struct workload_hierarchy *h = &c->plan->workload->hierarchy;
	int64_t leaf = c->plan->workers[i].leaf;
	char path[TREE_PATH_SIZE];
	int fd;

	if (leaf == PLAN_SIDE)
		fd = fcntl(places->side_fd, F_DUPFD_CLOEXEC, 3);
	else if (leaf == PLAN_TOP || h->depth == 0)
		fd = fcntl(places->tree_fd, F_DUPFD_CLOEXEC, 3);
	else {
		tree_leaf_path((uint32_t)h->depth, (uint32_t)h->fanout, (uint64_t)leaf, path);
		fd = openat(places->tree_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* clone3 is missing or forbidden, as opposed to refused for this group. */
static bool clone3_unusable(int errnum)
{
	return errnum == ENOSYS || errnum == E2BIG || errnum == EINVAL || errnum == EPERM;
}

static int start(struct workers *c, size_t i, const struct workers_places *places)
{
	_cleanup_fd int group_fd = open_group(c, i, places);
	struct workers_member *m = &c->members[i];
	pid_t supervisor = getpid();
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&m->pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group_fd,
	};
	bool born_inside = true;

	if (group_fd < 0)
		return group_fd;
	m->pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (m->pid < 0 && clone3_unusable(errno)) {
		born_inside = false;
		m->pid = fork();
	}
	if (m->pid == 0)
		become_worker(c, i, places, born_inside ? -1 : group_fd, supervisor);
	if (m->pid < 0) {
		m->pid = 0;
		return -errno;
	}
	c->n_running++;
	if (!born_inside)
		m->pidfd = (int)syscall(SYS_pidfd_open, m->pid, 0);
	return m->pidfd < 0 ? -errno : 0;
}

static const char *actor_of(const struct workers *c, size_t i)
{
	return c->plan->workload->actors[c->plan->workers[i].actor].name;
}

static int explain_start(const struct workers *c, size_t i, int r, struct err *e)
{
	err_sys(e, EXIT_CANNOT, -r, "starting worker %u of actor %s", c->plan->workers[i].index,
		actor_of(c, i));
	if (r == -EAGAIN)
		err_hint(e, "A limit on processes is reached: pids.max of a group above (of cgroup "
			    "v1, too), RLIMIT_NPROC, or kernel.pid_max and threads-max.");
	return r;
}

int workers_init(struct workers *c, const struct plan *plan, uint64_t trial,
		 const struct workers_places *places, struct err *e)
{
	int r;

	*c = (struct workers){.plan = plan, .memory_fd = -1, .n_members = plan->n_workers};
	c->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->ready_fd < 0)
		return err_sys(e, EXIT_CANNOT, errno, "eventfd");
	c->members = calloc(c->n_members, sizeof(*c->members));
	if (!c->members)
		return err_set(e, EXIT_FAULT, ENOMEM, "no memory for %zu workers", c->n_members);
	r = lay_out(c, trial, places);
	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "%zu bytes of shared memory", c->memory_size);
	for (size_t i = 0; i < c->n_members; i++)
		prepare_slot(c, i, trial, places);
	for (size_t i = 0; i < c->n_members; i++) {
		r = start(c, i, places);
		if (r < 0)
			return explain_start(c, i, r, e);
	}
	return 0;
}

void workers_note_ready(struct workers *c)
{
	uint64_t n;

	if (read(c->ready_fd, &n, sizeof(n)) == sizeof(n))
		c->n_ready += n;
}

const char *workers_failure(const struct workers *c, const struct plan_worker **ret_worker)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (atomic_load(&c->members[i].slot->state) == SLOT_FAILED) {
			*ret_worker = &c->plan->workers[i];
			return c->members[i].slot->worker.failure;
		}
	return NULL;
}

/* Whether one of those that have ended was ended by SIGKILL, which none of us sent. */
static bool was_killed(const struct workers *c)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (c->members[i].pid == 0 && WIFSIGNALED(c->members[i].status) &&
		    WTERMSIG(c->members[i].status) == SIGKILL)
			return true;
	return false;
}

int workers_explain(const struct workers *c, int r, unsigned seconds, struct err *e)
{
	const struct plan_worker *pw = NULL;
	const char *failure = workers_failure(c, &pw);

	if (failure)
		return err_set(e, EXIT_CANNOT, ECANCELED, "worker %u of %s could not be set up: %s",
			       pw->index, c->plan->workload->actors[pw->actor].name, failure);
	/* The machine is slow, or has no memory for what is to be touched. */
	if (r == -ETIME)
		return err_set(e, EXIT_CANNOT, ETIME, "%zu of %zu workers were ready after %u s",
			       c->n_ready, c->n_members, seconds);
	if (r == 0 && was_killed(c))
		return err_set(e, EXIT_CANNOT, ENOMEM,
			       "a worker was killed while it was set up: out of memory?");
	if (r == 0)
		return err_set(e, EXIT_FAULT, ECANCELED, "%s: %zu of %zu workers became ready",
			       c->plan->workload->name, c->n_ready, c->n_members);
	return r;
}

static void set(_Atomic uint32_t *futex, uint32_t value)
{
	atomic_store(futex, value);
	syscall(SYS_futex, futex, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void workers_open_gate(struct workers *c, uint64_t start_ns)
{
	for (size_t i = 0; i < c->n_members; i++)
		c->members[i].slot->start_ns = start_ns;
	for (size_t i = 0; i < c->n_members; i++)
		set(&c->members[i].slot->gate, SLOT_GATE_OPEN);
}

void workers_stop(struct workers *c)
{
	for (size_t i = 0; i < c->n_members; i++) {
		struct slot *slot = c->members[i].slot;

		set(&slot->stop, 1);
		if (atomic_load(&slot->gate) == SLOT_GATE_CLOSED)
			set(&slot->gate, SLOT_GATE_ABANDONED);
	}
}

static void reap(struct workers *c, struct workers_member *m)
{
	pid_t r;

	do
		r = waitpid(m->pid, &m->status, WNOHANG);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return;
	m->pid = 0;
	m->pidfd = close_fd(m->pidfd);
	c->n_running--;
}

bool workers_reap(struct workers *c)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (c->members[i].pid > 0)
			reap(c, &c->members[i]);
	return c->n_running == 0;
}

bool workers_schedules_done(const struct workers *c)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (c->members[i].pid > 0 && c->members[i].slot->orders.arrival != SLOT_CLOSED &&
		    atomic_load(&c->members[i].slot->state) < SLOT_LOOPED)
			return false;
	return true;
}

/* Reaps whom was killed, all within the same time; -ETIME where one has not ended by then. */
static int reap_killed(struct workers *c, struct err *e)
{
	uint64_t deadline = clock_now_ns() + CHILD_KILL_SECONDS * NS_PER_S;
	char text[CHILD_TEXT_SIZE];
	int result = 0;

	for (size_t i = 0; c->members && i < c->n_members; i++) {
		struct workers_member *m = &c->members[i];

		if (m->pid <= 0)
			continue;
		if (child_wait(m->pid, deadline, NULL) == -ETIME && result == 0)
			result = err_set(e, EXIT_CANNOT, ETIME,
					 "worker %u of %s was killed and has not ended after %d s: "
					 "%s",
					 c->plan->workers[i].index, actor_of(c, i),
					 CHILD_KILL_SECONDS, child_describe(m->pid, text));
		m->pidfd = close_fd(m->pidfd);
	}
	return result;
}

int workers_finish(struct workers *c, struct err *e)
{
	int r;

	for (size_t i = 0; c->members && i < c->n_members; i++)
		if (c->members[i].pid > 0)
			kill(c->members[i].pid, SIGKILL);
	r = reap_killed(c, e);
	if (c->memory)
		munmap(c->memory, c->memory_size);
	close_fd(c->memory_fd);
	close_fd(c->ready_fd);
	free(c->members);
	*c = (struct workers){.memory_fd = -1, .ready_fd = -1};
	return r;
}
