#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Every stressor with every choice of its options, and every workload, for a moment each on this kernel.

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# actor STRESSOR OPTIONS: runs it alone; it must give samples and no error.
actor() {
	cat >one.json <<-END
	{"schema": "cgchurn-workload/1", "name": "one", "why": "To meet this kernel.",
	 "hierarchy": {"depth": 1, "fanout": 4, "controllers": ["pids"], "optional": true${threaded:+, \"threaded\": true}},
	 "actors": [{"name": "one", "stressor": "$1", "workers": 1, "options": {$2}}],
	 "warmup_s": 0.05, "duration_s": ${seconds:-0.15}, "trials": 1}
	END
	"$CGCHURN" run one.json -q -o one-result.json || { echo "$1 {$2} ended with $?"; return 1; }
	python3 - "$1 {$2}" <<-'END'
	import json, sys
	trial = json.load(open("one-result.json"))["runs"][0]["trials"][0]
	allowed = {"ENOENT", "ESRCH"} if "nonexistent" in sys.argv[1] else set()
	told = [(s["span"], s["count"], s["errors"]) for s in trial["series"]]
	assert any(count or errors for _, count, errors in told), (sys.argv[1], told)
	assert all(set(errors) <= allowed for _, _, errors in told), (sys.argv[1], told)
	END
}

@test "every stressor that there is, as it comes" {
	stressors=$("$CGCHURN" list stressors | grep -o '^[a-z][a-z0-9_]*')
	[ "$(echo "$stressors" | wc -l)" -ge 7 ]
	for stressor in $stressors; do seconds=0.6 actor "$stressor" ''; done
}

@test "spawns: children that exit, exec and stay; the child's start" {
	for stressor in fork clone3; do
		for child in exit exec hold; do actor $stressor "\"child\": \"$child\", \"hold\": \"5ms\""; done
		actor $stressor '"child_start": true'
	done
	actor vfork '"child": "exec"'
	actor fork '"touch": "4M"'
	actor thread '"child": "hold", "hold": "5ms", "child_start": true'
}

@test "clone3 in each of its modes" {
	for mode in plain vm-vfork into-cgroup; do actor clone3 "\"mode\": \"$mode\""; done
}

@test "migrations of every kind of target, by both files, in every pattern" {
	for target in process fresh self nonexistent; do actor migrate "\"target\": \"$target\""; done
	threaded=true actor migrate '"via": "threads", "threads": 3'
	for pattern in ping-pong round-robin random; do
		actor migrate "\"pattern\": \"$pattern\", \"targets\": 3, \"threads\": 3"
	done
}

@test "every workload, shortened: samples in each series, no error, and valid by its own bounds" {
	names=$(cd "$CGCHURN_SOURCE/workloads" && ls *.json | sed 's/\.json$//')
	"$CGCHURN" run $names --trials 1 --warmup 50ms --duration 400ms -q -o all.json
	python3 - <<-'END'
	import json
	result = json.load(open("all.json"))
	assert result["complete"] is True
	for run in result["runs"]:
	    name = run["workload"]["name"]
	    for series in run["trials"][0]["series"]:
	        allowed = {"ESRCH", "ENOENT"} if name == "nonexistent-pid" else set()
	        assert set(series["errors"]) <= allowed, (name, series["span"], series["errors"])
	        assert series["count"] or series["errors"], (name, series["actor"], series["span"])
	END
}
