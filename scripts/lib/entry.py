"""How every script of ours ends: one place for what can go wrong outside of it."""
import os
import signal
import sys

from vm import errors


def run(name, main, *arguments, on_os_error=4):
    """Ends the process with what `main` returns. A message for the user, an interrupt, a failed system call and a reader
    of our output that is gone are no tracebacks: errors.Failed says its exit code, the others are 130, `on_os_error`, 141."""
    sys.exit(_status(name, main, arguments or (sys.argv[1:],), on_os_error))


def _status(name, main, arguments, on_os_error):
    try:
        try:
            return main(*arguments)
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
