/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "cgroup/libcgroup.h"
#include "cgroup/run_group.h"
#include "host/turns.h"
#include "run/slot.h"

enum { INSTRUMENT_SECONDS = 60 }; /* it takes 50 ms of CPU time */

static int find(const char *built, const char *installed, char ret[PATH_MAX], struct err *e)
{
	int r = io_find_own(built, installed, ret);

	if (r < 0) {
		err_sys(e, EXIT_CANNOT, -r, "cannot find %s", ret);
		err_hint(e, "It belongs to cgchurn; `meson install` puts it there.");
	} else if (access(ret, X_OK) < 0) {
		r = err_sys(e, EXIT_CANNOT, errno, "%s may not be executed", ret);
		err_hint(e, "`chmod +x` it; or the mount that it lies on has the option noexec.");
	}
	return r;
}

static int find_helpers(struct helpers *ret, struct err *e)
{
	int r = find("run/cgchurn-worker", CGCHURN_PKGLIBEXECDIR "/cgchurn-worker", ret->worker, e);

	if (r == 0)
		r = find("stressor/cgchurn-child", CGCHURN_PKGLIBEXECDIR "/cgchurn-child",
			 ret->child, e);
	return r;
}

int helpers_find_subject(char ret[PATH_MAX], struct err *e)
{
	return find("verify/cgchurn-subject", CGCHURN_PKGLIBEXECDIR "/cgchurn-subject", ret, e);
}

static _Noreturn void become_instrument(const struct helpers *h, int out, pid_t parent)
{
	char fd[12], name[] = "cgchurn-worker", verb[] = "instrument";
	char *const argv[] = {name, verb, fd, NULL};
	int errnum;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child_default_signals();
	snprintf(fd, sizeof(fd), "%d", out);
	if (getppid() == parent && fcntl(out, F_SETFD, 0) == 0) {
		execve(h->worker, argv, (char *[]){NULL});
		errnum = errno;
		if (write(out, &errnum, sizeof(errnum)) != sizeof(errnum))
			_exit(EXIT_FAULT);
	}
	_exit(EXIT_FAULT);
}

/* Alive and late: on a machine without CPU time for it, or frozen. */
static int give_up_instrument(const struct helpers *h, pid_t pid, struct err *e)
{
	char text[CHILD_TEXT_SIZE];

	return err_set(e, EXIT_CANNOT, ETIME, "%s has not said after %d s what measuring costs: %s",
		       h->worker, INSTRUMENT_SECONDS, child_describe(pid, text));
}

/* Until it has written or ended: either way `in` can be read. */
static int wait_for_instrument(const struct session *s, int in, pid_t pid, struct err *e)
{
	uint64_t end = clock_now_ns() + INSTRUMENT_SECONDS * NS_PER_S;
	struct pollfd polls[] = {{.fd = in, .events = POLLIN},
				 {.fd = s->signal_fd, .events = POLLIN}};

	for (;;) {
		uint64_t now = clock_now_ns();
		struct timespec left = clock_timespec(end > now ? end - now : 0);
		int n = ppoll(polls, 2, &left, NULL);

		if (n < 0 && errno != EINTR)
			return err_sys(e, EXIT_FAULT, errno, "waiting for %s", s->helpers.worker);
		if (n > 0)
			return polls[0].revents ? 0 : session_check(s, e);
		if (n == 0)
			return give_up_instrument(&s->helpers, pid, e);
	}
}

/* Starts a worker that measures what measuring costs, and waits for it. */
static int measure_instrument(const struct session *s, struct instrument *ret, struct err *e)
{
	const struct helpers *h = &s->helpers;
	_cleanup_fd int in = -1, out = -1;
	pid_t parent = getpid(), pid;
	struct instrument found;
	int ends[2], r, errnum;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, EXIT_FAULT, errno, "pipe");
	in = ends[0];
	out = ends[1];
	pid = fork();
	if (pid < 0)
		return err_sys(e, EXIT_CANNOT, errno, "fork");
	if (pid == 0)
		become_instrument(h, out, parent);
	out = close_fd(out);
	r = wait_for_instrument(s, in, pid, e);
	/* Where it has written it has nothing left to do but to end. */
	child_kill(pid, h->worker, NULL);
	if (r < 0)
		return r;
	n = read(in, &found, sizeof(found));
	if (n == sizeof(errnum)) {
		memcpy(&errnum, &found, sizeof(errnum));
		return err_sys(e, EXIT_CANNOT, errnum, "executing %s", h->worker);
	}
	if (n != sizeof(found))
		return err_set(e, EXIT_FAULT, EPROTO, "%s did not report what measuring costs",
			       h->worker);
	if (found.layout != SLOT_LAYOUT) {
		err_set(e, EXIT_CANNOT, ENOEXEC, "%s is of another build than this cgchurn",
			h->worker);
		err_hint(e, "Build or install both together.");
		return -ENOEXEC;
	}
	*ret = found;
	return 0;
}

enum { REMOVE_SECONDS = 5 };

/* Unless it is ignored, as nohup(1) does with SIGHUP: a blocked signal stays pending even where it is ignored. */
static void want(sigset_t *wanted, int signal_number)
{
	struct sigaction found;

	if (sigaction(signal_number, NULL, &found) == 0 && found.sa_handler != SIG_IGN)
		sigaddset(wanted, signal_number);
}

/*
 * SIGPIPE is blocked with them, and stays so: when nobody reads our messages any more, what was
 * begun is still finished, and standard output that was not taken is an error (command.c).
 */
static int block_signals(struct session *s, struct err *e)
{
	sigset_t wanted, blocked;

	sigemptyset(&wanted);
	want(&wanted, SIGINT);
	want(&wanted, SIGTERM);
	want(&wanted, SIGHUP);
	s->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return err_sys(e, EXIT_FAULT, errno, "signalfd");
	blocked = wanted;
	sigaddset(&blocked, SIGPIPE);
	if (sigprocmask(SIG_BLOCK, &blocked, &s->old_mask) == 0)
		return 0;
	s->signal_fd = close_fd(s->signal_fd);
	return err_sys(e, EXIT_FAULT, errno, "blocking signals");
}

/*
 * Takes what came, or it would end us as soon as it is unblocked. What comes after this finds
 * nothing left to clean up, and ends us.
 */
static void unblock_signals(struct session *s)
{
	struct signalfd_siginfo info;
	sigset_t mask = s->old_mask;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info))
		if (!s->signal)
			s->signal = (int)info.ssi_signo;
	sigaddset(&mask, SIGPIPE);
	s->signal_fd = close_fd(s->signal_fd);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

int session_find(struct session *s, const char *cgroup_root, struct err *e)
{
	int r;

	*s = (struct session){.signal_fd = -1};
	r = block_signals(s, e);
	if (r == 0)
		r = find_helpers(&s->helpers, e);
	if (r < 0)
		return r;
	r = cgroup_root_find(cgroup_root, &s->root, e);
	s->has_root = r == 0;
	return r;
}

/* A worker costs two descriptors; the soft limit of 1024 protects programs with select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int session_begin(struct session *s, const struct run_group_settings *settings, struct err *e)
{
	int r;

	raise_descriptor_limit();
	r = run_group_name(s->name);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "naming the run group");
	/* The guardian first: from the first mkdir on there is somebody who would remove it. */
	r = guardian_start(s->root.fd, s->name, &s->guardian, e);
	if (r < 0)
		return r;
	s->has_guardian = true;
	r = run_group_create(&s->root, s->name, settings, &s->group, e);
	s->has_group = r == 0;
	return r;
}

int session_check(const struct session *s, struct err *e)
{
	struct pollfd p = {.fd = s->signal_fd, .events = POLLIN};

	if (poll(&p, 1, 0) <= 0)
		return 0;
	return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted");
}

/* Where it could be neither made whole nor undone; the guardian then removes it after our end. */
static bool is_left(const struct session *s)
{
	char leaf[RUN_GROUP_NAME_SIZE + sizeof(RUN_LEAF_SUFFIX)];

	snprintf(leaf, sizeof(leaf), "%s%s", s->name, RUN_LEAF_SUFFIX);
	return faccessat(s->root.fd, s->name, F_OK, 0) == 0 ||
	       faccessat(s->root.fd, leaf, F_OK, 0) == 0;
}

int session_end(struct session *s, struct err *e)
{
	int r = 0;

	if (s->has_group)
		r = run_group_remove(&s->group, clock_now_ns() + REMOVE_SECONDS * NS_PER_S, e);
	/* What could not be removed yet is left to the guardian, which goes on when we are gone. */
	if (s->has_guardian && r == 0 && !is_left(s))
		guardian_dismiss(&s->guardian);
	if (s->has_root)
		cgroup_root_finish(&s->root);
	if (s->signal_fd >= 0)
		unblock_signals(s);
	s->has_group = s->has_guardian = s->has_root = false;
	return r;
}

int prepare_result(struct result *r, const char *label, const uint64_t *seed, struct err *e)
{
	uint64_t random[3];

	r->tool_name = strdup("cgchurn");
	r->tool_version = strdup(CGCHURN_VERSION);
	r->label = label ? strdup(label) : NULL;
	if (!r->tool_name || !r->tool_version || (label && !r->label))
		return err_no_memory(e);
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return err_sys(e, EXIT_FAULT, EIO, "random numbers");
	snprintf(r->id, sizeof(r->id), "%016llx%016llx", (unsigned long long)random[0],
		 (unsigned long long)random[1]);
	/* Within what every reader of JSON holds exactly. */
	r->seed = seed ? *seed : random[2] >> 11;
	clock_rfc3339(r->started_at);
	return 0;
}

/* Three quarters of the machine's memory: a workload that touches more would only measure swap. */
static uint64_t memory_bound(const struct host *h)
{
	return h->memory_total_bytes > 0 ? (uint64_t)h->memory_total_bytes / 4 * 3 : 0;
}

/* Every controller that one of the workloads wants, once. */
static size_t wanted_controllers(const struct run_list *l, const char **ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct workload_hierarchy *h = &l->items[i].workload->hierarchy;

		for (size_t k = 0; k < h->n_controllers; k++) {
			size_t at = 0;

			while (at < n && strcmp(ret[at], h->controllers[k]) != 0)
				at++;
			if (at == n && n < room)
				ret[n++] = h->controllers[k];
		}
	}
	return n;
}

static uint64_t most_tasks(const struct run_list *l)
{
	uint64_t most = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].plan.max_tasks > most)
			most = l->items[i].plan.max_tasks;
	return most;
}

int prepare_session(struct session *s, const struct run_list *l, bool enable_controllers,
		    struct result *r, struct err *e)
{
	const char *controllers[WORKLOAD_CONTROLLERS_MAX];
	struct run_group_settings settings = {
		.max_tasks = most_tasks(l),
		.max_bytes = memory_bound(&r->host),
		.controllers = controllers,
		.enable_controllers = enable_controllers,
	};
	int k;

	settings.n_controllers = wanted_controllers(l, controllers, WORKLOAD_CONTROLLERS_MAX);
	k = session_begin(s, &settings, e);
	if (k < 0)
		return k;
	r->host.cgroup_backend = strdup(s->group.backend);
	r->host.cgroup_libcgroup_version = strdup(libcgroup_version());
	if (!r->host.cgroup_backend || !r->host.cgroup_libcgroup_version)
		return err_no_memory(e);
	return 0;
}

int prepare_host(const struct session *s, const char *name, struct result *r, struct err *e)
{
	struct instrument found;
	int k = host_gather(&r->host, s->root.path, e);

	if (k == 0 && host_rename(&r->host, name) < 0)
		k = err_no_memory(e);
	if (k == 0)
		k = turns_check(&r->host, &s->root.cpus, e);
	if (k == 0)
		k = measure_instrument(s, &found, e);
	if (k == 0)
		r->instrument = (struct result_instrument){
			.clock_ns = found.clock_ns,
			.null_step_ns = found.null_step_ns,
			.record_ns = found.record_ns,
		};
	/* The terminal's signal goes to the helper, too, which then fails. */
	return session_check(s, e) < 0 ? -EINTR : k;
}
