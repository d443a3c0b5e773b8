/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_drain.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "cgroup/group.h"
#include "cgroup/run_leaf.h"
#include "cgroup/words.h"

static const char *const note_names[] = {"user.cgchurn.enabled", "trusted.cgchurn.enabled"};
enum { N_NOTE_NAMES = sizeof(note_names) / sizeof(note_names[0]) };

int run_drain_note(int fd, const char *controllers)
{
	for (int i = 0; i < N_NOTE_NAMES; i++)
		if (fsetxattr(fd, note_names[i], controllers, strlen(controllers), 0) == 0)
			return 0;
	return -errno;
}

static void read_note(int fd, char *ret, size_t size)
{
	ssize_t n = -1;

	for (int i = 0; i < N_NOTE_NAMES && n < 0; i++)
		n = fgetxattr(fd, note_names[i], ret, size - 1);
	ret[n < 0 ? 0 : n] = '\0';
}

/* "-x" for each word; goes on after a failure and returns the first. */
static int disable(int fd, const char *words)
{
	char word[64], text[66];
	int first = 0;

	while (words_next(&words, word, sizeof(word))) {
		int r;

		snprintf(text, sizeof(text), "-%s", word);
		r = io_write_attr(fd, "cgroup.subtree_control", text);
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

/* A child that hands a controller on keeps its parent from taking it back, so the group's own list
 * goes first. */
static int undo(int fd, int parent_fd)
{
	char noted[256], own[1024];

	read_note(fd, noted, sizeof(noted));
	if (!noted[0])
		return 0;
	if (io_read_attr(fd, "cgroup.subtree_control", own, sizeof(own)) > 0)
		disable(fd, own);
	return disable(parent_fd, noted);
}

/*
 * A process can still enter after the kill: a worker on its way in whose parent-death signal is
 * only just delivered. Removal meets EBUSY then, and it all starts again.
 */
static int empty(int fd, uint64_t deadline_ns)
{
	uint64_t now;
	int r;

	do {
		now = clock_now_ns();
		r = group_kill(fd);
		if (r == 0)
			r = group_wait_empty(fd, deadline_ns);
		if (r == 0)
			r = group_remove_below(fd, now + 100 * NS_PER_MS < deadline_ns
							   ? now + 100 * NS_PER_MS
							   : deadline_ns);
	} while (r == -EBUSY && now < deadline_ns);
	return r;
}

int run_drain(int fd, int parent_fd, uint64_t deadline_ns)
{
	int r = empty(fd, deadline_ns);

	return r < 0 ? r : undo(fd, parent_fd);
}

/* Whatever was mounted over a group is not ours to empty. */
static bool is_group(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

int run_drain_remove(int parent_fd, const char *name, uint64_t deadline_ns)
{
	_cleanup_fd int fd =
		openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0, left, removed = 0;

	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (fd >= 0 && !is_group(fd))
		return -EXDEV;
	if (fd >= 0) {
		r = run_drain(fd, parent_fd, deadline_ns);
		removed = group_remove(parent_fd, name, deadline_ns, NULL);
	}
	left = run_leaf_leave(parent_fd, name, deadline_ns);
	return r < 0 ? r : removed < 0 ? removed : left;
}
