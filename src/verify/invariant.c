/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/invariant.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

const struct invariant invariants[INVARIANTS] = {
	[INVARIANT_TOGETHER] = {"together",
				"after a process was moved all its threads are in the new group, "
				"while it clones, execs and exits; after a move that failed, in "
				"the old one",
				check_together},
	[INVARIANT_ONCE] = {"once",
			    "every task is listed in exactly one group, the one that /proc names",
			    check_once},
	[INVARIANT_BIRTH] = {"birth",
			     "a child is born in its parent's group; the old or the new one while "
			     "the parent is moved",
			     check_child},
	[INVARIANT_CLONE_INTO] = {"clone-into",
				  "clone3 with CLONE_INTO_CGROUP bears a child in the group it "
				  "names, and nowhere else",
				  check_child},
	[INVARIANT_POPULATED] = {"populated",
				 "populated of cgroup.events agrees with the group's list of tasks",
				 check_populated, true},
	[INVARIANT_FREEZE] = {"freeze", "a group told to freeze comes to be frozen", check_freeze,
			      true},
	[INVARIANT_THAW] = {"thaw", "tasks run on once their group is thawed", check_thaw, true},
	[INVARIANT_KILL_DRAINS] = {"kill-drains", "after cgroup.kill the whole subtree empties",
				   check_drains, true},
	[INVARIANT_KILL_SPARES] = {"kill-spares", "nobody outside of what is killed dies",
				   check_spares},
	[INVARIANT_PIDS] = {"pids", "pids.current returns to what it was", check_pids, true},
	[INVARIANT_DYING] = {"dying",
			     "removed groups that lack the memory controller are let go: "
			     "nr_dying_descendants drains",
			     check_dying, true},
	[INVARIANT_REMOVAL] = {"removal", "a group that is empty can be removed", check_removal,
			       true},
	[INVARIANT_RESPONDS] = {"responds", "no operation on a group hangs", check_responds, true},
	[INVARIANT_KERNEL_LOG] = {"kernel-log",
				  "the kernel logs no warning, bug, lock report, stall or hung "
				  "task",
				  check_log},
	[INVARIANT_TAINT] = {"taint",
			     "the kernel gets no new taint, and counts no new warning or oops",
			     check_taint},
	[INVARIANT_OOM] = {"oom",
			   "who needs more than memory.max of its group is killed, and "
			   "memory.events counts it",
			   check_oom},
	[INVARIANT_ANCESTORS] = {"ancestors",
				 "populated of a group above others is 1 exactly while somebody "
				 "lives below it",
				 check_ancestors, true},
	[INVARIANT_FREEZE_HOLDS] = {"freeze-holds", "no task runs while its group reads frozen 1",
				    check_freeze_holds},
	[INVARIANT_UNFROZEN] = {"unfrozen", "frozen returns to 0 once a group is thawed",
				check_unfrozen, true},
	[INVARIANT_NOTIFY] = {"notify",
			      "who waits for a change of cgroup.events by poll or inotify is woken",
			      check_notify, true},
};

int evidence_set(struct evidence *e, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	e->n_stuck = 0;
	vsnprintf(e->text, sizeof(e->text), format, arguments);
	va_end(arguments);
	return -EBADMSG;
}
