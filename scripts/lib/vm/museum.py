"""The museum's pieces: known bugs of the kernel, each as edits of Debian's linux-source that put it back.

A piece is not the old code but the old fault in the present code, as small as can be. An edit replaces one text by another; a text
that is not there exactly once stops it all, so that no kernel passes for one that has the bug. Files are under kernel/, not
include/: what many files include would make every piece build the whole kernel.
"""
import dataclasses
import hashlib
import pathlib

from . import cache
from .errors import usage

COMMIT = "https://git.kernel.org/torvalds/c/"
CONFIG = pathlib.Path(__file__).resolve().parent / "museum.config"
CGROUP = "kernel/cgroup/cgroup.c"
# Of every boot: on a busy machine an emulated timer comes too late for the kernel's test of it.
PARAMETERS = "no_timer_check"


@dataclasses.dataclass(frozen=True)
class Piece:
    name: str
    fix: str  # the commit that fixed it, or that brought the line which prevents it
    breaks: str  # the invariant of src/verify/invariant.c that it breaks
    says: str
    edits: tuple  # of (path, text, instead)


# As rmdir waited in 7.0, with one wait queue for all groups in place of one each.
DRAIN = """static DECLARE_WAIT_QUEUE_HEAD(dying_waitq);

static int cgroup_drain_dying(struct cgroup *cgrp)
{
	struct css_task_iter it;
	struct task_struct *task;
	DEFINE_WAIT(wait);

	while (%s(cgrp)) {
		css_task_iter_start(&cgrp->self, 0, &it);
		task = css_task_iter_next(&it);
		css_task_iter_end(&it);
		if (task)
			return -EBUSY;
		prepare_to_wait(&dying_waitq, &wait, TASK_UNINTERRUPTIBLE);
		cgroup_unlock();
		if (%s(cgrp))
			schedule();
		finish_wait(&dying_waitq, &wait);
		cgroup_lock();
		if (cgroup_is_dead(cgrp))
			return -ENODEV;
	}
	return 0;
}

int cgroup_rmdir(struct kernfs_node *kn)
{
"""


def draining(test):
    """rmdir waits until `test` of the group is false, as the last of its tasks leave."""
    return (
        (CGROUP, "int cgroup_rmdir(struct kernfs_node *kn)\n{\n", DRAIN % (test, test)),
        (CGROUP, "	ret = cgroup_destroy_locked(cgrp);\n	if (!ret)\n		TRACE_CGROUP_PATH(rmdir",
         "	ret = cgroup_drain_dying(cgrp);\n	if (!ret)\n		ret = cgroup_destroy_locked(cgrp);\n	if (!ret)\n"
         "		TRACE_CGROUP_PATH(rmdir"),
        (CGROUP, "	spin_unlock_irqrestore(&css_set_lock, flags);\n}\n\n#ifdef CONFIG_PREEMPT_RT\n/*\n * cgroup_task_dead() is called",
         "	wake_up_all(&dying_waitq);\n	spin_unlock_irqrestore(&css_set_lock, flags);\n}\n\n#ifdef CONFIG_PREEMPT_RT\n"
         "/*\n * cgroup_task_dead() is called"),
    )


# Lists show those whom the iterator hides.
SHOW_DEAD = (
    (CGROUP, "	return __cgroup_procs_start(s, pos, CSS_TASK_ITER_PROCS |\n					    CSS_TASK_ITER_THREADED);",
     "	return __cgroup_procs_start(s, pos, CSS_TASK_ITER_PROCS |\n"
     "					    CSS_TASK_ITER_THREADED | CSS_TASK_ITER_WITH_DEAD);"),
    (CGROUP, "	return __cgroup_procs_start(s, pos, 0);", "	return __cgroup_procs_start(s, pos, CSS_TASK_ITER_WITH_DEAD);"),
)

# The first eight from the chain of 6.18 to 7.2, newest last; then older and newer ones.
PIECES = (
    Piece("exec-leader", "477abc2ec889", "responds",
          "A write to cgroup.procs finds the leader before it takes the lock. An exec by another thread makes that one the leader "
          "meanwhile; without a second look the walk over the threads of the former leader never ends.",
          ((CGROUP, "	if (threadgroup) {\n		if (!thread_group_leader(tsk)) {\n			/*\n			 * A race",
            "	if (threadgroup) {\n		if (0) {\n			/*\n			 * A race"),)),
    Piece("pid-0", "de8163e2dd03", "lists",
          "Tasks stay in cgroup.procs until their last context switch, and have no PID by then: the list shows a 0, and who kills "
          "what is listed kills its own process group.",
          SHOW_DEAD),
    Piece("dead-listed", "a72f73c4dd9b", "lists",
          "A process is still listed after its parent was notified of its end: systemd waits for it until a timeout.",
          (*SHOW_DEAD,
           (CGROUP, '	seq_printf(s, "%d\\n", task_pid_vnr(v));\n	return 0;',
            '	pid_t pid = task_pid_vnr(v);\n\n	if (!pid)\n		return SEQ_SKIP;\n	seq_printf(s, "%d\\n", pid);\n'
            '	return 0;'))),
    Piece("iteration", "5ee01f1a7343", "lists",
          "Who reads cgroup.procs while another process is moved out of the group goes on in the list of those that are moved, and "
          "misses the rest of the group.",
          ((CGROUP, "	css_set_skip_task_iters(cset, task);\n	list_move_tail(&task->cg_list, &cset->mg_tasks);",
            "	list_move_tail(&task->cg_list, &cset->mg_tasks);"),)),
    Piece("rmdir-busy", "1b164b876c36", "removal",
          "A group whose list is empty cannot be removed: the tasks that the list hides still count.",
          ((CGROUP, "	if (task)\n		return -EBUSY;\n\n	/*\n	 * Make sure there's no live children.",
            "	if (task || cgroup_has_tasks(cgrp))\n		return -EBUSY;\n\n	/*\n	 * Make sure there's no live children."),)),
    Piece("rmdir-populated", "4c56a8ac6869", "responds",
          "rmdir of a group that has no tasks, above one that has, waits for these instead of being refused.",
          draining("cgroup_is_populated")),
    Piece("pidns-reaper", "93618edf7538", "responds",
          "rmdir waits for the init of a PID namespace to leave, which waits until the last process of the namespace is reaped. Where "
          "its reaper is who removes the group, neither goes on (met with podman and systemd).",
          draining("cgroup_has_tasks")),
    Piece("rebind", "a99ce697ea5e", "responds",
          "A mount of cgroup v1 takes perf_event from v2 while groups have tasks: their state of it is never let go, and the next write "
          "to cgroup.subtree_control, or the unmount, waits for that under cgroup_mutex.",
          ((CGROUP, "		cgroup_rebind_ss_mask = dfl_disable_ss_mask;\n", ""),
           (CGROUP, "			cgroup_rebind_ss_mask = 1 << ssid;\n", ""))),
    Piece("kill-into", "8e3599202166", "kill-spares",
          "clone3 with CLONE_INTO_CGROUP compares the count of kills of the parent's group with that of the child's: into a group that "
          "was killed once, every child is born dead.",
          ((CGROUP, "	kargs->kill_seq = dst_cgrp->kill_seq;\n", ""),)),
    Piece("kill-fork", "b69bb476dee9", "kill-drains",
          "cgroup.kill passes over a child whose fork began before and ends after it: the group never empties.",
          ((CGROUP, "	cgrp->kill_seq++;\n", "	set_bit(30, &cgrp->flags);\n"),
           (CGROUP, "	css_task_iter_end(&it);\n}\n\nstatic void cgroup_kill(struct cgroup *cgrp)",
            "	css_task_iter_end(&it);\n	spin_lock_irq(&css_set_lock);\n	clear_bit(30, &cgrp->flags);\n"
            "	spin_unlock_irq(&css_set_lock);\n}\n\nstatic void cgroup_kill(struct cgroup *cgrp)"),
           (CGROUP, "		kill = kargs->kill_seq != cgrp_kill_seq;", "		kill = test_bit(30, &cgrp_flags);"))),
    Piece("cset-leak", "2bd110339288", "dying",
          "A fork that fails at pids.max keeps a reference to its css_set: the group is never let go once it is removed.",
          ((CGROUP, "	if (cset) {\n		put_css_set(cset);\n		kargs->cset = NULL;\n	}\n\n	if (kargs->flags & CLONE_INTO_CGROUP) {\n"
            "		cgroup_unlock();\n",
            "	if (kargs->flags & CLONE_INTO_CGROUP) {\n		if (cset) {\n			put_css_set(cset);\n			kargs->cset = NULL;\n"
            "		}\n		cgroup_unlock();\n"),)),
    Piece("pids-late", "51bee5abeab2", "pids",
          "A process that was reaped counts in pids.current until a grace period is over: a loop of fork and wait runs into pids.max.",
          ((CGROUP, "void cgroup_task_release(struct task_struct *task)\n{\n",
            "void cgroup_task_release(struct task_struct *task)\n{\n}\n\nstatic void release_late(struct task_struct *task)\n{\n"),
           (CGROUP, "	struct css_set *cset = task_css_set(task);\n\n	if (!list_empty(&task->cg_list)) {\n		spin_lock_irq(&css_set_lock);\n"
            "		css_set_skip_task_iters",
            "	struct css_set *cset = task_css_set(task);\n\n	release_late(task);\n	if (!list_empty(&task->cg_list)) {\n"
            "		spin_lock_irq(&css_set_lock);\n		css_set_skip_task_iters"))),
    Piece("frozen-mkdir", "97a61369830a", "freeze-holds",
          "A group that is made in a frozen one reads frozen, and who is born in it runs.",
          ((CGROUP, "		set_bit(CGRP_FREEZE, &cgrp->flags);\n		cgrp->freezer.freeze_start_nsec",
            "		cgrp->freezer.freeze_start_nsec"),)),
    Piece("dead-leader", "c03cd7738a83", "once",
          "A process whose leader has ended before its other threads is missing from cgroup.procs.",
          ((CGROUP, "		if (it->cur_tasks_head == &it->cur_cset->dying_tasks &&\n		    !atomic_read(&task->signal->live))\n",
            "		if (it->cur_tasks_head == &it->cur_cset->dying_tasks)\n"),)),
    Piece("iterator-skip", "cee0c33c546a", "kernel-log",
          "A reader of cgroup.procs whose next task leaves the group goes on without looking whether that was the last: it takes the head "
          "of a list for a task.",
          ((CGROUP, "	if (it->flags & CSS_TASK_ITER_SKIPPED)\n		css_task_iter_advance(it);\n\n	while (it->task_pos", "	while (it->task_pos"),)),
)


def edit(tree, piece):
    """The new contents by path."""
    texts = {}
    for path, text, instead in piece.edits:
        whole = texts.get(path) or (tree / path).read_text(encoding="utf-8")
        if whole.count(text) != 1:
            raise usage(f"{piece.name}: {whole.count(text)} places of {path} read {text[:60]!r}, and one should; "
                        "this source needs another edit")
        texts[path] = whole.replace(text, instead)
    return texts


def digest(piece, fragments):
    """Of all that makes its kernel, besides the source."""
    whole = repr((piece.edits, [fragment.read_text(encoding="utf-8") for fragment in fragments]))
    return hashlib.sha256(whole.encode()).hexdigest()[:8]


def keep_originals(tree, originals):
    """What pieces edit, once, before the first does."""
    for path in {path for piece in PIECES for path, _, _ in piece.edits}:
        kept = originals / path
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            cache.write(kept, (tree / path).read_bytes())


def restore(tree, originals):
    """Undoes the edits, also of a run that was interrupted."""
    for kept in originals.rglob("*.c"):
        path = tree / kept.relative_to(originals)
        if path.read_bytes() != kept.read_bytes():
            cache.write(path, kept.read_bytes())
