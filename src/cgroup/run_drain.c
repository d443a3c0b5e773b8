/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a run group, and what a run notes and changes outside of it for that end to undo. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"
#include "cgroup/group.h"
#include "cgroup/run_cpus.h"
#include "cgroup/run_group.h"

static const char *const keys[] = {"user.cgchurn.enabled", "trusted.cgchurn.enabled"};
enum { N_KEYS = sizeof(keys) / sizeof(keys[0]), NOTE_SIZE = 256 };

int run_note_write(int fd, const char *controllers)
{
	for (int i = 0; i < N_KEYS; i++)
		if (fsetxattr(fd, keys[i], controllers, strlen(controllers), 0) == 0)
			return 0;
	return -errno;
}

static void read_note(int fd, char *ret, size_t size)
{
	ssize_t n = -1;

	for (int i = 0; i < N_KEYS && n < 0; i++)
		n = fgetxattr(fd, keys[i], ret, size - 1);
	ret[n < 0 ? 0 : n] = '\0';
}

static void remove_note(int fd)
{
	for (int i = 0; i < N_KEYS; i++)
		fremovexattr(fd, keys[i]);
}

static bool is_on(int parent_fd, const char *name, const char *controller)
{
	_cleanup_fd int fd = group_open(parent_fd, name);
	char text[NOTE_SIZE];

	if (fd < 0)
		return false;
	read_note(fd, text, sizeof(text));
	return controller_list_have(text, controller);
}

bool run_note_found(int parent_fd, const char *controller)
{
	_cleanup_dir DIR *dir = io_open_folder(parent_fd, ".");
	const char *name;
	uint64_t start;
	pid_t pid;

	while (dir && (name = group_next(dir)))
		if (run_name_parse(name, &pid, &start) == 0 && is_on(parent_fd, name, controller))
			return true;
	return false;
}

enum { PROCS_SIZE_MAX = 1 << 24 };

#define LEAF_NAME_SIZE (RUN_GROUP_NAME_SIZE + sizeof(RUN_LEAF_SUFFIX))

static bool is_ours(pid_t pid)
{
	struct proc_stat task;

	return pid == getpid() || (proc_stat_of(pid, &task) == 0 && task.parent == getpid());
}

static bool anybody(pid_t pid)
{
	return true;
}

/* Moves those of `from` that are `wanted`; how many went, or a negative errno. */
static int move(int from, int to, bool (*wanted)(pid_t))
{
	_cleanup_free char *text = NULL;
	char *save = NULL;
	int moved = 0, r = io_read_all(from, "cgroup.procs", PROCS_SIZE_MAX, &text, NULL);

	if (r < 0)
		return r;
	for (char *pid = strtok_r(text, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
		if (!wanted(atoi(pid)))
			continue;
		r = io_write_attr(to, "cgroup.procs", pid);
		if (r < 0 && r != -ESRCH)
			return r;
		moved += r == 0;
	}
	return moved;
}

static void leaf_name(const char *name, char ret[LEAF_NAME_SIZE])
{
	snprintf(ret, LEAF_NAME_SIZE, "%s%s", name, RUN_LEAF_SUFFIX);
}

int run_leaf_enter(int parent_fd, const char *name)
{
	char leaf[LEAF_NAME_SIZE];
	_cleanup_fd int fd = -1;
	int r;

	leaf_name(name, leaf);
	fd = group_make(parent_fd, leaf);
	if (fd == -EEXIST)
		return fd;
	r = fd < 0 ? fd : move(parent_fd, fd, is_ours);
	if (r == 0)
		r = -ESRCH;
	if (r < 0)
		unlinkat(parent_fd, leaf, AT_REMOVEDIR);
	return r < 0 ? r : 0;
}

/* Moves whoever is in the leaf back and removes it. 0 also where there is none. */
static int leave_leaf(int parent_fd, const char *name, uint64_t deadline_ns)
{
	char leaf[LEAF_NAME_SIZE];
	_cleanup_fd int fd = -1;
	int r;

	leaf_name(name, leaf);
	fd = group_open(parent_fd, leaf);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = move(fd, parent_fd, anybody);
	return r < 0 ? r : group_remove(parent_fd, leaf, deadline_ns);
}

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

	read_note(fd, noted, sizeof(noted));
	if (!noted[0])
		return 0;
	disable_own(fd);
	remove_note(fd);
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
	_cleanup_fd int fd = group_open(parent_fd, name);
	int r = 0, left, noted, removed = 0;

	if (fd < 0 && fd != -ENOENT)
		return fd;
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
	left = leave_leaf(parent_fd, name, deadline_ns);
	return r < 0 ? r : removed < 0 ? removed : left;
}
