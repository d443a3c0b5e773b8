#!/usr/bin/env python3
"""Compares the options of the workload schema with `cgchurn list stressors` on standard input.

The schema may take fewer words of a choice than the table: what a stressor refuses in any case.
"""
import json
import re
import sys

with open(sys.argv[1]) as file:
    defs = json.load(file)["$defs"]
listed, name = {}, None
for line in sys.stdin.read().splitlines():
    if re.match(r"\S", line):
        name = line.split()[0]
        listed[name] = {}
    elif match := re.match(r" {4}option +(\S+) = (.*)", line):
        words = match[2].replace("(default)", "").split("|")
        listed[name][match[1]] = {word.strip() for word in words}
problems = []
if set(listed) != set(defs["options"]):
    problems.append(f"stressors: listed {sorted(listed)}, in the schema {sorted(defs['options'])}")
if set(listed) != set(defs["actor"]["properties"]["stressor"]["enum"]):
    problems.append("stressors: the enum of actors differs from the list")
for name in set(listed) & set(defs["options"]):
    described = defs["options"][name]["properties"]
    if set(listed[name]) != set(described):
        problems.append(f"{name}: listed {sorted(listed[name])}, in the schema {sorted(described)}")
    for option in set(listed[name]) & set(described):
        value = described[option]
        value = defs[value["$ref"].rsplit("/", 1)[1]] if "$ref" in value else value
        extra = set(value.get("enum", [])) - listed[name][option]
        if extra:
            problems.append(f"{name}.{option}: {sorted(extra)} only in the schema")
print("\n".join(problems))
sys.exit(bool(problems))
