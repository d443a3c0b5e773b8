"""Real reboots of this machine: what each needs, as actions that can be performed or only printed, and what is measured.

An action is ("run", argv), ("write", path, text), ("remove", path); the last of a boot is the reboot itself. Two ways
into a kernel: kexec loads it from the running one; GRUB boots it once, by an entry of ours in custom.cfg, and the default
again after that. With either, a kernel that panics brings the machine back to its default kernel (panic=30), whose
command line lacks our mark.
"""
import os
import pathlib
import re
import shutil
import subprocess
import time

from . import cache, console, kernels
from . import plan as plans
from .errors import cannot, output, usage

UNIT = "cgchurn-boot-compare.service"
UNIT_PATH = pathlib.Path("/etc/systemd/system", UNIT)
GRUB_PATH = pathlib.Path("/boot/grub/custom.cfg")
BEGIN, END = "# cgchurn boot-compare: begin", "# cgchurn boot-compare: end"
MARK = "cgchurn.boot"
# What the boot loader or an earlier comparison put onto the command line, and is not the machine's own.
NOT_OURS = re.compile(r"^(BOOT_IMAGE|initrd|cgroup_favordynmods|panic|cgchurn\.boot)(=|$)")


def perform(actions, dry=False):
    for action, what, *text in actions:
        if dry:
            print(shown(action, what, *text))
        elif action == "run":
            output(*what)
        elif action == "write":
            cache.write(what, text[0])
        else:
            pathlib.Path(what).unlink(missing_ok=True)


def shown(action, what, text=""):
    if action == "run":
        return f"  {' '.join(what)}"
    if action == "remove":
        return f"  rm -f {what}"
    return f"  write {what}:\n" + "\n".join(f"    | {line}" for line in text.splitlines())


def kernel_of(spec):
    """The side of a plan: an installed kernel, or one built on this machine, and the initrd that belongs to it."""
    if spec.startswith("debian:"):
        raise usage(f"'{spec}': a real reboot needs an installed kernel: give the path of its vmlinuz, as in /boot")
    words = kernels.split(spec)
    initrds = [p.removeprefix("initrd=").replace('"', "") for p in words[1:] if p.startswith("initrd=")]
    kernel = kernels.resolve(",".join(p for p in words if not p.startswith("initrd=")))
    initrd = pathlib.Path(initrds[0]) if initrds else beside(pathlib.Path(kernel.image))
    if initrds and not initrd.is_file():
        raise usage(f"'{spec}': there is no initrd {initrd}")
    return {"label": kernels.label(kernel.spec), "spec": spec, "image": kernel.image, "sha256": kernel.sha256,
            "initrd": str(initrd) if initrd else "", "release": kernel.release,
            "parameters": list(kernel.command_line())}


def beside(image):
    """The initrd next to an installed kernel, by the names that Debian and Fedora give; None where there is none."""
    version = image.name.removeprefix("vmlinuz-")
    names = (f"initrd.img-{version}", f"initramfs-{version}.img", f"initrd-{version}")
    return next((image.parent / name for name in names if (image.parent / name).is_file()), None)


def own_command_line():
    words = pathlib.Path("/proc/cmdline").read_text(encoding="utf-8").split()
    return [word for word in words if not NOT_OURS.match(word)]


def command_line(plan, slot):
    side = plan.sides[slot.side]
    # The mark is the same for every boot: what a command line holds moves latencies, and compare is strict about it.
    own = plan.data["command_line"]
    end = own.index("--") if "--" in own else len(own)  # what follows is for init
    return " ".join([*own[:end], *side["parameters"], "panic=30", f"{MARK}={plan.data['seed']}", *own[end:]])


def came_up(plan, slot):
    """None, or how the running kernel differs from the one that was to be booted."""
    words = set(pathlib.Path("/proc/cmdline").read_text(encoding="utf-8").split())
    release, side = os.uname().release, plan.sides[slot.side]
    if f"{MARK}={plan.data['seed']}" not in words:
        return f"the machine came up by itself, with {release}: the kernel asked for, {side['release']}, failed or hung"
    others = {p for other in plan.sides for p in other["parameters"]} - set(side["parameters"])
    if release != side["release"] or others & words or not set(side["parameters"]) <= words:
        return f"{release} runs with {' '.join(sorted(words))} where {side['spec']} was asked for"
    return None


def unit(script, folder):
    text = "\n".join([
        "[Unit]", "Description=cgchurn boot-compare: go on with the comparison", "",
        "[Service]", "Type=idle", f"ExecStart={script} continue {folder}",
        f"StandardOutput=append:{folder}/log", f"StandardError=append:{folder}/log", "",
        "[Install]", "WantedBy=multi-user.target", ""])
    return [("write", UNIT_PATH, text), ("run", ["systemctl", "daemon-reload"]), ("run", ["systemctl", "enable", UNIT])]


def no_unit():
    return [("run", ["systemctl", "disable", UNIT]), ("remove", UNIT_PATH), ("run", ["systemctl", "daemon-reload"])]


class Kexec:
    name = "kexec"
    programs = ("kexec", "systemctl")
    reboot = ("systemctl", "kexec")

    def boot(self, plan, slot):
        side = plan.sides[slot.side]
        initrd = [f"--initrd={side['initrd']}"] if side["initrd"] else []
        # By kexec_file_load(2) where it works: kexec-tools' own loader of Debian 12 leaves a guest with 6.12 hanging.
        load = ["kexec", "-l", side["image"], *initrd, f"--command-line={command_line(plan, slot)}",
                "--kexec-syscall-auto"]
        return [("run", load), ("run", ["sync"]), ("run", list(self.reboot))]

    def undo(self):
        return []


class Grub:
    name = "grub"
    programs = ("grub-reboot", "grub-probe", "grub-mkrelpath", "systemctl")
    reboot = ("systemctl", "reboot")

    def boot(self, plan, slot):
        entry = [f"menuentry 'cgchurn boot {slot.number}' --id {MARK} {{", *self.lines(plan, slot), "}"]
        text = "\n".join([*self.others(), BEGIN, *entry, END]) + "\n"
        return [("write", GRUB_PATH, text), ("run", ["grub-reboot", MARK]), ("run", ["sync"]),
                ("run", list(self.reboot))]

    @staticmethod
    def lines(plan, slot):
        side = plan.sides[slot.side]
        yield "  insmod all_video"
        yield f"  search --no-floppy --fs-uuid --set=root {asked('grub-probe', '--target=fs_uuid', side['image'])}"
        yield f"  linux {asked('grub-mkrelpath', side['image'])} {command_line(plan, slot)}"
        if side["initrd"]:
            yield f"  initrd {asked('grub-mkrelpath', side['initrd'])}"

    @staticmethod
    def others():
        """The lines of custom.cfg that are not ours."""
        text = GRUB_PATH.read_text(encoding="utf-8") if GRUB_PATH.exists() else ""
        return re.sub(rf"{BEGIN}\n.*?{END}\n", "", text, flags=re.S).splitlines()

    def undo(self):
        rest = self.others()
        return [("write", GRUB_PATH, "\n".join(rest) + "\n")] if rest else [("remove", GRUB_PATH)]


def asked(*command):
    if not shutil.which(command[0]):
        raise cannot(f"there is no {command[0]} on this machine; --method kexec does without GRUB")
    return output(*command).strip()


METHODS = {method.name: method for method in (Kexec(), Grub())}


def command(plan, slot, program):
    request = plan.data["request"]
    return plan.run_command(slot, program, slot.record / "result.json", request["workloads"], request["run"])


def measure(plan, slot):
    """Runs the workloads on the kernel that has come up; returns the record. A good result is in its place afterwards."""
    if cache.sha256(plan.data["program"]) != plan.data["program_sha256"]:
        raise usage(f"{plan.data['program']} has changed since the comparison began")
    time.sleep(plan.data["settle_s"])
    with open(slot.record / "stderr", "wb") as said:
        status = subprocess.run(command(plan, slot, plan.data["program"]), stdin=subprocess.DEVNULL,
                                stdout=said, stderr=said, check=False).returncode
    log = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    (slot.record / "dmesg").write_text(log, encoding="utf-8")
    boot = {"outcome": "ok", "detail": "", "status": status, "accelerator": "none"}
    if status != 0:
        said = (slot.record / "stderr").read_text(encoding="utf-8", errors="replace")
        boot.update(outcome="command", detail=said.strip()[-200:])
    elif line := console.line_of("warning", log):
        boot.update(outcome="warning", detail=line)
    else:
        slot.accept(slot.record / "result.json")
    return boot


def after_reboot(plan, slot):
    """Measures where the kernel of this boot has come up, and writes the boot's record in any case."""
    slot.begin()
    stray = came_up(plan, slot)
    plans.record(slot, {"outcome": "lost", "detail": stray, "accelerator": "none"} if stray else measure(plan, slot))
