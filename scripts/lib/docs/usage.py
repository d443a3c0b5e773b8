"""The usage text of a script: its documentation, or the comment before its first command."""
import pathlib
import re

TEXT = re.compile(r'#![^\n]*\n(?:"""(?P<string>.*?)"""|(?P<comment>(?:#[^\n]*\n)+))', re.S)


def of(script):
    """The text, or "" where there is none."""
    found = TEXT.match(pathlib.Path(script).read_text(encoding="utf-8"))
    if not found:
        return ""
    return found["string"] or re.sub(r"^# ?", "", found["comment"], flags=re.M)
