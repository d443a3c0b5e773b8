#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What makes a trial invalid: loads that fail, and workers that were elsewhere.

load cgroups

setup() {
	cgroups_setup
	cd "$BATS_TEST_TMPDIR"
	short=(--duration 300ms --warmup 50ms --trials 1 --cgroup-root "$own" -q)
	v1_group=
	trial=
}

# Thawed first: a process in a frozen group of v1 does not die.
teardown() {
	[ ! -e "$v1_group/freezer.state" ] || echo THAWED >"$v1_group/freezer.state"
	[ -z "$trial" ] || kill "$trial" 2>/dev/null || true
	cgroups_teardown
	[ -z "$v1_group" ] || within 10 remove_v1_group
}

remove_v1_group() {
	find "$v1_group" -depth -type d -exec rmdir {} + 2>/dev/null
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
	# The flags of clone3 lie in memory, which no filter can read: each call is refused, whatever its flags.
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

# begin WORKLOAD [STARTER...]: a trial of two seconds, or eight in a guest, in the background, until its window has begun. $run and
# $worker are the run group and the first of its workers, $trial the program.
begin() {
	local workload=$1 duration=${CGCHURN_GUEST:+8s}
	shift
	"$@" "$CGCHURN" run "$workload" --duration "${duration:-2s}" --warmup 50ms --trials 1 -q --cgroup-root "$own" -o r.json 3>&- &
	trial=$!
	# Past its warm-up a worker has used CPU time of its own: nothing is done before.
	within 30 find_worker
	sleep 0.5
}

# With what the shell itself can do: in an emulated guest each process takes a good part of the window.
find_worker() {
	local file parent
	shopt -s globstar nullglob
	for run in "$own"/cgchurn-*; do
		for file in "$run"/**/cgroup.procs; do
			while read -r worker; do
				read -r _ _ _ parent _ <"/proc/$worker/stat" && [ "$parent" = "$trial" ] && return
			done <"$file"
		done
	done 2>/dev/null
	return 1
}

# expect PATTERN: how the trial ended.
expect() {
	wait "$trial"
	trial=
	reasons r.json
	[[ "$(reasons r.json)" == *$1* ]]
}

@test "nothing is said of a trial whose workers stay" {
	begin migrate-under-fork
	wait "$trial"
	[[ "$(reasons r.json)" != *"was moved"* && "$(reasons r.json)" != *pinned* && "$(reasons r.json)" != *frozen* ]]
}

@test "a worker that was moved out of the run group makes the trial invalid" {
	begin spawn-quiet-fork
	echo "$worker" >"$own/cgroup.procs"
	expect "was moved to the group "
}

@test "a worker with a schedule is looked at after its last start, too" {
	begin migrate-quiet
	echo "$worker" >"$own/cgroup.procs"
	expect "worker 0 of migrator was moved to the group "
}

@test "a worker that was pinned elsewhere makes the trial invalid" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU"
	begin spawn-quiet-fork
	now=$(taskset -pc "$worker" | sed 's/.*: //')
	taskset -pc "$(seq 0 $(($(nproc) - 1)) | grep -vx "$now" | head -n 1)" "$worker" || skip "CPUs are numbered otherwise"
	expect "was pinned to other CPUs: "
}

@test "a freeze and a thaw in the window make the trial invalid, at each level" {
	for level in "" above; do
		begin migrate-quiet
		group=${level:+$own}
		echo 1 >"${group:-$run}/cgroup.freeze"
		sleep 0.3
		echo 0 >"${group:-$run}/cgroup.freeze"
		expect "frozen"
	done
}

@test "a quota of an ancestor in cgroup v2 makes the trial invalid" {
	some_controller cpu
	hand_down_at_top
	echo "10000 100000" >"$own/cpu.max"
	begin spawn-quiet-fork
	expect "the group $own was throttled for "
}

@test "a quota of an ancestor in a v1 hierarchy makes the trial invalid" {
	v1_own cpu
	mkdir "$v1_group/below"
	echo 10000 >"$v1_group/cpu.cfs_quota_us"
	begin spawn-quiet-fork sh -c 'echo $$ >"$0/below/cgroup.procs" && exec "$@"' "$v1_group"
	expect "the group $v1_group was throttled for "
}

@test "a v1 freezer that is written to makes the trial invalid" {
	v1_own freezer
	mkdir "$v1_group/below"
	begin migrate-quiet sh -c 'echo $$ >"$0/below/cgroup.procs" && exec "$@"' "$v1_group"
	echo FROZEN >"$v1_group/freezer.state"
	sleep 0.3
	echo THAWED >"$v1_group/freezer.state"
	expect "freezer.state of $v1_group was written to"
}
