#!/usr/bin/python3
"""Reads FILE with tappy (a parser of TAP, of which KTAP is a dialect): check-ktap.py RESULT FILE. Exit 77: not installed."""
import json
import sys

try:
    from tap.parser import Parser
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
lines = list(Parser().parse_file(sys.argv[2]))
plans = [line for line in lines if line.category == "plan"]
tests = [line for line in lines if line.category == "test"]
assert [plan.expected_tests for plan in plans] == [len(result["runs"])]
assert [test.description for test in tests] == [run["workload"]["name"] for run in result["runs"]], tests
for test, run in zip(tests, result["runs"]):
    assert test.ok == all(trial["valid"] for trial in run["trials"]) and test.skip == (not run["trials"]), test
with open(sys.argv[2], encoding="utf-8") as file:
    nested = [line for line in file if line.startswith("  ok ")]
assert len(nested) == sum(len(run["trials"][0]["series"]) for run in result["runs"] if run["trials"][0]["valid"])
print(f"{len(tests)} tests, {len(nested)} nested ones")
