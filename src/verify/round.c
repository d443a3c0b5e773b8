/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/round.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "verify/stuck.h"

enum {
	TICK_MS = 250,
	REMOVE_SECONDS = 10,
	OVERDUE_TICKS = 8, /* a pause of the whole machine ends with the round runner late, too */
	PATIENCES = 30, /* that may follow each other in the round runner: its looks, and its end */
};

/* A round under way. */
struct round {
	const struct round_surroundings *around;
	struct shared *shared;
	int shared_fd, round_runner_fd;
	pid_t round_runner;
};

static _Noreturn void become_round_runner(struct round *r, pid_t supervisor)
{
	child_begin(supervisor);
	if (io_write_attr(r->around->run_group_fd, ROUND_GROUP_STAFF "/cgroup.procs", "0") == 0)
		round_runner_main(r->shared, r->shared_fd, r->around);
	shared_fault(r->shared, "the round runner could not enter its group");
	_exit(1);
}

static int start(struct round *r, struct err *e)
{
	int fd = r->around->run_group_fd;
	pid_t self = getpid();

	if (mkdirat(fd, ROUND_GROUP_STAFF, 0755) < 0)
		return refusal_of_group(fd, ROUND_GROUP_STAFF, errno, e);
	r->round_runner = fork();
	if (r->round_runner == 0)
		become_round_runner(r, self);
	if (r->round_runner < 0)
		return err_sys(e, EXIT_CANNOT, errno, "fork");
	r->round_runner_fd = (int)syscall(SYS_pidfd_open, r->round_runner, 0);
	return r->round_runner_fd < 0 ? err_sys(e, EXIT_CANNOT, errno, "pidfd_open") : 0;
}

static bool is_overdue(const struct round *r)
{
	uint64_t due = atomic_load(&r->shared->round_runner_due_ns);

	return due && clock_now_ns() > due;
}

/* 0: the round runner has ended; -ETIME: it hangs. */
static int watch(struct round *r, uint64_t until, struct err *e)
{
	const struct round_surroundings *around = r->around;
	struct pollfd polls[] = {{.fd = r->round_runner_fd, .events = POLLIN},
				 {.fd = around->signal_fd, .events = POLLIN},
				 {.fd = around->guardian_fd, .events = POLLIN}};

	for (int overdue = 0; overdue < OVERDUE_TICKS && clock_now_ns() < until;) {
		overdue = is_overdue(r) ? overdue + 1 : 0;
		if (poll(polls, 3, TICK_MS) < 0 && errno != EINTR)
			return err_sys(e, EXIT_FAULT, errno, "waiting for a round");
		if (polls[1].revents)
			return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted");
		if (polls[2].revents)
			return err_set(e, EXIT_FAULT, EPIPE,
				       "the guardian was killed; without it nothing would clean up "
				       "after a kill of cgchurn itself");
		if (polls[0].revents)
			return 0;
		if (around->tick)
			around->tick(around->opaque);
	}
	return -ETIME;
}

static void take_counts(const struct shared *b, struct round_counts *ret)
{
	for (int i = 0; i < INVARIANTS; i++)
		ret->checks[i] = atomic_load(&b->checks[i]);
	for (int i = 0; i < SHARED_ERRNOS; i++)
		ret->refused[i] = atomic_load(&b->refused[i]);
	for (int i = 0; i < COUNTS; i++)
		ret->done[i] = atomic_load(&b->done[i]);
}

/* Whether a broken invariant was noted, whole. */
static bool take_breach(const struct shared *b, struct round_outcome *ret)
{
	if (atomic_load(&b->broken) != 2)
		return false;
	ret->broken = true;
	ret->invariant = (enum invariant_id)b->broken_invariant;
	ret->evidence = b->evidence;
	return true;
}

/* The round runner itself hangs. What was found before that says more. */
static void note_hung(struct round *r, struct round_outcome *ret)
{
	/* The round runner's own is open in the round runner alone. */
	_cleanup_fd int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct view view = {.proc_fd = proc_fd};

	take_counts(r->shared, &ret->counts);
	if (!take_breach(r->shared, ret)) {
		ret->broken = true;
		ret->invariant = INVARIANT_RESPONDS;
		evidence_set(&ret->evidence, "the round runner hangs at this: %s",
			     atomic_load(&r->shared->round_runner_doing));
	}
	stuck_find_below(&view, r->round_runner, &ret->evidence);
	stuck_describe(&ret->evidence);
	starved_add(&view, NS_PER_S, &ret->evidence);
}

static int read_outcome(const struct round *r, int status, struct round_outcome *ret, struct err *e)
{
	const struct shared *b = r->shared;

	take_counts(b, &ret->counts);
	if (take_breach(b, ret))
		return 0;
	if (atomic_load(&b->broken))
		return err_set(
			e, EXIT_FAULT, ECANCELED,
			"a process that found an invariant broken was killed before it could "
			"say which");
	if (atomic_load(&b->fault) == 2)
		return err_set(e, EXIT_FAULT, ECANCELED, "a round could not go on: %s",
			       b->fault_text);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, EXIT_FAULT, ECANCELED,
			       "the round runner was killed (wait status %d)", status);
	return 0;
}

/* Bounded: one that hangs in the kernel does not end, wherever it is. */
static int reap(struct round *r, int *ret_status)
{
	int result =
		child_wait(r->round_runner, clock_now_ns() + REMOVE_SECONDS * NS_PER_S, ret_status);

	if (result != -ETIME)
		r->round_runner = 0;
	return result == -ETIME ? result : 0;
}

static int empty(int run_group_fd, const char *name, uint64_t deadline)
{
	_cleanup_fd int fd = openat(run_group_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	result = group_kill(fd);
	return result == 0 ? group_wait_empty(fd, deadline) : result;
}

/* Whatever the round runner left: nothing, where it ended by itself. */
static int remove_groups(struct round *r, struct err *e)
{
	static const char *const names[] = {ROUND_GROUP_STAFF, ROUND_GROUP_TEST, ROUND_GROUP_HOGS};
	uint64_t deadline = clock_now_ns() + REMOVE_SECONDS * NS_PER_S;
	int fd = r->around->run_group_fd, result = 0;

	/* It may not be in its group yet. */
	if (r->round_runner > 0)
		kill(r->round_runner, SIGKILL);
	for (size_t i = 0; result == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		result = empty(fd, names[i], deadline);
	if (r->round_runner > 0 && result == 0)
		result = reap(r, NULL);
	/* An unplugger that was killed leaves that to us. */
	if (result == 0 && (result = run_cpus_bring_back(fd, deadline)) < 0)
		return err_sys(e, EXIT_FAULT, -result, "bringing CPUs back online");
	for (size_t i = 0; result == 0 && i < sizeof(names) / sizeof(names[0]); i++)
		result = group_remove_all(fd, names[i], deadline);
	return result < 0 ? err_sys(e, EXIT_FAULT, -result, "removing the groups of a round") : 0;
}

static void release(struct round *r)
{
	close_fd(r->round_runner_fd);
	shared_destroy(r->shared, r->shared_fd);
}

int round_run(const struct schedule *schedule, const struct round_surroundings *around,
	      struct round_outcome *ret, struct err *e)
{
	_cleanup_(release) struct round r = {
		.around = around, .shared_fd = -1, .round_runner_fd = -1};
	uint64_t length =
		schedule->value[SCHEDULE_MS] * NS_PER_MS + PATIENCES * around->patience_ns;
	struct err removal = {0};
	int result, removed, status = 0;

	*ret = (struct round_outcome){0};
	r.shared = shared_create(&r.shared_fd);
	if (!r.shared)
		return err_sys(e, EXIT_FAULT, errno, "memory for a round");
	r.shared->schedule = *schedule;
	r.shared->patience_ns = around->patience_ns;
	r.shared->cpus = around->cpus;
	shared_round_runner_does(r.shared, "starting", around->patience_ns);
	result = start(&r, e);
	if (result == 0)
		result = watch(&r, clock_now_ns() + length, e);
	if (result == 0)
		result = reap(&r, &status);
	if (result == -ETIME)
		note_hung(&r, ret);
	else if (result == 0)
		result = read_outcome(&r, status, ret, e);
	removed = remove_groups(&r, &removal);
	if (result == -ETIME)
		return 0;
	if (result == 0 && removed < 0 && !ret->broken) {
		*e = removal;
		return removed;
	}
	return result;
}

void round_counts_add(struct round_counts *sum, const struct round_counts *more)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)more;

	_Static_assert(sizeof(*sum) % sizeof(*to) == 0, "nothing but counts");
	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}
