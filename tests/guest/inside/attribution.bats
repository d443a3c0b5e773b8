#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Where spans' time goes, told by tracing programs in a kernel that lets itself be traced.

setup_file() {
	"$CGCHURN" run null --attribute --trials 1 --duration 50ms --warmup 10ms -q 2>"$BATS_FILE_TMPDIR/why" || true
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	! grep 'built without' "$BATS_FILE_TMPDIR/why" || skip "cgchurn was built without its tracing programs"
	run ! grep . "$BATS_FILE_TMPDIR/why" # anything else is a failure here
}

# check RESULT PYTHON: the statements see each attributed series as `s`, its attribution as `a`, the parts of the
# middle of its samples as `m`, and the regime.
check() {
	python3 - "$1" "$2" <<-'END'
	import json, sys
	result = json.load(open(sys.argv[1]))
	assert result["attributed"] is True
	regime = result["host"]["lock"]["regime"]
	series = [s for run in result["runs"] for t in run["trials"] for s in t["series"]]
	assert series
	for s in series:
	    a = s["attribution"]
	    m = {k: v for k, v in a["bands"]["middle"]["parts_ns"].items() if k != "child_gate"}
	    exec(sys.argv[2])
	END
}

@test "the parts of a span add up to the span" {
	"$CGCHURN" run migrate-under-fork --attribute --trials 1 --duration 1500ms --warmup 300ms -q -o r.json
	check r.json '
assert a["count"] + a["lost"] == s["count"], (a["count"], a["lost"], s["count"])
total = sum(v for k, v in a["bands"]["all"]["parts_ns"].items() if k != "child_gate")
assert a["lost"] or abs(total - s["sum_ns"]) <= 1e-3 * s["sum_ns"], (total, s["sum_ns"], s["span"])
assert all(p["histogram"]["data"] for p in a["parts"].values())'
}

@test "nine tenths of a paced migration have a name, the grace period first where the lock is global" {
	"$CGCHURN" run migrate-quiet --attribute --trials 1 --duration 4s --warmup 300ms -q -o r.json
	check r.json '
if s["time"] == "service":
    whole = sum(m.values())
    assert m.get("asleep", 0) <= 0.1 * whole, m
    if regime == "global":
        assert max(m, key=m.get) == "grace_period", m
    else:
        assert m.get("grace_period", 0) <= 0.01 * whole, m'
}

@test "tracing leaves with the process, however that ends" {
	command -v bpftool >/dev/null || skip "no bpftool"
	programs() { bpftool prog show | grep -c 'name on_' || true; }
	[ "$(programs)" -eq 0 ]
	"$CGCHURN" run migrate-quiet --attribute --trials 50 --duration 3s -q -o r.json &
	for i in $(seq 300); do
		[ "$(programs)" -eq 0 ] || break
		sleep 0.2
	done
	[ "$(programs)" -gt 0 ]
	sleep $((RANDOM % 4))
	kill -9 $!
	wait $! || true
	for i in $(seq 100); do
		[ "$(programs)" -gt 0 ] || break
		sleep 0.1
	done
	[ "$(programs)" -eq 0 ]
	for i in $(seq 100); do
		compgen -G '/sys/fs/cgroup/cgchurn-*' >/dev/null || break
		sleep 0.1
	done
	run ! compgen -G '/sys/fs/cgroup/cgchurn-*'
}
