# SPDX-License-Identifier: GPL-2.0-or-later
"""Text to roff: what the generators of man pages share."""
import pathlib
import re
import sys

SPECIAL = {"\\": "\\e", "`": "\\(ga", "'": "\\(aq", "^": "\\(ha", "~": "\\(ti"}


def escape(text, literal=False):
    """Characters that roff would take for its own; in literal text also a hyphen is one to copy."""
    text = "".join(SPECIAL.get(c, c) for c in text)
    return text.replace("-", "\\-") if literal else text


def line(text):
    """A line that begins with a full stop or a quote is no request."""
    return "\\&" + text if text[:1] in (".", "'") else text


def prose(text):
    """Running text: `code` becomes bold, and so do --options."""
    parts = re.split(r"`([^`]+)`", text)
    out = []
    for i, part in enumerate(parts):
        if i % 2:
            out.append(f"\\fB{escape(part, True)}\\fR")
            continue
        for k, piece in enumerate(re.split(r"((?<![\w-])--[a-z][a-z-]*)", part)):
            out.append(f"\\fB{escape(piece, True)}\\fR" if k % 2 else escape(piece))
    return line("".join(out))


def example(text):
    lines = text.split("\n")
    indent = min(len(l) - len(l.lstrip()) for l in lines if l)
    body = "\n".join(line(escape(l[indent:], True)) for l in lines)
    return f".RS 4\n.EX\n{body}\n.EE\n.RE"


def is_table(text):
    return re.search(r"\S {2,}\S", text) is not None


def paragraphs(text):
    """The help of a command: paragraphs, of which indented ones are examples."""
    return [p for p in text.split("\n\n") if p]


def heading(name, section, version, changelog):
    """With the date of the release, so that the same sources make the same pages."""
    found = re.search(r"^## \S+ - (\d{4}-\d{2}-\d{2})$", pathlib.Path(changelog).read_text(), re.MULTILINE)
    if not found:
        sys.exit(f"{changelog}: no heading `## VERSION - YYYY-MM-DD`")
    return f'.TH {name.upper()} {section} {found[1]} "cgchurn {version}" "cgchurn"'


def see_also(tables, own):
    """The other pages. cgchurn(1) lists the commands itself."""
    commands = [] if own == "cgchurn" else ["cgchurn", *(f"cgchurn-{c['name']}" for c in tables["commands"])]
    pages = [(n, 1) for n in commands] + [("cgchurn-result", 5), ("cgchurn-workload", 5), ("cgroups", 7)]
    return ".SH SEE ALSO\n" + "\n".join(f".BR {escape(n, True)} ({s})," for n, s in pages if n != own).rstrip(",")
