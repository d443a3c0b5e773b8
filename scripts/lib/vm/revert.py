"""Takes the per-threadgroup lock out of a kernel's source, and nothing else.

The patch (0568f89d4fb8, first in 6.18) is not reverted as a diff, for later commits have changed its surroundings. Each
edit names what goes; one that does not match exactly once stops it all, so that no half-reverted kernel is measured.
The member of struct signal_struct stays, unused: both kernels then lay out their structures alike, and differ in code only.
"""
import pathlib
import re

from .errors import usage

SWITCH = r"cgroup_enable_per_threadgroup_rwsem"
OWN = r"cgroup_threadgroup_rwsem"
EDITS = (
    ("kernel/fork.c", rf"#ifdef CONFIG_CGROUPS\n\tinit_rwsem\(&sig->{OWN}\);\n#endif\n", ""),
    ("init/init_task.c", rf"#ifdef CONFIG_CGROUPS\n\t\.{OWN}\t*\s*= [^\n]*\n#endif\n", ""),
    # Readers: the global lock only.
    ("include/linux/cgroup-defs.h", rf"extern bool {SWITCH};\n", ""),
    ("include/linux/cgroup-defs.h", rf"\tif \({SWITCH}\)\n\t\tdown_read\(&tsk->signal->{OWN}\);\n", ""),
    ("include/linux/cgroup-defs.h", rf"\tif \({SWITCH}\)\n\t\tup_read\(&tsk->signal->{OWN}\);\n", ""),
    ("include/linux/cgroup-defs.h", r"(CGRP_ATTACH_LOCK_NONE,\n)(?:(?!\};).)*?\tCGRP_ATTACH_LOCK_PER_THREADGROUP,\n", r"\1"),
    # Writers: the global lock always.
    ("kernel/cgroup/cgroup.c", rf"^bool {SWITCH} [^\n]*\n", ""),
    ("kernel/cgroup/cgroup.c", rf"\t\t{SWITCH} = true;\n", ""),
    ("kernel/cgroup/cgroup.c", rf"\t\tif \({SWITCH}\)\n\t\t\tpr_warn_once\([^;]*;\n", ""),
    ("kernel/cgroup/cgroup.c", rf"\tcase CGRP_ATTACH_LOCK_PER_THREADGROUP:\n\t\tdown_write\([^;]*;\n\t\tbreak;\n", ""),
    ("kernel/cgroup/cgroup.c", rf"\tcase CGRP_ATTACH_LOCK_PER_THREADGROUP:\n\t\tup_write\([^;]*;\n\t\tbreak;\n", ""),
    ("kernel/cgroup/cgroup.c",
     rf"\t\tif \({SWITCH}\)\n\t\t\t\*lock_mode = CGRP_ATTACH_LOCK_PER_THREADGROUP;\n\t\telse\n\t(\t\t\*lock_mode)", r"\1"),
)
# A later fix takes the new child's own lock as well; kernels of the first releases do not have it.
LATER_EDITS = (
    ("kernel/cgroup/cgroup.c",
     rf"\tif \({SWITCH} &&\n\t +child->signal != current->signal\)\n\t\tdown_read_nested\([^;]*;\n", ""),
    ("kernel/cgroup/cgroup.c",
     rf"\tif \({SWITCH} &&\n\t +child->signal != current->signal\)\n\t\tup_read\([^;]*;\n", ""),
)


def revert(source):
    """Edits the tree in place."""
    source = pathlib.Path(source)
    for path, what, instead in EDITS + LATER_EDITS:
        file = source / path
        text, number = re.subn(what, instead, file.read_text(encoding="utf-8"), flags=re.M | re.S)
        if number != 1 and not (number == 0 and (path, what, instead) in LATER_EDITS):
            raise usage(f"{path}: {number} places match {what!r} where one should; this source needs another revert")
        file.write_text(text, encoding="utf-8")
    for path in {path for path, _, _ in EDITS}:
        left = re.findall(rf"^[^*\n]*(?:{SWITCH}|signal->{OWN}|LOCK_PER_THREADGROUP)[^\n]*", (source / path).read_text("utf-8"), re.M)
        if left:
            raise usage(f"{path} still has: {left[0].strip()}")
