#!/usr/bin/python3
"""Reads FILE with prometheus_client's parser of OpenMetrics: check-openmetrics.py RESULT FILE. Exit 77: not installed."""
import json
import sys
import unicodedata

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    families = {family.name: family for family in text_string_to_metric_families(file.read())}
assert families["cgchurn_latency_seconds"].unit == "seconds"
valid = [trial for run in result["runs"] for trial in run["trials"] if trial["valid"]]
counts = sum(sample.value for sample in families["cgchurn_latency_seconds"].samples if sample.name.endswith("_count"))
assert counts == sum(series["count"] for trial in valid for series in trial["series"]), counts
info = families["cgchurn_result"].samples[0].labels


def masked(text):
    """What src/base/escape.h hides, of the characters in the samples."""
    return "".join("?" if c != "\n" and unicodedata.category(c) in ("Cc", "Cf") else c for c in text)


assert info["label"] == masked(result["label"]) and info["kernel"] == masked(result["host"]["kernel"]["release"]), info
print(f"{len(families)} families")
