"""The boots of a plan in guests: each ends as a result in its place, or as a record of what failed."""
import concurrent.futures
import dataclasses
import errno
import json
import os
import pathlib
import shutil
import sys
import time

from . import cache, initramfs, kernels, machine
from . import plan as plans
from .errors import cannot, usage

USAGE = 2
TURNS = "runs the CPUs in turn"  # src/host/turns.c, of guests that are to have several busy CPUs


def keep(folder, kernel):
    """Image and configuration of a kernel, so that later boots are of the same."""
    (folder / "kernels").mkdir(parents=True, exist_ok=True)
    for path, suffix in ((kernel.image, "image"), (kernel.config, "config")):
        if path:
            cache.write(folder / "kernels" / f"{kernel.sha256}.{suffix}", pathlib.Path(path).read_bytes())


def kernel_of(plan, side):
    fields = {f.name: side[f.name] for f in dataclasses.fields(kernels.Kernel)}
    image = plan.folder / "kernels" / f"{side['sha256']}.image"
    config = image.with_suffix(".config")
    if not image.exists() or cache.sha256(image) != side["sha256"]:
        raise usage(f"{image} is missing or changed; begin anew in another folder (-o)")
    fields.update(image=str(image), config=str(config) if config.exists() else "", parameters=tuple(side["parameters"]))
    return kernels.Kernel(**fields)


def job_of(plan, slot):
    request, guest = plan.data["request"], plan.data["guest"]
    tree, names = initramfs.Tree(), []
    for workload in request["workloads"]:
        if os.path.isabs(workload):
            tree.copy(workload, f"guest/workloads/{os.path.basename(workload)}")
            workload = f"/guest/workloads/{os.path.basename(workload)}"
        names.append(workload)
    command = plan.run_command(slot, "cgchurn", "/out/result.json", names, guest["run"])
    return machine.Job(kernel_of(plan, plan.sides[slot.side]), str(plan.folder / "guest.cpio"), command, guest["cpus"], request["memory"],
                       additions=tree, clock=guest["clock"], busy_cpus=guest["busy_cpus"], seed=plan.guest_seed_of(slot))


def take(slot, boot):
    """Accepts the boot's result, or says in the record why there is none."""
    result = slot.record / "out" / "result.json"
    if boot.outcome == "ok" and boot.status != 0:
        said = machine.read(slot.record / "stderr").strip()
        if boot.status == USAGE or TURNS in said:  # what one boot refuses all will refuse
            raise usage(f"cgchurn run: {said}")
        boot.outcome, boot.detail = "command", f"cgchurn run ended with {boot.status}: {said[-200:]}"
    elif boot.outcome == "ok" and not complete(result):
        boot.outcome, boot.detail = "command", "cgchurn run left no complete result"
    if boot.outcome == "ok":
        slot.accept(result)
        shutil.rmtree(slot.record / "out")
    plans.record(slot, dataclasses.asdict(boot))


def complete(path):
    try:
        return json.loads(path.read_text(encoding="utf-8")).get("complete") is True
    except (OSError, ValueError):
        return False


def boot_one(plan, slot, timeout_s):
    """One boot, from nothing to its record. Returns the boot."""
    try:
        slot.begin()
        job = dataclasses.replace(job_of(plan, slot), timeout_s=timeout_s)
        boot = machine.run(job, slot.record)
        if boot.outcome == "host":
            raise OSError(errno.EIO, boot.detail)
        take(slot, boot)
    except OSError as error:
        shutil.rmtree(slot.record, ignore_errors=True)
        raise cannot(f"{error.strerror}: the boot under way is lost, those before it are kept in {plan.folder}; "
                            "once there is room, the same command goes on") from error
    except BaseException:
        shutil.rmtree(slot.record, ignore_errors=True)
        raise
    return boot


def boot_all(plan, timeout_s, jobs, is_open):
    """All boots that are missing, `jobs` at a time. With --until-decided no more than it takes: from the fourth block on
    `is_open()` says after each, or after as many as run at a time, whether to go on."""
    last = len(plan.data["order"])
    until, step = plans.FIRST_LOOK if plan.max_boots else last, max(1, jobs // len(plan.sides))
    boot_some(plan, until, timeout_s, jobs)
    while until < last and is_open():
        until += step
        boot_some(plan, until, timeout_s, jobs)


def boot_some(plan, until, timeout_s, jobs):
    """The missing boots of the blocks up to `until`."""
    todo = [slot for slot in plan.missing() if slot.block <= until]
    what = "left" if until >= len(plan.data["order"]) else "until the next look"
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as crowd:
        slots = {crowd.submit(boot_one, plan, slot, timeout_s): slot for slot in todo}
        try:
            for count, future in enumerate(concurrent.futures.as_completed(slots), 1):
                each = (time.monotonic() - started) / count
                left = f", about {left_in_words(each * (len(todo) - count))} {what}" if count < len(todo) else ""
                print_end(plan, slots[future], future.result(), left)
        except BaseException:
            machine.stop_all()
            crowd.shutdown(cancel_futures=True)
            raise


def print_end(plan, slot, boot, left):
    side = plan.sides[slot.side]
    end = "done" if boot.outcome == "ok" else f"FAILED, {boot.outcome}: {boot.detail}"
    print(f"boot {slot.number} of {plan.total()}: {side['spec']} ({side['release']}): {end}, {boot.seconds:.0f} s{left}",
          file=sys.stderr, flush=True)


def left_in_words(seconds):
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
