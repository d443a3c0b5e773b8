"""Guests that live on a disk: a small Debian with ssh, systemd and two installed kernels, to be rebooted from inside.

The image is made by mmdebstrap out of the archive that this machine's apt uses, once, and lies in the cache with the key
that opens it. Every guest gets a copy of it, a port on the loopback, and a life of its own: it can be killed and started
again.
"""
import contextlib
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from . import cache, debian, initramfs, machine
from .errors import Failed, cannot

NEEDS = {"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "ssh-keygen": "openssh-client"}
RELEASE = "bookworm"
KERNELS = ("linux-image-cloud-amd64", "linux-image-6.12-cloud-amd64")
PACKAGES = KERNELS + (
    "systemd-sysv", "udev", "dbus", "openssh-server", "python3", "python3-apt", "kexec-tools", "kmod",
    "initramfs-tools", "iproute2")
# What the program is linked with, so that a guest without a network can run it.
LIBRARIES = pathlib.Path(__file__).resolve().parents[1] / "packages-runtime"
SIZE = "1500M"
# An initrd with what finds the disk, and no more: an emulated CPU would unpack the usual one for seconds.
INITRD = ('mkdir -p "$1/etc/initramfs-tools/conf.d" && echo MODULES=list >"$1/etc/initramfs-tools/conf.d/modules" && '
          'printf "%s\\n" virtio_pci virtio_blk >"$1/etc/initramfs-tools/modules"')
# The address that QEMU's own network gives to its only guest.
NETWORK = """[Unit]
Description=Address of the guest
Wants=sys-subsystem-net-devices-eth0.device
After=sys-subsystem-net-devices-eth0.device
Before=ssh.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/ip address add 10.0.2.15/24 dev eth0
ExecStart=/bin/ip link set eth0 up

[Install]
WantedBy=multi-user.target
"""
LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*")
COMMAND_LINE = ("console=ttyS0", "root=/dev/vda", "rw", "tsc=reliable", "net.ifnames=0")


def image():
    """The folder of the image: root.ext4, key, kernels/; made if it is missing."""
    lacking = [package for program, package in NEEDS.items() if not shutil.which(program)]
    if lacking:
        raise cannot(f"a guest on a disk takes {', '.join(lacking)}: apt-get install {' '.join(lacking)}")
    if os.geteuid() != 0:
        raise cannot("only root can make the disk of a guest")
    with cache.locked("disk"):
        recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes() + LIBRARIES.read_bytes()).hexdigest()[:16]
        folder = cache.folder("disk") / recipe
        if not (folder / "whole").exists():
            shutil.rmtree(cache.folder("disk"))
            make(cache.folder("disk", recipe))
            (folder / "whole").touch()
    return folder


def make(folder):
    done("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "guest", "-f", folder / "key")
    with tempfile.TemporaryDirectory(dir=folder) as work:
        root = pathlib.Path(work, "root")
        done("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", f"--include={','.join((*PACKAGES, *libraries()))}",
             *(f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT), f"--essential-hook={INITRD}", RELEASE, root,
             *debian.sources(RELEASE))
        configure(root, (folder / "key.pub").read_text(encoding="ascii"))
        (folder / "kernels").mkdir()
        for path in (root / "boot").iterdir():
            if path.name.startswith(("vmlinuz-", "initrd.img-")):
                shutil.copy2(path, folder / "kernels")
        done("mke2fs", "-q", "-t", "ext4", "-d", root, folder / "root.ext4", SIZE)


def libraries():
    return [line for line in LIBRARIES.read_text(encoding="ascii").splitlines() if not line.startswith("#")]


def configure(root, key):
    (root / "root" / ".ssh").mkdir(mode=0o700, exist_ok=True)
    (root / "root" / ".ssh" / "authorized_keys").write_text(key, encoding="ascii")
    (root / "etc" / "systemd" / "system" / "address.service").write_text(NETWORK, encoding="ascii")
    done("systemctl", "--root", root, "disable", "systemd-networkd.service")
    done("systemctl", "--root", root, "enable", "address.service")
    # Work that timers would start beside a measurement, and what an emulated CPU takes seconds for.
    done("systemctl", "--root", root, "mask", "apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_reap.service",
         "e2scrub_all.timer", "systemd-timesyncd.service", "getty@tty1.service", "fstrim.timer")


def done(*command):
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise cannot(f"'{' '.join(map(str, command))[:200]}' failed:\n{ended.stderr[-2000:]}")


def pack(build, to):
    """The installed program as an archive, to be unpacked over a guest's "/"."""
    with tempfile.TemporaryDirectory() as stage:
        initramfs.install(build, stage)
        # By its entries: the mode of the temporary folder, which is nobody else's, would become that of "/".
        done("tar", "-czf", to, "-C", stage, *os.listdir(stage))


def kernels(folder):
    """Paths of the kernels as the guest sees them, oldest first."""
    return [f"/boot/{path.name}" for path in sorted((folder / "kernels").glob("vmlinuz-*"))]


class Guest:
    """A guest and its files in `folder`. It boots the older kernel where it is not told another."""

    def __init__(self, disk, folder, cpus=1, memory="768M"):
        self.disk, self.folder = disk, pathlib.Path(folder)
        self.cpus, self.memory, self.process = cpus, memory, None
        self.port = free_port()
        self.folder.mkdir(parents=True)
        done("cp", "--sparse=always", disk / "root.ext4", self.folder / "root.ext4")

    def start(self):
        kernel = self.disk / "kernels" / pathlib.Path(kernels(self.disk)[0]).name
        initrd = kernel.with_name(kernel.name.replace("vmlinuz-", "initrd.img-"))
        command = [*machine.qemu_command(os.environ.get("CGCHURN_ACCELERATOR"), self.cpus, self.memory),
                   "-kernel", kernel, "-initrd", initrd, "-append", " ".join(COMMAND_LINE),
                   "-serial", f"file:{self.folder}/console.log",
                   "-drive", f"file={machine.quoted(self.folder)}/root.ext4,if=virtio,format=raw",
                   "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22",
                   "-device", "virtio-net-pci,netdev=net"]
        with open(self.folder / "qemu.log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)

    def wait_for_ssh(self, limit_s):
        """Until its ssh answers."""
        deadline = time.monotonic() + limit_s
        while subprocess.run(["ssh-keyscan", "-T", "5", "-p", str(self.port), "127.0.0.1"], capture_output=True,
                             check=False).stdout == b"":
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failed(f"the guest does not answer by ssh; see {self.folder}/console.log", 1)
            time.sleep(0.5)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
