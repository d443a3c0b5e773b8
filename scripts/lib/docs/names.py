"""Whether what pages name exists: files, links, anchors, commands, their options, tests.

Options are looked up in what the programs themselves say about them: `cgchurn COMMAND --help`, and the usage at the top of
a script.
"""
import functools
import pathlib
import re
import subprocess

from . import commands, markdown, usage

PATHS = re.compile(r"(?<![\w/.~-])((?:doc|scripts|src|tests|workloads|dashboards|deploy|debian)/[\w./*-]*[\w*/])")
# A module of src/ as pages on the code name it: verify/invariant.c, run/plan.
MODULES = re.compile(r"(?<![\w/.-])([a-z]+)/([a-z][\w-]*)(\.[ch])?\b(?!/)")
OPTION = re.compile(r"^--?[a-z][\w-]*")


class Names:
    def __init__(self, source, program, build):
        self.source, self.program, self.build = pathlib.Path(source), program, build
        self.folders = {path.name for path in (self.source / "src").iterdir() if path.is_dir()}

    @functools.lru_cache(maxsize=None)
    def options(self, command):
        """Those of a command of cgchurn; None where there is no such command."""
        done = subprocess.run([self.program, command, "--help"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None
        found = re.findall(r"^ +(?:(-\w), +)?(--[\w-]+)", done.stdout, re.M)
        return {"--help", "-h"}.union(*found)

    @functools.lru_cache(maxsize=None)
    def every_option(self):
        text = subprocess.run([self.program, "--help"], capture_output=True, text=True, check=True).stdout
        listed = re.findall(r"^  ([a-z-]+) +", text, re.M)
        paths = (self.source / "scripts").iterdir()
        scripts = [usage.of(path) for path in paths if path.is_file()]
        return set().union(*map(self.options, listed), *(re.findall(r"--?[a-z][\w-]*", usage) for usage in scripts))

    def program_call(self, words):
        """Problems of one call of cgchurn; `words` follow the program's name."""
        command = words[0] if words else "--help"
        if not re.fullmatch(r"[a-z-]+", command):
            return []
        known = {"--help", "--version", "--describe", "-h"} if command.startswith("-") else self.options(command)
        if known is None:
            return [f"there is no command 'cgchurn {command}'"]
        return [f"'cgchurn {command}' has no option {option}" for option in given(words) if option not in known]

    def script_call(self, script, words):
        path = self.source / script
        if not path.is_file():
            return [f"there is no {script}"]
        said = usage.of(path)
        known = set(re.findall(r"--?[a-z][\w-]*", said)) | {"--help", "-h"}
        problems = []
        if "cgchurn run" in said:
            split = words.index("--") if "--" in words else (0 if script == "scripts/bench" else len(words))
            rest, words = words[split + 1:] if split else words, words[:split]
            problems = self.call(rest) if rest[:1] == ["cgchurn"] else self.program_call(["run", *rest])
        elif "--" in words:
            split = words.index("--")
            problems, words = self.call(words[split + 1:]), words[:split]
        return problems + [f"{script} has no option {option}" for option in given(words) if option not in known]

    def call(self, words):
        """Problems of one simple command; what comes before our programs (an environment, systemd-run) is others'."""
        for at, word in enumerate(words):
            if pathlib.PurePath(word).name == "cgchurn" and not word.startswith("-"):
                return self.program_call(words[at + 1:])
            if word.startswith(("scripts/", "./scripts/")):
                return self.script_call(word.removeprefix("./"), words[at + 1:])
        if words[:2] == ["meson", "test"]:
            return self.meson_test(words[2:])
        return []

    @functools.lru_cache(maxsize=None)
    def meson_tests(self, kind):
        done = subprocess.run(["meson", "introspect", kind, self.build], capture_output=True, text=True, check=True)
        return re.findall(r'"name": "([^"]+)"', done.stdout)

    def meson_test(self, words):
        """Named tests have to be there; `meson introspect` knows them."""
        if not self.build:
            return []
        known = self.meson_tests("--benchmarks" if "--benchmark" in words else "--tests")
        values = {at + 1 for at, word in enumerate(words) if word in ("-C", "--suite")}
        named = [word for at, word in enumerate(words) if at not in values and re.fullmatch(r"[a-z][\w-]+", word)]
        return [f"meson has no test '{name}'" for name in named if name not in known]

    def command_text(self, text):
        problems = []
        for words in commands.simple(text):
            problems += self.call(words)
        return problems

    def span(self, text):
        """Problems of a code span in the running text."""
        if text.startswith(("cgchurn ", "scripts/", "meson test")):
            try:
                return self.command_text(text) + self.paths(text)
            except ValueError:
                return [f"`{text}` is no command line"]
        option = OPTION.match(text)
        if option and text.startswith("--") and "." not in text.split("=")[0]:
            if option.group() not in self.every_option():
                return [f"no command and no script has the option {option.group()}"]
            return []
        return self.paths(text)

    def paths(self, text):
        problems = [f"there is no {path}" for path in PATHS.findall(text) if not self.exists(path)]
        for folder, name, suffix in MODULES.findall(text):
            if folder in self.folders and not self.module(folder, name, suffix):
                problems.append(f"there is no {folder}/{name}{suffix} in src/")
        return problems

    def exists(self, path):
        pattern = re.sub(r"\b[A-Z]{3,}\b(?!\.md)", "*", path).rstrip("/")
        return any(self.source.glob(pattern)) if "*" in pattern else (self.source / path).exists()

    def module(self, folder, name, suffix):
        return any((self.source / "src" / folder / (name + end)).exists() for end in ([suffix] if suffix else (".c", ".h", "")))

    def link(self, page, target, parsed):
        """A link to a file, and to a heading in it; addresses elsewhere are not followed."""
        if re.match(r"[a-z]+:", target):
            return []
        name, _, heading = target.partition("#")
        path = (page.parent / name) if name else page
        if not path.exists():
            return [f"the link {target} leads nowhere"]
        if heading and heading not in (parsed.anchors if not name else anchors(path)):
            return [f"the link {target}: {path.name} has no such heading"]
        return []


@functools.lru_cache(maxsize=None)
def anchors(path):
    return markdown.parse(path.read_text(encoding="utf-8")).anchors


def given(words):
    """The options among words, up to a `--`."""
    words = words[:words.index("--")] if "--" in words else words
    return [OPTION.match(word).group() for word in words if OPTION.match(word)]


def check(names, page):
    """Of a page: (line, problem) of every name in it that does not exist."""
    parsed = markdown.parse(page.read_text(encoding="utf-8"))
    problems = []
    for line, text in parsed.spans:
        problems += [(line, problem) for problem in names.span(text)]
    for line, text in parsed.prose:
        problems += [(line, problem) for problem in names.paths(text)]
    for line, target in parsed.links:
        problems += [(line, problem) for problem in names.link(page, target, parsed)]
    for block in parsed.blocks:
        text = commands.of_block(block)
        try:
            found = names.command_text(text) if text is not None else names.paths(block.text)
        except ValueError as error:
            found = [f"no command line: {error}"]
        problems += [(block.line, problem) for problem in found]
    return sorted(problems)
