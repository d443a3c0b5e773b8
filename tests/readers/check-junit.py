#!/usr/bin/python3
"""Reads FILE with junitparser: check-junit.py RESULT FILE. Exit 77: not installed."""
import json
import sys

try:
    from junitparser import JUnitXml
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
suites = list(JUnitXml.fromfile(sys.argv[2]))
assert [suite.name for suite in suites] == ["cgchurn." + run["workload"]["name"] for run in result["runs"]]
for suite, run in zip(suites, result["runs"]):
    cases = list(suite)
    invalid = [trial for trial in run["trials"] if not trial["valid"]]
    assert suite.tests == len(cases) and suite.failures == len(invalid)
    assert suite.skipped == sum(1 for case in cases for outcome in case.result if type(outcome).__name__ == "Skipped")
    valid = [trial for trial in run["trials"] if trial["valid"]]
    assert len(cases) == (len(valid[0]["series"]) if valid else 0) + len(invalid) + (not run["trials"]), len(cases)
print(f"{len(suites)} suites")
