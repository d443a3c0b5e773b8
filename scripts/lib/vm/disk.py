"""The image of guests that live on a disk: a small Debian with ssh, systemd and two installed kernels.

It is made by mmdebstrap out of the archive that this machine's apt uses, once, and lies in the cache with the key that
opens it; whatever changes in this file, it is made anew.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import cache, debian
from .errors import cannot

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
            prune(cache.folder("disk"))
            make(cache.folder("disk", recipe))
        (folder / "whole").touch()
    return folder


def prune(images):
    """The one that was used last stays, for another checkout may be using it; all others go, half-made ones too."""
    whole = sorted(images.glob("*/whole"), key=lambda path: path.stat().st_mtime)
    for folder in set(images.iterdir()) - {path.parent for path in whole[-1:]}:
        shutil.rmtree(folder)


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


def kernels(folder):
    """Paths of the kernels as the guest sees them, oldest first."""
    return [f"/boot/{path.name}" for path in sorted((folder / "kernels").glob("vmlinuz-*"))]
