"""The three regimes of the lock that container churn meets (doc/lock.md), as far as they decide who waits for whom.

Writers hold cgroup_mutex, first come first served, in every regime. Readers are forks and exits.

Global: a writer that finds the lock cold waits for a grace period. Then it stops new readers, waits for those inside, and
works. Readers that it stopped go on before the next writer, which waits until they have woken and left. The lock cools by
the rule of the kernel's rcu_sync (kernel/rcu/sync.c): see Global.
Favored: the same, always hot.
PerThreadgroup: a writer waits for readers of its own target alone. The targets here sleep, so it waits for none.
"""
import collections

from .engine import Run, Sleep, Wait


class PerThreadgroup:
    def __init__(self, engine, times):
        self.engine, self.times = engine, times
        self.busy, self.mutex = False, collections.deque()

    def read(self, seconds):
        yield Run(seconds)

    def write(self):
        if self.busy:
            yield Wait(self.mutex)
        self.busy = True
        yield from self.locked()
        # Handed on directly: whoever comes next goes behind those who wait.
        self.busy = bool(self.mutex)
        self.engine.wake(self.mutex, 1)

    def locked(self):
        yield Run(self.times.work)


class Favored(PerThreadgroup):
    def __init__(self, engine, times):
        super().__init__(engine, times)
        self.inside, self.closed = 0, False
        self.gate, self.drain = collections.deque(), collections.deque()

    def read(self, seconds):
        if self.closed:
            yield Wait(self.gate)  # whoever opens the gate counts us
            yield Sleep(self.engine.random.expovariate(1 / self.times.wake))
        else:
            self.inside += 1
        yield Run(seconds)
        self.inside -= 1
        if self.inside == 0:
            self.engine.wake(self.drain)

    def locked(self):
        self.closed = True
        if self.inside:
            yield Wait(self.drain)
        yield Run(self.times.work)
        self.closed = False
        # Those who wait are let in before the next writer can close the gate again, as the kernel does.
        self.inside += len(self.gate)
        self.engine.wake(self.gate)


class Global(Favored):
    """A writer that leaves asks for a callback after a grace period. The callback finds one of three things: a writer within,
    and then it is dropped, for that writer asks anew when it leaves; or that another came and left meanwhile, and then it waits
    for one more grace period; or neither, and then the lock is cold."""

    def __init__(self, engine, times):
        super().__init__(engine, times)
        self.state, self.entered = "idle", False

    def locked(self):
        self.entered = True
        if self.state == "idle":
            yield Sleep(self.times.grace_period(self.engine.random))
            self.state = "passed"
        yield from super().locked()
        self.entered = False
        if self.state == "passed":
            self.cool()
        else:
            self.state = "replay"

    def cool(self):
        self.state = "exit"
        self.engine.at(self.engine.now + self.times.grace_period(self.engine.random), self.callback)

    def callback(self):
        if self.entered:
            self.state = "passed"
        elif self.state == "replay":
            self.cool()
        else:
            self.state = "idle"


REGIMES = {"global": Global, "global-favored": Favored, "per-threadgroup": PerThreadgroup}
