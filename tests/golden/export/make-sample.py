#!/usr/bin/env python3
"""Writes the results that the exporters and the report are tried on: `make-sample.py FOLDER [KIND]`.

Without a KIND, the two that are committed:

sample.json is an ordinary result in small: a storm and a paced migrator, failures, late starts, a trial that does not
count, a workload without any that does. hostile.json is the same with texts made to break out of every format.
KIND pair: base/ and new/, six boots each; new is twelve times as fast. KIND nightly: 200 results, a night each, with
two changes, at the nights 90 and 150. KIND grid: four results, one and two forkers against one and two migrators.
KIND attributed: a result of --attribute. KIND sweep: what `cgchurn sweep` would leave.
The figures are drawn from a seed, so both come out the same each time; they are committed with what is expected of them.
"""
import datetime
import json
import math
import os
import random
import sys
from fractions import Fraction

SUB_BUCKET_BITS = 7
WINDOW_NS = 2_000_000_000
PERCENTILES = [1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99]
HOSTILE = "</script><script>document.title='owned'</script>\"'><img src=x onerror=\"document.title='owned'\">" \
          "&lt;b&gt; {{7*7}} ]]> \u202egnp.exe \\ \n=cmd|'/C calc'!A0,\x01\x1b[31m\x7f\x9b2J\u2066\u200b\U000e0041"


def lowest(ns):
    """The lowest value of the bucket that `ns` falls in."""
    shift = max(0, ns.bit_length() - 1 - SUB_BUCKET_BITS)
    return ns >> shift << shift


def highest(low):
    return low + (1 << max(0, low.bit_length() - 1 - SUB_BUCKET_BITS)) - 1


def percentile(buckets, count, low, high, q):
    rank = max(1, math.ceil(Fraction(str(q)) * count / 100))
    for at, n in buckets:
        rank -= n
        if rank <= 0:
            return round(min(max((at + highest(at)) / 2, low), high))
    raise AssertionError(q)


def series(rng, actor, stressor, span, time, count, median_ns, sigma, errors=None, late=0, missed=0):
    samples = [round(median_ns * math.exp(sigma * rng.gauss(0, 1))) for _ in range(count)]
    counts = {}
    for ns in samples:
        counts[lowest(ns)] = counts.get(lowest(ns), 0) + 1
    buckets = [[at, counts[at]] for at in sorted(counts)]
    present = [q for q in PERCENTILES if count * min(q, 100 - q) / 100 >= 11]
    intervals = [samples[i::10] for i in range(10)]
    return {
        "actor": actor, "stressor": stressor, "span": span, "time": time, "count": count, "errors": errors or {},
        "clipped": 0, "planned": count + missed if stressor == "migrate" else 0, "late": late, "missed": missed,
        "rate_per_s": count / (WINDOW_NS / 1e9), "min_ns": min(samples), "max_ns": max(samples), "sum_ns": sum(samples),
        "mean_ns": round(sum(samples) / count),
        "percentiles_ns": {f"{q:g}": percentile(buckets, count, min(samples), max(samples), q) for q in present},
        "absent_percentiles": {f"{q:g}": f"there are {count}" for q in PERCENTILES if q not in present},
        "thresholds": [{"ns": 100_000, "above": sum(ns > 100_000 for ns in samples)}],
        "histogram": {"sub_bucket_bits": SUB_BUCKET_BITS, "buckets": buckets},
        "intervals": {"interval_ns": WINDOW_NS // 10, "counts": [len(i) for i in intervals],
                      "sums_ns": [sum(i) for i in intervals], "max_ns": [max(i) for i in intervals]},
    }


def trial(rng, index, reasons, faster, storms):
    errors = {"EAGAIN": 2, "errno 4711": 1}
    return {
        "index": index, "started_at": f"2026-01-31T23:59:{10 + 4 * index}Z", "duration_ns": WINDOW_NS, "setup_ns": 4_100_000,
        "teardown_ns": 21_000_000, "valid": not reasons, "reasons": reasons,
        "env": {"clock_source": "tsc", "load1": 0.37, "steal_ns": 60_000_000 if reasons else 0, "throttled_ns": 0,
                "psi_cpu_ns": 123_000, "taint": 0},
        "series": [
            series(rng, "storm", "fork", "spawn", "service", storms, 61e3 * faster, 0.1),
            series(rng, "storm", "fork", "cycle", "service", storms, 75e3 * faster, 0.1),
            series(rng, "migrator", "migrate", "write", "service", 40, 6.0e6 * faster, 0.2, errors, 3, 1),
            series(rng, "migrator", "migrate", "write", "response", 40, 6.1e6 * faster, 0.2, errors, 3, 1),
        ],
    }


def run(rng, name, reasons, faster, storms):
    spec = {
        "actors": [], "hierarchy": {"depth": 1}, "name": name, "schema": "cgchurn-workload/1",
        "primary": [{"actor": "migrator", "span": "write", "time": "response", "metric": "p50", "tolerance": 0.05,
                     "direction": "lower"}],
    }
    return {
        "workload": {"name": name, "sha256": "a" * 64, "spec": spec}, "trials_planned": len(reasons),
        "hierarchy": {"groups": 13, "controllers": ["pids"], "skipped": ["memory: not available below /sys/fs/cgroup"]},
        "trials": [trial(rng, i, why, faster, storms) for i, why in enumerate(reasons)],
    }


def result(seed, text=None, release="6.18.0", regime="global", faster=1.0, storms=12_000):
    rng = random.Random(seed)
    stolen = [text or "the hypervisor stole 3.0 % of the CPU time"]
    return {
        "schema": "cgchurn-result/1", "tool": {"name": "cgchurn", "version": "0.1.0"}, "id": f"{seed:032x}",
        "label": text or "baseline", "started_at": "2026-01-31T23:59:00Z", "complete": True, "attributed": False, "raw": False,
        "seed": seed, "sequence": None,
        "host": {
            "name": text or "node-7", "boot_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "kernel": {"release": text or release, "version": text or "#1 SMP PREEMPT_DYNAMIC", "cmdline": text or "root=/dev/vda ro"},
            "lock": {"patch_present": True, "regime": regime, "confidence": text or "certain", "evidence": [text or "BTF"]},
            "cpu": {"model": text or "Some CPU @ 2.10GHz", "count": 2}, "accelerator": text or "kvm",
        },
        "instrument": {"clock_ns": 21.3, "null_step_ns": 55.1, "record_ns": 3.2},
        "runs": [run(rng, "migrate-under-fork", [[], [], stolen], faster, storms),
                 run(rng, "migrate-quiet", [stolen], faster, storms)],
    }


def write(folder, name, value):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        json.dump(value, file, separators=(",", ":"))
        file.write("\n")


def boot(value, boot_id, started_at=None):
    value["label"], value["host"]["boot_id"] = None, boot_id
    value["started_at"] = started_at or value["started_at"]
    return value


def pair(folder):
    rng = random.Random(1)
    for side, faster, release, regime in (("base", 1, "6.12.57", "global"), ("new", 0.08, "7.2.1", "per-threadgroup")):
        os.makedirs(f"{folder}/{side}", exist_ok=True)
        for i in range(6):
            value = result(i + (side == "new") * 100, None, release, regime, faster * (1 + 0.02 * rng.gauss(0, 1)), 200)
            write(f"{folder}/{side}", f"{i}.json", boot(value, f"{side}-{i}"))


def nightly(folder):
    rng, night = random.Random(1), datetime.datetime(2026, 1, 1, 2)
    for i in range(200):
        faster, release = (1, "6.17.8") if i < 90 else (0.06, "6.18.1") if i < 150 else (0.09, "6.19.2")
        value = result(i, None, release, "global", faster * (1 + 0.05 * rng.gauss(0, 1)), 200)
        when = night + datetime.timedelta(days=i)
        write(folder, f"{(i * 77) % 200:03}.json", boot(value, f"night-{i}", when.strftime("%Y-%m-%dT%H:%M:%SZ")))


def grid(folder):
    for forkers in (1, 2):
        for migrators in (1, 2):
            value = boot(result(10 * forkers + migrators, faster=forkers * migrators, storms=200), f"{forkers}-{migrators}")
            for one in value["runs"]:
                one["workload"]["sha256"] = f"{forkers}{migrators}" * 32
                one["workload"]["spec"]["actors"] = [{"name": "storm", "stressor": "fork", "workers": forkers},
                                                     {"name": "migrator", "stressor": "migrate", "workers": migrators}]
            write(folder, f"{forkers}-{migrators}.json", value)


def attributed(folder):
    """A migration waits for as long as it does in sample.json, and runs for 0.6 ms besides."""
    value = boot(result(1, storms=200), "traced")
    value["attributed"] = True
    for one in value["runs"][0]["trials"]:
        series = one["series"][2]
        n = series["count"]
        running = {"sub_bucket_bits": SUB_BUCKET_BITS, "buckets": [[lowest(600_000), n]]}
        parts = {
            "grace_period": {"clipped": 0, **{key: series[key] for key in ("min_ns", "max_ns", "sum_ns", "histogram")}},
            "running": {"clipped": 0, "min_ns": 600_000, "max_ns": 600_000, "sum_ns": 600_000 * n, "histogram": running},
        }
        bands = {name: {"count": series["count"], "parts_ns": {part: parts[part]["sum_ns"] for part in parts}}
                 for name in ("all", "middle", "slowest")}
        series["attribution"] = {"count": series["count"], "lost": 0, "plain": None, "bands": bands, "parts": parts}
    write(folder, "attributed.json", value)


def sweep(folder):
    """The bound breaks between 4 and 8 workers."""
    points = []
    for workers in (1, 2, 4, 8, 16):
        series = {"actor": "migrator", "span": "write", "time": "response", "count": 500, "errors": 0, "missed": 0,
                  "rate_per_s": 20, "p50_ns": 20_000 * workers ** 2, "p90_ns": None,
                  "p99_ns": 90_000 * workers ** 2 if workers > 1 else None}
        points.append({"value": str(workers), "number": workers, "run": f"at-{workers}", "series": [series],
                       "verdict": "holds" if workers < 8 else "breaks"})
    bound = {"text": "migrator.write.response.p50<1ms", "value": 1_000_000}
    write(folder, "sweep.json", {
        "schema": "cgchurn-sweep/1", "workload": "migrate-under-fork",
        "vary": {"actor": "storm", "key": "workers", "unit": "number"}, "bound": bound, "points": points,
        "edge_holds": 4, "edge_breaks": 8, "knee": {"at": 7.07, "low": 6.5, "high": 7.7, "undecided": 0}})


def committed(folder):
    write(folder, "sample.json", result(1))
    write(folder, "hostile.json", {**result(1, HOSTILE), "id": f"{2:032x}"})


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    {"pair": pair, "nightly": nightly, "grid": grid, "attributed": attributed, "sweep": sweep,
     "": committed}["".join(sys.argv[2:])](sys.argv[1])
