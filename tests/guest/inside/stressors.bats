#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Every stressor with every choice of its options, and every workload, for a moment each on this kernel.

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# check RESULT: no error but those that a workload is about; 3 where a series has no samples.
check() {
	python3 - "$1" <<-'END'
	import json, sys
	empty = []
	result = json.load(open(sys.argv[1]))
	assert result["complete"] is True
	for run in result["runs"]:
	    if run["failure"]:
	        assert not run["trials"], run["workload"]["name"]
	        continue
	    name = run["workload"]["name"]
	    nonexistent = "nonexistent" in json.dumps(run["workload"]["spec"])
	    for series in run["trials"][0]["series"]:
	        # How long the kernel holds on to a removed group is what "gone" asks. With the memory controller that has no
	        # bound: a page that waits in an idle CPU's batch for the LRU lists keeps its group's charge.
	        allowed = {"ENOENT", "ESRCH"} if nonexistent else {"ETIME"} if series["span"] == "gone" else set()
	        assert set(series["errors"]) <= allowed, (name, series["actor"], series["span"], series["errors"])
	        if not series["count"] and not series["errors"]:
	            empty.append(name)
	print(*sorted(set(empty)))
	sys.exit(3 if empty else 0)
	END
}

# actor STRESSOR OPTIONS: runs it alone; it must give samples and no error. How long that takes is the machine's affair.
actor() {
	for seconds in 0.15 1 5; do
		cat >one.json <<-END
		{"schema": "cgchurn-workload/1", "name": "one", "why": "To meet this kernel.",
		 "hierarchy": {"depth": 1, "fanout": 4, "controllers": ["pids"], "optional": true${threaded:+, \"threaded\": true}},
		 "actors": [{"name": "one", "stressor": "$1", "workers": 1, "options": {$2}}],
		 "warmup_s": 0.05, "duration_s": $seconds, "trials": 1}
		END
		status=0
		"$CGCHURN" run one.json -q -o one-result.json 2>why || status=$?
		# Container runtimes are in the guest where its maker has them.
		[ $status -ne 4 ] || ! grep -q 'is not installed' why || return 0
		[ $status -eq 0 ] || { echo "$1 {$2} ended with $status: $(cat why)"; return 1; }
		check one-result.json || status=$?
		[ $status -eq 3 ] || break
	done
	[ $status -eq 0 ] || { echo "$1 {$2}: see above, within $seconds s"; return 1; }
}

@test "every stressor that there is, as it comes" {
	stressors=$("$CGCHURN" list stressors | grep -o '^[a-z][a-z0-9_]*')
	[ "$(echo "$stressors" | wc -l)" -ge 7 ]
	for stressor in $stressors; do actor "$stressor" ''; done
	actor runtime '"which": "runc"'
}

@test "spawns: children that exit, exec and stay; the child's start" {
	for stressor in fork clone3; do
		for child in exit exec; do actor $stressor "\"child\": \"$child\""; done
		actor $stressor '"child": "hold", "hold": "5ms"'
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
	for seconds in 0.3 3 20; do
		status=0
		"$CGCHURN" run $names --trials 1 --warmup 50ms --duration ${seconds}s -q -o all.json || status=$?
		# 4: the guest cannot do some, and the result says why.
		[ $status -eq 0 ] || [ $status -eq 4 ]
		status=0
		names=$(check all.json) || status=$?
		[ $status -eq 3 ] || break
	done
	[ $status -eq 0 ] || { echo "$names: see above, within $seconds s"; false; }
}
