"""The guest's file system: busybox, the installed program, runtimes, what else was asked for, and the libraries of all.

Written as an uncompressed cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst): an emulated CPU
would spend longer on unpacking than it takes to load. The archive is kept in the cache under the digest of its entries.
"""
import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile

from . import cache
from .errors import cannot, need, output, usage

try:
    import installed  # made by `meson install`
except ImportError:
    installed = None

INIT = pathlib.Path(__file__).with_name("init")
SOURCE = pathlib.Path(__file__).parents[3]  # where nothing is installed
DATA = installed.DATA if installed else SOURCE  # workloads, dashboards
FOLDERS = ("bin", "boot", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr/bin", "var/tmp")


class Tree:
    """Paths of the guest, each with its mode and content; folders in between come by themselves."""

    def __init__(self):
        self.entries = {}

    def folder(self, path):
        path = clean(path)
        if path and path not in self.entries:
            self.folder(os.path.dirname(path))
            self.entries[path] = (stat.S_IFDIR | 0o755, b"")

    def data(self, path, content, mode=0o644):
        path = clean(path)
        self.folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFREG | mode, content)

    def link(self, path, target):
        path = clean(path)
        self.folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFLNK | 0o777, target.encode())

    def copy(self, source, path):
        """A file of the host, or a folder with all that is in it; programs bring their libraries."""
        source = pathlib.Path(source)
        if source.is_dir():
            self.folder(path)
            for entry in sorted(source.iterdir()):
                self.copy(entry, f"{path}/{entry.name}")
        elif source.is_symlink() and not source.exists():
            self.link(path, os.readlink(source))
        elif source.is_file():
            content = source.read_bytes()
            self.data(path, content, stat.S_IMODE(source.stat().st_mode))
            if content.startswith(b"\x7fELF"):
                self.libraries(source)

    def libraries(self, program):
        for path in libraries_of(program):
            if clean(path) not in self.entries:
                self.data(path, pathlib.Path(path).read_bytes(), 0o755)

    def archive(self):
        """The cpio archive, padded so that another may follow."""
        parts, number = [], 0
        for number, (path, (mode, content)) in enumerate(sorted(self.entries.items()), 1):
            parts.append(record(path, mode, content, number))
        parts.append(record("TRAILER!!!", 0, b"", 0))
        return b"".join(parts)


def clean(path):
    return os.path.normpath("/" + str(path)).lstrip("/")


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def record(path, mode, content, number):
    name = path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(name), 0)
    return padded(b"070701" + b"".join(b"%08X" % field for field in fields) + name) + padded(content)


def libraries_of(program):
    """Paths of the shared libraries and the loader that a program needs; none where it is static."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    missing = re.findall(r"(\S+) => not found", listed)
    if missing:
        raise cannot(f"{program} needs {', '.join(missing)}, which this machine lacks")
    return re.findall(r"(/\S+) \(0x", listed)


def with_busybox(tree):
    busybox = shutil.which("busybox")
    if not busybox or libraries_of(busybox):
        raise cannot("the guests need a static busybox: apt-get install busybox-static")
    tree.data("bin/busybox", pathlib.Path(busybox).read_bytes(), 0o755)
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox":
            tree.link(f"bin/{applet}", "busybox")
    tree.link("usr/bin/env", "/bin/busybox")


def with_runtimes(tree):
    """Container runtimes that this host has, for the workloads that run containers by them."""
    for name in ("crun", "runc"):
        if found := shutil.which(name):
            tree.copy(found, f"usr/bin/{name}")


def install(build, stage):
    """Lays the program out below a folder, as `meson install` does."""
    output("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", stage)


def with_program(tree, build):
    if not build:
        for path in (installed.PROGRAM, *installed.HELPERS.glob("cgchurn-*"), DATA / "workloads"):
            tree.copy(path, path)
        return
    with tempfile.TemporaryDirectory() as stage:
        install(build, stage)
        tree.copy(stage, "/")


def program(build):
    """The path of a build's program; of the installed one without a build."""
    return pathlib.Path(build, "src", "cgchurn") if build else installed.PROGRAM


def built(given):
    """The build folder: the given one as it is, or the source's own, brought up to date: build/, which tests are run from,
    or the one of scripts/bench, which is made without what tests need. Where there is none, one in the cache: nobody
    asked for a folder in the source. None where the program is installed and no folder was given."""
    if given and not pathlib.Path(given, "build.ninja").exists():
        raise usage(f"'{given}' is no build folder")
    if given or installed:
        return pathlib.Path(given) if given else None
    need("building needs", {"meson": "meson", "ninja": "ninja-build"})
    own = cache.folder("build") / hashlib.sha256(str(SOURCE).encode()).hexdigest()[:16]
    build = next((path for path in (SOURCE / "build", SOURCE / "build-release", own) if (path / "build.ninja").exists()), None)
    if not build:
        build = own
        print(f"building in {build}", file=sys.stderr)
        output("meson", "setup", build, SOURCE, "-Dbuildtype=release", "-Dtests=false")
    output("ninja", "-C", build)
    return build


def base(build):
    """The path of the archive that all guests of this build share."""
    tree = Tree()
    for folder in FOLDERS:
        tree.folder(folder)
    tree.data("init", INIT.read_bytes(), 0o755)
    tree.data("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n")
    tree.data("etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    with_busybox(tree)
    with_runtimes(tree)
    with_program(tree, build)
    data = tree.archive()
    folder = cache.folder("initramfs")
    path = folder / f"{hashlib.sha256(data).hexdigest()}.cpio"
    if not path.exists():
        prune(folder)
        cache.write(path, data)
    os.utime(path)
    return path


def prune(folder, keep=4):
    """Old builds' archives go; the newest stay, for another checkout may be using them."""
    for path in sorted(folder.glob("*.cpio"), key=lambda p: p.stat().st_mtime)[:-keep]:
        path.unlink(missing_ok=True)
