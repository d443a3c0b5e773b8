"""What is done of a plan on the machine itself, once the kernel of a boot has come up: the workloads, and the record."""
import subprocess
import time

from . import cache, console, metal
from . import plan as plans
from .errors import usage


def run_command(plan, slot, program):
    request = plan.data["request"]
    return [program, "run", "-o", str(slot.record / "result.json"), "--label", plan.sides[slot.side]["label"], "--seed",
            str(plan.seed_of(slot)), "--sequence", f"{slot.block}:{slot.position}", *request["run"],
            *request["workloads"]]


def measure(plan, slot):
    """Runs the workloads on the kernel that has come up; returns the record. A good result is in its place afterwards."""
    if cache.sha256(plan.data["program"]) != plan.data["program_sha256"]:
        raise usage(f"{plan.data['program']} has changed since the comparison began")
    time.sleep(plan.data["settle_s"])
    with open(slot.record / "stderr", "wb") as said:
        status = subprocess.run(run_command(plan, slot, plan.data["program"]), stdin=subprocess.DEVNULL,
                                stdout=said, stderr=said, check=False).returncode
    log = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    (slot.record / "dmesg").write_text(log, encoding="utf-8")
    boot = {"outcome": "ok", "detail": "", "status": status, "accelerator": "none"}
    if status != 0:
        said = (slot.record / "stderr").read_text(encoding="utf-8", errors="replace")
        boot.update(outcome="command", detail=said.strip()[-200:])
    elif console.warning(log):
        boot.update(outcome="warning", detail=console.warning(log))
    else:
        slot.accept(slot.record / "result.json")
    return boot


def after_reboot(plan, slot):
    """Measures where the kernel of this boot has come up, and writes the boot's record in any case."""
    slot.begin()
    stray = metal.came_up(plan, slot)
    plans.record(slot, {"outcome": "lost", "detail": stray, "accelerator": "none"} if stray else measure(plan, slot))
