#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What cannot be killed: a process in a frozen group of cgroup v1 stands in for one in an uninterruptible sleep. And
# runs that can neither be begun nor undone.
load cgroups

setup() {
	cgroups_setup
	frozen=
	cd "$out"
}

teardown() {
	[ -z "$frozen" ] || thaw
	cgroups_teardown
}

nothing_left() {
	grep -qx 'populated 0' "$own/cgroup.events" && [ -z "$(find "$own" -mindepth 1 -type d)" ]
}

# freeze_worker: one of the run's workers, $stuck.
freeze_worker() {
	stuck=$(cat "$own"/cgchurn-*/tree/cgroup.procs "$own"/cgchurn-*/tree/*/cgroup.procs 2>/dev/null | head -n 1)
	# Born as a copy of cgchurn, it executes the worker program first.
	[ -n "$stuck" ] && [ "$(cat "/proc/$stuck/comm")" = cgchurn-worker ] && freeze "$stuck"
}

@test "a worker that cannot be killed ends the run, is named, and what is finished is kept" {
	find_freezer
	"$CGCHURN" run null --cgroup-root "$own" --warmup 10ms --duration 500ms --trials 100 -o r.json \
		>stdout 2>stderr 3>&- &
	pid=$!
	within 60 grep -q '"index": 1' r.json
	within 60 freeze_worker
	status=0
	wait "$pid" || status=$?
	cat stderr
	[ "$status" -eq 4 ]
	grep -q "killed and has not ended after 10 s: pid $stuck (cgchurn-worker), state D, at .*refrigerator" stderr
	grep -q 'Finished trials are kept' stderr
	grep -q '^paced' stdout
	/usr/bin/python3 - <<-'END'
	import json
	run = json.load(open("r.json"))["runs"][0]
	assert len(run["trials"]) >= 2 and "has not ended" in run["failure"], run["failure"]
	END
	# The guardian goes on, and takes the group when it can.
	thaw
	within 60 nothing_left
}

@test "... and SIGTERM meanwhile: 130, with what stays behind" {
	find_freezer
	export own frozen
	export -f freeze_worker freeze
	status=0
	"$CGCHURN_SOURCE/tests/kernel/with-signal" TERM 'compgen -G "$own/cgchurn-*/tree" && freeze_worker' \
		"$CGCHURN" run null --cgroup-root "$own" --duration 300s --trials 1 -o r.json >stdout 2>stderr || status=$?
	cat stderr
	[ "$status" -eq 130 ]
	grep -q 'could not be removed: a process in it was killed and has not ended, pid [0-9]* (cgchurn-worker), state D' stderr
	thaw
	within 60 nothing_left
}

@test "a run group that can be neither made nor undone for want of descriptors goes after the end" {
	for limit in $(seq 4 16); do
		status=0
		(ulimit -n "$limit" && exec "$CGCHURN" run null --cgroup-root "$own" --warmup 0 --duration 10ms --trials 1 -q) \
			>stdout 2>stderr || status=$?
		echo "$limit: $status $(cat stderr)"
		within 30 nothing_left
	done
}

@test "in a PID namespace with its parent's /proc, the name holds what clean looks for" {
	start unshare --pid --fork "$helpers/run-holder" -r "$own" -s 1
	name=$(said name)
	read -r _ pid start _ <<<"${name//-/ }"
	[ "$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)" = "$start" ]
	[ "$(readlink "/proc/$pid/exe")" = "$helpers/run-holder" ]
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
	# The namespace's guardian dies with it.
	kill -KILL "$pid"
	within 30 has_ended "$pid"
	exec 8>&-
	wait "$holder" 2>/dev/null || true
	holder=
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[[ "$output" == "removed $own/$name"* ]]
	nothing_left
}
