"""Kernels out of Debian's archive, through an apt configuration of its own.

The system's apt is asked once, for the mirror it uses; its lists, cache, keys and packages stay as they are. Packages are
checked by Debian's archive keyring, unpacked into the cache and never installed.
"""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from . import cache
from .errors import cannot

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# 6.1 is the kernel of bookworm; 6.12 of trixie and of bookworm's backports; newer ones come by trixie's backports.
SUITES = ("bookworm", "bookworm-updates", "bookworm-backports", "trixie", "trixie-updates", "trixie-backports")
SECURITY_SUITES = ("bookworm-security", "trixie-security")
LISTS_STALE_S = 24 * 3600
# The image lies in linux-image-* up to 6.18 and in linux-binary-* after it; of an unsigned and a signed one any will do.
IMAGE = re.compile(r"^linux-(?P<kind>image|binary)-(?P<release>\d+\.\d\S*-cloud-amd64)$")


def mirrors():
    """(archive, security archive) as the system's own apt reaches them."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(SUITE) $(ORIGIN) $(LABEL)",
                             "Created-By: Packages"], capture_output=True, text=True, check=False).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    rows = [row for row in rows if len(row) == 3 and row[2].startswith("Debian")] or configured()
    security = next((uri for uri, suite, _ in rows if "security" in suite or "security" in uri), None)
    archive = next((uri for uri, suite, _ in rows if "security" not in suite and "security" not in uri), None)
    if not archive:
        raise cannot("apt on this machine knows no mirror of Debian's archive; give a kernel as a file instead")
    return archive, security


def source_lines(suites, security_suites):
    """Lines of a sources.list."""
    archive, security = mirrors()
    wanted = [(archive, suite) for suite in suites] + [(security, suite) for suite in security_suites if security]
    return [f"deb [signed-by={KEYRING}] {uri} {suite} main" for uri, suite in wanted]


def sources(release):
    """Those for a system of this release, as mmdebstrap takes them."""
    return source_lines((release, f"{release}-updates"), (f"{release}-security",))


def configured():
    """The same out of the configuration's files, for a machine whose lists have not been fetched."""
    rows = []
    for path in [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if path.suffix == ".list":
            found = re.findall(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)", text, re.M)
            rows += [(uri, suite, "") for uri, suite in found]
        elif path.suffix == ".sources":
            found = re.findall(r"^URIs:\s*(\S+).*?^Suites:\s*(\S+)", text, re.M | re.S)
            rows += [(uri, suite, "") for uri, suite in found]
    releases = {suite.split("-")[0] for suite in SUITES + SECURITY_SUITES} | {"stable", "oldstable"}
    return [row for row in rows if row[1].split("-")[0].split("/")[0] in releases]


class Archive:
    """An apt of our own below the cache folder."""

    def __init__(self):
        self.root = cache.folder("apt")
        for part in ("lists/partial", "cache/archives/partial", "etc/preferences.d"):
            (self.root / part).mkdir(parents=True, exist_ok=True)
        cache.write(self.root / "status", "")
        cache.write(self.root / "sources.list", "\n".join(source_lines(SUITES, SECURITY_SUITES)) + "\n")
        cache.write(self.root / "apt.conf", self.configuration())

    def configuration(self):
        return "\n".join([
            f'Dir "{self.root}";', f'Dir::State "{self.root}";', 'Dir::State::lists "lists";',
            f'Dir::State::status "{self.root}/status";', 'Dir::Cache "cache";', 'Dir::Etc "etc";',
            f'Dir::Etc::sourcelist "{self.root}/sources.list";', 'Dir::Etc::sourceparts "/dev/null";',
            'Dir::Etc::parts "/dev/null";', 'Dir::Etc::trusted "/dev/null";', 'Dir::Etc::trustedparts "/dev/null";',
            'Acquire::Languages "none";', 'Acquire::Retries "2";', 'APT::Sandbox::User "root";',
            'Acquire::AllowInsecureRepositories "false";', 'APT::Get::AllowUnauthenticated "false";', ""])

    def apt(self, *command, cwd=None):
        environment = {**os.environ, "APT_CONFIG": str(self.root / "apt.conf"), "LC_ALL": "C"}
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)

    def update(self):
        """Fetches the lists when they are a day old. None, or why they could not be fetched."""
        stamp = self.root / "updated"
        sources = (self.root / "sources.list").read_text(encoding="utf-8")
        if age(stamp) < LISTS_STALE_S and stamp.read_text() == sources:
            return None
        done = self.apt("apt-get", "update", "--error-on=any")
        if done.returncode != 0:
            return (done.stderr.strip().splitlines() or ["apt-get update failed"])[-1]
        stamp.write_text(sources, encoding="utf-8")
        return None

    def images(self, series):
        """[(version, package, release)] of the images in a series such as 6.12 or 7, newest last."""
        found = self.versions(self.names(series))
        return [(version, package, IMAGE.match(package)["release"]) for version, package in found]

    def versions(self, names):
        """[(version, package)], newest last."""
        listed = self.apt("apt-cache", "madison", *names).stdout if names else ""
        rows = [[field.strip() for field in line.split("|")] for line in listed.splitlines()]
        return sorted(((version, package) for package, version, where in rows if where.endswith("Packages")),
                      key=functools.cmp_to_key(older_first))

    def names(self, series):
        listed = self.apt("apt-cache", "pkgnames", "linux-").stdout.split()
        matched = [m for m in map(IMAGE.match, listed) if m and in_series(m["release"], series)]
        binaries = {m["release"] for m in matched if m["kind"] == "binary"}
        return [m[0] for m in matched if m["kind"] == "binary" or m["release"] not in binaries]

    def unpack(self, package, version, into, patterns):
        """Downloads a package, checked against the signed lists, and unpacks the files that match."""
        with tempfile.TemporaryDirectory(dir=self.root) as work:
            done = self.apt("apt-get", "download", f"{package}={version}", cwd=work)
            debs = list(pathlib.Path(work).glob("*.deb"))
            if done.returncode != 0 or len(debs) != 1:
                why = (done.stderr.strip().splitlines() or ["no package came"])[-1]
                raise cannot(f"the package {package} {version} could not be fetched: {why}")
            unpacked = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", debs[0]], stdout=subprocess.PIPE)
            subprocess.run(["tar", "-x", "-C", into, "--wildcards", *patterns], stdin=unpacked.stdout,
                           stderr=subprocess.DEVNULL, check=False)
            unpacked.stdout.close()
            unpacked.wait()


def in_series(release, series):
    return release == series or release.startswith((series + ".", series + "-", series + "+"))


def older_first(one, other):
    if one[0] == other[0]:
        return (one[1] > other[1]) - (one[1] < other[1])
    older = subprocess.run(["dpkg", "--compare-versions", one[0], "lt", other[0]], check=False).returncode == 0
    return -1 if older else 1


def cached_images(series):
    """Folders of the cache with an image of the series, newest last."""
    rows = []
    for path in cache.folder("kernels").glob("*/vmlinuz"):
        version, release = path.parent.name.split("_", 1)
        if in_series(release, series):
            rows.append((version, release, path.parent))
    return [row[2] for row in sorted(rows, key=functools.cmp_to_key(older_first))]


def image(series):
    """The cache folder with `vmlinuz`, `config` and `release` of the newest kernel of a series, and a note or None."""
    known = cache.folder("kernels") / f"newest-{series}"
    if age(known) < LISTS_STALE_S and (found := pathlib.Path(known.read_text(encoding="utf-8"))) in cached_images(series):
        return found, None
    if not shutil.which("apt-get") or not os.path.exists(KEYRING):
        raise cannot("kernels from packages need Debian's apt and debian-archive-keyring; give a file instead")
    with cache.locked("apt"):
        archive = Archive()
        offline = archive.update()
        found = archive.images(series)
        have = cached_images(series)
        if offline and have:
            return have[-1], f"the lists could not be fetched ({offline}); this is the newest kernel of the cache"
        if not found:
            why = f": {offline}" if offline else ""
            raise cannot(f"Debian's archive has no kernel 'debian:{series}'{why}")
        folder = fetch(archive, *found[-1])
        # As old as the lists, which are asked again when they are a day old.
        cache.write(known, str(folder))
        os.utime(known, (time.time(), (archive.root / "updated").stat().st_mtime))
        return folder, None


def age(path):
    """Seconds since it was written; without end where it is missing."""
    return time.time() - path.stat().st_mtime if path.exists() else float("inf")


def newest_source(series):
    """(archive, version, package) of the newest linux-source package of a series."""
    with cache.locked("apt"):
        archive = Archive()
        offline = archive.update()
        names = [name for name in archive.apt("apt-cache", "pkgnames", "linux-source-").stdout.split()
                 if in_series(name.removeprefix("linux-source-"), series)]
        found = archive.versions(names)
    if not found:
        raise cannot(f"Debian's archive has no source of the series {series}" + (f": {offline}" if offline else ""))
    return archive, found[-1][0], found[-1][1]


def fetch(archive, version, package, release):
    into = cache.folder("kernels") / f"{version}_{release}"
    if (into / "vmlinuz").exists():
        return into
    with tempfile.TemporaryDirectory(dir=archive.root) as work:
        archive.unpack(package, version, work, ["*/vmlinuz*", "*/config*"])
        if package.startswith("linux-binary-"):
            archive.unpack(f"linux-base-{release}", version, work, ["*/config*"])
        into.mkdir(exist_ok=True)
        keep(work, "config*", into / "config")
        cache.write(into / "release", release + "\n")
        if not keep(work, "vmlinuz*", into / "vmlinuz"):
            raise cannot(f"the package {package} {version} holds no kernel image")
    return into


def keep(work, pattern, to):
    found = next((path for path in pathlib.Path(work).rglob(pattern) if path.is_file()), None)
    if found:
        cache.write(to, found.read_bytes())
    return found
