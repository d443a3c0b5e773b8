"""The folder for what is costly to get again: ${XDG_CACHE_HOME:-~/.cache}/cgchurn."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import pwd
import tempfile

from .errors import cannot


def home():
    """Where a user's caches lie. A relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification)."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):
        return pathlib.Path(named)
    own = os.environ.get("HOME") or home_in_passwd()
    if not os.path.isabs(own):
        raise cannot("no folder for the cache: set HOME, or XDG_CACHE_HOME, to an absolute path")
    return pathlib.Path(own, ".cache")


def home_in_passwd():
    """"" where the user has no entry, as in a container."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""


def folder(*parts):
    """A folder of the cache, made if it is missing."""
    path = home() / "cgchurn" / pathlib.Path(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name):
    """One process at a time fills a part of the cache."""
    with open(folder() / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path, data):
    """Writes the file whole or not at all."""
    path = pathlib.Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(temporary, 0o644)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def sha256(path):
    with open(path, "rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def full(folder):
    """Whether the disk has no room left, tried by writing."""
    probe = pathlib.Path(folder) / ".room"
    try:
        probe.write_bytes(b"\0" * (1 << 20))
        return False
    except OSError:
        return True
    finally:
        probe.unlink(missing_ok=True)
