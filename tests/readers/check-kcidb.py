#!/usr/bin/env python3
"""Checks FILE against what KCIDB's schema 5.3 says of the keys that we write: check-kcidb.py RESULT FILE."""
import json
import re
import sys

ORIGIN = r"[a-z0-9_]+"
KEYS = {  # key: (required, check)
    "build_id": (True, lambda v: re.fullmatch(ORIGIN + r":[^\0]*", v)),
    "id": (True, lambda v: re.fullmatch(ORIGIN + r":[^\0]*", v)),
    "origin": (True, lambda v: re.fullmatch(ORIGIN, v)),
    "path": (False, lambda v: re.fullmatch(r"([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?", v)),
    "status": (False, lambda v: v in ("FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP")),
    "start_time": (False, lambda v: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", v)),
    "comment": (False, lambda v: "\0" not in v),
    "environment": (False, lambda v: set(v) <= {"comment", "misc", "compatible"}),
    "number": (False, lambda v: set(v) == {"value", "unit", "prefix"} and v["prefix"] in ("metric", "binary")
               and isinstance(v["value"], (int, float))),
}


def no_null(value):
    if isinstance(value, dict):
        return all(no_null(v) for v in value.values())
    return all(no_null(v) for v in value) if isinstance(value, list) else value is not None


with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    report = json.load(file)
assert set(report) == {"version", "tests"} and report["version"] == {"major": 5, "minor": 3} and no_null(report)
for test in report["tests"]:
    assert set(test) <= set(KEYS), test
    for key, (required, check) in KEYS.items():
        assert check(test[key]) if key in test else not required, (key, test)
ids = [test["id"] for test in report["tests"]]
assert len(ids) == len(set(ids))
want = {f"cgchurn.{run['workload']['name']}": "DONE" if any(t["valid"] for t in run["trials"]) else "MISS" for run in result["runs"]}
assert {t["path"]: t["status"] for t in report["tests"] if "number" not in t} == want
print(f"{len(ids)} tests")
