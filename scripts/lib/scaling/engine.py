"""A discrete-event engine: tasks that compute on a few processors, sleep, and wait for each other.

A task is a generator. What it yields is what it does next: Run(seconds) takes a processor for so long, given in slices of
`quantum` in turn with the others that want one; Sleep(seconds) takes none; Wait(queue) leaves the processor until somebody
wakes it out of that list. Times are seconds. One seeded source of chance makes a run repeatable.
"""
import collections
import dataclasses
import heapq
import itertools
import random


@dataclasses.dataclass(frozen=True)
class Run:
    seconds: float


@dataclasses.dataclass(frozen=True)
class Sleep:
    seconds: float


@dataclasses.dataclass(frozen=True)
class Wait:
    queue: collections.deque


class Engine:
    def __init__(self, processors, quantum=float("inf"), seed=1):
        self.now, self.free, self.quantum = 0.0, processors, quantum
        self.random = random.Random(seed)
        self.events, self.order = [], itertools.count()
        self.ready = collections.deque()  # of [task, seconds left] that want a processor

    def at(self, time, action, *arguments):
        heapq.heappush(self.events, (time, next(self.order), action, arguments))

    def start(self, task):
        self.at(self.now, self.resume, task, None)

    def wake(self, queue, count=None):
        """Lets the first `count` of those who wait go on, or all of them."""
        for _ in range(len(queue) if count is None else min(count, len(queue))):
            self.at(self.now, self.resume, queue.popleft(), None)

    def run(self, until):
        while self.events and self.events[0][0] <= until:
            self.now, _, action, arguments = heapq.heappop(self.events)
            action(*arguments)
        self.now = until

    def resume(self, task, slot):
        """Takes the task to what it does next. It keeps its processor from one Run to the next for what is left of its slot;
        None: it has none, and having slept it comes first in line."""
        what = next(task, None)
        if isinstance(what, Run):
            if slot is not None:
                self.go_on(task, what.seconds, slot)
            elif self.free:
                self.free -= 1
                self.slice(task, what.seconds, self.quantum)
            else:
                self.ready.appendleft((task, what.seconds))
            return
        if isinstance(what, Sleep):
            self.at(self.now + what.seconds, self.resume, task, None)
        elif isinstance(what, Wait):
            what.queue.append(task)
        if slot is not None:
            self.release()

    def release(self):
        if self.ready:
            self.slice(*self.ready.popleft(), self.quantum)
        else:
            self.free += 1

    def slice(self, task, seconds, slot):
        used = min(seconds, slot)
        self.at(self.now + used, self.sliced, task, seconds - used, slot - used)

    def sliced(self, task, left, slot):
        if left <= 0:
            self.resume(task, slot)
        else:
            self.go_on(task, left, slot)

    def go_on(self, task, seconds, slot):
        """Behind the others once its slot is used up."""
        if slot > 0:
            self.slice(task, seconds, slot)
        elif self.ready:
            self.ready.append((task, seconds))
            self.release()
        else:
            self.slice(task, seconds, self.quantum)
