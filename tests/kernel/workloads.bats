#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Every workload there is, cut short, on this machine's kernel.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[ -n "$root" ] || skip "no cgroup v2 is mounted"
	cd "$BATS_TEST_TMPDIR"
}

# Runs them, writes to all.json, and puts into `silent` those in which an actor had no sample at all.
run_all() {
	local pid status=0
	# 0: all of them ran; 4: this host cannot do some.
	"$CGCHURN" run "$@" --warmup 50ms --trials 1 -q -o all.json &
	pid=$!
	wait "$pid" || status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 4 ]
	run ! compgen -G "$root/cgchurn-$pid-*"
	silent=$(python3 - <<-'END'
	import json
	result = json.load(open("all.json"))
	assert result["complete"] is True
	for run in result["runs"]:
	    if run["failure"]:
	        assert not run["trials"], run["workload"]["name"]
	        continue
	    trial = run["trials"][0]
	    assert not any("were left" in reason for reason in trial["reasons"]), run["workload"]["name"]
	    actors = {actor["name"] for actor in run["workload"]["spec"]["actors"]}
	    if {s["actor"] for s in trial["series"] if s["count"]} != actors:
	        print(run["workload"]["name"])
	END
	)
}

@test "every workload gives samples, or says why it cannot here; nothing stays behind" {
	local names
	names=$(cd "$CGCHURN_SOURCE/workloads" && printf '%s\n' *.json | sed 's/\.json$//')
	run_all $names --duration 200ms
	[ "$(grep -c '"sha256"' all.json)" -ge "$(wc -l <<<"$names")" ]
	# A machine that is busy with other things can keep an actor from its first step for so long.
	[ -z "$silent" ] || run_all $silent --duration 3s
	[ -z "$silent" ] || { echo "no samples: $silent"; false; }
}

# A worker that is killed cannot take its own groups away; the trial does.
@test "groups of a killed worker go with the trial" {
	"$CGCHURN" run kill-under-fork --duration 2s --warmup 50ms --trials 1 -q -o killed.json &
	local pid=$! worker= group
	# The first worker measures the instrument, outside the run group.
	for _ in $(seq 100); do
		worker=$(pgrep -P "$pid" -x cgchurn-worker | head -1) || true
		group=$(sed -n 's/^0:://p' "/proc/$worker/cgroup" 2>/dev/null) || true
		[[ "$group" == *"/cgchurn-$pid-"* ]] && break
		sleep 0.05
	done
	[[ "$group" == *"/cgchurn-$pid-"* ]]
	sleep 0.5
	kill -KILL "$worker"
	wait "$pid"
	python3 - <<-'END'
	import json
	trial = json.load(open("killed.json"))["runs"][0]["trials"][0]
	assert trial["valid"] is False and any("SIGKILL" in reason for reason in trial["reasons"]), trial["reasons"]
	END
	run ! compgen -G "$root/cgchurn-$pid-*"
}

# Phases that leave something out, or count something twice, would make a runtime's start look cheaper than it is.
@test "the phases of a container add up to the whole within 2 %" {
	local how
	for how in fork into; do
		"$CGCHURN" run lifecycle-gone --set container.create=$how --set container.seccomp=default \
			--set container.namespaces=some --set container.run=1ms --duration 4s --warmup 50ms --trials 1 -q -o sum.json
		python3 - <<-'END'
		import json
		series = json.load(open("sum.json"))["runs"][0]["trials"][0]["series"]
		sums = {s["span"]: s["sum_ns"] for s in series if s["actor"] == "container" and s["time"] == "service"}
		counts = {s["span"]: s["count"] for s in series if s["actor"] == "container"}
		assert counts["whole"] > 0, counts
		needed = {"mkdir", "create", "seccomp", "exec", "run", "kill", "drain", "rmdir", "gone"}
		assert all(counts[span] == counts["whole"] for span in needed), counts
		phases = sum(ns for span, ns in sums.items() if span not in ("whole", "ready"))
		assert 0.98 <= phases / sums["whole"] <= 1, (phases, sums["whole"])
		assert sums["ready"] < sums["whole"]
		END
	done
}
