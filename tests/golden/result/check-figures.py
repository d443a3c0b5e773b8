#!/usr/bin/env python3
"""Recomputes the figures of a result, apart from cgchurn's code.

check-figures.py RESULT [RAW]

From the histogram's buckets, in whole numbers and fractions: count, which percentiles must be there and
which must not, and their values. From RAW, a line "trial actor span time ns" for each sample: that
the published percentiles are within 2^-8 (0.39 %) of those of the samples themselves, and that
count, sum, min and max are exact.
"""
import collections
import json
import pathlib
import sys
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts/lib"))
import histogram

SUB_BUCKETS = 1 << 7
EXPECTED = ["1", "10", "25", "50", "75", "90", "95", "99", "99.9", "99.99"]
checked = collections.Counter()


def check(condition, *what):
    checked["figures"] += 1
    if not condition:
        sys.exit("check-figures: " + " ".join(str(w) for w in what))


def width(lowest):
    """Values below 2^8 have a bucket each; [2^k, 2^(k+1)) has 2^7 of equal width."""
    return 1 if lowest < 2 * SUB_BUCKETS else (1 << (lowest.bit_length() - 1)) // SUB_BUCKETS


def rank(count, q):
    return max(1, -(-count * q // 100))  # rounded up


def percentile(series, q):
    left = rank(series["count"], q)
    for lowest, count in histogram.buckets(series["histogram"]):
        left -= count
        if left <= 0:
            middle = Fraction(2 * lowest + width(lowest) - 1, 2)
            return min(max(middle, series["min_ns"]), series["max_ns"])


def is_supported(count, q):
    return min(q, 100 - q) * count / 100 >= 10


def check_buckets(series, where):
    buckets = histogram.buckets(series["histogram"])
    check(sum(n for _, n in buckets) == series["count"], where, "count")
    for lowest, _ in buckets:
        check(lowest % width(lowest) == 0, where, lowest, "is no bucket")
    if buckets:
        check(buckets[0][0] <= series["min_ns"] < buckets[0][0] + width(buckets[0][0]), where, "min")
        check(series["mean_ns"] == round(Fraction(series["sum_ns"], series["count"])) or
              Fraction(series["sum_ns"], series["count"]).denominator == 2, where, "mean")


def check_percentiles(series, where):
    published, absent = series["percentiles_ns"], series["absent_percentiles"]
    check(sorted([*published, *absent]) == sorted(EXPECTED), where, "which percentiles")
    for key in EXPECTED:
        q = Fraction(key)
        check((key in published) == is_supported(series["count"], q), where, key, "is supported or not")
        if key in published:
            check(abs(published[key] - percentile(series, q)) <= Fraction(1, 2), where, key,
                  published[key], "is", float(percentile(series, q)))


def check_samples(series, samples, where):
    samples.sort()
    check(len(samples) == series["count"], where, "count of samples")
    check(sum(samples) == series["sum_ns"], where, "sum of samples")
    if samples:
        check((samples[0], samples[-1]) == (series["min_ns"], series["max_ns"]), where, "min, max")
    for threshold in series["thresholds"]:
        above = sum(ns > threshold["ns"] for ns in samples)
        check(above == threshold["above"], where, "above", threshold["ns"])
    for key, published in series["percentiles_ns"].items():
        exact = samples[int(rank(len(samples), Fraction(key))) - 1]
        # and half a nanosecond, for publishing whole ones
        check(abs(published - exact) <= Fraction(exact, 256) + Fraction(1, 2), where, key, published,
              "but of the samples", exact)
        checked["percentiles"] += 1


def read_raw(path):
    samples = collections.defaultdict(list)
    with open(path) as file:
        for line in file:
            *name, ns = line.split()
            samples[tuple(name)].append(int(ns))
    return samples


def main():
    with open(sys.argv[1]) as file:
        result = json.load(file)
    raw = read_raw(sys.argv[2]) if len(sys.argv) > 2 else None
    for run in result["runs"]:
        for trial in run["trials"]:
            for series in trial["series"]:
                name = (str(trial["index"]), series["actor"], series["span"], series["time"])
                check_buckets(series, name)
                check_percentiles(series, name)
                checked["series"] += 1
                if raw is not None:
                    check_samples(series, raw[name], name)
    print(", ".join(f"{n} {what}" for what, n in sorted(checked.items())))


main()
