/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hogs: processes that need more memory than their group may have. Beside the test groups, for groups
 * with the memory controller need not be let go once they are removed (test groups.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "verify/actor.h"
#include "verify/round_runner.h"

/* What a process needs for itself fits in, and what it then touches does not by far. */
enum { ALLOWED_BYTES = 4 << 20, TOUCHED_BYTES = 64 << 20 };

static _Noreturn void touch(void)
{
	char *memory = mmap(NULL, TOUCHED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (long i = 0; memory != MAP_FAILED && i < TOUCHED_BYTES; i += 4096)
		((volatile char *)memory)[i] = 1;
	_exit(0);
}

/* Nothing of it can be swapped out, so that the killer is the only way. */
static int limit(struct actor *a, int fd)
{
	char bytes[16];
	int r;

	snprintf(bytes, sizeof(bytes), "%d", ALLOWED_BYTES);
	r = io_write_attr(fd, "memory.max", bytes);
	/* Absent where there is no swap accounting; the last one before 4.19. */
	io_write_attr(fd, "memory.swap.max", "0");
	io_write_attr(fd, "memory.oom.group", rng_below(&a->rng, 2) ? "1" : "0");
	return r;
}

static void starve(struct actor *a, int fd)
{
	struct scene s = actor_scene(a);

	s.group_fd = fd;
	actor_does(a, "exceeding memory.max");
	s.child.pid = actor_forks_into(a, fd, rng_below(&a->rng, 2));
	if (s.child.pid == 0)
		touch();
	if (s.child.pid < 0) {
		shared_refused(a->shared, s.child.pid);
		return;
	}
	child_reap(s.child.pid, &s.child.status);
	if (shared_check(a->shared, INVARIANT_OOM, &s) > 0)
		atomic_fetch_add(&a->shared->ooms, 1);
}

/* Whether to go on: not where v2 has no memory controller. */
static bool starve_one(struct actor *a, int area)
{
	static const char name[] = "victim";
	_cleanup_fd int fd = -1;
	int r;

	actor_does(a, "mkdir of a group");
	if (mkdirat(area, name, 0755) < 0 ||
	    (fd = openat(area, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		actor_fails(a, "making a group with little memory: %s", strerror(errno));
		return false;
	}
	r = limit(a, fd);
	if (r == 0)
		starve(a, fd);
	else if (r != -ENOENT)
		actor_fails(a, "writing memory.max: %s", strerror(-r));
	actor_removes_group(a, area, name);
	return r == 0;
}

void actor_hogs(struct actor *a)
{
	_cleanup_fd int area = -1;
	bool goes_on = true;

	if (mkdirat(a->run_group_fd, ROUND_GROUP_HOGS, 0755) < 0 ||
	    (area = openat(a->run_group_fd, ROUND_GROUP_HOGS, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) <
		    0) {
		actor_fails(a, "making the group %s: %s", ROUND_GROUP_HOGS, strerror(errno));
		return;
	}
	io_write_attr(area, "cgroup.subtree_control", "+memory");
	while (goes_on && actor_goes_on(a)) {
		goes_on = starve_one(a, area);
		actor_dozes(a, 50 * NS_PER_MS);
	}
	actor_removes_group(a, a->run_group_fd, ROUND_GROUP_HOGS);
}
