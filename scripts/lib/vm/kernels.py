"""From a kernel as a person names it to an image that boots.

SPEC is `debian:SERIES` (the newest package of a series, such as debian:6.12 or debian:7), the path of a vmlinuz or
bzImage, or the folder of a kernel build; each may be followed by `,favordynmods` and by further boot parameters, a comma
before each. What stands in double quotes is not separated, as on the kernel's command line: isolcpus="managed_irq,domain,2-3".
"""
import dataclasses
import difflib
import pathlib
import re
import struct

from . import cache, debian
from .errors import usage

# Parameters that are given without a value (Documentation/admin-guide/kernel-parameters.txt): those that a measurement may
# want. Others can be quoted.
BARE = frozenset("""
    debug ignore_loglevel initcall_debug mitigations no-kvmapf no-kvmclock no-steal-acc no5lvl no_timer_check noapic
    noinvpcid nokaslr nolapic nomce nomodule nopat nopcid nopku nopti nopvspin norandmaps nosgx nosmap nosmep nosmp nosmt
    nosoftlockup nospec_store_bypass_disable nospectre_bhb nospectre_v1 nospectre_v2 notsc nowatchdog noxsave noxsaveopt
    noxsaves nohz_full quiet rcu_nocbs ro rootwait rw single threadirqs x2apic_phys
""".split())


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

    def has_acpi(self):
        """True where its configuration is not known."""
        return not self.config or "CONFIG_ACPI=y" in pathlib.Path(self.config).read_text(encoding="utf-8").splitlines()

    def command_line(self):
        # From 6.12 on the boot parameter is the switch. Before, the guest's init mounts with the option instead.
        favored = ("cgroup_favordynmods=true",) if self.favordynmods else ()
        return favored + self.parameters


def label(spec):
    """A SPEC as a file name."""
    base, *parameters = split(spec)
    return re.sub(r"[^A-Za-z0-9.+-]+", "-", "-".join([base.rsplit("/", 1)[-1], *parameters])).strip("-")


def split(spec):
    """The kernel and what follows it, at the commas that stand in no double quotes."""
    if spec.count('"') % 2:
        raise usage(f"'{spec}': a double quote is not closed")
    return re.findall(r'(?:"[^"]*"|[^,"])+', spec) or [""]


def boot_parameter(word, spec):
    """The word as it stands on the kernel's command line. Refused where by its looks it is none: a piece of a value that
    has commas, or a name that was mistyped."""
    bare = word.replace('"', "")
    if re.search(r"\s", word) and word == bare:
        raise usage(f"'{spec}': boot parameters are separated by commas, not by blanks")
    # Quotes round a whole word say that it is meant so; those round blanks are the kernel's to read.
    if re.fullmatch('"[^"]*"', word) or re.match(r"[A-Za-z_][\w.-]*=", word) or bare in BARE:
        return word if re.search(r"\s", bare) else bare
    near = difflib.get_close_matches(word, ("favordynmods", *BARE), 1)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    raise usage(f"""'{spec}': '{word}' is no boot parameter that is known without a value{meant}
  A value with commas stands in double quotes, as in 'debian:6.12,isolcpus="domain,2-3"'; so does what is meant as it is, '"{word}"'.""")


def parse(spec):
    """(the kernel, whether with favordynmods, further boot parameters)"""
    base, *parameters = split(spec)
    further = tuple(boot_parameter(p, spec) for p in parameters if p != "favordynmods")
    return base.replace('"', ""), "favordynmods" in parameters, further


def resolve(spec, append=()):
    """`append`: further boot parameters, each text as it is to stand on the command line."""
    base, favored, further = parse(spec)
    image, config, note = locate(base)
    return Kernel(spec, str(image), cache.sha256(image), release_of(image), str(config or ""), favored,
                  further + tuple(append), note or "")


def check(spec):
    """Refuses what can be seen to be wrong at once, before anything is fetched or built."""
    base = parse(spec)[0]
    if base.startswith("debian:"):
        series_of(base)
    else:
        release_of(locate(base)[0])


def series_of(base):
    series = base.removeprefix("debian:")
    if not re.fullmatch(r"\d+(\.\d+)*\S*", series):
        raise usage(f"'{base}': debian: takes a series such as 6.12 or 7")
    return series


def locate(base):
    """(image, config or None, note or None)"""
    if base.startswith("debian:"):
        folder, note = debian.image(series_of(base))
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
