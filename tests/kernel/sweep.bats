#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn sweep on this machine's kernel: the points there are, and that nothing stays behind.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	root=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[ -n "$root" ] || skip "no cgroup v2 is mounted"
	cd "$BATS_TEST_TMPDIR"
}

@test "a sweep with a bound and a refinement: every point ran, the file and the table say the same" {
	"$CGCHURN" sweep null --vary paced.rate --over 50..800,log,3 --bound 'paced.step.rate<300' --refine 1 \
		--duration 200ms --warmup 20ms --trials 2 --seed 1 -o sweep.json >table &
	pid=$!
	wait $pid
	run ! compgen -G "$root/cgchurn-$pid-*"
	python3 - <<-'END'
	import json, jsonschema, os
	sweep = json.load(open("sweep.json"))
	schema = json.load(open(os.environ["CGCHURN_SOURCE"] + "/doc/schema/cgchurn-sweep-1.json"))
	# The result within has a schema and tests of its own.
	del schema["properties"]["result"]
	jsonschema.Draft202012Validator(schema).validate(sweep)
	assert sweep["schema"] == "cgchurn-sweep/1" and sweep["result"]["schema"].startswith("cgchurn-result/2")
	points = sweep["points"]
	assert [p["number"] for p in points] == sorted(p["number"] for p in points)
	assert len(points) == 6 and len(sweep["result"]["runs"]) == 6
	names = {run["workload"]["name"]: run for run in sweep["result"]["runs"]}
	for point in points:
	    run = names[point["run"]]
	    rate = run["workload"]["spec"]["actors"][1]["arrival"]["per_second"]
	    assert rate == point["number"], (rate, point["number"])
	    assert len(run["trials"]) == 2 and len(point["metric_of_trials"]) == 2
	table = open("table").read()
	assert "paced.step.rate<300" in table and str(sweep["result"]["host"]["kernel"]["release"]) in table
	END
}

@test "a sweep of which this host can do no point at all: 4, with the reason" {
	run --separate-stderr "$CGCHURN" sweep price-fork-1m --vary parent.touch --over 1M,2M --set parent.child=exec \
		--set parent.path=/nowhere --duration 10ms --warmup 0 --trials 1 -o sweep.json
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"/nowhere: No such file or directory"* ]]
}
