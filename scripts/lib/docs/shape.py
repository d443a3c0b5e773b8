"""Whether what a page shows is what a command prints: figures vary from run to run, words do not.

Each line that a page shows has to stand in the real output, in the same order, once figures are masked and runs of
blanks are one. The real output may have more lines, so a page may leave some out. Of a paragraph that depends on the
machine ("varies"), a line with its continuation lines, nothing is looked at.
"""
import re

FIGURE = re.compile(r"(?<![A-Za-z_])[-+~]?\d[\d:TZ.-]*(?: \d{3})*(?:\.\d+)?(?:[munk]?s\b|[KMG]iB\b| ?%|x\b)?(?:/\d+)?")
DASH = re.compile(r"(?<=\s)(?:-|inf)(?=\s|$)")


def skeleton(line):
    line = DASH.sub("#", FIGURE.sub("#", line))
    return " ".join(re.sub(r"[#.,/ ]*#", " #", line).split())


def without(lines, heads):
    """Lines that do not belong to a paragraph which begins with one of `heads`."""
    kept, depth = [], None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and indent > depth:
            continue
        depth = indent if any(line.lstrip().startswith(head) for head in heads) else None
        if depth is None:
            kept.append(line)
    return kept


def missing(shown, real, varies=()):
    """The first line of `shown` that `real` lacks or has elsewhere, or None."""
    there = [skeleton(line) for line in real.split("\n")]
    at = 0
    for line in without(shown.split("\n"), varies):
        wanted = skeleton(line)
        if not wanted or wanted == "...":
            continue
        if wanted not in there[at:]:
            return line
        at = there.index(wanted, at) + 1
    return None
