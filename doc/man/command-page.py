#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The man page of a command: its part of `cgchurn --describe`, then its hand-written FRAME, if it has one.

Usage: command-page.py COMMANDS.json CHANGELOG.md [FRAME] OUTPUT

FRAME is cgchurn.in or cgchurn-COMMAND.in, OUTPUT the same with .1. @COMMANDS@ in cgchurn.in is the list of commands.
"""
import json
import pathlib
import sys

from roff import escape, example, heading, is_table, paragraphs, prose, see_also


def option(o):
    names = [f"\\fB\\-{o['letter']}\\fR"] if o["letter"] else []
    names.append(f"\\fB\\-\\-{escape(o['name'], True)}\\fR")
    argument = f" \\fI{escape(o['argument'], True)}\\fR" if o["argument"] else ""
    text = o["help"]
    if is_table(text):
        body = example(text)
    else:
        body = prose(text.replace("\n", " "))
    return f".TP\n{', '.join(names)}{argument}\n{body}"


def synopsis(command):
    """One line for each way to call it."""
    ways = command["arguments"].split(" | ") if " | " in command["arguments"] else [command["arguments"]]
    first = "" if "[OPTION...]" in command["arguments"] else "[\\fIOPTION\\fR...] "
    return "\n.br\n".join(f"\\fBcgchurn {escape(command['name'], True)}\\fR {first}{prose(way)}".rstrip() for way in ways)


def description(command):
    """The parts of the help: about, examples, exit status."""
    about, examples, status = [], [], []
    for text in paragraphs(command["help"]):
        if text.startswith("  "):
            examples.append(example(text))
            continue
        said, _, exits = text.replace("\n", " ").partition("Exit status:")
        if said.startswith("Example:"):
            examples.append(prose(said.removeprefix("Example:").strip().capitalize()))
        elif said:
            about.append(prose(said.strip()))
        if exits:
            status.append(prose(exits.strip()))
    status.append("All exit statuses are in\n.BR cgchurn (1).")
    return about, examples, status


def section(title, texts):
    return [f".SH {title}", "\n.PP\n".join(texts)] if texts else []


def page_of_command(tables, command, frame):
    about, examples, status = description(command)
    parts = [
        ".SH NAME",
        f"cgchurn\\-{escape(command['name'], True)} \\- {escape(command['summary'])}",
        ".SH SYNOPSIS",
        synopsis(command),
        *section("DESCRIPTION", about),
        ".SH OPTIONS",
        *[option(o) for o in command["options"]],
        *section("EXAMPLES", examples),
        *section("EXIT STATUS", status),
        *([frame] if frame else []),
    ]
    return "\n".join(parts)


def list_of_commands(tables):
    return "\n".join(
        f".TP\n.BR cgchurn\\-{escape(c['name'], True)} (1)\n{escape(c['summary'])[:1].upper()}{escape(c['summary'])[1:]}."
        for c in tables["commands"])


def main(tables_path, changelog, *frames, output):
    tables = json.loads(pathlib.Path(tables_path).read_text())
    frame = "".join(pathlib.Path(path).read_text().rstrip("\n") for path in frames)
    name = pathlib.Path(output).stem
    if name == "cgchurn":
        text = frame.replace("@COMMANDS@", list_of_commands(tables))
    else:
        command = next(c for c in tables["commands"] if f"cgchurn-{c['name']}" == name)
        text = page_of_command(tables, command, frame)
    pathlib.Path(output).write_text("\n".join([
        '.\\" Made by doc/man/command-page.py; edit the option tables or the frame.',
        heading(name, 1, tables["version"], changelog), text, see_also(tables, name), ""]))


main(*sys.argv[1:-1], output=sys.argv[-1])
