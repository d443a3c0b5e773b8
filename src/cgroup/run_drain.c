/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_drain.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "cgroup/group.h"
#include "cgroup/run_cpus.h"
#include "cgroup/run_leaf.h"
#include "cgroup/run_note.h"
#include "cgroup/controller_list.h"

enum { AGAIN_MS = 200 };

/* Everything that the group itself hands down. */
static void disable_own(int fd)
{
	char words[1024], word[64];
	const char *at = words;

	if (io_read_attr(fd, "cgroup.subtree_control", words, sizeof(words)) < 0)
		return;
	while (controller_list_next(&at, word, sizeof(word)))
		controller_list_switch(fd, '-', word);
}

/*
 * Takes back what is noted, except for what another run noted too. A child that hands a controller
 * on keeps its parent from taking it back, so the group's own list goes first; and the note, so
 * that of two runs that end together one at least sees no other.
 */
static int undo(int fd, int parent_fd)
{
	char noted[256], word[64];
	const char *at = noted;
	int first = 0;

	run_note_read(fd, noted, sizeof(noted));
	if (!noted[0])
		return 0;
	disable_own(fd);
	run_note_remove(fd);
	while (controller_list_next(&at, word, sizeof(word))) {
		int r = run_note_found(parent_fd, word)
				? 0
				: controller_list_switch(parent_fd, '-', word);

		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A process can still enter after the kill: a worker on its way in whose parent-death signal is
 * only just delivered. So nothing waits for long before it all starts again.
 */
static int empty(int fd, uint64_t deadline_ns)
{
	uint64_t now, until;
	int r;

	do {
		now = clock_now_ns();
		until = earlier(now + AGAIN_MS * NS_PER_MS, deadline_ns);
		r = group_kill(fd);
		if (r == 0)
			r = group_wait_empty(fd, until);
		if (r == 0)
			r = group_remove_below(fd, until);
	} while ((r == -EBUSY || r == -ETIME) && now < deadline_ns);
	return r;
}

int run_drain(int fd, int parent_fd, uint64_t deadline_ns)
{
	int r = empty(fd, deadline_ns), brought = run_cpus_bring_back(fd, deadline_ns);

	if (r < 0 || brought < 0)
		return r < 0 ? r : brought;
	/* Not before: nobody is left who could take one. */
	r = run_cpus_forget(fd);
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
	int r = 0, left, noted, removed = 0;

	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (fd >= 0 && !is_group(fd))
		return -EXDEV;
	if (fd >= 0) {
		r = run_drain(fd, parent_fd, deadline_ns);
		/* The note would go with the group. */
		noted = run_cpus_noted(fd);
		removed = noted > 0   ? -EBUSY
			  : noted < 0 ? noted
				      : group_remove(parent_fd, name, deadline_ns);
	}
	left = run_leaf_leave(parent_fd, name, deadline_ns);
	return r < 0 ? r : removed < 0 ? removed : left;
}
