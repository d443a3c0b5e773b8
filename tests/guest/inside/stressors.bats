#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Every stressor with every choice of its options, and every workload, for a moment each on this kernel.

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# check RESULT: no error but those that a workload is about, and nothing that makes a trial invalid but how slow the
# emulation is. Prints the workloads with a series without samples; 3 where there are any.
check() {
	python3 - "$1" <<-'END'
	import json, re, sys
	# A removed group may outlive any bound, see below.
	slow = re.compile(r" missed \d+ of \d+ starts, |^the hypervisor stole | failed in .*\(gone: \d+ ETIME\)")
	empty = []
	result = json.load(open(sys.argv[1]))
	assert result["complete"] is True
	for run in result["runs"]:
	    name = run["workload"]["name"]
	    if run["failure"]:
	        # Container runtimes are in the guest where its maker has them, and it has less than a gigabyte.
	        stressors = {actor["stressor"] for actor in run["workload"]["spec"]["actors"]}
	        assert ("is not installed" in run["failure"] and "runtime" in stressors or
	                "mapping 1073741824 bytes to touch: Cannot allocate memory" in run["failure"]), (name, run["failure"])
	        assert not run["trials"], name
	        continue
	    reasons = [reason for reason in run["trials"][0]["reasons"] if not slow.search(reason)]
	    if any(reason.endswith("finished no operation in the window") for reason in reasons):
	        empty.append(name)
	        continue
	    assert not reasons, (name, reasons)
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

# measure SUFFIX WORKLOAD...: all in one invocation, and those longer that had no samples yet: how long that takes is the
# machine's affair. A file's name is the workload's with the suffix ".json", the name of a built-in one has none.
measure() {
	local suffix=$1 seconds status names
	shift
	names=$*
	for seconds in 0.2 2 20; do
		status=0
		"$CGCHURN" run $(printf "%s$suffix\n" $names) --trials 1 --warmup 50ms --duration ${seconds}s -q -o result.json ||
			status=$?
		# 4: the guest cannot do some, and the result says why.
		[ $status -eq 0 ] || [ $status -eq 4 ]
		status=0
		names=$(check result.json) || status=$?
		[ $status -eq 3 ] || break
	done
	[ $status -eq 0 ] || { echo "$names: see above, within $seconds s"; return 1; }
}

# actor STRESSOR OPTIONS: a workload of it alone, for `measure .json $actors`.
actor() {
	local name
	name=$(echo "$1 ${2:-as it comes}" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9\n' - | sed 's/-*$//')
	actors+=" $name"
	cat >"$name.json" <<-END
	{"schema": "cgchurn-workload/1", "name": "$name", "why": "To meet this kernel.",
	 "hierarchy": {"depth": 1, "fanout": 4, "controllers": ["pids"], "optional": true${threaded:+, \"threaded\": true}},
	 "actors": [{"name": "one", "stressor": "$1", "workers": 1, "options": {$2}}]}
	END
}

@test "every stressor that there is, as it comes" {
	stressors=$("$CGCHURN" list stressors | grep -o '^[a-z][a-z0-9_]*')
	[ "$(echo "$stressors" | wc -l)" -ge 7 ]
	for stressor in $stressors; do actor "$stressor" ''; done
	actor runtime '"which": "runc"'
	measure .json $actors
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
	measure .json $actors
}

@test "clone3 in each of its modes" {
	for mode in plain vm-vfork into-cgroup; do actor clone3 "\"mode\": \"$mode\""; done
	measure .json $actors
}

@test "migrations of every kind of target, by both files, in every pattern" {
	for target in process fresh self nonexistent; do actor migrate "\"target\": \"$target\""; done
	threaded=true actor migrate '"via": "threads", "threads": 3'
	for pattern in ping-pong round-robin random; do
		actor migrate "\"pattern\": \"$pattern\", \"targets\": 3, \"threads\": 3"
	done
	measure .json $actors
}

@test "every workload, shortened: samples in each series, no error, and valid but for the pace of the emulation" {
	measure '' $(cd "$CGCHURN_SOURCE/workloads" && ls *.json | sed 's/\.json$//')
}
