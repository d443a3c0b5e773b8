/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"
#include "verify/view.h"

/* The waiter's own, in its process. */
struct wait {
	int group_fd, events_fd, inotify_fd, socket_fd;
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
		w->socket_fd = -1;
	}
}

/* What is negative in a list of descriptors is passed over. */
static _Noreturn void wait_for_change(struct wait *w)
{
	while (w->missing && clock_now_ns() < w->end_ns) {
		struct pollfd polls[] = {
			{.fd = w->missing & WAITER_POLL ? w->events_fd : -1, .events = POLLPRI},
			{.fd = w->missing & WAITER_INOTIFY ? w->inotify_fd : -1, .events = POLLIN},
			{.fd = w->socket_fd, .events = POLLIN}};
		uint64_t left = w->end_ns - clock_now_ns();
		struct timespec t = clock_timespec(left > NS_PER_S ? NS_PER_S : left);

		if (ppoll(polls, 3, &t, NULL) > 0)
			take(w, polls);
	}
	_exit(w->missing);
}

static _Noreturn void become_waiter(struct wait *w, pid_t parent)
{
	child_dies_with(parent);
	w->end_ns = UINT64_MAX;
	w->events_fd = openat(w->group_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (w->events_fd < 0)
		_exit(0);
	if (w->missing & WAITER_INOTIFY)
		watch(w);
	read_again(w->events_fd);
	if (!has_come(w) && write(w->socket_fd, "", 1) == 1)
		wait_for_change(w);
	_exit(0);
}

void waiter_start(struct waiter *w, int group_fd, int ways, const char *key, int64_t wanted,
		  uint64_t patience_ns)
{
	struct wait wait = {.group_fd = group_fd,
			    .missing = ways,
			    .key = key,
			    .wanted = wanted,
			    .patience_ns = patience_ns};
	pid_t self = getpid();
	int ends[2];
	char byte;

	*w = (struct waiter){.fd = -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	w->fd = ends[0];
	wait.socket_fd = ends[1];
	w->pid = fork();
	if (w->pid == 0) {
		close(w->fd);
		become_waiter(&wait, self);
	}
	close(ends[1]);
	if (w->pid < 0 || TEMP_FAILURE_RETRY(read(w->fd, &byte, 1)) != 1)
		waiter_cancel(w);
}

int waiter_end(struct waiter *w)
{
	int status = 0;

	w->fd = close_fd(w->fd);
	if (w->pid <= 0)
		return -ENOENT;
	child_reap(w->pid, &status);
	w->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ENOENT;
}

void waiter_cancel(struct waiter *w)
{
	if (w->pid > 0)
		kill(w->pid, SIGKILL);
	waiter_end(w);
}

void waiter_check(struct waiter *w, struct shared *b, const char *change, uint64_t patience_ns,
		  bool came)
{
	struct scene s = {.view = &b->view, .patience_ns = patience_ns, .change = change};

	if (!came) {
		waiter_cancel(w);
		return;
	}
	s.unwoken = waiter_end(w);
	if (s.unwoken >= 0)
		shared_check(b, INVARIANT_NOTIFY, &s);
}
