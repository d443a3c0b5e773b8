"""One boot of one guest: QEMU started, watched, bounded in time, and what it sent back checked.

An outcome is one of
    ok        the command ended, whatever its status, and its results came whole
    warning   likewise, but the kernel reported a bug or a stall
    panic     the kernel panicked
    oom       the guest ran out of memory
    hang      the time limit passed
    damaged   results came, and not whole
    clock     the kernel could not calibrate its TSC, several times over, and had no other clock
    lost      QEMU ended without any results
    host      this host failed, with a full disk say
"""
import dataclasses
import errno
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from . import cache, console, initramfs, pinning
from .errors import cannot

TRAILER = re.compile(rb"cgchurn-guest (\d{3}) ([0-9a-f]{64})\n\Z")
TRAILER_BYTES = len("cgchurn-guest 000 ") + 64 + 1
KVM_TRIAL_S = 10
NEEDS = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static"}
# Under emulation the calibration by the PIT fails about every third time; kernels without ACPI have nothing else.
CLOCK_ATTEMPTS = 8
# Without tsc=reliable a 6.1 guest falls back to a clock that takes 750 ns a read; panic=-1 with -no-reboot ends QEMU.
# Lines of the log are told from what a program may print by their time.
COMMAND_LINE = ("console=ttyS0", "printk.time=1", "tsc=reliable", "panic=-1", "loglevel=5", "rdinit=/init")


@dataclasses.dataclass(frozen=True)
class Job:
    kernel: object
    initramfs: str
    command: tuple
    cpus: int = 2
    memory: str = "1G"
    timeout_s: float = 300.0
    additions: object = None  # an initramfs.Tree that is laid over the shared one, or None
    environment: tuple = ()  # of (name, value)


@dataclasses.dataclass
class Boot:
    outcome: str
    status: int = -1
    accelerator: str = ""
    seconds: float = 0.0
    detail: str = ""
    tail: list = dataclasses.field(default_factory=list)

    def finished(self):
        return self.outcome in ("ok", "warning")


def qemu():
    """Its path. All that guests need is told at once where it is missing."""
    lacking = {program: package for program, package in NEEDS.items() if not shutil.which(program)}
    if lacking:
        raise cannot(f"guests need {' and '.join(lacking)}, which this machine lacks: "
                     f"apt-get install --no-install-recommends {' '.join(lacking.values())}")
    return shutil.which("qemu-system-x86_64")


def accelerator(kernel, archive):
    """kvm where it boots this very kernel, else tcg: /dev/kvm opens on machines whose nested KVM lacks instructions."""
    wanted = os.environ.get("CGCHURN_ACCELERATOR")
    if wanted in ("kvm", "tcg"):
        return wanted
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    boot_id = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    known = cache.folder("kvm") / f"{boot_id}-{kernel.sha256[:16]}"
    with cache.locked("kvm"):
        if not known.exists():
            job = Job(kernel, archive, ("true",), cpus=1, memory="512M", timeout_s=KVM_TRIAL_S)
            with tempfile.TemporaryDirectory() as folder:
                worked = run(job, folder, "kvm").finished()
            for old in cache.folder("kvm").glob("*"):
                if not old.name.startswith(boot_id):
                    old.unlink(missing_ok=True)
            cache.write(known, "kvm" if worked else "tcg")
    return known.read_text(encoding="ascii")


def why_emulated():
    """For the user, who may have expected KVM."""
    if os.environ.get("CGCHURN_ACCELERATOR") == "tcg":
        why = "as asked for"
    elif not os.path.exists("/dev/kvm"):
        why = "this machine has no /dev/kvm"
    elif not os.access("/dev/kvm", os.R_OK | os.W_OK):
        why = "/dev/kvm cannot be opened"
    else:
        why = "this machine's /dev/kvm does not boot this kernel"
    return f"tcg: the guests are emulated, {why}; absolute times mean nothing, ratios between sides are indications"


def overlay(job, which):
    """The second archive: the command, its environment, and what was added for this boot."""
    tree = job.additions or initramfs.Tree()
    values = dict(job.environment)
    values.update(CGCHURN_ACCELERATOR=which, GUEST_FAVORDYNMODS="1" if job.kernel.favordynmods else "0")
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(values.items())]
    tree.data("guest/environment", "".join(lines).encode())
    tree.data("guest/command", ("exec " + shlex.join(job.command) + "\n").encode())
    if job.kernel.config:
        tree.data(f"boot/config-{job.kernel.release}", pathlib.Path(job.kernel.config).read_bytes())
    return tree.archive()


def write_initrd(job, which, path):
    with open(path, "wb") as out:
        out.write(pathlib.Path(job.initramfs).read_bytes())
        out.write(overlay(job, which))


def tcg_threads():
    """One host thread a virtual CPU, unless CGCHURN_TCG_THREAD=single: emulation by several does not always survive the
    patching of kernel text, and tests that only pass or fail can do without their speed."""
    return os.environ.get("CGCHURN_TCG_THREAD", "multi")


def qemu_command(which, cpus, memory):
    """How every guest of ours begins."""
    fast = ["-accel", "kvm", "-cpu", "host"] if which == "kvm" else ["-accel", f"tcg,thread={tcg_threads()}", "-cpu", "max"]
    # Whatever becomes of us, the guest ends with us.
    return ["setpriv", "--pdeathsig", "KILL", qemu(), "-nodefaults", "-no-user-config", "-display", "none", *fast,
            "-smp", str(cpus), "-m", memory]


def quoted(path):
    """In QEMU's options with several values a comma ends one unless it is doubled."""
    return str(path).replace(",", ",,")


def arguments(job, which, folder):
    at = quoted(folder)
    append = " ".join(COMMAND_LINE + job.kernel.command_line())
    return [*qemu_command(which, job.cpus, job.memory), "-no-reboot", "-kernel", job.kernel.image, "-initrd", f"{folder}/initrd", "-append", append,
            "-serial", f"file:{folder}/console.log", "-serial", f"file:{folder}/serial",
            "-serial", f"file:{folder}/stderr", "-device", "virtio-serial-pci",
            "-chardev", f"file,id=port,path={at}/port", "-device", "virtserialport,chardev=port,name=cgchurn",
            "-qmp", f"unix:{at}/qmp,server=on,wait=off"]


def run(job, folder, which=None):
    """Boots the guest; its console.log, stderr, stdout, dmesg and out/ lie in `folder` afterwards."""
    folder = pathlib.Path(folder)
    which = which or accelerator(job.kernel, job.initramfs)
    started = time.monotonic()
    for _ in range(CLOCK_ATTEMPTS):
        boot = run_once(job, folder, which)
        if boot.outcome != "clock":
            break
    boot.seconds = round(time.monotonic() - started, 3)
    return boot


def run_once(job, folder, which):
    boot = Boot("lost", accelerator=which)
    try:
        write_initrd(job, which, folder / "initrd")
        complaint = watch(job, which, folder, boot)
        judge(folder, boot, complaint)
        # QEMU says nothing of what it could not write.
        if boot.outcome in ("lost", "damaged") and cache.full(folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        boot.outcome, boot.detail = "host", error.strerror
    finally:
        for name in ("initrd", "qmp", "port", "serial"):
            (folder / name).unlink(missing_ok=True)
    boot.tail = console.tail(read(folder / "console.log"))
    return boot


def watch(job, which, folder, boot):
    """Runs QEMU to its end or to the time limit; what it said on its own standard error is returned."""
    with open(folder / "qemu.log", "wb") as log:
        # Its own session: a terminal's interrupt reaches us, and we end it.
        process = subprocess.Popen(arguments(job, which, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
        pin = threading.Thread(target=pinning.pin, args=(folder / "qmp", job.cpus), daemon=True)
        pin.start()
        try:
            process.wait(timeout=job.timeout_s)
        except subprocess.TimeoutExpired:
            boot.outcome, boot.detail = "hang", f"no end within {job.timeout_s:g} s"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            pin.join(timeout=5)
    return read(folder / "qemu.log").strip()


def judge(folder, boot, complaint):
    log = read(folder / "console.log")
    data = next((d for d in (read_bytes(folder / "port"), read_bytes(folder / "serial")) if d), b"")
    if boot.outcome != "hang" and not console.panicked(log):
        collect(data, folder, boot, complaint)
    whole = log + "\n" + read(folder / "dmesg")
    for outcome, line in (("panic", console.panicked(log)), ("clock", console.no_clock(log)),
                          ("oom", console.memory_ran_out(whole)),
                          ("warning", boot.outcome == "ok" and console.warning(whole))):
        if line:
            boot.outcome, boot.detail = outcome, line
            return


def collect(data, folder, boot, complaint):
    """Takes the results apart, once their digest is right."""
    trailer = TRAILER.search(data[-TRAILER_BYTES:])
    if not data:
        boot.detail = complaint.splitlines()[-1] if complaint else "the guest ended and sent nothing"
        return
    if not trailer or hashlib.sha256(data[:-TRAILER_BYTES]).hexdigest() != trailer[2].decode():
        boot.outcome, boot.detail = "damaged", f"{len(data)} bytes came, and not the whole"
        return
    packed = folder / "results.tar.gz"
    packed.write_bytes(data[:-TRAILER_BYTES])
    unpacked = subprocess.run(["tar", "-xzf", packed, "--no-same-owner", "-C", folder], capture_output=True, text=True,
                              check=False)
    packed.unlink()
    if unpacked.returncode != 0:
        raise OSError(0, unpacked.stderr.strip()[-200:])
    boot.outcome, boot.status = "ok", int(trailer[1])


def read_bytes(path):
    return path.read_bytes() if path.exists() else b""


def read(path):
    return read_bytes(path).decode("utf-8", "replace")
