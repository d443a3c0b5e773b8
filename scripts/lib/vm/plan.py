"""The plan of a comparison over many boots: which kernel when, and what has been done of it.

A folder holds it all, so that an interrupted comparison goes on by the same command:

    plan.json                   sides, seed, order; written once
    SIDE/block-01.json          the result of one boot, there only when the boot has succeeded
    boots/01-1-SIDE/            that boot's record: boot.json, console.log, dmesg, stderr
    kernels/, guest.cpio        what the boots need, kept until the last one is done

Order: in blocks; each block holds every side once, shuffled. Drift of the machine then falls on all sides alike, and
what ran first is not always the same. Over a fleet each block belongs to one host, and its number to no other, so that
what differs between hosts falls on all sides alike as well.
"""
import dataclasses
import itertools
import json
import os
import pathlib
import random
import shutil

from . import cache
from .errors import Failed, usage

SCHEMA = "cgchurn-boots/1"
# Of these the guest or its kernel is the cause; a boot that the host spoiled is done again by the next start.
GUEST_FAILURES = ("warning", "panic", "oom", "hang", "lost", "command")
BOOTS, MAX_BOOTS = 6, 12
# Blocks. Fewer than four boots a side decide nothing; `cgchurn compare --max-boots` takes 50 at most.
FIRST_LOOK, MOST_LOOKS = 4, 50


def add_options(parser):
    """What a comparison of kernels takes, however they are booted."""
    parser.add_argument("--base")
    parser.add_argument("--new")
    parser.add_argument("--matrix", nargs="+")
    parser.add_argument("--workload", action="append", default=[])
    parser.add_argument("--boots", type=int)
    parser.add_argument("--until-decided", action="store_true")
    parser.add_argument("--max-boots", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("-o", "--output", type=pathlib.Path)
    parser.add_argument("--build", default=os.environ.get("CGCHURN_BUILD"))


def check_options(options):
    """Refuses what cannot be; afterwards there are `specs`, and `boots` are the blocks of the plan."""
    if options.matrix and (options.base or options.new):
        raise usage("--matrix takes the place of --base and --new")
    options.specs = options.matrix or [options.base, options.new]
    if None in options.specs or len(options.specs) < 2:
        raise usage("two kernels are needed, --base and --new, or more by --matrix")
    if options.until_decided and options.boots is not None:
        raise usage("--until-decided takes --max-boots, not --boots")
    if options.max_boots is not None and not options.until_decided:
        raise usage("--max-boots needs --until-decided")
    if options.until_decided:
        options.max_boots = options.boots = MAX_BOOTS if options.max_boots is None else options.max_boots
        if not FIRST_LOOK <= options.boots <= MOST_LOOKS:
            raise usage(f"--max-boots takes {FIRST_LOOK} to {MOST_LOOKS}")
    options.boots = BOOTS if options.boots is None else options.boots
    if not 1 <= options.boots <= 999:
        raise usage("--boots takes 1 to 999")


def request_of(options, **further):
    """What makes a comparison this one and no other."""
    return {"specs": options.specs, "boots": options.boots, "max_boots": options.max_boots, "run": options.run,
            "workloads": [os.path.abspath(w) if os.path.exists(w) else w for w in options.workload], **further}


@dataclasses.dataclass(frozen=True)
class Slot:
    """One boot: its place in the order, and its files."""
    number: int  # from 1
    block: int  # from 1
    position: int  # within the block, from 1
    side: int
    host: str  # whose block it is; "" where there is one machine only
    result: pathlib.Path
    record: pathlib.Path

    def boot(self):
        """The record of the finished boot, or None."""
        try:
            return json.loads((self.record / "boot.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def begin(self):
        """An empty record, whatever an earlier attempt left there."""
        shutil.rmtree(self.record, ignore_errors=True)
        self.record.mkdir(parents=True)

    def accept(self, result):
        """Puts a good result in its place."""
        self.result.parent.mkdir(parents=True, exist_ok=True)
        cache.write(self.result, result.read_bytes())

    def done(self):
        return self.result.exists() or self.failed()

    def failed(self):
        boot = self.boot()
        return bool(boot) and boot["outcome"] in GUEST_FAILURES and not self.result.exists()


class Plan:
    """`data` is plan.json as it is on disk."""

    def __init__(self, folder, data):
        self.folder = pathlib.Path(folder)
        self.data = data

    @property
    def sides(self):
        return self.data["sides"]

    @property
    def max_boots(self):
        """With --until-decided the number of blocks, for which looks are planned; else None."""
        return self.data["request"].get("max_boots")

    def host_of(self, block):
        hosts = self.data.get("hosts", [""])
        return hosts[(block - 1) % len(hosts)]

    def slots(self):
        number = 0
        for block, order in enumerate(self.data["order"], 1):
            for position, side in enumerate(order, 1):
                number += 1
                label = self.sides[side]["label"]
                yield Slot(number, block, position, side, self.host_of(block),
                           self.folder / label / f"block-{block:02}.json",
                           self.folder / "boots" / f"{block:02}-{position}-{label}")

    def blocks(self):
        """The slots of each block."""
        return [list(block) for _, block in itertools.groupby(self.slots(), lambda slot: slot.block)]

    def leading(self):
        """The slots of the first blocks of which every boot is done. Over a fleet later ones can be done before."""
        blocks = itertools.takewhile(lambda block: all(slot.done() for slot in block), self.blocks())
        return [slot for block in blocks for slot in block]

    def total(self):
        """How many boots there are, or with --until-decided can be."""
        boots = sum(map(len, self.data["order"]))
        return f"at most {boots}" if self.max_boots else str(boots)

    def slot(self, number):
        return next(slot for slot in self.slots() if slot.number == number)

    def seed_of(self, slot):
        """Boots of a block share the seed of what they run: one source of difference less."""
        return (self.data["seed"] + slot.block) % 2**63

    def guest_seed_of(self, slot):
        """Of what is random in a guest with the instruction clock: no two boots share it, and a boot can be repeated."""
        return random.Random(f"{self.data['seed']}:{slot.number}").getrandbits(63)

    def run_command(self, slot, program, result, workloads, options):
        return [program, "run", "-o", str(result), "--label", self.sides[slot.side]["label"], "--seed", str(self.seed_of(slot)),
                "--sequence", f"{slot.block}:{slot.position}", *options, *workloads]

    def missing(self):
        return [slot for slot in self.slots() if not slot.done()]


def make(folder, sides, boots, seed, request, hosts=None, guest=None):
    """Writes a new plan: of `boots` blocks, or of as many for each of the hosts. `request` is what the user asked for,
    by which a later start knows it for its own; `guest` what was made of it for guests: clock, cpus, run."""
    seed = int.from_bytes(os.urandom(6), "big") if seed is None else seed
    plan = Plan(folder, {"schema": SCHEMA, "seed": seed, "request": request, "sides": label(sides),
                         "order": shuffled(len(sides), boots * len(hosts or [""]), seed)})
    if hosts:
        plan.data["hosts"] = list(hosts)
    if guest:
        plan.data["guest"] = guest
    plan.folder.mkdir(parents=True, exist_ok=True)
    cache.write(plan.folder / "plan.json", json.dumps(plan.data, indent=2) + "\n")
    return plan


def shuffled(sides, blocks, seed):
    chance = random.Random(seed)
    return [chance.sample(range(sides), sides) for _ in range(blocks)]


def label(sides):
    """Each side's label becomes its folder's name, so it must be the only one of its kind."""
    taken = {"boots", "kernels", "hosts"}
    for side in sides:
        name, number = side["label"], 2
        while side["label"] in taken:
            side["label"] = f"{name}-{number}"
            number += 1
        taken.add(side["label"])
    return sides


def stored(path, schema, what):
    """The JSON that an earlier start has written, or None where there is none; one of another schema is refused."""
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise usage(f"{path} is no {what}: {error}") from error
    if data.get("schema") != schema:
        raise usage(f"{path}: schema {data.get('schema')!r}, and only {schema!r} can be read")
    return data


def differences(have, wanted):
    """"boots 6 (now 8)": what an earlier start was asked for, where it is not what is wanted."""
    return ", ".join(f"{key} {have.get(key)!r} (now {wanted[key]!r})" for key in wanted if have.get(key) != wanted[key])


def load(folder, request, seed=None):
    """The plan that a folder holds, or None where it holds none or nothing was done of it; another's is refused, and so
    is one by another seed than one that was named."""
    data = stored(pathlib.Path(folder) / "plan.json", SCHEMA, "plan")
    if not data:
        return None
    plan = Plan(folder, data)
    have, wanted = {**data["request"], "seed": data["seed"]}, {**request, **({} if seed is None else {"seed": seed})}
    differs = differences(have, wanted)
    if differs and not any(slot.done() for slot in plan.slots()):
        return None
    if differs:
        raise usage(f"{folder} holds a comparison with {differs}; give another folder with -o")
    return plan


def opened(folder):
    """The plan that a folder holds; one without is refused."""
    plan = load(folder, {})
    if not plan:
        raise usage(f"{folder} holds no comparison")
    return plan


def record(slot, boot):
    cache.write(slot.record / "boot.json", json.dumps(boot, indent=2) + "\n")


def interrupted(plan):
    finished = sum(slot.done() for slot in plan.slots())
    return Failed(f"interrupted; {finished} of {plan.total()} boots are done and kept in {plan.folder}; "
                  "the same command goes on", 130)
