/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/invariant.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"

/* clang-format off */
const struct invariant invariants[INVARIANTS] = {
	[INVARIANT_TOGETHER] = {.name = "together", .check = check_together,
		.guards = "477abc2ec889",
		.promise = "after a process was moved all its threads are in the new group, while it "
			"clones, execs and exits; after a move that failed, in the old one"},
	[INVARIANT_ONCE] = {.name = "once", .check = check_once,
		.guards = "c03cd7738a83",
		.promise = "every task is listed in exactly one group, the one that /proc names, and "
			"every process in a cgroup.procs"},
	[INVARIANT_BIRTH] = {.name = "birth", .check = check_child,
		.guards = "eaf797abc53b",
		.promise = "a child is born in its parent's group; the old or the new one while the "
			"parent is moved"},
	[INVARIANT_CLONE_INTO] = {.name = "clone-into", .check = check_child,
		.promise = "clone3 with CLONE_INTO_CGROUP creates the child in the group it names, and "
			"nowhere else"},
	[INVARIANT_POPULATED] = {.name = "populated", .check = check_populated, .is_awaited = true,
		.promise = "populated of cgroup.events agrees with the group's list of tasks"},
	[INVARIANT_FREEZE] = {.name = "freeze", .check = check_freeze, .is_awaited = true,
		.guards = "97a61369830a 937c6b27c73e",
		.promise = "a group told to freeze becomes frozen"},
	[INVARIANT_THAW] = {.name = "thaw", .check = check_thaw, .is_awaited = true,
		.promise = "tasks run on once their group is thawed"},
	[INVARIANT_KILL_DRAINS] = {.name = "kill-drains", .check = check_drains, .is_awaited = true,
		.guards = "b69bb476dee9",
		.promise = "after cgroup.kill the whole subtree empties"},
	[INVARIANT_KILL_SPARES] = {.name = "kill-spares", .check = check_spares,
		.guards = "8e3599202166",
		.promise = "nobody outside of what is killed dies"},
	[INVARIANT_PIDS] = {.name = "pids", .check = check_pids, .is_awaited = true,
		.guards = "51bee5abeab2 c9e75f0492b2",
		.promise = "pids.current returns to what it was"},
	[INVARIANT_DYING] = {.name = "dying", .check = check_dying, .is_awaited = true,
		.guards = "2bd110339288",
		.promise = "removed groups that lack the memory controller are let go: "
			"nr_dying_descendants drains"},
	[INVARIANT_REMOVAL] = {.name = "removal", .check = check_removal, .is_awaited = true,
		.guards = "1b164b876c36 9c974c772464",
		.promise = "a group that is empty can be removed"},
	[INVARIANT_RESPONDS] = {.name = "responds", .check = check_responds, .is_awaited = true,
		.guards = "477abc2ec889 93618edf7538 a99ce697ea5e",
		.promise = "no operation on a group hangs"},
	[INVARIANT_KERNEL_LOG] = {.name = "kernel-log", .check = check_log,
		.guards = "cee0c33c546a 2b021cbf3cb6",
		.promise = "the kernel logs no warning, bug, lock report, stall or hung task"},
	[INVARIANT_TAINT] = {.name = "taint", .check = check_taint,
		.promise = "the kernel gets no new taint, and counts no new warning or oops"},
	[INVARIANT_OOM] = {.name = "oom", .check = check_oom,
		.promise = "who needs more than memory.max of its group is killed, and memory.events "
			"counts it"},
	[INVARIANT_ANCESTORS] = {.name = "ancestors", .check = check_ancestors, .is_awaited = true,
		.promise = "populated of a group above others is 1 exactly while somebody lives below it"},
	[INVARIANT_FREEZE_HOLDS] = {.name = "freeze-holds", .check = check_freeze_holds,
		.guards = "97a61369830a",
		.promise = "no task runs while its group reads frozen 1"},
	[INVARIANT_UNFROZEN] = {.name = "unfrozen", .check = check_unfrozen, .is_awaited = true,
		.promise = "frozen returns to 0 once a group is thawed"},
	[INVARIANT_NOTIFY] = {.name = "notify", .check = check_notify, .is_awaited = true,
		.promise = "who waits for a change of cgroup.events by poll or inotify is woken"},
	[INVARIANT_LISTS] = {.name = "lists", .check = check_lists,
		.guards = "de8163e2dd03 a72f73c4dd9b 5ee01f1a7343",
		.promise = "who stays in a group is in its lists whenever they are read, while others "
			"are moved too, and nobody is who has ended"},
	[INVARIANT_OCCUPIED] = {.name = "occupied", .check = check_occupied,
		.guards = "4c56a8ac6869",
		.promise = "the removal of a group above others is refused"},
};
/* clang-format on */

int evidence_set(struct evidence *e, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	e->n_stuck = 0;
	vsnprintf(e->text, sizeof(e->text), format, arguments);
	va_end(arguments);
	return -EBADMSG;
}

void evidence_add(struct evidence *e, const char *format, ...)
{
	size_t used = strlen(e->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(e->text + used, sizeof(e->text) - used, format, arguments);
	va_end(arguments);
}

int check_log(const struct scene *s, struct evidence *ret)
{
	return s->log ? evidence_set(ret, "%s", s->log) : 1;
}

void kernel_counts_read(int root_fd, struct kernel_counts *ret)
{
	*ret = (struct kernel_counts){
		.taint = io_read_number(root_fd, "proc/sys/kernel/tainted", NULL),
		.warnings = io_read_number(root_fd, "sys/kernel/warn_count", NULL),
		.oopses = io_read_number(root_fd, "sys/kernel/oops_count", NULL),
	};
}

static int check_count(const char *file, int64_t before, int64_t now, struct evidence *ret)
{
	if (before >= 0 && now < 0)
		return (int)now;
	if (before < 0 || now <= before)
		return 1;
	return evidence_set(ret, "/sys/kernel/%s was %" PRId64 " and is %" PRId64, file, before,
			    now);
}

/* The bits are explained in Documentation/admin-guide/tainted-kernels.rst. */
int check_taint(const struct scene *s, struct evidence *ret)
{
	int64_t before = s->before.taint, now = s->now.taint, gained = now & ~before;
	int r;

	if (before < 0 || now < 0)
		return (int)(before < 0 ? before : now);
	if (gained)
		return evidence_set(ret,
				    "/proc/sys/kernel/tainted was %" PRId64 " and is %" PRId64
				    ": gained %" PRId64,
				    before, now, gained);
	r = check_count("warn_count", s->before.warnings, s->now.warnings, ret);
	return r < 0 ? r : check_count("oops_count", s->before.oopses, s->now.oopses, ret);
}
