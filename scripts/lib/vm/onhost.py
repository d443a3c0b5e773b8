"""The part of a fleet's comparison that runs on each host, for which this package is carried there as one file.

    describe PROGRAM SPEC...    what the kernels come to on this host, as JSON
    load METHOD FOLDER NUMBER   all that a boot needs but the reboot itself
    measure FOLDER NUMBER       looks which kernel has come up, runs the workloads; FOLDER/record.tar is the boot's record
    undo METHOD                 takes out of the boot loader what was put there

FOLDER holds this host's plan.json: the fleet's, with the kernels and the command line that this host has.
"""
import json
import os
import shutil
import sys
import tarfile

from . import cache, errors, metal
from . import plan as plans


def describe(program, *specs):
    found = shutil.which(program)
    if not found:
        raise errors.cannot(f"there is no {program} on this host")
    print(json.dumps({"sides": [metal.kernel_of(spec) for spec in specs], "command_line": metal.own_command_line(),
                      "program": found, "program_sha256": cache.sha256(found)}))


def load(method, folder, number):
    plan = plans.opened(folder)
    slot = plan.slot(int(number))
    side = plan.sides[slot.side]
    if cache.sha256(side["image"]) != side["sha256"]:
        raise errors.usage(f"{side['image']} has changed since the comparison began")
    metal.perform(metal.METHODS[method].boot(plan, slot)[:-1])
    os.sync()


def measured(folder, number):
    plan = plans.opened(folder)
    slot = plan.slot(int(number))
    metal.after_reboot(plan, slot)
    with tarfile.open(plan.folder / "record.tar", "w") as packed:
        packed.add(slot.record, ".")


def undo(method):
    metal.perform(metal.METHODS[method].undo())


VERBS = {"describe": describe, "load": load, "measure": measured, "undo": undo}


def main(arguments):
    try:
        VERBS[arguments[0]](*arguments[1:])
    except errors.Failed as failed:
        print(failed, file=sys.stderr)
        return failed.exit_code
    except OSError as failed:
        print(f"{failed.filename or 'a file'}: {failed.strerror}", file=sys.stderr)
        return 4
    return 0
