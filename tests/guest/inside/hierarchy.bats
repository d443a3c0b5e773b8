#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Hierarchies with every controller that this kernel has: on most machines that run the tests, others hold them.

setup() {
	root=/sys/fs/cgroup
	cd "$BATS_TEST_TMPDIR"
	controllers=$(cat $root/cgroup.controllers)
}

# workload NAME DEPTH FANOUT GROUPS: a migrator that goes round the leaves of a hierarchy with all controllers.
workload() {
	local list
	list=$(printf '"%s",' $controllers)
	cat >"$1.json" <<-END
	{"schema": "cgchurn-workload/1", "name": "$1", "why": "To meet every controller.",
	 "hierarchy": {"depth": $2, "fanout": $3, "controllers": [${list%,}], "optional": false},
	 "actors": [{"name": "migrator", "stressor": "migrate", "workers": 1,
	   "options": {"pattern": "random", "groups": $4, "targets": 4, "threads": 2}}],
	 "warmup_s": 0.1, "duration_s": 0.5, "trials": 1}
	END
}

check() {
	python3 - "$1" <<-'END'
	import json, sys
	trial = json.load(open(sys.argv[1]))["runs"][0]["trials"][0]
	assert trial["valid"], trial["reasons"]
	for series in trial["series"]:
	    assert series["count"] > 0 and not series["errors"], series
	END
}

@test "the guest has the controllers that containers use" {
	for controller in cpu cpuset io memory pids; do [[ " $controllers " == *" $controller "* ]]; done
}

@test "all controllers reach the leaves, tasks move among them without an error" {
	workload all 3 4 16
	"$CGCHURN" run all.json -q -o all-result.json &
	pid=$!
	found=
	for _ in $(seq 200); do
		leaf=$(compgen -G "$root/cgchurn-$pid-*/tree/3/3/3") && found=$(cat "$leaf/cgroup.controllers") && [ -n "$found" ] && break
		sleep 0.02
	done
	wait $pid
	# A leaf may lack what its parent passes on to nobody, and must have whatever was asked for.
	for controller in $controllers; do [[ " $found " == *" $controller "* ]] || { echo "$controller: $found"; false; }; done
	check all-result.json
}

@test "32 levels deep" {
	workload deep 32 1 2
	# One way down has one leaf, and nowhere to move to.
	sed -i 's/"stressor": "migrate"/"stressor": "fork"/; s/"options": {.*}}/"options": {}}/' deep.json
	"$CGCHURN" run deep.json -q -o deep-result.json
	check deep-result.json
}

@test "a thousand leaves" {
	workload wide 3 10 256
	"$CGCHURN" run wide.json -q -o wide-result.json
	check wide-result.json
}

@test "nothing of it stays" {
	run ! compgen -G "$root/cgchurn-*"
	[ "$(cat $root/cgroup.subtree_control)" = "$controllers" ]
}
