"""What a guest's console and kernel log say about how it fared."""
import re

TAIL_LINES = 30
# A line of the kernel begins with its time in brackets, at times with the CPU or the caller.
STAMP = r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? "
LINES = {outcome: re.compile(STAMP + line, re.M) for outcome, line in {
    "panic": r"Kernel panic",
    # The guest's init gives up, see there.
    "clock": r"guest: no clock",
    # The whole machine's memory; the kill within a limited group reads "Memory cgroup out of memory".
    "oom": r".*(?:Out of memory: Killed|deadlocked on memory)",
    # Not any line of level warning: those that mean a bug or a stall.
    "warning": r"(?:WARNING: .*(?: at |lock)|BUG: |kernel BUG at|Oops|general protection fault|INFO: task .* blocked for"
               r"|(?:INFO: )?rcu: .*stall|INFO: rcu_.*stall|watchdog: BUG|INFO: possible)",
}.items()}


def line_of(outcome, text):
    """The first line that reports it, or None."""
    found = LINES[outcome].search(text)
    return text[found.start():].split("\n", 1)[0].strip() if found else None


def tail(text):
    return [line.rstrip("\r") for line in text.splitlines()[-TAIL_LINES:]]
