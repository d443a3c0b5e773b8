"""How every script of ours begins and ends: its command line, and what can go wrong outside of it."""
import argparse
import os
import pathlib
import signal
import sys

from vm import errors, initramfs

# How a user calls our scripts: by their path, or as commands of the installed program.
CALL = "cgchurn " if initramfs.installed else "scripts/"


def usage_of(doc):
    """A script's documentation, with commands as its user calls them."""
    return doc.strip().replace("scripts/", CALL)


class _Help(argparse.Action):
    def __call__(self, parser, *_):
        print(self.const)
        parser.exit()


def parser(doc):
    """A command line without abbreviations, whose --help is the script's documentation."""
    made = argparse.ArgumentParser(sys.argv[0], add_help=False, allow_abbrev=False)
    made.add_argument("-h", "--help", action=_Help, nargs=0, const=usage_of(doc))
    return made


def split(arguments):
    """(ours, those of the command after `--`)."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1:]


def when_ended(handler=signal.default_int_handler):
    """What guests and compilers, which have sessions of their own, need to end with us, too: a handler of SIGTERM, and of the
    SIGHUP of a terminal that is gone, which nohup ignores."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def run(main, on_os_error=4):
    """Ends the process with what `main` returns of the arguments. A message for the user, an interrupt, a failed system call
    and a reader of our output that is gone are no tracebacks: errors.Failed says its exit code, the others are 130,
    `on_os_error`, 141."""
    sys.exit(_status(pathlib.Path(sys.argv[0]).name, main, on_os_error))


def _status(name, main, on_os_error):
    try:
        try:
            return main(sys.argv[1:])
        finally:
            # Here and not when the interpreter ends, where it could only be ignored.
            sys.stdout.flush()
    except errors.Failed as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Nobody reads on. What is still in the buffer goes nowhere, so that the end says nothing of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as failure:
        told = f"{failure.filename}: {failure.strerror}" if failure.filename and failure.strerror else str(failure)
        print(f"{name}: {told}", file=sys.stderr)
        return on_os_error
