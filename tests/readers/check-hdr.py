#!/usr/bin/env python3
"""Decodes an HdrHistogram log by the format's description alone: check-hdr.py RESULT FILE. Every bucket must be there."""
import base64
import datetime
import json
import struct
import sys
import zlib


def decode(text):
    """{lowest value of a bucket: count}, for two significant figures and a lowest value of 1."""
    data = base64.b64decode(text, validate=True)
    cookie, length = struct.unpack_from(">II", data)
    assert cookie == 0x1C849314 and length == len(data) - 8
    data = zlib.decompress(data[8:])
    cookie, length, offset, figures, low, high, ratio = struct.unpack_from(">IIIIQQd", data)
    assert (cookie, offset, figures, low, high, ratio) == (0x1C849313, 0, 2, 1, 2**40 - 1, 1.0)
    assert length == len(data) - 40
    counts, at, index = {}, 40, 0
    while at < len(data):
        value = shift = 0
        for i in range(9):
            byte = data[at]
            at += 1
            value |= (byte if i == 8 else byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        value = value >> 1 ^ -(value & 1)
        if value < 0:
            index -= value
            continue
        if value:
            half = index >> 7
            counts[index if half < 2 else (128 + (index & 127)) << (half - 1)] = value
        index += 1
    return counts


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
    assert decode(text) == {low: n for low, n in series["histogram"]["buckets"]}, tag
print(f"{len(rows)} histograms")
