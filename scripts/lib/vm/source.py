"""Debian's source of a kernel, unpacked, and kernels built from it."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from .errors import cannot, need, output

NEEDS = {"gcc": "gcc", "make": "make", "flex": "flex", "bison": "bison", "bc": "bc", "xz": "xz-utils"}
PAIR_CONFIG = pathlib.Path(__file__).resolve().parent / "pair.config"
IMAGE = pathlib.Path("arch", "x86", "boot", "bzImage")
# Not needed to build, and most of the volume.
LEFT_OUT = ("Documentation/*", "tools/testing/*", "drivers/gpu/drm/amd/include")


def check_programs():
    need("building a kernel needs", NEEDS)


def say(text):
    print(f"{pathlib.Path(sys.argv[0]).name}: {text}", file=sys.stderr, flush=True)


def unpack(archive, package, version, folder):
    """The unpacked source, marked as whole."""
    tree = folder / "source"
    if (folder / "unpacked").exists():
        return tree
    shutil.rmtree(folder, ignore_errors=True)
    tree.mkdir(parents=True)
    say(f"fetching and unpacking {package} {version}")
    archive.unpack(package, version, folder, ["./usr/src/*.tar.xz"])
    packed = next(folder.glob("usr/src/*.tar.xz"), None)
    if not packed:
        raise cannot(f"the package {package} holds no source")
    left_out = [f"--exclude=*/{path}/*" for path in LEFT_OUT]
    output("tar", "-xf", packed, "-C", tree, "--strip-components=1", *left_out)
    shutil.rmtree(folder / "usr")
    (folder / "unpacked").touch()
    return tree


def make(source, out, *targets):
    """What it says is in out/make.log, which an error names."""
    # The same words in all images, whoever builds them, when and from which state of a repository.
    environment = {**os.environ, "KBUILD_BUILD_TIMESTAMP": "1970-01-01", "KBUILD_BUILD_USER": "cgchurn",
                   "KBUILD_BUILD_HOST": "cgchurn", "KBUILD_BUILD_VERSION": "1", "LOCALVERSION": ""}
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    log = out / "make.log"
    with open(log, "wb") as said:
        process = subprocess.Popen(["nice", "make", "-s", "-C", source, f"O={out}", "ARCH=x86_64", f"CC={compiler}", *targets],
                                   stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment,
                                   start_new_session=True)
        try:
            process.wait()
        finally:
            if process.poll() is None:  # interrupted: the compilers end, too
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    if process.returncode != 0:
        raise cannot(f"make {' '.join(targets)} failed: {first_error(log)} ({log})")


def first_error(log):
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["nothing was said"]
    return next((line for line in lines if re.search(r"\berror: |\*\*\*", line)), lines[-1])


def configure(source, out, *fragments):
    """By tinyconfig and the fragments, unless `out` has a configuration. One of which Kconfig drops a line is refused."""
    if (out / ".config").exists():
        return
    configure_small(source, out, *fragments)
    have = (out / ".config").read_text(encoding="utf-8").splitlines()
    lost = [line for fragment in fragments for line in fragment.read_text(encoding="utf-8").splitlines()
            if line.startswith("CONFIG_") and line not in have]
    if lost:
        (out / ".config").unlink()
        raise cannot(f"the configuration of this source has not taken {', '.join(lost)}")


def configure_small(source, out, *fragments):
    """By tinyconfig and the fragments. What this source does not know or cannot satisfy, Kconfig drops silently."""
    out.mkdir(exist_ok=True, parents=True)
    make(source, out, "tinyconfig")
    output(source / "scripts" / "kconfig" / "merge_config.sh", "-m", "-O", out, out / ".config", *fragments, cwd=out)
    make(source, out, "olddefconfig")


def configure_as(source, out, config):
    """By a whole configuration; what it does not name has its default. Kernels from 6.15 on are compiled anew where .config
    is newer than what was made of it, so one that is the same is left alone."""
    out.mkdir(exist_ok=True, parents=True)
    new, old = out / ".config.new", out / ".config"
    shutil.copyfile(config, new)
    make(source, out, "olddefconfig", f"KCONFIG_CONFIG={new}")
    if old.exists() and old.read_bytes() == new.read_bytes():
        new.unlink()
    else:
        new.replace(old)


def build(source, out, *targets):
    """The kernel of the source in `out`, or other targets; only what is not there is compiled."""
    say(f"building {out}")
    make(source, out, f"-j{len(os.sched_getaffinity(0))}", *(targets or ["bzImage"]))
    return out / IMAGE
