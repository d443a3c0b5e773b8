/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "cgroup/run_group.h"
#include "run/trial.h"

/* The trials' groups, and beside them the group of the process that runs them. */
static const char trials_name[] = "load", runner_name[] = "load-runner";
enum { REMOVE_SECONDS = 10 };

/* The bounds of trial_run() beside the window: until workers are ready, and all that ends them. */
enum { AROUND_TRIAL_SECONDS = 60 + 10 + 10 + 5 + 5 };

static void note(struct load_board *b, const struct trial_outcome *o)
{
	atomic_fetch_add(&b->trials, 1);
	if (!o->n_reasons)
		return;
	if (atomic_fetch_add(&b->invalid, 1) == 0)
		snprintf(b->reason, sizeof(b->reason), "%s", o->reasons[0]);
}

/* Until it is killed, or a trial cannot be run. */
static void run_trials(struct load *l, int trials_fd)
{
	struct trial_surroundings around = {
		.run_group_fd = trials_fd,
		.lock_fd = -1,
		.signal_fd = -1,
		.guardian_fd = -1,
		.worker_path = l->helpers->worker,
		.child_path = l->helpers->child,
	};
	int r = 0;

	for (uint64_t n = 0; r == 0; n++) {
		const struct plan *plan = &l->list->items[n % l->list->n].plan;
		struct trial_outcome outcome;

		atomic_store(&l->shared->due_ns,
			     clock_now_ns() + plan->trial_ns + AROUND_TRIAL_SECONDS * NS_PER_S);
		r = trial_run(plan, n, &around, &outcome, &l->shared->error);
		if (r < 0)
			break;
		note(l->shared, &outcome);
		trial_outcome_finish(&outcome);
	}
	atomic_store(&l->shared->stuck, r == -ENOTRECOVERABLE);
	atomic_store(&l->shared->failed, 1);
}

static _Noreturn void become_load(struct load *l, int trials_fd, pid_t supervisor)
{
	child_begin(supervisor);
	prctl(PR_SET_NAME, "cgchurn-load");
	if (io_write_attr(l->run_group_fd, "load-runner/cgroup.procs", "0") == 0)
		run_trials(l, trials_fd);
	_exit(1);
}

/* Trials enable the controllers of their own hierarchies; they need them handed down to here. */
static int make_groups(struct load *l, struct err *e)
{
	const char *const names[] = {trials_name, runner_name};
	int fd;

	for (size_t i = 0; i < 2; i++)
		if (mkdirat(l->run_group_fd, names[i], 0755) < 0)
			return refusal_of_group(l->run_group_fd, names[i], errno, e);
	fd = openat(l->run_group_fd, trials_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, EXIT_FAULT, errno, "opening the group %s", trials_name);
	for (size_t i = 0; i < l->list->n; i++) {
		const struct workload_hierarchy *h = &l->list->items[i].workload->hierarchy;
		char text[66];

		/* One that cannot be had is the trial's to judge. */
		for (size_t k = 0; k < h->n_controllers; k++) {
			snprintf(text, sizeof(text), "+%s", h->controllers[k]);
			io_write_attr(fd, "cgroup.subtree_control", text);
		}
	}
	return fd;
}

int load_start(struct load *l, struct err *e)
{
	_cleanup_fd int trials_fd = -1;
	pid_t self = getpid();
	void *memory;

	if (!l->list->n)
		return 0;
	memory = mmap(NULL, sizeof(*l->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (memory == MAP_FAILED)
		return err_sys(e, EXIT_FAULT, errno, "memory for a load");
	l->shared = memory;
	trials_fd = make_groups(l, e);
	if (trials_fd < 0)
		return trials_fd;
	l->pid = fork();
	if (l->pid == 0)
		become_load(l, trials_fd, self);
	if (l->pid > 0)
		return 0;
	l->pid = 0;
	return err_sys(e, EXIT_CANNOT, errno, "fork");
}

static void note_stuck(struct load *l, pid_t pid, const char *what)
{
	char text[CHILD_TEXT_SIZE];

	err_set(&l->shared->error, EXIT_CANNOT, ETIME, "%s: %s", what, child_describe(pid, text));
	atomic_store(&l->shared->stuck, 1);
	atomic_store(&l->shared->failed, 1);
}

/* Killed by somebody it had no time to say so; where it hangs it cannot. */
bool load_failed(const struct load *l)
{
	siginfo_t info = {0};

	if (!l->pid)
		return false;
	if (atomic_load(&l->shared->failed))
		return true;
	if (waitid(P_PID, (id_t)l->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	if (info.si_pid)
		err_set(&l->shared->error, EXIT_FAULT, ECANCELED,
			"the process of the load was killed");
	return info.si_pid != 0;
}

void load_look(struct load *l)
{
	if (l->pid && !atomic_load(&l->shared->failed) &&
	    clock_now_ns() > atomic_load(&l->shared->due_ns))
		note_stuck(l, l->pid, "a trial beside the rounds has not ended in time");
}

bool load_is_stuck(const struct load *l)
{
	return l->shared && atomic_load(&l->shared->stuck);
}

/* Who is left in a group that did not empty. */
static bool find_stuck(struct load *l, const char *name)
{
	_cleanup_fd int fd = openat(l->run_group_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t pid = fd < 0 ? 0 : group_find_process(fd);

	if (pid > 0 && !load_is_stuck(l))
		note_stuck(l, pid, "a process of the load was killed and has not ended");
	return pid > 0;
}

static int remove_group(struct load *l, const char *name, uint64_t deadline)
{
	int r = run_drain_remove(l->run_group_fd, name, deadline);

	return r == -ETIME && find_stuck(l, name) ? 0 : r;
}

int load_stop(struct load *l, struct err *e)
{
	uint64_t deadline = clock_now_ns() + REMOVE_SECONDS * NS_PER_S;
	int r, kept;

	if (!l->shared)
		return 0;
	if (l->pid) {
		kill(l->pid, SIGKILL);
		/* Where it hangs, it is found in its group. */
		child_wait(l->pid, deadline, NULL);
		l->pid = 0;
	}
	r = remove_group(l, trials_name, deadline);
	kept = remove_group(l, runner_name, deadline);
	if (r == 0)
		r = kept;
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "removing the groups of the load") : 0;
}

void load_finish(struct load *l)
{
	if (l->shared)
		munmap(l->shared, sizeof(*l->shared));
	l->shared = NULL;
}
