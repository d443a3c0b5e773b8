"""What a guest's console and kernel log say about how it fared."""
import re

TAIL_LINES = 30
# A line of the kernel begins with its time in brackets, at times with the CPU or the caller.
STAMP = r"^\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? "
PANIC = re.compile(STAMP + r"Kernel panic", re.M)
# The guest's init gives up, see there.
NO_CLOCK = re.compile(STAMP + r"guest: no clock", re.M)
# The whole machine's memory; the kill within a limited group reads "Memory cgroup out of memory".
OUT_OF_MEMORY = re.compile(STAMP + r".*(?:Out of memory: Killed|deadlocked on memory)", re.M)
# Not any line of level warning: those that mean a bug or a stall.
WARNING = re.compile(
    STAMP + r"(?:WARNING: .*(?: at |lock)|BUG: |kernel BUG at|Oops|general protection fault|INFO: task .* blocked for"
    r"|(?:INFO: )?rcu: .*stall|INFO: rcu_.*stall|watchdog: BUG|INFO: possible)", re.M)


def panicked(text):
    """The line of the panic, or None."""
    return line_of(PANIC, text)


def no_clock(text):
    """The line of a guest that went down for want of a clock, or None."""
    return line_of(NO_CLOCK, text)


def memory_ran_out(text):
    """The first line that tells of it, or None."""
    return line_of(OUT_OF_MEMORY, text)


def warning(text):
    """The first line that reports a bug of the kernel, or None."""
    return line_of(WARNING, text)


def line_of(pattern, text):
    found = pattern.search(text)
    return text[found.start():].split("\n", 1)[0].strip() if found else None


def tail(text):
    return [line.rstrip("\r") for line in text.splitlines()[-TAIL_LINES:]]
