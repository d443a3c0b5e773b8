"""Debian's source of a kernel, unpacked, and kernels built from it."""
import os
import pathlib
import shutil
import sys

from .errors import cannot, output

NEEDS = ("gcc", "make", "flex", "bison", "bc", "xz")
PAIR_CONFIG = pathlib.Path(__file__).resolve().parent / "pair.config"
IMAGE = pathlib.Path("arch", "x86", "boot", "bzImage")
# Not needed to build, and most of the volume.
LEFT_OUT = ("Documentation/*", "tools/testing/*", "drivers/gpu/drm/amd/include")


def check_programs():
    missing = [program for program in NEEDS if not shutil.which(program)]
    if missing:
        raise cannot(f"building a kernel needs {', '.join(missing)}")


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
    # The same words in all images, whoever builds them, when.
    environment = {**os.environ, "KBUILD_BUILD_TIMESTAMP": "1970-01-01", "KBUILD_BUILD_USER": "cgchurn",
                   "KBUILD_BUILD_HOST": "cgchurn", "KBUILD_BUILD_VERSION": "1"}
    compiler = "ccache gcc" if shutil.which("ccache") else "gcc"
    output("nice", "make", "-s", "-C", source, f"O={out}", "ARCH=x86_64", f"CC={compiler}", *targets, env=environment)


def configure(source, out, *fragments):
    """By tinyconfig and the fragments, unless `out` has a configuration."""
    if (out / ".config").exists():
        return
    out.mkdir(exist_ok=True, parents=True)
    make(source, out, "tinyconfig")
    output(source / "scripts" / "kconfig" / "merge_config.sh", "-m", "-O", out, out / ".config", *fragments, cwd=out)
    make(source, out, "olddefconfig")
    # Kconfig drops silently what it does not know or cannot satisfy.
    have = (out / ".config").read_text(encoding="utf-8").splitlines()
    lost = [line for fragment in fragments for line in fragment.read_text(encoding="utf-8").splitlines()
            if line.startswith("CONFIG_") and line not in have]
    if lost:
        (out / ".config").unlink()
        raise cannot(f"the configuration of this source has not taken {', '.join(lost)}")


def build(source, out):
    """The kernel of the source in `out`, of which only that is compiled what is not there."""
    say(f"building {out}")
    make(source, out, f"-j{len(os.sched_getaffinity(0))}", "bzImage")
    return out / IMAGE
