#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# --favordynmods: another regime for one run, and the mount put back. Last by name, for on patched kernels the regime
# is not what it was before.

setup() {
	cd "$BATS_TEST_TMPDIR"
	! grep -qw cgroup_favordynmods=true /proc/cmdline || skip "the boot parameter turns the flag on at each remount"
	regime=$("$CGCHURN" host --json --probe never | field lock.regime)
}

field() {
	python3 -c '
import json, sys
value = json.load(sys.stdin)["host"]
for key in sys.argv[1].split("."):
    value = value[key]
print(value)' "$1"
}

shows_flag() { grep -q ' - cgroup2 .*favordynmods' /proc/self/mountinfo; }

# short OPTION...: a run as short as can be; the regime it tells is printed.
short() {
	"$CGCHURN" run null --trials 1 --duration 50ms --warmup 10ms -q -o r.json "$@" >&2 && field lock.regime <r.json
}

patched() { "$CGCHURN" host --json --probe never | field lock.patch_present | grep -q True; }

@test "what cannot be taken back has to be agreed to" {
	patched || skip "this kernel has no such switch"
	[ "$regime" = global ] || skip "the regime is $regime"
	run short --favordynmods on
	[ "$status" -eq 2 ]
	[[ "$output" == *"--allow-one-way"* ]]
	run ! shows_flag
	[ ! -e r.json ]
}

@test "on for one run, with the other options kept" {
	mount -o remount,nsdelegate /sys/fs/cgroup
	now=$(short --favordynmods on --allow-one-way)
	case $now in per-threadgroup | global-favored) ;; *) echo "$now"; false ;; esac
	run ! shows_flag
	grep -q ' - cgroup2 .*nsdelegate' /proc/self/mountinfo
	after=$("$CGCHURN" host --json --probe never | field lock.regime)
	if patched; then [ "$after" = per-threadgroup-residual ]; else [ "$after" = global ]; fi
}

@test "off for one run" {
	mount -o remount,favordynmods /sys/fs/cgroup
	shows_flag
	now=$(short --favordynmods off)
	if patched; then [ "$now" = per-threadgroup-residual ]; else [ "$now" = global ]; fi
	shows_flag
}

@test "an interrupted run puts the mount back" {
	mount -o remount,favordynmods /sys/fs/cgroup
	"$CGCHURN" run null --trials 1 --duration 60s -q --favordynmods off &
	for i in $(seq 200); do
		shows_flag || break
		sleep 0.1
	done
	run ! shows_flag
	kill -TERM $! # a shell lets its background jobs ignore SIGINT
	wait $! || [ $? -eq 130 ]
	shows_flag
}
