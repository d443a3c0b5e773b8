"""What comes after the last boot: failed boots told, and `cgchurn compare` and `cgchurn report` over the rest."""
import itertools
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

REGRESSION, USAGE, INCONCLUSIVE, HOST = 1, 2, 3, 4


def tell_failures(plan, to=sys.stderr):
    """Says which boots failed and how; returns how many."""
    return print_slots("failed", plan, [slot for slot in plan.slots() if slot.failed()], to)


def tell_missing(plan, to=sys.stderr):
    """Says which boots there are not, and why where that is known; returns how many."""
    return print_slots("missing", plan, plan.missing(), to)


def name_of(plan, slot):
    """Which boot it is: "block 2, debian:7", over a fleet with the host before it."""
    host = f"{slot.host}, " if slot.host else ""
    return f"{host}block {slot.block}, {plan.sides[slot.side]['spec']}"


def print_slots(what, plan, slots, to):
    for slot in slots:
        boot = slot.boot()
        why = f"{boot['outcome']}: {boot['detail']} ({slot.record})" if boot else "not begun, or ended half-way"
        print(f"{what}: {name_of(plan, slot)}: {why}", file=to)
    return len(slots)


def tell_reach(program, boots, workloads):
    """Says it before anything is booted, where so few boots of each kernel cannot decide so many metrics."""
    shown = subprocess.run([program, "show", "--boots", str(boots), *workloads], capture_output=True, text=True, check=False)
    if "cannot" in shown.stdout:
        print(shown.stdout, end="", file=sys.stderr)


def results(plan, side):
    return [slot.result for slot in plan.slots() if slot.side == side and slot.result.exists()]


def accelerators(plan):
    return {boot["accelerator"] for boot in map(lambda slot: slot.boot(), plan.slots()) if boot}


def heading(plan, base, new):
    one, other = plan.sides[base], plan.sides[new]
    lines = [f"{one['spec']} ({one['release']}) against {other['spec']} ({other['release']}), "
             f"{len(results(plan, base))} and {len(results(plan, new))} boots"]
    if one["sha256"] != other["sha256"]:
        what = "release differences" if one["release"] != other["release"] else "differences of the two images"
        lines.append(f"{what} included: the kernels differ in more than the lock's regime")
    if plan.data.get("guest", {}).get("clock") == "instructions":
        lines.append("by the instruction clock: times are path lengths and waits, without caches and parallel work")
    elif "tcg" in accelerators(plan):
        lines.append("under emulation (TCG): absolute times mean nothing, ratios between sides are indications")
    return "\n".join(lines)


def run_compare(program, sides, *options):
    return subprocess.run([program, "compare", *options, *sides], capture_output=True, text=True, check=False)


def pairs(plan):
    return itertools.combinations(range(len(plan.sides)), 2)


def is_open(program, plan):
    """A look at the first blocks, as far as all their boots are done: whether more blocks can decide a primary of any pair.
    Says how many are decided."""
    leading = plan.leading()
    with tempfile.TemporaryDirectory() as seen:
        for slot in (slot for slot in leading if slot.result.exists()):
            side = pathlib.Path(seen, plan.sides[slot.side]["label"])
            side.mkdir(exist_ok=True)
            shutil.copy(slot.result, side)
        return look(program, plan, len(leading) // len(plan.sides), pathlib.Path(seen))


def look(program, plan, blocks, folder):
    said, going = [], False
    for pair in pairs(plan):
        sides = [folder / plan.sides[side]["label"] for side in pair]
        if not all(side.exists() for side in sides):
            continue  # a kernel that has not booted once before a look will not
        done = run_compare(program, sides, "--format", "json", "--max-boots", str(plan.max_boots))
        # Results that are not comparable will not become so.
        found = (json.loads(done.stdout) if done.returncode in (0, REGRESSION) else
                 {"metrics": [], "open": done.returncode not in (USAGE, INCONCLUSIVE)})
        going |= found["open"]
        rest = "open" if found["open"] else "cannot be compared"
        said += [("given up" if m["futile"] else "decided") if m.get("decided_at") else rest
                 for m in found["metrics"] if m["primary"]]
    states = ["decided", "open", "given up"] + ["cannot be compared"] * ("cannot be compared" in said)
    counts = ", ".join(f"{said.count(state)} {state}" for state in states)
    print(f"look after {blocks} blocks: of {len(said)} primaries {counts}", file=sys.stderr, flush=True)
    return going


def compare(program, plan, base, new, options=()):
    """Has two sides compared, and the comparison kept; returns (exit code, text, JSON or None)."""
    if not results(plan, base) or not results(plan, new):
        return INCONCLUSIVE, "no result on one side: nothing to compare\n", None
    saved = f"{plan.folder}/compare-{plan.sides[base]['label']}--{plan.sides[new]['label']}"
    sides = [plan.folder / plan.sides[side]["label"] for side in (base, new)]
    done = run_compare(program, sides, "--save", saved, *options)
    found = pathlib.Path(saved + ".json").read_text(encoding="utf-8")
    return done.returncode, done.stdout + done.stderr, json.loads(found) if found else None


def compare_two(program, plan, options=()):
    code, text, _ = compare(program, plan, 0, 1, options)
    print(f"{heading(plan, 0, 1)}\n{text}")
    return code


def compare_all(program, plan, options=()):
    """Every pair in words, and one table of what was measured. The exit code is about the first kernel against the rest."""
    codes, columns = [0], {}
    for base, new in pairs(plan):
        code, text, found = compare(program, plan, base, new, options)
        print(heading(plan, base, new))
        print("\n".join(f"  {words}" for words in found["words"]) if found else text, end="\n\n")
        if base == 0:
            codes.append(code)
            fill(columns, found, new)
    print_table(plan, columns)
    print("each pair is corrected for its own metrics, not for the number of pairs; all figures: "
          f"{plan.folder}/compare-*.txt")
    return worst(codes)


def fill(columns, found, new):
    """columns[metric] = {side: value in ns} of the primary metrics."""
    for metric in found["metrics"] if found else []:
        if metric["primary"] and metric["base"] is not None and metric["unit"] == "ns":
            name = f"{metric['workload']}: {metric['actor']} {metric['span']} {metric['time']} {metric['metric']}"
            columns.setdefault(name, {}).update({0: metric["base"], new: metric["new"]})


def print_table(plan, columns):
    print("MEDIANS OVER BOOTS, primary metrics, in us")
    labels = [side["label"] for side in plan.sides]
    wide = [max(len(label), 10) for label in labels]
    print(" " * 62 + "  ".join(label.rjust(w) for label, w in zip(labels, wide)))
    for name, values in columns.items():
        cells = [f"{values[side] / 1000:,.1f}" if values.get(side) is not None else "-" for side in range(len(labels))]
        print(f"{name:62}" + "  ".join(cell.rjust(w) for cell, w in zip(cells, wide)))
    print()


def worst(codes):
    return next((code for code in (5, USAGE, HOST, REGRESSION, INCONCLUSIVE) if code in codes), 0)


def shared(options):
    """Those of compare's options that report has, too, so that the page's verdicts are compare's."""
    kept, rest = [], list(options)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        name = {"-t": "--tolerance"}.get(name, name)
        if name == "--paired":
            kept.append(name)
        elif name in ("--allow-different", "--tolerance", "--max-boots") and (equals or rest):
            kept.append(f"{name}={value if equals else rest.pop(0)}")
    return kept


def report(program, plan, options):
    paths = [plan.folder / side["label"] for number, side in enumerate(plan.sides) if results(plan, number)]
    page = plan.folder / "report.html"
    command = [program, "report", *shared(options), *paths, "-o", page]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        print(f"report: {page}", file=sys.stderr)
    elif subprocess.run([*command, "--no-pictures"], capture_output=True, check=False).returncode == 0:
        print(f"report: {page}, without pictures: {done.stderr.strip()}", file=sys.stderr)
    else:
        print(f"no report: {done.stderr.strip()}", file=sys.stderr)


def conclude(program, plan, options=()):
    """The end of a comparison; the exit code is the worst of what was found. `options` go to `cgchurn compare`."""
    codes = [REGRESSION if tell_failures(plan) else 0]
    if plan.max_boots:
        options = ["--max-boots", str(plan.max_boots), *options]
    codes.append((compare_two if len(plan.sides) == 2 else compare_all)(program, plan, options))
    report(program, plan, options)
    print(f"results: {plan.folder}", file=sys.stderr)
    return worst(codes)
