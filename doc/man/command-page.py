#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The man page of a command: what `cgchurn --describe` says of it, then what a hand wrote.

Usage: command-page.py COMMANDS.json CHANGELOG.md FRAME OUTPUT

FRAME is cgchurn.in or cgchurn-COMMAND.in. In it a line @COMMANDS@ stands for the list of commands.
"""
import json
import pathlib
import sys

from release import release_date
from roff import escape, example, heading, is_table, paragraphs, prose


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
    return "\n.br\n".join(
        f"\\fBcgchurn {command['name']}\\fR [\\fIOPTION\\fR...] {prose(way)}".rstrip() for way in ways)


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
    status.append("What each number means for every command is in\n.BR cgchurn (1).")
    return about, examples, status


def section(title, texts):
    return [f".SH {title}", "\n.PP\n".join(texts)] if texts else []


def page_of_command(tables, command, frame, date):
    about, examples, status = description(command)
    parts = [
        heading(f"cgchurn-{command['name']}", 1, tables["version"], date),
        ".SH NAME",
        f"cgchurn\\-{command['name']} \\- {escape(command['summary'])}",
        ".SH SYNOPSIS",
        synopsis(command),
        *section("DESCRIPTION", about),
        ".SH OPTIONS",
        *[option(o) for o in command["options"]],
        *section("EXAMPLES", examples),
        *section("EXIT STATUS", status),
        frame,
    ]
    return "\n".join(parts)


def list_of_commands(tables):
    return "\n".join(
        f".TP\n.BR cgchurn\\-{c['name']} (1)\n{escape(c['summary'])[:1].upper()}{escape(c['summary'])[1:]}."
        for c in tables["commands"])


def main(tables_path, changelog, frame_path, output):
    tables = json.loads(pathlib.Path(tables_path).read_text())
    frame = pathlib.Path(frame_path).read_text().rstrip("\n")
    name = pathlib.Path(frame_path).stem
    date = release_date(changelog)
    if name == "cgchurn":
        text = heading(name, 1, tables["version"], date) + "\n"
        text += frame.replace("@COMMANDS@", list_of_commands(tables))
    else:
        command = next(c for c in tables["commands"] if f"cgchurn-{c['name']}" == name)
        text = page_of_command(tables, command, frame, date)
    pathlib.Path(output).write_text('.\\" Made by doc/man/command-page.py; edit the option tables or the frame.\n'
                                    + text + "\n")


main(*sys.argv[1:])
