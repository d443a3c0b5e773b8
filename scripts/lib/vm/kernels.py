"""From a kernel as a person names it to an image that boots.

SPEC is `debian:SERIES` (the newest package of a series, such as debian:6.12 or debian:7), the path of a vmlinuz or
bzImage, or the folder of a kernel build; each may be followed by `,favordynmods` and by further boot parameters.
"""
import dataclasses
import pathlib
import re
import struct

from . import cache, debian
from .errors import usage


@dataclasses.dataclass(frozen=True)
class Kernel:
    spec: str
    image: str  # path of a bzImage
    sha256: str
    release: str  # as uname -r will print it
    config: str  # path of its configuration, "" where it is not known
    favordynmods: bool
    parameters: tuple  # further boot parameters
    note: str  # what the user should know of how it was found, or ""

    def command_line(self):
        # From 6.12 on the boot parameter is the switch. Before, the guest's init mounts with the option instead.
        favored = ("cgroup_favordynmods=true",) if self.favordynmods else ()
        return favored + self.parameters


def label(spec):
    """A SPEC as a file name."""
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", spec.rsplit("/", 1)[-1]).strip("-")


def resolve(spec):
    base, *parameters = spec.split(",")
    favored = "favordynmods" in parameters
    further = tuple(p for p in parameters if p and p != "favordynmods")
    if any(re.search(r"\s", p) for p in further):
        raise usage(f"'{spec}': boot parameters are separated by commas, not by blanks")
    image, config, note = locate(base)
    release = release_of(image)
    return Kernel(spec, str(image), cache.sha256(image), release, str(config or ""), favored, further, note or "")


def locate(base):
    """(image, config or None, note or None)"""
    if base.startswith("debian:"):
        series = base.removeprefix("debian:")
        if not re.fullmatch(r"\d+(\.\d+)*\S*", series):
            raise usage(f"'{base}': debian: takes a series such as 6.12 or 7")
        folder, note = debian.image(series)
        config = folder / "config"
        return folder / "vmlinuz", config if config.exists() else None, note
    path = pathlib.Path(base).resolve()
    if path.is_dir():
        return in_build(path)
    if not path.is_file():
        raise usage(f"'{base}' is neither debian:SERIES nor a file nor a folder of a kernel build")
    beside = path.parent / path.name.replace("vmlinuz", "config")
    return path, beside if beside != path and beside.is_file() else None, None


def in_build(folder):
    image = folder / "arch" / "x86" / "boot" / "bzImage"
    if not image.is_file():
        raise usage(f"'{folder}' holds no arch/x86/boot/bzImage; is the kernel built?")
    config = folder / ".config"
    return image, config if config.is_file() else None, None


def release_of(image):
    """Reads the header of the boot protocol (Documentation/arch/x86/boot.rst); refuses what cannot boot."""
    with open(image, "rb") as data:
        head = data.read(0x250)
        size = data.seek(0, 2)
        if len(head) < 0x250 or head[0x202:0x206] != b"HdrS":
            raise usage(f"'{image}' is no x86 kernel image (bzImage, vmlinuz)")
        sectors, paragraphs = head[0x1F1] or 4, struct.unpack_from("<I", head, 0x1F4)[0]
        if size < (sectors + 1) * 512 + paragraphs * 16:
            raise usage(f"'{image}' is truncated: {size} bytes of {(sectors + 1) * 512 + paragraphs * 16}")
        data.seek(0x200 + struct.unpack_from("<H", head, 0x20E)[0])
        text = data.read(256).split(b"\0")[0].decode("ascii", "replace")
    return text.split(" ")[0] or "unknown"
