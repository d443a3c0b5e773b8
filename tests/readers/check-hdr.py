#!/usr/bin/env python3
"""Decodes an HdrHistogram log by the format's description alone: check-hdr.py RESULT FILE. Every bucket must be there."""
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts/lib"))
import histogram


with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
want = [(run["workload"]["name"], trial, series) for run in result["runs"] for trial in run["trials"] if trial["valid"]
        for series in trial["series"]]
with open(sys.argv[2], encoding="utf-8") as file:
    lines = file.read().splitlines()
assert "#[Histogram log format version 1.3]" in lines
rows = [line for line in lines if line.startswith("Tag=")]
epoch = next(float(line.split()[1]) for line in lines if line.startswith("#[StartTime: "))
assert len(rows) == len(want) > 0
for row, (workload, trial, series) in zip(rows, want):
    tag, start, length, longest, text = row.split(",")
    assert tag == f"Tag={workload}/{series['actor']}/{series['span']}/{series['time']}", tag
    began = datetime.datetime.fromisoformat(trial["started_at"].replace("Z", "+00:00")).timestamp()
    assert float(start) >= 0 and epoch + float(start) == began, (start, trial["started_at"])
    assert float(length) * 1e9 == trial["duration_ns"] and abs(float(longest) - series["max_ns"] / 1e6) < 0.001
    assert histogram.decode(text) == histogram.buckets(series["histogram"]), tag
print(f"{len(rows)} histograms")
