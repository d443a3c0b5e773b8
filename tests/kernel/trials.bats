#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What makes a trial invalid: loads that fail, and workers that were elsewhere.

load cgroups

setup() {
	cgroups_setup
	cd "$BATS_TEST_TMPDIR"
	short=(--duration 300ms --warmup 50ms --trials 1 --cgroup-root "$own" -q)
	v1_group=
}

teardown() {
	cgroups_teardown
	[ -z "$v1_group" ] || rmdir "$v1_group"
}

# v1_own CONTROLLER: sets $v1_group, a group of the test's own in that v1 hierarchy.
v1_own() {
	local mount
	mount=$(awk -v c="$1" '$3 == "cgroup" && ("," $4 ",") ~ ("," c ",") { print $2; exit }' /proc/self/mounts)
	[ -n "$mount" ] || skip "no v1 hierarchy has the controller $1"
	v1_group=$(mktemp -d "$mount/test-cgchurn-XXXXXX") || skip "no group can be made in $mount"
}

# reasons FILE: why its first trial is not valid, a line each.
reasons() {
	python3 -c 'import json, sys
(trial,) = json.load(open(sys.argv[1]))["runs"][0]["trials"]
assert trial["valid"] == (not trial["reasons"])
print(*trial["reasons"], sep="\n")' "$1"
}

@test "forks that all fail because of pids.max make the trial invalid, with the errno" {
	v1_own pids
	echo 3 >"$v1_group/pids.max"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$v1_group" \
		"$CGCHURN" run spawn-quiet-fork --set storm.workers=1 "${short[@]}" -o r.json
	[[ "$(reasons r.json)" =~ "storm failed in 100 % of its operations (spawn: "[0-9]+" EAGAIN)" ]]
	"$CGCHURN" export --to junit -o r.xml r.json
	grep -q '<failure message="storm failed in 100 %' r.xml
	grep -q 'failures="1"' r.xml
	"$CGCHURN" export --to ktap r.json | grep -qx 'not ok 1 spawn-quiet-fork'
}

@test "clone3 refused by a filter that was inherited makes the trial invalid" {
	# Of clone3's flags, CLONE_INTO_CGROUP is in the upper half, which the filter cannot see: all are refused.
	run -0 python3 - "$CGCHURN" run into-cgroup-quiet --set storm.workers=1 "${short[@]}" -o r.json <<-'END'
		import ctypes, os, struct, sys

		libc = ctypes.CDLL(None, use_errno=True)
		EPERM, ALLOW, CLONE3 = 0x00050001, 0x7fff0000, 435
		code = b"".join(struct.pack("HBBI", *i) for i in [
		    (0x20, 0, 0, 0), (0x15, 0, 1, CLONE3), (0x06, 0, 0, EPERM), (0x06, 0, 0, ALLOW)])
		buffer = ctypes.create_string_buffer(code)
		program = struct.pack("HxxxxxxP", 4, ctypes.addressof(buffer))
		assert libc.prctl(38, 1, 0, 0, 0) == 0
		assert libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) == 0
		os.execv(sys.argv[1], sys.argv[1:])
	END
	[[ "$(reasons r.json)" == *"storm failed in 100 % of its operations (spawn: "*" EPERM)"* ]]
}

@test "SIGCHLD ignored and signals blocked by the parent change nothing" {
	cat >inherit.py <<-'END'
		import os, signal, sys
		signal.signal(signal.SIGCHLD, signal.SIG_IGN)
		signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
		os.execv(sys.argv[1], sys.argv[1:])
	END
	for workload in spawn-quiet-fork exec-leader kill-under-fork; do
		run -0 python3 inherit.py "$CGCHURN" run $workload "${short[@]}" -o r.json
		run reasons r.json
		[[ "$output" != *failed* ]]
	done
}

@test "a workload may say that its operations fail" {
	v1_own pids
	echo 3 >"$v1_group/pids.max"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$v1_group" "$CGCHURN" run spawn-quiet-fork \
		--set storm.workers=1 --set storm.max_failed=1 "${short[@]}" -o r.json
	[[ "$(reasons r.json)" != *failed* ]]
}
