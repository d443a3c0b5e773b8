#!/usr/bin/env python3
"""Holds the schema of workloads against the stressors that there are.

describe-stressors | options-of-schema.py [--update] doc/schema/cgchurn-workload-1.json

Exits 1 where the schema says anything else of their options; with --update it is rewritten.
"""
import json
import sys


def text_of(schema):
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def with_options(schema, options):
    schema["$defs"]["options"] = options
    actor = schema["$defs"]["actor"]
    actor["properties"]["stressor"]["enum"] = list(options)
    actor["allOf"] = [
        {
            "if": {"required": ["stressor"], "properties": {"stressor": {"const": name}}},
            "then": {"properties": {"options": {"$ref": "#/$defs/options/" + name}}},
        }
        for name in options
    ]
    return schema


path = sys.argv[-1]
with open(path) as file:
    old = file.read()
new = text_of(with_options(json.loads(old), json.load(sys.stdin)))
if "--update" in sys.argv:
    with open(path, "w") as file:
        file.write(new)
elif new != old:
    sys.exit(f"{path} is out of date: update it with\n"
             f"  BUILD/tests/cli/describe-stressors | {sys.argv[0]} --update {path}")
