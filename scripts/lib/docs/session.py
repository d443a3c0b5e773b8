"""Runs the commands of one page as its reader would: block after block, in a folder that keeps what they leave.

The folder is a copy of the sources without what was built; where everything is wanted it is a clone of the last commit,
for some commands take it from git. Else `cgchurn` is there as the program under test with runs, sweeps and storms cut
short: whether a command works is what counts, and not its figures.
"""
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from . import commands, shape

# Short, and gentle: what is tried here is the page, not the kernel. (A random round can find the kernel wanting.)
SHORT = """#!/bin/sh
command=${1:-}
case $command in
run | sweep) exec "$CGCHURN" "$@" --trials 1 --duration 300ms --warmup 50ms ;;
stress) exec "$CGCHURN" "$@" --duration 1s --at-most controller-togglers=0,killers=0,ms=300 ;;
*) exec "$CGCHURN" "$@" ;;
esac
"""
CANNOT = 4
LIMIT_S = 120
LONG_LIMIT_S = 3600
# What was built or measured, by the folder that it lies in; the same names elsewhere are sources.
LEFT_OUT = {".": ("build*", ".git"), "results": ("vm-*", "boot-*", "stress-guests", "fleet")}
TOLD_LINES = 30
STATUS = re.compile(r"^check-docs: status (\d+)$", re.M)


class Skip(Exception):
    """Why a block is not run."""


def left_out(source, folder, names):
    patterns = LEFT_OUT.get(os.path.relpath(folder, source), ())
    return [name for name in names if name == "__pycache__" or any(fnmatch.fnmatch(name, p) for p in patterns)]


class Session:
    def __init__(self, source, program, build, everything):
        self.program, self.build = os.path.abspath(program), os.path.abspath(build)
        self.everything = everything
        self.scratch = tempfile.TemporaryDirectory(prefix="cgchurn-docs-")
        os.chmod(self.scratch.name, 0o755)  # pages have commands of other users
        self.folder = pathlib.Path(self.scratch.name, "cgchurn")
        self.copy(source)
        self.lay_out()

    def copy(self, source):
        if self.everything and pathlib.Path(source, ".git").exists():
            subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", source, self.folder], check=True)
        else:
            shutil.copytree(source, self.folder, symlinks=True, ignore=lambda folder, names: left_out(source, folder, names))

    def lay_out(self):
        """The program where pages name it: on the path, and in the build folders."""
        places = ["bin"] if self.everything else ["bin", "build/src", "build-release/src"]
        for place in places:
            path = self.folder / place / "cgchurn"
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.everything:
                path.symlink_to(self.program)
            else:
                path.write_text(SHORT, encoding="ascii")
                path.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def shell(self, script):
        """(status, standard output and error together) of a script."""
        environment = {**os.environ, "CGCHURN": self.program, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                              timeout=LONG_LIMIT_S if self.everything else LIMIT_S)
        return done.returncode, done.stdout

    def prepare(self, block):
        for arguments in block.given:
            maker = pathlib.Path(self.build, "tests/cli/make-results")
            if not maker.exists():
                raise Skip(f"there is no {maker}, which makes its results")
            subprocess.run([maker, *arguments], cwd=self.folder, check=True)

    @staticmethod
    def replaced(block, text):
        for word, other in block.words.items():
            text = text.replace(word, other)
        return text

    def script(self, block):
        """One command after the other, each status told; a block without prompts ends with its first failure."""
        if not commands.is_transcript(block):
            return "set -e\n" + self.replaced(block, block.output_of or block.text)
        steps = [f'{self.replaced(block, command)}\nstatus=$?; echo "check-docs: status $status"; (exit $status)\n'
                 for command, _ in commands.transcript(block.text)]
        return "\n".join(steps)

    def run(self, block):
        """None, or what is wrong with the block."""
        if block.skip or (block.long and not self.everything):
            raise Skip(block.skip or f"takes long: {block.long}")
        self.prepare(block)
        try:
            status, output = self.shell(self.script(block))
        except subprocess.TimeoutExpired:
            return "took too long"
        if commands.is_transcript(block):
            return self.judge_transcript(block, output)
        problem = self.judge_status(block, status, output)
        lost = shape.missing(block.text, output, block.varies) if block.output_of and not problem else None
        return problem or (lost and f"what is shown is not in the output: {lost.strip()}\n{self.end(output)}")

    @staticmethod
    def end(output):
        return "\n".join(output.rstrip().split("\n")[-TOLD_LINES:])

    def judge_status(self, block, status, output):
        if status in block.statuses:
            return None
        if status == CANNOT:
            raise Skip(f"this machine cannot: {output.strip().splitlines()[-1] if output.strip() else 'exit status 4'}")
        return f"exit status {status}, not {' or '.join(map(str, block.statuses))}\n{self.end(output)}"

    def judge_transcript(self, block, output):
        pieces = STATUS.split(output)
        steps = commands.transcript(block.text)
        for at, (command, shown) in enumerate(steps):
            real, status = pieces[2 * at], int(pieces[2 * at + 1])
            told = at + 1 < len(steps) and steps[at + 1][0].startswith("echo $?")
            problem = None if told else self.judge_status(block, status, real)
            lost = shape.missing(shown, real, block.varies)
            if command.startswith("echo $?") and shown.strip() != real.strip():
                problem = f"the exit status is {real.strip()}"
            if problem or lost:
                return f"{command}: " + (problem or f"what is shown is not in the output: {lost.strip()}\n{self.end(real)}")
        return None
