"""Virtual CPUs on CPUs of their own, where this host has enough of them."""
import os
import pathlib
import re
import time

WAIT_S = 5
# Makes QEMU name the threads of its virtual CPUs: "CPU 0/KVM".
OPTIONS = ("-name", "guest,debug-threads=on")


def pin(process, cpus):
    """Pins each virtual CPU's thread once all of them run. Silent where it cannot: it is an improvement only."""
    available = sorted(os.sched_getaffinity(0))
    deadline = time.monotonic() + WAIT_S
    # One more, for QEMU's own work.
    while len(available) > cpus and process.poll() is None and time.monotonic() < deadline:
        try:
            found = threads(process.pid)
            if len(found) == cpus:
                for thread, cpu in zip(found, available[-cpus:]):
                    os.sched_setaffinity(thread, {cpu})
                return
        except OSError:  # QEMU or a thread of it has ended
            pass
        time.sleep(0.05)


def threads(pid):
    """Those of the virtual CPUs, by their numbers."""
    named = [(re.match(r"CPU (\d+)/", (task / "comm").read_text(encoding="ascii")), task.name)
             for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return [int(thread) for _, thread in sorted((int(match[1]), thread) for match, thread in named if match)]
