#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Completions of bash, zsh or fish, from what `cgchurn --describe` says.

Usage: completions.py SHELL COMMANDS.json OUTPUT

What is offered for an argument follows from its word in the tables: FILE, SPEC (a kernel) and what results are in are files,
DIR is a folder, SUITE and WORKLOAD are names that the program lists, others are the person's own. Names are asked for when they
are completed, so that workloads of one's own (CGCHURN_WORKLOADS) are among them.
"""
import json
import pathlib
import re
import sys

HEADER = "# Completions of cgchurn; made by doc/completions/completions.py from the program's option tables."
GENERAL = [("help", "List the commands"), ("version", "Print the version"), ("describe", "Print the commands as JSON")]


def kind_of_value(option):
    """What an option's value is: None for a flag, a list of words, "file", "folder", "suites" or ""."""
    if option["argument"] is None:
        return None
    if option["choices"]:
        return option["choices"]
    kinds_of_words = {"FILE": "file", "SPEC": "file", "DIR": "folder", "SUITE": "suites", "WORKLOAD": "workloads"}
    return kinds_of_words.get(option["argument"].rstrip("."), "")


def kind_of_arguments(command):
    """What stands behind a command: "workloads", "kinds" (a word of the table, then what it asks for), "folder", "file", ""."""
    text = command["arguments"]
    if "WORKLOAD" in text:
        return "workloads"
    if re.search(r"[a-z]\|", text):
        return "kinds"
    if "RESULT" in text or "SPEC" in text:
        return "file"
    return "folder" if "DIR" in text else ""


def kinds(command):
    """The words that an argument such as [workloads|suites [NAME...]] chooses from."""
    return re.findall(r"(?<![-\w])[a-z]+", command["arguments"])


def kind_after(command):
    """What stands behind such a word: names of that kind, or folders."""
    return "folder" if "DIR" in command["arguments"] else "names"


def sentence(option):
    """The beginning of an option's help, short enough for a list."""
    first = " ".join(option["help"].split())
    first = re.split(r"(?<=[a-z0-9)])[.;:] ", first)[0].rstrip(".")
    return "The format" if len(first) > 100 and option["choices"] else first


def switches(option):
    return ([f"-{option['letter']}"] if option["letter"] else []) + [f"--{option['name']}"]


def single(text):
    """A word in single quotes, for bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


# bash

BASH_TAIL = r"""
# The names that `cgchurn list KIND` shows.
_cgchurn_names()
{
	"$1" list "$2" 2>/dev/null | sed -n 's/^\([^ ][^ ]*\)  .*/\1/p'
}

# _cgchurn_offer KIND CUR: fills COMPREPLY.
_cgchurn_offer()
{
	local names
	case $1 in
	workloads | suites | stressors)
		names=$(_cgchurn_names "${COMP_WORDS[0]/#\~/$HOME}" "$1")
		mapfile -t COMPREPLY < <(compgen -W "$names" -- "$2")
		;;&
	file | workloads)
		compopt -o filenames 2>/dev/null
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2")
		;;
	folder)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$2")
		;;
	=*) mapfile -t COMPREPLY < <(compgen -W "${1#=}" -- "$2") ;;
	esac
}

_cgchurn()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} kind after words
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_cgchurn_offer "=$_cgchurn_commands" "$cur"
		return
	fi
	# Bash makes three words of --option=value.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if kind=$(_cgchurn_value "$command" "$prev"); then
		_cgchurn_offer "$kind" "$cur"
	elif [[ $cur == -* ]]; then
		_cgchurn_offer "=$(_cgchurn_options "$command")" "$cur"
	else
		# "kinds names" or "kinds folder", and the words to choose from.
		read -r kind after words <<<"$(_cgchurn_arguments "$command")"
		if [ "$kind" != kinds ]; then
			_cgchurn_offer "$kind" "$cur"
		elif [ "$COMP_CWORD" -eq 2 ]; then
			_cgchurn_offer "=$words" "$cur"
		else
			_cgchurn_offer "${after/names/${COMP_WORDS[2]}}" "$cur"
		fi
	fi
} && complete -F _cgchurn cgchurn
"""


def bash_kind(value):
    return "=" + " ".join(value) if isinstance(value, list) else value


def bash_case(name, about, arms, fallback):
    lines = [f"# {about}", f"{name}()", "{", '\tcase "$*" in']
    lines += [f"\t{pattern}) echo {single(text)} ;;" for pattern, text in arms]
    return "\n".join([*lines, *fallback, "\tesac", "}"])


def bash(tables):
    commands = tables["commands"]
    words = [c["name"] for c in commands] + [f"--{name}" for name, _ in GENERAL]
    values = [(" | ".join(f'"{c["name"]} {s}"' for s in switches(o)), bash_kind(kind_of_value(o)))
              for c in commands for o in c["options"] if o["argument"]]
    options = [(c["name"], " ".join(s for o in c["options"] for s in switches(o) if s[1] == "-")) for c in commands]
    arguments = [(c["name"], " ".join(["kinds", kind_after(c), *kinds(c)]) if kind_of_arguments(c) == "kinds"
                  else kind_of_arguments(c)) for c in commands]
    return "\n\n".join([
        HEADER,
        f"_cgchurn_commands={single(' '.join(words))}",
        bash_case("_cgchurn_value", "What the value of an option is; fails where it takes none.",
                  values, ["\t*) return 1 ;;"]),
        bash_case("_cgchurn_options", "The options of a command.", options, []),
        bash_case("_cgchurn_arguments", "What stands behind a command.", arguments, []),
    ]) + "\n" + BASH_TAIL


# zsh

ZSH_HEAD = r"""
# The names that `cgchurn list KIND` shows.
_cgchurn_names()
{
	local -a names
	names=(${(f)"$($program list $1 2>/dev/null | sed -n 's/^\([^ ][^ ]*\)  .*/\1/p')"})
	compadd -a names
}

_cgchurn_workloads()
{
	_alternative 'workloads:workload:{_cgchurn_names workloads}' 'files:file:_files'
}
"""


def zsh_text(text):
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def zsh_action(value):
    if isinstance(value, list):
        return "(" + " ".join(value) + ")"
    return {"file": "_files", "folder": "_files -/", "suites": "{_cgchurn_names suites}",
            "workloads": "_cgchurn_workloads"}.get(value, " ")


def zsh_option(option):
    value, names = kind_of_value(option), switches(option)
    tail = f"[{zsh_text(sentence(option))}]"
    if value is not None:
        tail += f":{option['argument'].lower() if option['argument'].isalpha() else 'value'}:{zsh_action(value)}"
    once = "*" if option["repeats"] else "(" + " ".join(names) + ")"
    ends = "" if value is None else "="
    return [single(f"{once}{name}{(ends if name.startswith('--') else '+') if ends else ''}{tail}") for name in names]


def zsh_arguments(command):
    kind = kind_of_arguments(command)
    if kind == "kinds":
        after = "_files -/" if kind_after(command) == "folder" else "{_cgchurn_names $line[1]}"
        return [single(f"1:kind:({' '.join(kinds(command))})"), single(f"*:name:{after}")]
    return [single(f"*:{kind.rstrip('s')}:{zsh_action(kind)}")] if kind else []


def zsh_arm(command):
    specs = [s for o in command["options"] for s in zsh_option(o)] + zsh_arguments(command)
    joined = " \\\n\t\t\t\t".join(specs)
    return f"\t\t{command['name']})\n\t\t\t_arguments -s -S \\\n\t\t\t\t{joined}\n\t\t\t;;"


def zsh(tables):
    summaries = "\n\t\t\t".join(single(f"{c['name']}:{c['summary']}") for c in tables["commands"])
    general = " \\\n\t\t".join(single(f"(- *)--{name}[{text}]") for name, text in GENERAL)
    arms = "\n".join(zsh_arm(c) for c in tables["commands"])
    return "\n".join(["#compdef cgchurn", HEADER, ZSH_HEAD, f"""_cgchurn()
{{
	local program=$words[1] curcontext=$curcontext state
	local -a line commands
	typeset -A opt_args

	_arguments -C \\
		{general} \\
		'1:command:->command' '*::argument:->arguments'
	case $state in
	command)
		commands=(
			{summaries}
		)
		_describe command commands
		;;
	arguments)
		case $line[1] in
{arms}
		esac
		;;
	esac
}}

_cgchurn "$@\"
"""])


# fish

FISH_HEAD = r"""
function __cgchurn_is --description 'Whether the command is one of these'
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

function __cgchurn_names --description 'The names that `cgchurn list KIND` shows'
    set -l words (commandline -opc)
    $words[1] list $argv[1] 2>/dev/null | string match -r '^\S+(?=  )'
end

function __cgchurn_kind --description 'The kind of thing that stands behind the command'
    set -l words (commandline -opc)
    test (count $words) -ge 3; and echo $words[3]
end

complete -c cgchurn -f"""


def fish_quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_value(value):
    if isinstance(value, list):
        return "-x -a " + fish_quote(" ".join(value))
    return {"file": "-r -F", "folder": "-x -a '(__fish_complete_directories)'",
            "suites": "-x -a '(__cgchurn_names suites)'", "workloads": "-r -F -a '(__cgchurn_names workloads)'"}.get(value, "-x")


def fish_option(command, option):
    value = kind_of_value(option)
    parts = [f"complete -c cgchurn -n '__cgchurn_is {command['name']}'"]
    parts += [f"-s {option['letter']}"] if option["letter"] else []
    parts += [f"-l {option['name']}"]
    parts += [] if value is None else [fish_value(value)]
    return " ".join([*parts, "-d", fish_quote(sentence(option))])


def fish_arguments(command):
    kind, name = kind_of_arguments(command), command["name"]
    begin = f"complete -c cgchurn -n '__cgchurn_is {name}"
    if kind == "kinds":
        after = "(__fish_complete_directories)" if kind_after(command) == "folder" else "(__cgchurn_names (__cgchurn_kind))"
        return [f"{begin}; and test (count (commandline -opc)) -eq 2' -a {fish_quote(' '.join(kinds(command)))}",
                f"{begin}; and __cgchurn_kind >/dev/null' -a {fish_quote(after)}"]
    if kind == "workloads":
        return [f"{begin}' -F -a '(__cgchurn_names workloads)'"]
    return [f"{begin}' -F"] if kind == "file" else \
        [f"{begin}' -a '(__fish_complete_directories)'"] if kind == "folder" else []


def fish(tables):
    first = "complete -c cgchurn -n 'test (count (commandline -opc)) -eq 1'"
    lines = [HEADER, FISH_HEAD]
    lines += [f"{first} -l {name} -d {fish_quote(text)}" for name, text in GENERAL]
    lines += [f"{first} -a {c['name']} -d {fish_quote(c['summary'])}" for c in tables["commands"]]
    for command in tables["commands"]:
        lines += [fish_option(command, o) for o in command["options"]] + fish_arguments(command)
    return "\n".join(lines) + "\n"


def main(shell, tables_path, output):
    tables = json.loads(pathlib.Path(tables_path).read_text())
    pathlib.Path(output).write_text({"bash": bash, "zsh": zsh, "fish": fish}[shell](tables))


main(*sys.argv[1:])
