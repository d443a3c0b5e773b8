"""The two ways in which a script of ours ends before it has done anything, with their exit codes."""
import shutil
import subprocess


class Failed(Exception):
    """A message for the user, and the exit code that the script ends with."""

    def __init__(self, message, exit_code):
        super().__init__(message)
        self.exit_code = exit_code


def usage(message):
    """Wrong usage or bad input."""
    return Failed(message, 2)


def cannot(message):
    """This host lacks what is needed; the message says what would help."""
    return Failed(message, 4)


def need(what, packages):
    """`packages` of the programs that are needed. Those that this machine lacks are named, and what installs them."""
    lacking = {program: package for program, package in packages.items() if not shutil.which(program)}
    if lacking:
        raise cannot(f"{what} {' and '.join(lacking)}, which this machine lacks: "
                     f"apt-get install --no-install-recommends {' '.join(dict.fromkeys(lacking.values()))}")


def output(*command, **options):
    """What a command prints. Where it fails, the end of what it said is the message."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}".strip()
        raise cannot(f"'{' '.join(map(str, command))}' failed: {said}")
    return done.stdout
