"""Kernels of commits, built and booted, and what their boots measured. All lies in one folder:

    bisection.json      what was asked for, the kernels, the boots
    COMMIT/block-N.json the results of a commit's boots
    boots/N-COMMIT/     the record of each boot: boot.json, console.log, dmesg, stderr
    builds/COMMIT.log   what was said by a build that failed
    tree/, build/, kernels/, config, guest.cpio     working copy, objects and images; gone when the search is over

A start with the folder of an interrupted search goes on with it, by the boots that there are.
"""
import concurrent.futures
import dataclasses
import errno
import json
import math
import os
import shutil
import subprocess

from vm import boots, cache, kernels, machine, source
from vm import plan as plans
from vm.errors import Failed, usage

SCHEMA = "cgchurn-bisection/1"
ATTEMPTS = 2


class Unusable(Exception):
    """A commit that does not build or does not boot; the text says why."""


def short(commit):
    return commit[:12]


class Lab:
    """`data` is bisection.json. Each commit is a side of the plan, and each boot of it a block of its own."""

    def __init__(self, folder, data, tree, program, timeout_s, jobs):
        self.folder = folder
        self.data = data
        self.tree = tree
        self.program = program
        self.timeout_s = timeout_s
        self.jobs = jobs
        self.plan = plans.Plan(folder, {**data, "sides": data["kernels"]})
        self.measured = {}  # result: {metric: value}

    def save(self):
        cache.write(self.folder / "bisection.json", json.dumps(self.data, indent=2) + "\n")

    def results(self, commit):
        return [self.slot(commit, 0, boot["block"]).result for boot in self.data["boots"]
                if boot["commit"] == commit and boot["outcome"] == "ok"]

    def lost(self, commit):
        """Boots that ended without a result."""
        return sum(boot["commit"] == commit and boot["outcome"] != "ok" for boot in self.data["boots"])

    def unusable(self, commit):
        """Why it can't be measured, or None."""
        return self.data["kernels"].get(commit, {}).get("unusable")

    def build(self, commit):
        """Has the commit's kernel built, unless it was. Returns whether it was built now."""
        if commit in self.data["kernels"]:
            return False
        copy = self.tree.check_out(commit)
        try:
            image, config = self.compile(commit, copy)
        except Failed as failure:
            self.give_up(commit, f"does not build: {failure}")
        kernel = kernels.Kernel(short(commit), str(image), cache.sha256(image), kernels.release_of(image), str(config),
                                False, tuple(self.data["request"]["append"]), "")
        boots.keep(self.folder, kernel)
        self.data["kernels"][commit] = {"label": short(commit), **dataclasses.asdict(kernel)}
        self.save()
        return True

    def compile(self, commit, copy):
        out = self.folder / "build"
        log = self.folder / "builds" / f"{short(commit)}.log"
        try:
            source.configure_as(copy, out, self.folder / "config")
            image = source.build(copy, out)
        except Failed as failure:
            log.parent.mkdir(exist_ok=True)
            shutil.copyfile(out / "make.log", log)
            if os.strerror(errno.ENOSPC) in log.read_text(encoding="utf-8", errors="replace"):  # no fault of the commit
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(out)) from failure
            raise
        return image, out / ".config"

    def give_up(self, commit, why):
        self.data["kernels"].setdefault(commit, {"label": short(commit)})["unusable"] = why
        self.save()
        raise Unusable(why)

    def boot(self, commit, number):
        """Boots a commit so often. Raises Unusable where that fails before it has ever worked."""
        first = sum(boot["commit"] == commit for boot in self.data["boots"])
        slots = [self.slot(commit, len(self.data["boots"]) + i, first + i) for i in range(1, number + 1)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as crowd:
            ends = [crowd.submit(boots.boot_one, self.plan, slot, self.timeout_s) for slot in slots]
            try:
                done = [end.result() for end in ends]
            except BaseException:
                machine.stop_all()
                crowd.shutdown(cancel_futures=True)
                raise
        self.data["boots"] += [{"commit": commit, "block": slot.block, "outcome": boot.outcome, "detail": boot.detail,
                                "seconds": boot.seconds} for slot, boot in zip(slots, done)]
        self.save()
        if not self.results(commit) and self.lost(commit) >= ATTEMPTS:
            self.give_up(commit, f"does not boot: {done[-1].outcome}: {done[-1].detail}")

    def slot(self, commit, number, block):
        name = short(commit)
        return plans.Slot(number, block, 1, commit, "", self.folder / name / f"block-{block:02}.json",
                          self.folder / "boots" / f"{number:03}-{name}")

    def compare(self, *arguments):
        """What `cgchurn compare` says, as JSON."""
        done = subprocess.run([self.program, "compare", "--format", "json", *arguments], capture_output=True, text=True,
                              check=False)
        if done.returncode not in (0, 1):
            raise Failed(f"the results cannot be compared: {(done.stderr or done.stdout).strip()}", done.returncode)
        return json.loads(done.stdout)

    def value(self, result, reference, metric):
        """The logarithm of one boot's figure."""
        if result not in self.measured:
            base = next(path for path in reference if path != result)
            self.measured[result] = {name_of(each): each["new"] for each in self.compare(base, result)["metrics"]}
        value = self.measured[result].get(metric)
        if not value or value <= 0:
            raise usage(f"{result} has no '{metric}'")
        return math.log(value)

    def tidy(self):
        for name in ("tree", "build", "kernels"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / "guest.cpio").unlink(missing_ok=True)


def name_of(metric):
    return f"{metric['workload']}: {metric['actor']} {metric['span']} {metric['time']} {metric['metric']}"


def opened(folder, request):
    """bisection.json of the folder, or None where there is none; another search's is refused."""
    data = plans.stored(folder / "bisection.json", SCHEMA, "bisection")
    differs = plans.differences(data["request"], request) if data else ""
    if differs:
        raise usage(f"{folder} holds a bisection with {differs}; give another folder with -o")
    return data
