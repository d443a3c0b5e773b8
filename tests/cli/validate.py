#!/usr/bin/env python3
"""Validates JSON files against a JSON Schema (draft 2020-12), by python3-jsonschema.

validate.py SCHEMA FILE...    prints "FILE: valid", or what is wrong with it; exits 1 where any is not
"""
import json
import sys

from jsonschema import Draft202012Validator


def load(path):
    with open(path) as file:
        return json.load(file)


schema = load(sys.argv[1])
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
wrong = 0
for path in sys.argv[2:]:
    errors = list(validator.iter_errors(load(path)))
    for error in errors:
        print(f"{path}: {error.json_path}: {error.message[:300]}")
    if not errors:
        print(f"{path}: valid")
    wrong += bool(errors)
sys.exit(wrong > 0)
