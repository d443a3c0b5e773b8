#!/usr/bin/env python3
"""Tests of the model behind scripts/scaling-model: known laws of queues, the rules of the locks, and repeatability."""
import collections
import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("CGCHURN_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(SOURCE / "scripts/lib"))
from scaling import locks, model
from scaling.engine import Engine, Run, Sleep

PERIOD = 10e-3
# Exact figures: each grace period alike, and no reader takes any time to wake.
TIMES = model.Times(((PERIOD,), (1.0,)), outside=60e-6, inside=15e-6, work=5e-6, wake=1e-12)


def served(processors, arrivals_per_s, services_per_s, seconds, quantum=float("inf")):
    """Mean time from arrival to end of Poisson arrivals with exponential services."""
    engine, times = Engine(processors, quantum, seed=7), []

    def job():
        began = engine.now
        yield Run(engine.random.expovariate(services_per_s))
        times.append(engine.now - began)

    def source():
        while True:
            yield Sleep(engine.random.expovariate(arrivals_per_s))
            engine.start(job())

    engine.start(source())
    engine.run(seconds)
    return statistics.fmean(times)


class Queues(unittest.TestCase):
    def test_one_server(self):
        self.assertAlmostEqual(served(1, 0.7, 1, 25_000), 1 / (1 - 0.7), delta=0.2)

    def test_one_server_shared_in_slices(self):
        """Processor sharing has the same mean for exponential services."""
        self.assertAlmostEqual(served(1, 0.7, 1, 12_000, quantum=0.1), 1 / (1 - 0.7), delta=0.2)

    def test_two_servers(self):
        """Erlang's C for two servers at a load of 1.4."""
        load = 1.4
        none = 1 / (1 + load + load ** 2 / 2 * 2 / (2 - load))
        waits = load ** 2 / 2 * 2 / (2 - load) * none
        self.assertAlmostEqual(served(2, load, 1, 25_000), 1 + waits / (2 - load), delta=0.1)


class Locks(unittest.TestCase):
    def writes(self, regime, pause, count=20):
        engine = Engine(4)
        lock, times = locks.REGIMES[regime](engine, TIMES), []

        def writer():
            for _ in range(count):
                yield Sleep(pause)
                began = engine.now
                yield from lock.write()
                times.append(engine.now - began)

        engine.start(writer())
        engine.run(1e3)
        return times

    def test_a_cold_lock_waits_for_a_grace_period(self):
        for took in self.writes("global", 3 * PERIOD):
            self.assertAlmostEqual(took, PERIOD + TIMES.work)

    def test_a_hot_lock_does_not(self):
        first, *others = self.writes("global", PERIOD / 2)
        self.assertAlmostEqual(first, PERIOD + TIMES.work)
        for took in others:
            self.assertAlmostEqual(took, TIMES.work)

    def cooling(self, *starts):
        """How long writers take that come so many grace periods after one another, and hold the lock for half of one."""
        engine, took = Engine(4), []
        lock = locks.Global(engine, dataclasses.replace(TIMES, work=PERIOD / 2))

        def writer(start):
            yield Sleep(start * PERIOD)
            began = engine.now
            yield from lock.write()
            took.append(round((engine.now - began) / PERIOD, 6))

        for start in starts:
            engine.start(writer(start))
        engine.run(1)
        return took

    def test_a_callback_that_meets_a_writer_is_dropped(self):
        """The first leaves at 1.5, so its callback comes at 2.5, within the second, which leaves at 2.9 and cools until 3.9."""
        self.assertEqual(self.cooling(0, 2.4, 3.8), [1.5, 0.5, 0.5])
        self.assertEqual(self.cooling(0, 2.4, 4.0), [1.5, 0.5, 1.5])

    def test_a_writer_that_came_and_left_costs_one_more_grace_period(self):
        """The callback of 2.5 finds that another left at 2.2, and comes again at 3.5."""
        self.assertEqual(self.cooling(0, 1.7, 3.4), [1.5, 0.5, 0.5])
        self.assertEqual(self.cooling(0, 1.7, 3.6), [1.5, 0.5, 1.5])

    def test_favordynmods_never_waits_for_one(self):
        for regime in ("global-favored", "per-threadgroup"):
            for took in self.writes(regime, 3 * PERIOD):
                self.assertAlmostEqual(took, TIMES.work)

    def test_a_writer_waits_for_readers_and_readers_for_it(self):
        engine, seen = Engine(4), {}
        lock = locks.Favored(engine, TIMES)

        def reader(name, start):
            yield Sleep(start)
            yield from lock.read(100e-6)
            seen[name] = engine.now

        def writer():
            yield Sleep(50e-6)
            yield from lock.write()
            seen["writer"] = engine.now

        for task in (reader("early", 0), reader("late", 60e-6), writer()):
            engine.start(task)
        engine.run(1)
        self.assertAlmostEqual(seen["early"], 100e-6)
        self.assertAlmostEqual(seen["writer"], 105e-6)
        self.assertAlmostEqual(seen["late"], 205e-6)

    def test_a_drain_is_the_longest_of_those_inside(self):
        """n forkers who never leave their critical sections: the mean of the highest of n exponential times."""
        busy = model.Times(TIMES.grace_periods, 1e-9, 30e-6, 5e-6, 1e-12)
        load = model.Load(8, paced=2e-3, seconds=5)
        seen = model.simulate("global-favored", busy, load, processors=16, seed=3)
        longest = 15e-6 * sum(1 / n for n in range(1, 9))
        self.assertAlmostEqual(seen.mean_write(), longest + 5e-6, delta=1.5e-6)

    def test_writers_queue_in_every_regime(self):
        for regime in locks.REGIMES:
            engine, ends = Engine(8), []
            lock = locks.REGIMES[regime](engine, TIMES)

            def writer():
                yield from lock.write()
                ends.append(engine.now)

            for _ in range(4):
                engine.start(writer())
            engine.run(1)
            gaps = [later - earlier for earlier, later in zip(ends, ends[1:])]
            self.assertEqual(len(ends), 4)
            for gap in gaps:
                self.assertAlmostEqual(gap, TIMES.work)


class Repeatable(unittest.TestCase):
    def test_by_its_seed(self):
        load = model.Load(3, seconds=0.05)
        once, again, other = (model.simulate("global", TIMES, load, 4, seed=seed) for seed in (5, 5, 6))
        self.assertEqual(once, again)
        self.assertNotEqual(once, other)


def histogram(values):
    """A series as a result holds it, of times in seconds: each value a bucket of its own."""
    buckets = collections.Counter(int(value * 1e9) for value in values)
    return {"time": "service", "histogram": {"buckets": sorted(map(list, buckets.items()))}}


class Calibration(unittest.TestCase):
    def test_finds_the_times_that_a_result_was_made_with(self):
        truth = model.Times(((PERIOD,), (1.0,)), 62e-6, 16e-6, 5e-6, 20e-6)

        def series(load, actor, span, values):
            seen = model.simulate("global", truth, load, 2, seed=11)
            return {**histogram(getattr(seen, values)), "actor": actor, "span": span}

        def run(name, *found):
            return {"workload": {"name": name}, "trials": [{"valid": True, "series": list(found)}]}

        closed, paced = model.Load(1, seconds=0.3), model.Load(1, paced=50e-3, seconds=1)
        result = {"runs": [
            run("spawn-quiet-fork", series(model.Load(1, 0, seconds=1), "storm", "cycle", "cycles")),
            run("migrate-under-fork", series(paced, "migrator", "write", "writes")),
            run("migrate-under-fork-closed", series(closed, "migrator", "write", "writes"), series(closed, "storm", "cycle", "cycles"))]}
        found = model.times_of(result, seconds=0.1)
        self.assertAlmostEqual(found.work, truth.work, delta=0.02 * truth.work)
        self.assertAlmostEqual(found.inside, truth.inside, delta=0.3 * truth.inside)
        self.assertAlmostEqual(found.wake, truth.wake, delta=0.3 * truth.wake)
        self.assertAlmostEqual(statistics.fmean(found.grace_periods[0]), PERIOD, delta=0.05 * PERIOD)


class Command(unittest.TestCase):
    def command(self, *arguments):
        return subprocess.run([SOURCE / "scripts/scaling-model", *arguments], capture_output=True, text=True, check=False)

    def test_prints_each_regime_from_saved_times(self):
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder, "times.json"))
            model.save_times(TIMES, "a test", path)
            done = self.command(path, "--cpus", "2,4", "--seconds", "0.02")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 2 + 2 * len(locks.REGIMES))

    def test_refuses_what_is_no_result(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write("{}")
            file.flush()
            done = self.command(file.name)
        self.assertEqual(done.returncode, 2)
        self.assertIn("neither a result", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
