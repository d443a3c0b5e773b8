/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/io.h"
#include "base/process.h"
#include "verify/waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "verify/view.h"

/* The waiter's own, in its process. */
struct wait {
	int group_fd, events_fd, inotify_fd, told_fd;
	const char *key;
	int64_t wanted;
	uint64_t patience_ns, end_ns;
	int missing;
};

/* Through a descriptor of its own: what is read through the polled one is no news to it any more.
 */
static bool has_come(const struct wait *w)
{
	return io_read_number(w->group_fd, "cgroup.events", w->key) == w->wanted;
}

static void read_again(int fd)
{
	char text[256];

	if (pread(fd, text, sizeof(text), 0) < 0)
		_exit(WAITER_POLL | WAITER_INOTIFY);
}

static void watch(struct wait *w)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", w->events_fd);
	w->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	/* Others may have used up the user's instances: then that way is not looked at. */
	if (w->inotify_fd < 0 || inotify_add_watch(w->inotify_fd, path, IN_MODIFY) < 0)
		w->missing &= ~WAITER_INOTIFY;
}

static void take(struct wait *w, const struct pollfd polls[3])
{
	char drained[4096];

	if (polls[0].revents) {
		read_again(w->events_fd);
		if (has_come(w))
			w->missing &= ~WAITER_POLL;
	}
	if (polls[1].revents && read(w->inotify_fd, drained, sizeof(drained)) > 0 && has_come(w))
		w->missing &= ~WAITER_INOTIFY;
	if (polls[2].revents) {
		w->end_ns = clock_now_ns() + w->patience_ns;
		w->told_fd = -1;
	}
}

/* What is negative in a list of descriptors is passed over. */
static _Noreturn void wait_for_change(struct wait *w)
{
	while (w->missing && clock_now_ns() < w->end_ns) {
		struct pollfd polls[] = {
			{.fd = w->missing & WAITER_POLL ? w->events_fd : -1, .events = POLLPRI},
			{.fd = w->missing & WAITER_INOTIFY ? w->inotify_fd : -1, .events = POLLIN},
			{.fd = w->told_fd, .events = POLLIN}};
		uint64_t left = w->end_ns - clock_now_ns();
		struct timespec t = clock_timespec(left > NS_PER_S ? NS_PER_S : left);

		if (ppoll(polls, 3, &t, NULL) > 0)
			take(w, polls);
	}
	_exit(w->missing);
}

static _Noreturn void become_waiter(struct wait *w, int ready_fd, pid_t parent)
{
	child_dies_with(parent);
	w->end_ns = UINT64_MAX;
	w->events_fd = openat(w->group_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (w->events_fd < 0)
		_exit(0);
	if (w->missing & WAITER_INOTIFY)
		watch(w);
	read_again(w->events_fd);
	if (!has_come(w) && write(ready_fd, "", 1) == 1) {
		close(ready_fd);
		wait_for_change(w);
	}
	_exit(0);
}

void waiter_start(struct waiter *w, int group_fd, int ways, const char *key, int64_t wanted,
		  uint64_t patience_ns)
{
	_cleanup_fd int ready = -1, readied = -1, told = -1, tell = -1;
	struct wait wait = {.group_fd = group_fd,
			    .missing = ways,
			    .key = key,
			    .wanted = wanted,
			    .patience_ns = patience_ns};
	pid_t self = getpid();
	int ends[2];
	char byte;

	*w = (struct waiter){.tell_fd = -1};
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	ready = ends[0];
	readied = ends[1];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	wait.told_fd = told = ends[0];
	tell = ends[1];
	w->pid = fork();
	if (w->pid == 0) {
		close(tell);
		become_waiter(&wait, readied, self);
	}
	readied = close_fd(readied);
	w->tell_fd = steal_fd(&tell);
	if (w->pid < 0 || TEMP_FAILURE_RETRY(read(ready, &byte, 1)) != 1)
		waiter_cancel(w);
}

static int finish(struct waiter *w)
{
	int status = 0;

	w->tell_fd = close_fd(w->tell_fd);
	if (w->pid <= 0)
		return -ENOENT;
	child_reap(w->pid, &status);
	w->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ENOENT;
}

/* The end of the pipe is what it is told by. */
int waiter_end(struct waiter *w)
{
	return finish(w);
}

void waiter_cancel(struct waiter *w)
{
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
	finish(w);
}
