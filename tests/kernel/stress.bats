#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn stress on this machine's kernel: that it passes, and that it sees what somebody spoils on purpose.
load cgroups

setup() { runs_setup; }

teardown() {
	[ -z "${pid:-}" ] || nothing_left_behind "$pid"
}

# A subject with threads lives in the run group's test groups.
has_subject() {
	test_groups=$(compgen -G "$root/cgchurn-$pid-*/test-groups") || return 1
	subject=$(cat "$test_groups"/*/cgroup.procs 2>/dev/null | head -1)
	[ -n "$subject" ] && [ "$(ls /proc/$subject/task 2>/dev/null | wc -l)" -gt 1 ]
}

@test "some rounds: every promise is kept, KTAP, JUnit and status agree" {
	without_known_bugs
	begin "$CGCHURN" stress --duration 6s --seed 1 "${sound[@]}" --junit j.xml --status s.json
	ends 0
	[ "$(head -1 ktap)" = "KTAP version 1" ]
	[ "$(grep -c '^ok ' ktap)" -eq 22 ]
	grep -q '^ok 1 together$' ktap
	python3 - <<-'END'
	import json, xml.etree.ElementTree as tree
	status = json.load(open("s.json"))
	assert status["state"] == "done" and status["broken"] is None and status["seed"] == 1
	assert status["rounds"] >= 2 and status["checks"]["together"] > 0
	suite = tree.parse("j.xml").getroot().find("testsuite")
	assert suite.get("tests") == "22" and suite.get("failures") == "0"
	assert len(suite.findall("testcase")) == 22
	END
}

@test "a process that somebody else moves: 'together' is broken, with evidence and a replay" {
	begin "$CGCHURN" stress "${quiet[@]}" --patience 2s --shrink-tries 2 --junit j.xml --duration 60s
	within 10 has_subject
	# To and fro: its mover always knows one of the two groups.
	for _ in $(seq 3000); do
		kill -0 $pid && ! grep -q "looking for a smaller" messages || break
		for group in 0 1; do echo "$subject" >"$test_groups/$group/cgroup.procs" || true; done 2>/dev/null
		[ -d /proc/$subject ] || within 4 has_subject || true
	done
	ends 1
	grep -qE '^not ok (1 together|2 once)$' ktap
	grep -qE '^# thread [0-9]+ of process [0-9]+' ktap
	grep -qE '^# Replay: cgchurn stress --replay 4 --at-most ' ktap
	grep -q 'failures="1"' j.xml
	# What is printed can be typed.
	replay=$(sed -n 's/^# Replay: cgchurn //p' ktap)
	"$CGCHURN" $replay --duration 100ms >/dev/null &
	pid=$!
	wait $pid
}

@test "a process that somebody kills: 'kill-spares' is broken" {
	begin "$CGCHURN" stress "${quiet[@]}" --patience 1s --shrink-tries 0 --duration 60s
	within 10 has_subject
	kill -KILL "$subject"
	ends 1
	grep -q '^not ok 9 kill-spares$' ktap
	grep -q "^# process $subject in group " ktap
}

@test "a group that somebody freezes: its tasks do not run, 'thaw' is broken" {
	begin "$CGCHURN" stress "${quiet[@]}" --patience 1s --shrink-tries 0 --duration 60s
	within 10 has_subject
	echo 1 >"$test_groups/cgroup.freeze"
	ends 1
	grep -q '^not ok 7 thaw$' ktap
}

@test "a line in the kernel's log is not taken for the kernel's own" {
	[ -w /dev/kmsg ] || skip "/dev/kmsg cannot be written"
	"$CGCHURN" stress "${quiet[@]}" --duration 1s >ktap &
	pid=$!
	within 10 has_subject
	echo "WARNING: CPU: 0 PID: 1 at a test of cgchurn, not the kernel" >/dev/kmsg
	wait $pid
}

@test "an actor that somebody kills: a fault that is told, and not the kernel's" {
	begin env --default-signal=INT "$CGCHURN" stress "${quiet[@]}" --duration 60s
	within 10 has_subject
	staff=$(compgen -G "$root/cgchurn-$pid-*/staff")
	kill -KILL "$(tail -1 "$staff/cgroup.procs")"
	ends 5
	grep -q "was killed" messages
	[ "$(grep -c '^ok ' ktap)" -eq 22 ]
}

@test "the guardian killed: the run ends and says why" {
	begin "$CGCHURN" stress "${quiet[@]}" --duration 60s
	within 10 has_subject
	kill -KILL "$(ps -o pid=,comm= --ppid $pid | awk '$2 == "cgchurn-guard" { print $1 }')"
	ends 5
	grep -q "guardian was killed" messages
}

@test "SIGINT: 130, what was checked is told, nothing stays" {
	without_known_bugs
	begin env --default-signal=INT "$CGCHURN" stress --duration 60s "${sound[@]}" --status s.json
	within 10 has_subject
	kill -INT $pid
	ends 130
	[ "$(grep -c '^ok ' ktap)" -eq 22 ]
	grep -q '"state": "ended"' s.json
}

@test "SIGKILL in the middle of a round: the guardian removes all of it" {
	begin "$CGCHURN" stress --duration 60s
	within 10 has_subject
	kill -KILL $pid
	wait $pid || true
	within 8 nothing_left_behind $pid
}

guardian_of() { ps -o pid=,comm= --ppid "$1" | awk '$2 == "cgchurn-guard" { print $1 }'; }

# Kills $pid and its $guardian, and waits 20 s at most until nobody is left in $group, whose events are $left then.
kill_both() {
	# One after the other: in between the guardian must not wake and clean up.
	kill -STOP "$guardian"
	kill -KILL $pid "$guardian"
	wait $pid || true
	for _ in $(seq 200); do
		grep -q 'populated 1' "$group/cgroup.events" || break
		sleep 0.1
	done
	left=$(cat "$group/cgroup.events")
	"$CGCHURN" clean
}

@test "SIGKILL of cgchurn and its guardian at once: what they moved dies of it, also in the middle of an exec" {
	# Of these rounds all draw execs; which of them is hit in one is chance.
	for seed in 1 2 4; do
		"$CGCHURN" stress --seed $seed --duration 60s --at-most killers=0,spawners=0,builders=0,cloners=0,forkers=0 \
			>ktap 2>messages &
		pid=$!
		for _ in $(seq 1000); do
			grep -qs 'populated 1' "$root"/cgchurn-$pid-*/test-groups/cgroup.events && break
			sleep 0.02
		done
		sleep 0.3
		group=$(compgen -G "$root/cgchurn-$pid-*")
		guardian=$(guardian_of $pid)
		kill_both
		[[ "$left" == *"populated 0"* ]]
	done
}

@test "SIGKILL of both while somebody is born in a frozen group, who has not run and cannot have asked to die: he does" {
	for _ in $(seq 6); do
		"$CGCHURN" stress --seed 7 --duration 60s --at-most killers=0,spawners=0,builders=0,cloners=0,forkers=0 \
			>ktap 2>messages &
		pid=$!
		within 10 has_subject
		guardian=$(guardian_of $pid)
		group=$(compgen -G "$root/cgchurn-$pid-*")
		born= end=$((SECONDS + 10))
		while [ -z "$born" ] && [ "$SECONDS" -lt "$end" ]; do
			for list in "$group"/test-groups/{*,*/*}/born/cgroup.procs; do
				read -r born <"$list" && break
			done 2>/dev/null || true
		done
		kill_both
		[ -n "$born" ]
		[[ "$left" == *"populated 0"* ]]
	done
}

@test "beside a workload: its trials run and end with it; one that cannot run ends the stress" {
	without_known_bugs
	begin "$CGCHURN" stress migrate-under-fork null --duration 6s --seed 1 "${sound[@]}"
	ends 0
	grep -qE '^# Beside the rounds: [0-9]+ trials of 2 workloads' ktap
	! grep -qw rdma "$root/cgroup.controllers" || skip "every controller can be had here"
	cat >impossible.json <<-'END'
	{"schema": "cgchurn-workload/1", "name": "impossible", "why": "To fail.",
	 "hierarchy": {"depth": 1, "fanout": 1, "controllers": ["rdma"]},
	 "actors": [{"name": "a", "stressor": "null", "workers": 1}], "warmup_s": 0.1, "duration_s": 1, "trials": 1}
	END
	begin "$CGCHURN" stress ./impossible.json --duration 60s "${sound[@]}"
	ends 4
	grep -q rdma messages
	run "$CGCHURN" stress nosuchworkload
	[ "$status" -eq 2 ]
}

@test "actors and what they move have no capabilities, and gain none by an exec" {
	begin "$CGCHURN" stress "${quiet[@]}" --duration 60s
	within 10 has_subject
	actor=$(awk '/^PPid:/ { print $2 }' /proc/$subject/status)
	for process in $subject $actor; do
		grep -qE '^CapEff:\s0+$' /proc/$process/status
		grep -qE '^CapPrm:\s0+$' /proc/$process/status
		grep -qE '^NoNewPrivs:\s1$' /proc/$process/status
	done
	kill -INT $pid
	wait $pid || true
}

@test "in a delegated group, without root: it works, and says what it cannot look at" {
	command -v setpriv >/dev/null || skip "no setpriv"
	without_known_bugs
	own=$(mktemp -d "$root/test-cgchurn-XXXXXX")
	chmod 755 "$own" "$BATS_TEST_TMPDIR"
	mkdir -m 777 out
	chown 65534:65534 "$own" "$own"/cgroup.{procs,threads,subtree_control}
	status=0
	bash -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$own" setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$CGCHURN" stress --duration 5s --seed 2 "${sound[@]}" --status out/s.json >ktap 2>messages || status=$?
	rmdir "$own"
	cat messages ktap
	[ "$status" -eq 0 ]
	grep -q '^ok 1 together$' ktap
	grep -q '^ok 14 kernel-log # SKIP /dev/kmsg cannot be read' ktap || [ "$(cat /proc/sys/kernel/dmesg_restrict)" -eq 0 ]
	grep -q '"state": "done"' out/s.json
}

@test "a disk that fills up: the run goes on, what could not be written is counted and told" {
	mkdir full
	unshare --mount true || skip "no mount namespace can be had"
	export -f begin within
	unshare --mount bash -c '
		mount -t tmpfs -o size=16k tmpfs full || exit 77
		begin "$CGCHURN" stress "$@" --duration 7s --status full/s.json --junit full/j.xml
		within 10 grep -qs running full/s.json
		cat /dev/zero >full/filler 2>/dev/null
		status=0
		wait $pid || status=$?
		grep -q "\"state\": \"running\"" full/s.json && exit $((status + 100))' bash "${quiet[@]}" || status=$?
	[ "$status" -ne 77 ] || skip "no tmpfs can be mounted"
	cat messages
	# The promises were kept; the JUnit file that was asked for could not be had.
	[ "$status" -eq 105 ]
	[ "$(grep -c "s.json could not be written: No space left on device" messages)" -eq 1 ]
	grep -qE '^# The status file could not be written [1-9][0-9]* times: No space left on device' ktap
	grep -q 'j.xml: No space left on device' messages
	[ "$(grep -c '^ok ' ktap)" -eq 22 ]
}

@test "wrong usage, outputs that cannot be written, no root" {
	run "$CGCHURN" stress --at-most killrs=1
	[ "$status" -eq 2 ]
	[[ "$output" == *"'killers'"* ]]
	run "$CGCHURN" stress --seed 1 --replay 1
	[ "$status" -eq 2 ]
	run "$CGCHURN" stress --junit /nowhere/j.xml
	[ "$status" -eq 2 ]
	[[ "$output" == *"/nowhere/j.xml"* ]]
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$CGCHURN" stress --duration 1s
	[ "$status" -eq 4 ]
}

@test "no CPU is taken offline without root: it says so, and starts nothing" {
	run -4 setpriv --reuid 65534 --regid 65534 --clear-groups "$CGCHURN" stress --unplug-cpus --duration 1s
	[[ "$output" == *"no CPU can be taken offline"* || "$output" == *"CPUs are not taken offline here"* ]]
}
