"""The search over a line of commits: builds and boots what it asks for, prints a line per step, and what it found."""
import math
import statistics
import sys
import time

from vm.errors import cannot, usage

from .lab import Unusable, name_of, short
from .search import ENOUGH, Search

# Results of each end from which figures can be read: `cgchurn compare` takes no file twice.
COMPARABLE = 2


class Hunt:
    """`line` runs from the good end to the bad one."""

    def __init__(self, lab, line, most, metric):
        self.lab = lab
        self.line = line
        self.search = Search(len(line) - 1, most)
        self.metric = metric  # as it was named, or None
        self.name = self.unit = ""  # of the metric
        self.steps = 0

    def run(self):
        self.recall()
        print(f"vm-bisect: {len(self.line) - 1} commits, {self.search.boots()} boots done of at most {self.search.most}, "
              f"seed {self.lab.data['seed']}, in {self.lab.folder}", file=sys.stderr, flush=True)
        while (places := self.search.wanted()):
            for place in dict.fromkeys(places):
                self.step(place, places.count(place))

    def recall(self):
        """The search as all boots that there are make it."""
        search = Search(self.search.last, self.search.most)
        for place, commit in enumerate(self.line):
            search.lost += self.lab.lost(commit)
            if self.lab.unusable(commit):
                search.skip(place)
        ends = [self.lab.results(self.line[place]) for place in (0, search.last)]
        if min(map(len, ends)) >= COMPARABLE:
            self.choose_metric(ends)
            for place, commit in enumerate(self.line):
                for result in self.lab.results(commit):
                    search.add(place, self.lab.value(result, ends[0], self.name))
        self.search = search

    def choose_metric(self, ends):
        """By its name, or once and for all the primary metric in which the ends differ most."""
        metrics = {name_of(each): each for each in self.lab.compare(ends[0][0].parent, ends[1][0].parent)["metrics"]}
        wanted = self.metric or self.lab.data.get("metric")
        named = [name for name in metrics if wanted and (name == wanted or name.endswith(f" {wanted}"))]
        if wanted and len(named) != 1:
            raise usage(f"--metric '{wanted}': {len(named)} metrics have this name, of {'; '.join(metrics)}")
        primaries = [name for name, each in metrics.items() if each["primary"]]
        if not (named or primaries):
            raise usage(f"the workload has no primary metric; give --metric, of {'; '.join(metrics)}")
        self.name = named[0] if named else max(primaries, key=lambda name: self.contrast(ends, name))
        self.unit = metrics[self.name]["unit"]
        if not self.metric and min(map(len, ends)) >= ENOUGH:
            self.lab.data["metric"] = self.name
            self.lab.save()

    def contrast(self, ends, metric):
        search = Search(1, 0)
        for place, results in enumerate(ends):
            for result in results:
                search.add(place, self.lab.value(result, ends[0], metric))
        shift, error = search.ends()
        return abs(shift) / error

    def step(self, place, number):
        commit, started = self.line[place], time.monotonic()
        self.steps += 1
        try:
            built = f"built in {time.monotonic() - started:.0f} s" if self.lab.build(commit) else "built before"
            before = len(self.lab.results(commit))
            self.lab.boot(commit, number)
        except Unusable as why:
            if place in (0, self.search.last):
                raise cannot(f"the {'bad' if place else 'good'} end {short(commit)} {why}") from why
            self.recall()
            self.print_step(commit, f"skipped: it {why}")
            return
        self.recall()
        figures = [self.figure(value) for value in self.search.values.get(place, [])[before:]]
        booted = ", ".join(figures) or "no figure yet"
        self.print_step(commit, f"{built}, {number} boots: {booted}{self.outlook()}")

    def print_step(self, commit, what):
        print(f"step {self.steps}: {short(commit)}: {what}", flush=True)

    def figure(self, value):
        """A logarithm as it is read."""
        return f"{math.exp(value) / 1000:.2f} us" if self.unit == "ns" else f"{math.exp(value):.4g} {self.unit}"

    def outlook(self):
        if not all(self.search.values.get(place) for place in (0, self.search.last)):
            return ""
        if not self.search.ends_differ():
            return "; the ends do not differ yet"
        first, last, probability = max(self.search.gaps(), key=lambda gap: gap[2])
        which = "commit" if first == last else f"one of {last - first + 1} commits, to"
        return f"; {100 * probability:.1f} %: {which} {short(self.line[last])}"

    def found(self):
        return self.search.ends_differ() and self.search.is_found()

    def conclude(self):
        """What was found, over a table of all commits that were tried."""
        if not self.name:
            print(f"not found within {self.search.boots()} boots: fewer than {COMPARABLE} of an end have a result")
            return
        self.print_table()
        shift, error = self.search.ends()
        if not self.search.ends_differ():
            print(f"not found: the ends do not differ in {self.name}: {percent(shift)}, "
                  f"standard error {100 * error:.2f} %")
            return
        first, last, probability = self.search.best()
        if not self.search.is_found():
            print(f"not found within {self.search.boots()} boots: the likeliest is {self.described(last)}, "
                  f"by {100 * probability:.0f} %; the same command with more --max-boots goes on")
            return
        print("first bad commit:" if first == last else "first bad commit, one of (those between were skipped):")
        for place in range(first, last + 1):
            print(f"  {self.described(place)}")
        print(f"  with a probability of {100 * probability:.2f} %, from {self.search.boots()} boots")
        self.print_change(first - 1, last)
        print(f"  from the good to the bad end: {percent(shift)}")
        inside = self.lab.tree.inside(self.line[last]) if first == last else None
        if inside:
            print(f"  it is a merge; what it merged is searched by --good {short(inside[0])} --bad {short(inside[1])}")

    def described(self, place):
        return f"{self.line[place]} {self.lab.tree.title(self.line[place])}"

    def print_change(self, before, after):
        found = self.lab.compare(*(self.lab.results(self.line[place])[0].parent for place in (before, after)))
        change = next(each for each in found["metrics"] if name_of(each) == self.name)
        ends = [f"{100 * (change[end] - 1):+.2f} %" if change[end] else "unbounded" for end in ("low", "high")]
        print(f"  {self.name}: {self.figure(math.log(change['base']))} to {self.figure(math.log(change['new']))}, "
              f"{100 * (change['ratio'] - 1):+.2f} % (95 % interval {ends[0]} to {ends[1]}): {change['verdict']}")

    def print_table(self):
        print(f"\n{self.name}\n{'commit':12}  boots  {'median':>12}  {'bad by':>8}  title")
        for place, commit in enumerate(self.line):
            values, why = self.search.values.get(place), self.lab.unusable(commit)
            if not (values or why):
                continue
            middle = self.figure(statistics.median(values)) if values else "skipped"
            bad = f"{100 * self.search.is_bad(place):.2f} %" if values else ""
            print(f"{short(commit)}  {len(values or []):5}  {middle:>12}  {bad:>8}  {self.lab.tree.title(commit)}")


def percent(shift):
    return f"{100 * math.expm1(shift):+.2f} %"
