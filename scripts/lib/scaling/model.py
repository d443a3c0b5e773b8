"""Forks and migrations on a machine: who forks, who migrates, and what it costs them in each regime.

Times come from one result of `cgchurn run` with default mount (the headline suite): see times_of(). Seconds throughout.
"""
import bisect
import dataclasses
import itertools
import json
import statistics

from histogram import buckets as buckets_of

from . import locks
from .engine import Engine, Run, Sleep

# A migration that took so long has waited for a grace period, and one that did not has not.
WAITED_NS = 1_000_000
LAW = 20
# Service time begins when a migrator runs, not when it is due.
STARTS = 1e-9
# A bucket of a result's histogram is at most so wide; the next one that holds something may lie far off.
WIDEST = 1 + 2 ** -7
SCHEMA = "cgchurn-scaling-times/1"


@dataclasses.dataclass
class Times:
    grace_periods: tuple      # (upper ends, cumulative shares)
    outside: float            # of a fork's cycle, outside the lock
    inside: float             # of it, with the read side held, by the fork and by the exit
    work: float               # of a migration, with the write side held
    wake: float               # until a reader that was stopped runs again

    def grace_period(self, random):
        ends, shares = self.grace_periods
        return ends[min(bisect.bisect_left(shares, random.random()), len(ends) - 1)]


@dataclasses.dataclass
class Load:
    forkers: int
    migrators: int = 1
    pause: float = 0.0        # between two migrations of one migrator; 0: back to back
    hold: float = 0.0         # a child is forked before each, lives so long, migrated or not, and is waited for
    paced: float = 0.0        # instead: the period between two starts, by a jitter of a quarter to each side
    seconds: float = 1.0


@dataclasses.dataclass
class Outcome:
    writes: list
    cycles: list
    forks_per_s: float

    def write(self, q):
        return quantile(self.writes, q)

    def mean_write(self):
        return statistics.fmean(self.writes) if self.writes else float("nan")


def quantile(values, q):
    values = sorted(values)
    return values[min(int(q * len(values)), len(values) - 1)] if values else float("nan")


def forker(engine, lock, times, cycles):
    """A cycle takes the read side twice. Times are drawn exponentially: forks vary, and do not march in step."""
    while True:
        began = engine.now
        for _ in ("fork", "exit"):
            yield Run(engine.random.expovariate(2 / times.outside))
            yield from lock.read(engine.random.expovariate(2 / times.inside))
        cycles.append((began, engine.now))


def migrator(engine, lock, times, load, writes):
    due = engine.random.random() * (load.paced or load.pause or 1e-6)
    while True:
        if load.paced:
            due += load.paced
            target = due + load.paced * (engine.random.random() - 0.5) / 2
            yield Sleep(max(0.0, target - engine.now))
        elif load.pause:
            yield Sleep(load.pause)
        if load.hold:
            yield from lock.read(times.inside / 2)
        yield Run(STARTS)
        began = engine.now
        yield from lock.write()
        writes.append((began, engine.now))
        if load.hold:
            yield Sleep(max(0.0, began + load.hold - engine.now))


def simulate(regime, times, load, processors, quantum=4e-3, seed=1, warmup=0.1):
    """One machine in one regime for load.seconds after a warm-up; quantum is one tick of a 250 Hz kernel."""
    engine = Engine(processors, quantum, seed)
    lock = locks.REGIMES[regime](engine, times)
    writes, cycles = [], []
    for _ in range(load.forkers):
        engine.start(forker(engine, lock, times, cycles))
    for _ in range(load.migrators):
        engine.start(migrator(engine, lock, times, load, writes))
    engine.run(warmup + load.seconds)
    taken = [[end - begin for begin, end in pairs if begin >= warmup] for pairs in (writes, cycles)]
    return Outcome(*taken, len(taken[1]) / load.seconds)


def mean(buckets):
    """Of a histogram, by the middle of each bucket."""
    ends = [lowest for lowest, _ in buckets[1:]] + [buckets[-1][0]]
    total = sum(n * (lowest + min(end, lowest * WIDEST)) / 2 for (lowest, n), end in zip(buckets, ends))
    return total / sum(n for _, n in buckets) / 1e9


def pooled(result, workload, actor, span):
    """[(lowest_ns, count)] of a series' valid trials, service time."""
    buckets = {}
    for trial in next(run for run in result["runs"] if run["workload"]["name"] == workload)["trials"]:
        for series in trial["series"] if trial["valid"] else []:
            if (series["actor"], series["span"], series["time"]) == (actor, span, "service"):
                for lowest, n in buckets_of(series["histogram"]):
                    buckets[lowest] = buckets.get(lowest, 0) + n
    if not buckets:
        raise ValueError(f"no valid trial of {workload} in this result has {actor}/{span}")
    return sorted(buckets.items())


def percentile(buckets, q):
    shares = list(itertools.accumulate(n for _, n in buckets))
    return buckets[bisect.bisect_left(shares, q * shares[-1])][0] / 1e9


def grace_periods(buckets):
    """The law of a grace period, by twenty quantiles: that of paced migrations beside forks, of which it is all but
    microseconds, and of them those that waited for one at all. (Beside nobody it is shorter, as CPUs are idle.)"""
    waited = [bucket for bucket in buckets if bucket[0] >= WAITED_NS] or buckets
    shares = tuple((n + 1) / LAW for n in range(LAW))
    return tuple(percentile(waited, share) for share in shares), shares


def fit(residual, low, high, steps=14):
    """Where a rising function crosses 0, by halving."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (low, middle) if residual(middle) > 0 else (middle, high)
    return (low + high) / 2


def times_of(result, processors=2, forkers=1, quantum=4e-3, seconds=0.4):
    """Times that a result of the regime `global` was made with.

    Measured: the law of grace periods (migrate-under-fork); a fork's cycle (spawn-quiet-fork); the work of a migration, by the
    p10 of back to back ones, which found nobody inside. Fitted: how long a reader that was stopped takes to run again, so
    that forks beside migrations back to back take their measured mean; how long the read side is held, so that these
    migrations take theirs.
    """
    cycle = mean(pooled(result, "spawn-quiet-fork", "storm", "cycle"))
    writes = pooled(result, "migrate-under-fork-closed", "migrator", "write")
    write, work = mean(writes), percentile(writes, 0.1)
    beside = mean(pooled(result, "migrate-under-fork-closed", "storm", "cycle"))
    periods = grace_periods(pooled(result, "migrate-under-fork", "migrator", "write"))
    load = Load(forkers, seconds=seconds)

    def of(inside, wake):
        return Times(periods, max(cycle - inside, 1e-9), inside, work, wake)

    def run(inside, wake):
        return simulate("global", of(inside, wake), load, processors, quantum)

    inside, wake = cycle / 10, cycle / 10
    for _ in range(3):
        wake = fit(lambda x: statistics.fmean(run(inside, x).cycles) - beside, 1e-9, beside)
        inside = fit(lambda x: run(x, wake).mean_write() - write, 0.001 * cycle, 0.9 * cycle)
    return of(inside, wake)


def read_times(path, processors=2, forkers=1):
    """Times out of a result, or as `scripts/scaling-model --save` wrote them."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    if data.get("schema") == SCHEMA:
        return Times(**data["times_s"])
    if not str(data.get("schema")).startswith("cgchurn-result/"):
        raise ValueError(f"{path} is neither a result of cgchurn nor saved times")
    if data["host"]["lock"]["regime"] != "global":
        raise ValueError(f"{path}: the regime is {data['host']['lock']['regime']}, and times come from `global`")
    return times_of(data, processors, forkers)


def save_times(times, source, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": SCHEMA, "from": source, "times_s": dataclasses.asdict(times)}, file, indent=1)
        file.write("\n")
