# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of the commands that are scripts, as C, from the usage text at the top of each.

Usage: script_tables.py OUTPUT SCRIPT...

The text: a summary; `Usage:` with one way to call it a line; paragraphs, of which indented ones are examples; and lists of
options, each an indented line `-o, --output DIR   help`, whose help goes on further to the right. An argument `a|b` is a
choice; help with "may be given again" says that the option may be. What follows a list is a paragraph again.
"""
import json
import pathlib
import re
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "lib"))
from docs import usage

WIDTH = 84
OPTION = re.compile(r"  (?:-(?P<letter>\w), )?--(?P<name>[a-z-]+)(?: (?P<argument>\S+))?(?:  +(?P<help>.*))?$")


def identifier(name):
    return name.replace("-", "_")


def ways(paragraph, name):
    """What follows the name on each line of `Usage:`; options that come first go without saying."""
    lines = [line.removeprefix("Usage:").strip() for line in paragraph.split("\n")]
    called = [re.fullmatch(rf"\S*{re.escape(name)}(?: (.*))?", line) for line in lines]
    if not all(called):
        sys.exit(f"{name}: a line of the usage does not begin with its name")
    found = [(way[1] or "").replace("[OPTION]...", "[OPTION...]") for way in called]
    return " | ".join(way.removeprefix("[OPTION...]").strip() for way in found)


def options(paragraph):
    found = []
    for line in paragraph.split("\n"):
        if option := OPTION.match(line):
            found.append({**option.groupdict(), "help": [option["help"]] if option["help"] else []})
        elif found and line.startswith("     "):
            found[-1]["help"].append(line.strip())
        elif not line.startswith("  -- "):  # what goes to another command has no entry of its own
            sys.exit(f"no option, and no help of one: {line}")
    return found


def wrapped(paragraph, width=WIDTH):
    """As the other commands have it; examples stay as they are."""
    if paragraph.startswith(" "):
        return paragraph
    return textwrap.fill(paragraph, width, break_on_hyphens=False, break_long_words=False)


def sentence(lines):
    text = " ".join(lines)
    return text[:1].upper() + text[1:].rstrip(".") + "."


def parse(script):
    name = script.name
    # In the source tree a script is called by its path.
    text = re.sub(r"\bscripts/(?=[a-z-]+\b(?!\.))", "cgchurn ", usage.of(script)).strip()
    if not text:
        sys.exit(f"{script}: no usage text at the top")
    summary, calls, *rest = re.sub(r"\s+Exit: ", "\n\nExit status: ", text).split("\n\n")
    lists = [p for p in rest if re.match(r"  -", p)]
    rest = [sentence(further) for p in lists for further in re.findall(r"^  -- (\S+) +(.*)$", p, re.M)] + rest
    return {"name": name, "summary": (summary[0].lower() + summary[1:]).rstrip("."), "arguments": ways(calls, f"cgchurn {name}"),
            "help": "\n\n".join(wrapped(p) for p in rest if p not in lists),
            "options": [option for paragraph in lists for option in options(paragraph)]}


def quoted(text):
    """A string of C. JSON escapes what C does, by the same letters; the texts are ASCII."""
    return json.dumps(text)


def table_entry(option):
    argument, text = option["argument"], wrapped(sentence(option["help"]), WIDTH - 6)
    kind = "FLAG" if not argument else "CHOICE" if "|" in argument else "STRINGS" if "may be given again" in text else "STRING"
    fields = [f".name = {quoted(option['name'])}", f".type = OPTION_{kind}", f".help = {quoted(text)}"]
    fields += [f".letter = '{option['letter']}'"] if option["letter"] else []
    fields += [f".argument = {quoted(argument)}"] if argument else []
    if kind == "CHOICE":
        words = ", ".join(map(quoted, argument.split("|")))
        fields.append(f".choices = (const char *const[]){{{words}, NULL}}")
    return "\t{" + ", ".join(fields) + "},"


def table(command):
    name = identifier(command["name"])
    entries = "\n".join(map(table_entry, command["options"]))
    texts = "\n".join(f"\t.{key} = {quoted(command[key])}," for key in ("name", "summary", "arguments", "help"))
    return (f"static const struct command_option options_{name}[] = {{\n{entries}\n\t{{0}},\n}};\n"
            f"const struct command command_{name} = {{\n{texts}\n\t.options = options_{name},\n}};\n")


def main(output, *scripts):
    tables = [table(parse(pathlib.Path(script))) for script in scripts]
    declared = "".join(f"extern const struct command command_{identifier(pathlib.Path(s).name)};\n" for s in scripts)
    head = "/* Made by src/command/script_tables.py. */\n#include \"command/command.h\"\n\n" + declared + "\n"
    pathlib.Path(output).write_text(head + "\n".join(tables), encoding="utf-8")


main(*sys.argv[1:])
