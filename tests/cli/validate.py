#!/usr/bin/env python3
"""Validates JSON files against a JSON Schema (draft 2020-12), by python3-jsonschema.

validate.py [--closed] SCHEMA FILE...    prints "FILE: valid", or what is wrong with it; exits 1 where any is not.
With --closed a key that the schema does not describe is wrong too, though it allows others.
"""
import json
import sys

from jsonschema import Draft202012Validator


def load(path):
    with open(path) as file:
        return json.load(file)


def close(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        schema = schema.values()
    for part in schema if not isinstance(schema, str) else ():
        if isinstance(part, (dict, list)):
            close(part)


arguments = [a for a in sys.argv[1:] if a != "--closed"]
schema = load(arguments[0])
if "--closed" in sys.argv:
    close(schema)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
wrong = 0
for path in arguments[1:]:
    errors = list(validator.iter_errors(load(path)))
    for error in errors:
        print(f"{path}: {error.json_path}: {error.message[:300]}")
    if not errors:
        print(f"{path}: valid")
    wrong += bool(errors)
sys.exit(wrong > 0)
