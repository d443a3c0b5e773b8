"""One boot of one guest: QEMU started, watched, bounded, and what it sent back checked.

A guest has one of two clocks. By `host` its time is this machine's. By `instructions` QEMU counts what the virtual CPUs
execute (-icount): no load on this machine changes what the guest measures, and the same seed gives the same boot again.
In that mode QEMU runs the virtual CPUs in turn, so one of them does all work; another stays online and idle, so that a grace
period has somebody to wait for. More may work where the turns are short and even, which `cgchurn run` checks.

An outcome is one of
    ok        the command ended, whatever its status, and its results came whole
    warning   likewise, but the kernel reported a bug or a stall
    panic     the kernel panicked
    oom       the guest ran out of memory
    hang      the limit passed
    damaged   results came, and not whole
    clock     the kernel could not calibrate its TSC, several times over, and had no other clock
    lost      QEMU ended without any results
    host      this host failed, with a full disk say
"""
import dataclasses
import errno
import functools
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
from .errors import need

TRAILER = re.compile(rb"cgchurn-guest (\d{3}) ([0-9a-f]{64})\n\Z")
TRAILER_BYTES = len("cgchurn-guest 000 ") + 64 + 1
KVM_TRIAL_S = 10
CLOCKS = ("instructions", "host")
ICOUNT_SHIFT = 1
NS_PER_INSTRUCTION = 1 << ICOUNT_SHIFT
# A guest that is given no CPU time makes no progress and is no hang, up to this many times its limit.
STARVED = 20
# Before 6.5 a CPU that starts another does not sleep while it waits, and with -icount QEMU (before 8.1) gives the other
# no turn then: init starts it.
SLEEPING_BRINGUP = (6, 5)
LATE_CPUS = ("maxcpus=1",)
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
    clock: str = ""  # of CLOCKS; "": instructions wherever the guest is emulated
    busy_cpus: int = 1  # with the instruction clock: those that the command may use
    seed: int = 0  # of all that is random in a guest with the instruction clock: KASLR, ASLR, hash seeds


class Interrupted(Exception):
    """stop_all() was called."""


stopped = threading.Event()


def stop_all():
    """Ends the guests of all threads, now and from now on."""
    stopped.set()


@dataclasses.dataclass
class Boot:
    outcome: str
    status: int = -1
    accelerator: str = ""
    clock: str = ""
    seed: int = 0
    qemu: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0  # of QEMU, with 0.2 s between looks
    detail: str = ""
    tail: list = dataclasses.field(default_factory=list)


def qemu():
    """Its path. All that guests need is told at once where it is missing."""
    need("guests need", NEEDS)
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
                worked = run(job, folder, "kvm").outcome in ("ok", "warning")
            for old in cache.folder("kvm").glob("*"):
                if not old.name.startswith(boot_id):
                    old.unlink(missing_ok=True)
            cache.write(known, "kvm" if worked else "tcg")
    return known.read_text(encoding="ascii")


def why_emulated():
    """For the user, who may have expected KVM."""
    if os.environ.get("CGCHURN_ACCELERATOR") == "tcg":
        return "as asked for"
    if not os.path.exists("/dev/kvm"):
        return "this machine has no /dev/kvm"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "/dev/kvm cannot be opened"
    return "this machine's /dev/kvm does not boot this kernel"


@functools.cache
def qemu_version():
    said = subprocess.run([qemu(), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+(?:\.\d+)*)", said)
    return found[1] if found else "unknown"


def overlay(job, which):
    """The second archive: the command, its environment, and what was added for this boot."""
    tree = job.additions or initramfs.Tree()
    values = dict(job.environment)
    values.update(CGCHURN_ACCELERATOR=which, GUEST_FAVORDYNMODS="1" if job.kernel.favordynmods else "0")
    if job.clock == "instructions":
        values.update(GUEST_BUSY_CPUS=f"{(1 << job.busy_cpus) - 1:x}")
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


def qemu_command(which, cpus, memory, seed=None, sockets=False):
    """How every guest of ours begins. With a seed its time is the count of its instructions. `sockets`: one for each CPU."""
    if which == "kvm":
        how = ["-accel", "kvm", "-cpu", "host"]
    elif seed is None:
        how = ["-accel", f"tcg,thread={tcg_threads()}", "-cpu", "max"]
    else:
        # -seed reaches the guest by RDRAND, which "max" has. Idle time is skipped (sleep=off). With erms the kernel clears
        # pages by `rep stosb`, and QEMU counts each of its 4096 steps.
        how = ["-accel", "tcg,thread=single", "-icount", f"shift={ICOUNT_SHIFT},sleep=off", "-cpu", "max,erms=off",
               "-rtc", "base=2026-01-01,clock=vm", "-seed", str(seed)]
    # Whatever becomes of us, the guest ends with us.
    return ["setpriv", "--pdeathsig", "KILL", qemu(), "-nodefaults", "-no-user-config", "-display", "none", *how,
            "-smp", f"{cpus},sockets={cpus}" if sockets else str(cpus), "-m", memory]


def quoted(path):
    """In QEMU's options with several values a comma ends one unless it is doubled."""
    return str(path).replace(",", ",,")


def arguments(job, which, folder):
    at, counted = quoted(folder), job.clock == "instructions"
    # The program in the guest reads its clock from there (src/host/gather.c).
    clock = (f"cgchurn.clock=instructions,{NS_PER_INSTRUCTION},QEMU-{qemu_version()}",) if counted else ()
    late = LATE_CPUS if counted and before(job.kernel.release, SLEEPING_BRINGUP) else ()
    # A kernel without ACPI, as build-pair's, finds one CPU of each socket. With one CPU a grace period is over at once.
    # Others keep QEMU's one socket by the host's clock: CPUs that share no cache are balanced differently.
    sockets = counted or not job.kernel.has_acpi()
    append = " ".join(COMMAND_LINE + clock + late + job.kernel.command_line())
    return [*qemu_command(which, job.cpus, job.memory, job.seed if counted else None, sockets), "-no-reboot",
            "-kernel", job.kernel.image, "-initrd", f"{folder}/initrd", "-append", append,
            "-serial", f"file:{folder}/console.log", "-serial", f"file:{folder}/serial", "-serial", f"file:{folder}/stderr",
            # By an ioeventfd QEMU's main loop would take part when the host lets it, and no boot would be like another.
            "-device", "virtio-serial-pci,ioeventfd=off",
            "-chardev", f"file,id=port,path={at}/port", "-device", "virtserialport,chardev=port,name=cgchurn",
            *(() if counted else pinning.OPTIONS)]


def before(release, version):
    """Whether a kernel is older than (major, minor)."""
    numbers = re.match(r"(\d+)\.(\d+)", release)
    return bool(numbers) and tuple(map(int, numbers.groups())) < version


def run(job, folder, which=None):
    """Boots the guest; its console.log, stderr, stdout, dmesg and out/ lie in `folder` afterwards."""
    folder = pathlib.Path(folder)
    which = which or ("tcg" if job.clock == "instructions" else accelerator(job.kernel, job.initramfs))
    job = dataclasses.replace(job, clock=job.clock or ("instructions" if which == "tcg" else "host"))
    started = time.monotonic()
    for _ in range(CLOCK_ATTEMPTS):
        boot = run_once(job, folder, which)
        if boot.outcome != "clock":
            break
    boot.seconds = round(time.monotonic() - started, 3)
    return boot


def run_once(job, folder, which):
    boot = Boot("lost", accelerator=which, clock=job.clock, seed=job.seed, qemu=qemu_version())
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
        for name in ("initrd", "port", "serial"):
            (folder / name).unlink(missing_ok=True)
    boot.tail = console.tail(read(folder / "console.log"))
    return boot


def watch(job, which, folder, boot):
    """Runs QEMU to its end or to the limit; what it said on its own standard error is returned."""
    with open(folder / "qemu.log", "wb") as log:
        # Its own session: a terminal's interrupt reaches us, and we end it.
        process = subprocess.Popen(arguments(job, which, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
        pin = threading.Thread(target=pinning.pin, args=(process, job.cpus), daemon=True)
        if job.clock == "host":
            pin.start()
        try:
            boot.detail = wait(process, job, boot)
            boot.outcome = "hang" if boot.detail else boot.outcome
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if job.clock == "host":
                pin.join(timeout=5)
    return read(folder / "qemu.log").strip()


def wait(process, job, boot):
    """"" once QEMU has ended, else which limit passed. By the instruction clock the limit is CPU time of QEMU, which is
    progress: on a busy machine a guest takes longer, and does not hang."""
    started = time.monotonic()
    while not stopped.is_set():
        try:
            process.wait(timeout=0.2)
            return ""
        except subprocess.TimeoutExpired:
            passed = time.monotonic() - started
        boot.cpu_seconds = cpu_seconds(process.pid) or boot.cpu_seconds
        used = boot.cpu_seconds if job.clock == "instructions" else passed
        if used > job.timeout_s or passed > STARVED * job.timeout_s:
            unit = "s of CPU time" if job.clock == "instructions" else "s"
            return f"no end within {job.timeout_s:g} {unit}"
    raise Interrupted


def cpu_seconds(pid):
    """Used by a process and its threads; 0 where it has ended (proc(5), stat)."""
    fields = read(pathlib.Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def judge(folder, boot, complaint):
    log = read(folder / "console.log")
    data = next((d for d in (read_bytes(folder / "port"), read_bytes(folder / "serial")) if d), b"")
    if boot.outcome != "hang" and not console.line_of("panic", log):
        collect(data, folder, boot, complaint)
    whole = log + "\n" + read(folder / "dmesg")
    for outcome, text in (("panic", log), ("clock", log), ("oom", whole), ("warning", whole if boot.outcome == "ok" else "")):
        line = console.line_of(outcome, text)
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
