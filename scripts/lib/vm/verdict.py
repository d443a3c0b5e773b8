"""What comes after the last boot: failed boots told, and `cgchurn compare` and `cgchurn report` over the rest."""
import itertools
import re
import subprocess
import sys

REGRESSION, INCONCLUSIVE, HOST = 1, 3, 4


def knows(program, command):
    """Whether the program has a command of that name."""
    listed = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    return bool(re.search(rf"^  {command} ", listed, re.M))


def tell_failures(plan, to=sys.stderr):
    """Says which boots failed and how; returns how many."""
    failed = [(slot, slot.boot()) for slot in plan.slots() if slot.failed()]
    for slot, boot in failed:
        side = plan.sides[slot.side]["spec"]
        print(f"failed: block {slot.block}, {side}: {boot['outcome']}: {boot['detail']} ({slot.record})", file=to)
    return len(failed)


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
    if "tcg" in accelerators(plan):
        lines.append("under emulation (TCG): absolute times mean nothing, ratios between sides are indications")
    return "\n".join(lines)


def compare(program, plan, base, new, further=()):
    """Prints the comparison of two sides, keeps it as text, JSON and markdown; returns the exit code."""
    folder = plan.folder
    name = f"{plan.sides[base]['label']}--{plan.sides[new]['label']}"
    print(heading(plan, base, new))
    if not results(plan, base) or not results(plan, new):
        print("no result on one side: nothing to compare\n")
        return INCONCLUSIVE
    code = 0
    for form, suffix in (("text", "txt"), ("json", "json"), ("markdown", "md")):
        done = subprocess.run([program, "compare", "--format", form, *further, folder / plan.sides[base]["label"],
                               folder / plan.sides[new]["label"]], capture_output=True, text=True, check=False)
        (folder / f"compare-{name}.{suffix}").write_text(done.stdout, encoding="utf-8")
        if form == "text":
            code = done.returncode
            print(done.stdout + done.stderr)
    return code


def report(program, plan):
    paths = [path for side in range(len(plan.sides)) for path in results(plan, side)]
    page = plan.folder / "report.html"
    done = subprocess.run([program, "report", *paths, "-o", page], capture_output=True, text=True, check=False)
    print(f"report: {page}" if done.returncode == 0 else f"no report: {done.stderr.strip()}", file=sys.stderr)


def conclude(program, plan, further=()):
    """The end of a comparison; the exit code is the worst of what was found."""
    failed = tell_failures(plan)
    codes = {REGRESSION} if failed else {0}
    if knows(program, "compare"):
        for base, new in itertools.combinations(range(len(plan.sides)), 2):
            codes.add(compare(program, plan, base, new, further))
        if len(plan.sides) > 2:
            print("each pair is corrected for its own metrics, not for the number of pairs")
    if knows(program, "report"):
        report(program, plan)
    print(f"results: {plan.folder}", file=sys.stderr)
    return next((code for code in (5, 2, HOST, REGRESSION, INCONCLUSIVE) if code in codes), 0)

