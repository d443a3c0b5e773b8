#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn run on this machine's kernel: results, bad luck, and that nothing stays behind.
load cgroups

setup() {
	runs_setup
	short=(--duration 200ms --warmup 50ms --trials 1)
}

@test "the table and the file agree, and quiet means quiet" {
	run --separate-stderr "$CGCHURN" run migrate-under-fork "${short[@]}" -o r.json
	[ "$status" -eq 0 ]
	[[ "$output" == *"migrator  write  response"* ]]
	[[ "$stderr" == *"r.json"* ]]
	run "$CGCHURN" run null "${short[@]}" -q -o q.json
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "a run cut too short for its primary goes on, says so, and records it" {
	run -0 --separate-stderr "$CGCHURN" run migrate-quiet "${short[@]}" -o r.json
	[[ "$stderr" == *"migrate-quiet: no decision by p50 of migrator write response: it needs 20 samples, planned are 4"* ]]
	python3 -c '
import json
(primary,) = json.load(open("r.json"))["runs"][0]["workload"]["spec"]["primary"]
assert (primary["from"], primary["reachable"]) == ("pooled", False), primary'
}

@test "on one stream, what is said of the result comes after the table" {
	run -0 "$CGCHURN" run null "${short[@]}"
	[[ "${lines[-1]}" == "Not kept; "* ]]
	run -0 "$CGCHURN" run null "${short[@]}" -o r.json
	[ "${lines[-1]}" = "The result is in r.json." ]
}

@test "-o - prints JSON on standard output and nothing else" {
	run --separate-stderr "$CGCHURN" run null "${short[@]}" -o -
	[ "$status" -eq 0 ]
	python3 -c 'import json, sys; assert json.loads(sys.argv[1])["complete"] is True' "$output"
	[[ "$stderr" == *"null"* ]]
}

@test "the host's name is kept, or what the user calls it, or none" {
	for name in node a-label ""; do
		option=(--host-name "$name")
		[ "$name" != node ] || option=()
		"$CGCHURN" run null "${short[@]}" -q "${option[@]}" -o r.json
		[ "$name" != node ] || name=$(cat /proc/sys/kernel/hostname)
		[ "$(python3 -c 'import json; print(json.load(open("r.json"))["host"]["name"] or "")')" = "$name" ]
	done
}

@test "a seed, a label and a sequence are kept; the same seed gives the same schedule" {
	for file in a b; do
		"$CGCHURN" run migrate-quiet "${short[@]}" -q --seed 7 -l "my label" --sequence 3:1 -o $file.json
	done
	python3 - <<-'END'
	import json
	a, b = (json.load(open(f"{n}.json")) for n in "ab")
	assert a["seed"] == 7 and a["label"] == "my label" and a["sequence"] == {"block": 3, "position": 1}
	planned = [[s["planned"] for s in r["runs"][0]["trials"][0]["series"]] for r in (a, b)]
	assert planned[0] == planned[1] and planned[0][0] > 0, planned
	END
}

@test "raw samples give the published figures again" {
	"$CGCHURN" run migrate-under-fork spawn-under-migration-vfork author-replica "${short[@]}" -q -o raw.json --raw raw
	"$CGCHURN_SOURCE/scripts/recompute" raw.json raw
	sed -i '2s/[0-9]$/&7/' raw/migrate-under-fork-trial-0.csv
	run ! "$CGCHURN_SOURCE/scripts/recompute" raw.json raw
}

@test "SIGINT: what was finished is saved, complete is false, 130, nothing stays" {
	env --default-signal=INT "$CGCHURN" run null --duration 300ms --warmup 10ms --trials 100 -q -o int.json &
	pid=$!
	within 10 grep -qs '"index": 1' int.json
	kill -INT $pid
	ends 130
	python3 - <<-'END'
	import json
	result = json.load(open("int.json"))
	assert result["complete"] is False and 2 <= len(result["runs"][0]["trials"]) < 100
	END
	run ! left_behind $pid
}

@test "SIGINT while raw samples come faster than they can be written" {
	env --default-signal=INT "$CGCHURN" run null --duration 100s --warmup 0 --trials 1 -q --raw raw &
	pid=$!
	within 10 test -s raw/null-trial-0.csv
	kill -INT $pid
	SECONDS=0
	status=0
	wait $pid || status=$?
	rm -r raw
	[ "$status" -eq 130 ]
	[ "$SECONDS" -lt 60 ]
}

@test "SIGTERM during set-up, and while the gate is closed" {
	for delay in 0 0.02 0.05 0.1; do
		"$CGCHURN" run migrate-under-fork --trials 5 -q -o term.json &
		pid=$!
		sleep $delay
		kill -TERM $pid
		status=0
		wait $pid || status=$?
		# Before the signals are blocked it dies of SIGTERM, and the guardian cleans up.
		[ "$status" -eq 130 ] || [ "$status" -eq 143 ]
		within 5 nothing_left_behind $pid
	done
}

@test "SIGKILL of the supervisor: within 5 s no process and no group is left" {
	"$CGCHURN" run migrate-under-fork -q -o kill.json &
	pid=$!
	for _ in $(seq 100); do
		left_behind $pid >/dev/null && break
		sleep 0.05
	done
	group=$(left_behind $pid)
	sleep 0.3
	kill -KILL $pid
	wait $pid || true
	within 5 nothing_left_behind $pid
	# Zombies that nobody has reaped yet hold no group: theirs reads "(deleted)".
	! grep -h "$(basename "$group")" /proc/[0-9]*/cgroup 2>/dev/null | grep -v '(deleted)$'
}

@test "a disk that is full at the start: refused before anything is measured" {
	mkdir full
	mount -t tmpfs -o size=16k tmpfs full || skip "cannot mount a tmpfs here"
	dd if=/dev/zero of=full/filler bs=1k count=64 2>/dev/null || true
	run --separate-stderr "$CGCHURN" run null "${short[@]}" -o full/r.json
	umount full
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"full/r.json"* ]]
	[ -z "$output" ]
}

@test "a disk that becomes full: the result is printed rather than lost" {
	mkdir full
	mount -t tmpfs -o size=256k tmpfs full || skip "cannot mount a tmpfs here"
	"$CGCHURN" run null --trials 4 --duration 500ms --warmup 10ms -o full/r.json >printed.json 2>messages &
	pid=$!
	within 10 grep -qs '"index": 0' full/r.json
	dd if=/dev/zero of=full/filler bs=1k 2>/dev/null || true
	status=0
	wait $pid || status=$?
	umount full
	[ "$status" -eq 5 ]
	grep -q "full/r.json" messages
	python3 -c 'import json; r = json.load(open("printed.json")); assert len(r["runs"][0]["trials"]) == 4'
}

@test "an output that cannot be written, a folder for raw samples that cannot be made" {
	run "$CGCHURN" run null "${short[@]}" -o /nowhere/r.json
	[ "$status" -eq 2 ]
	[[ "$output" == *"/nowhere/r.json"* ]]
	run "$CGCHURN" run null "${short[@]}" --raw /nowhere/raw
	[ "$status" -eq 2 ]
	[[ "$output" == *"/nowhere/raw"* ]]
}

@test "a result file that is a symbolic link: the link stays, what it points to is replaced" {
	ln -s target.json link.json
	"$CGCHURN" run null "${short[@]}" -q -o link.json
	[ -L link.json ]
	python3 -c 'import json; assert len(json.load(open("target.json"))["runs"][0]["trials"]) == 1'
}

@test "a link into /proc/self/fd or a FIFO as the result file: written to once, at the end, and not replaced" {
	ln -s /proc/self/fd/1 stdout
	"$CGCHURN" run null --duration 200ms --warmup 50ms --trials 2 -q -o stdout >printed.json
	[ "$(readlink stdout)" = /proc/self/fd/1 ]
	python3 -c 'import json; assert len(json.load(open("printed.json"))["runs"][0]["trials"]) == 2'
	mkfifo pipe
	# Open for both, so that neither it nor the reader waits for the other.
	exec 9<>pipe
	cat <pipe 9<&- >piped.json &
	pid=$!
	"$CGCHURN" run null "${short[@]}" -q -o pipe
	exec 9<&-
	wait $pid
	[ -p pipe ]
	python3 -c 'import json; assert len(json.load(open("piped.json"))["runs"][0]["trials"]) == 1'
	# Nobody reads: the result is not lost.
	run -5 --separate-stderr "$CGCHURN" run null "${short[@]}" -q -o pipe
	[[ "$stderr" == *"pipe: No such device or address"* ]]
	[[ "$output" == *'"cgchurn-result/'* ]]
}

@test "raw samples are not written through a link to a folder" {
	mkdir target
	ln -s target raw
	for raw in raw raw/; do
		run -2 "$CGCHURN" run null "${short[@]}" -q --raw "$raw"
		[[ "$output" == *"$raw: not a folder"*"not written through a link"* ]]
	done
	[ -z "$(ls target)" ]
}

@test "without root: 4, and what would help" {
	command -v setpriv >/dev/null || skip "no setpriv"
	mkdir -m 777 out
	chmod 755 "$BATS_TEST_TMPDIR"
	run --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups "$CGCHURN" run null "${short[@]}" -o out/r.json
	[ "$status" -eq 4 ] || { echo "$status $stderr"; false; }
	[[ "$stderr" == *"root"* ]] || [[ "$stderr" == *"elegat"* ]]
}

@test "a worker program that may not be executed, or cannot: named, with the reason" {
	mkdir -p copy/src/run copy/src/stressor
	ln -s "$CGCHURN_SOURCE/workloads" copy/workloads
	cp "$CGCHURN" copy/src/cgchurn
	cp "$CGCHURN_BUILD/src/run/cgchurn-worker" copy/src/run/
	cp "$CGCHURN_BUILD/src/stressor/cgchurn-child" copy/src/stressor/
	chmod -x copy/src/run/cgchurn-worker
	run -4 copy/src/cgchurn run null "${short[@]}" -q
	[[ "$output" == *"copy/src/run/cgchurn-worker may not be executed: Permission denied"*"chmod +x"* ]]
	echo nonsense >copy/src/run/cgchurn-worker
	chmod +x copy/src/run/cgchurn-worker
	run -4 copy/src/cgchurn run null "${short[@]}" -q
	[[ "$output" == *"executing "*"copy/src/run/cgchurn-worker: Exec format error"* ]]
}

@test "a target that cannot be made, a CPU that is not there" {
	run --separate-stderr "$CGCHURN" run migrate-under-fork "${short[@]}" --set storm.cpus=4000
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"4000"* ]]
	run --separate-stderr "$CGCHURN" run spawn-quiet-posix-spawn "${short[@]}" --set 'storm.path="/nowhere/program"'
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"/nowhere/program"* ]]
}

@test "processes at a limit: EAGAIN is counted, and the run goes on" {
	command -v prlimit >/dev/null || skip "no prlimit"
	grep -qw pids "$root/cgroup.controllers" || skip "no pids controller in cgroup v2 here"
	cat >limit.json <<-'END'
	{"schema": "cgchurn-workload/1", "name": "limit", "why": "To hit a limit.",
	 "hierarchy": {"depth": 1, "fanout": 1, "controllers": ["pids"]},
	 "actors": [{"name": "storm", "stressor": "fork", "workers": 1}], "warmup_s": 0.1, "duration_s": 1, "trials": 1}
	END
	"$CGCHURN" run limit.json -q --enable-controllers -o limit-result.json &
	pid=$!
	for _ in $(seq 100); do
		group=$(compgen -G "$root/cgchurn-$pid-*/tree/0") && break
		sleep 0.02
	done
	echo 1 >"$group/pids.max"
	wait $pid
	python3 - <<-'END'
	import json
	series = json.load(open("limit-result.json"))["runs"][0]["trials"][0]["series"]
	assert series[0]["errors"].get("EAGAIN", 0) > 0, series[0]["errors"]
	END
}

@test "groups that somebody else freezes or removes: counted or told, never a hang" {
	"$CGCHURN" run migrate-under-fork --duration 1s --warmup 100ms --trials 1 -q -o frozen.json 2>messages &
	pid=$!
	for _ in $(seq 100); do
		group=$(compgen -G "$root/cgchurn-$pid-*/tree") && break
		sleep 0.02
	done
	sleep 0.5
	echo 1 >"$group/cgroup.freeze"
	ends 0
	python3 - <<-'END'
	import json
	trial = json.load(open("frozen.json"))["runs"][0]["trials"][0]
	assert trial["valid"] is False and trial["reasons"], trial["reasons"]
	END
	run ! left_behind $pid
}

@test "a worker that is killed makes the trial invalid, by name" {
	"$CGCHURN" run migrate-under-fork --duration 1s --warmup 100ms --trials 1 -q -o killed.json &
	pid=$!
	for _ in $(seq 100); do
		group=$(compgen -G "$root/cgchurn-$pid-*/side") && [ -n "$(cat "$group/cgroup.procs")" ] && break
		sleep 0.02
	done
	sleep 0.4
	read -r worker <"$group/cgroup.procs"
	kill -KILL "$worker"
	ends 0
	grep -q "SIGKILL" killed.json
	run ! left_behind $pid
}

@test "a child that is killed is an error, and the next one's start is its own" {
	"$CGCHURN" run spawn-quiet-posix-spawn --duration 6s --warmup 0 --trials 1 -q -o child.json \
		--set storm.child=hold --set storm.hold=1s --set storm.child_start=true --set storm.workers=1 &
	pid=$!
	child=
	for _ in $(seq 500); do
		for child in $(find "$root"/cgchurn-$pid-*/tree -name cgroup.procs -exec cat {} + 2>/dev/null); do
			[ "$(cat /proc/$child/comm 2>/dev/null)" != cgchurn-child ] || break 2
		done
		child=
		sleep 0.01
	done
	[ -n "$child" ]
	# It has stamped its start long since, most likely.
	sleep 0.05
	kill -KILL "$child" || true
	wait $pid
	python3 - <<-'END'
	import json
	series = json.load(open("child.json"))["runs"][0]["trials"][0]["series"]
	start = next(s for s in series if s["span"] == "child_start")
	assert start["count"] > 1 and start["clipped"] == 0, start
	assert sum(s["errors"].get("ECHILD", 0) for s in series) == 1, series
	END
}

@test "what children print is not in the result" {
	"$CGCHURN" run spawn-quiet-posix-spawn "${short[@]}" -q -o - --set storm.path=/bin/ls >printed.json
	python3 -c 'import json; assert json.load(open("printed.json"))["complete"] is True'
}

@test "huge pages that the kernel does not give are not taken for given" {
	grep -q '\[never\]' /sys/kernel/mm/transparent_hugepage/enabled && skip "transparent huge pages are switched off"
	# 41 is PR_SET_THP_DISABLE, which children inherit; the advice still succeeds then.
	run -4 python3 -c '
import ctypes, os, sys
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])' "$CGCHURN" run price-fork-1g-huge "${short[@]}" -q --set parent.touch=64M
	[[ "$output" == *"huge pages: the kernel gave too few"* ]]
	"$CGCHURN" run price-fork-1g-huge "${short[@]}" -q --set parent.touch=64M
}

@test "a clock that runs ahead of the work: what was not begun is counted as missed, and the trial says so" {
	# A step takes 50 ms at least and one is due every 10 ms: of 100 no more than 41 can be begun within the window of
	# a second and the second after it.
	cat >overrun.json <<-'END'
	{"schema": "cgchurn-workload/1", "name": "overrun", "why": "To be late.",
	 "actors": [{"name": "slow", "stressor": "fork", "workers": 1, "arrival": {"kind": "paced", "per_second": 100},
	   "options": {"child": "hold", "hold": "50ms"}}],
	 "warmup_s": 0, "duration_s": 1, "trials": 1}
	END
	"$CGCHURN" run ./overrun.json -q -o r.json
	python3 - <<-'END'
	import json
	trial = json.load(open("r.json"))["runs"][0]["trials"][0]
	cycle = next(s for s in trial["series"] if s["span"] == "cycle" and s["time"] == "response")
	assert cycle["missed"] >= 59, cycle["missed"]
	assert cycle["count"] + cycle["missed"] + sum(cycle["errors"].values()) == cycle["planned"], cycle
	assert not trial["valid"] and any("missed" in r for r in trial["reasons"]), trial["reasons"]
	END
}
