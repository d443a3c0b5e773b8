"""The commits between two of a kernel's repository, and a working copy of our own that they are built from."""
import shutil
import subprocess

from vm.errors import output, usage


class Tree:
    """`origin` is the user's repository, of which nothing is changed; `copy` shares its objects."""

    def __init__(self, origin, copy):
        self.origin = origin
        self.copy = copy

    def git(self, *command):
        return output("git", "-C", self.origin, *command).strip()

    def commit(self, revision):
        found = subprocess.run(["git", "-C", self.origin, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
                               capture_output=True, text=True, check=False)
        if found.returncode != 0:
            raise usage(f"'{revision}' is no commit of '{self.origin}'")
        return found.stdout.strip()

    def line(self, good, bad):
        """The commits from the good to the bad one, on the line of first parents: a merge is one step."""
        behind = self.git("rev-list", "--first-parent", "--reverse", f"{good}..{bad}").split()
        if not behind or self.git("rev-parse", f"{behind[0]}^@").split()[:1] != [good]:
            base = self.git("merge-base", good, bad)
            hint = f"; their merge base is {base[:12]}" if base != good else ""
            raise usage(f"the good commit {good[:12]} is not on the line of first parents of {bad[:12]}{hint}")
        return [good, *behind]

    def title(self, commit):
        return self.git("log", "-1", "--format=%s", commit)

    def inside(self, commit):
        """Of a merge: the two ends of what it merged, between which a search goes on. None of any other commit."""
        parents = self.git("rev-parse", f"{commit}^@").split()
        return (self.git("merge-base", *parents[:2]), parents[1]) if len(parents) > 1 else None

    def check_out(self, commit):
        """Files that do not differ keep their time, so that no more than needed is compiled."""
        if not self.copy.exists():
            half = self.copy.with_name(f"{self.copy.name}.new")  # of a clone that was interrupted
            shutil.rmtree(half, ignore_errors=True)
            output("git", "clone", "--quiet", "--shared", "--no-checkout", self.origin, half)
            half.rename(self.copy)
        # The copy is ours alone: what an interrupted checkout has left locked nobody uses.
        (self.copy / ".git" / "index.lock").unlink(missing_ok=True)
        output("git", "-C", self.copy, "checkout", "--quiet", "--force", "--detach", commit)
        return self.copy
