"""Guests on disk.image(), to be rebooted from inside: each has a copy of it, a port on the loopback, and a life of its own,
so that it can be killed and started again.
"""
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time

from . import disk, initramfs, machine
from .errors import Failed

COMMAND_LINE = ("console=ttyS0", "root=/dev/vda", "rw", "tsc=reliable", "net.ifnames=0")


def pack(build, to):
    """The installed program as an archive, to be unpacked over a guest's "/"."""
    with tempfile.TemporaryDirectory() as stage:
        initramfs.install(build, stage)
        # By its entries: the mode of the temporary folder, which is nobody else's, would become that of "/".
        disk.done("tar", "-czf", to, "-C", stage, *os.listdir(stage))


class Guest:
    """A guest and its files in `folder`. It boots the older kernel where it is not told another."""

    def __init__(self, image, folder, cpus=1, memory="768M"):
        self.image, self.folder = image, pathlib.Path(folder)
        self.cpus, self.memory, self.process = cpus, memory, None
        self.port = free_port()
        self.folder.mkdir(parents=True)
        disk.done("cp", "--sparse=always", image / "root.ext4", self.folder / "root.ext4")

    def start(self):
        kernel = self.image / "kernels" / pathlib.Path(disk.kernels(self.image)[0]).name
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
