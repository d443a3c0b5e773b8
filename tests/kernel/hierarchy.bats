#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Trees of groups, made and removed through directory descriptors.
load cgroups

setup() { cgroups_setup; }
teardown() { cgroups_teardown; }

count_groups() {
	find "$own/tree" -type d | wc -l
}

@test "a tree has depth, fanout and no more, and goes whole" {
	start "$helpers/tree-holder" "$own" tree 3 4
	[ "$(said groups)" -eq 85 ]
	[ "$(count_groups)" -eq 85 ]
	[ -d "$own/tree/3/3/3" ]
	[ ! -e "$own/tree/4" ]
	[ ! -e "$own/tree/0/0/0/0" ]
	finish
	[ ! -e "$own/tree" ]
}

@test "a depth of 0 is the top alone" {
	start "$helpers/tree-holder" "$own" tree 0 1
	[ "$(count_groups)" -eq 1 ]
	finish
	[ ! -e "$own/tree" ]
}

@test "32 levels" {
	start "$helpers/tree-holder" "$own" tree 32 1
	[ "$(count_groups)" -eq 33 ]
	[ -d "$own/tree/$(printf '0/%.0s' {1..32})" ]
	finish
	[ ! -e "$own/tree" ]
}

@test "10 000 groups side by side, and none is left dying" {
	start "$helpers/tree-holder" "$own" tree 1 9999
	[ "$(count_groups)" -eq 10000 ]
	finish
	[ ! -e "$own/tree" ]
	grep -qx 'nr_dying_descendants 0' "$own/cgroup.stat"
}

@test "10 000 groups nested" {
	start "$helpers/tree-holder" "$own" tree 4 10
	[ "$(count_groups)" -eq 11111 ]
	finish
	[ ! -e "$own/tree" ]
}

@test "refused half-way: what was made is gone again" {
	echo 40 >"$own/cgroup.max.descendants"
	run -4 "$helpers/tree-holder" "$own" tree 3 4 </dev/null
	[[ "$output" == *"making group number 41 of the hierarchy: $own/cgroup.max.descendants is 40"* ]]
	[ ! -e "$own/tree" ]
}

@test "a group that was there before stays" {
	mkdir "$own/tree" "$own/tree/0"
	run -4 "$helpers/tree-holder" "$own" tree 1 1 </dev/null
	[[ "$output" == *"File exists"* ]]
	[ -d "$own/tree/0" ]
}

@test "groups that somebody else removed or added are no matter" {
	start "$helpers/tree-holder" "$own" tree 2 3
	rmdir "$own/tree/1/1" "$own/tree/2/"{0,1,2} "$own/tree/2"
	mkdir "$own/tree/more" "$own/tree/more/still"
	finish
	[ ! -e "$own/tree" ]
}

@test "a controller that is not there: refused, or skipped with a word where it is optional" {
	run -4 "$helpers/tree-holder" -c nonsense "$own" tree 1 1 </dev/null
	[[ "$output" == *"controller nonsense is not available to the run group"* ]]
	[ ! -e "$own/tree" ]
	start "$helpers/tree-holder" -o -c nonsense "$own" tree 1 1
	[ "$(said skipped)" = "nonsense is not available to the run group" ]
	finish
}

@test "a controller is enabled down the tree, to the leaves" {
	some_controller
	hand_down_at_top
	echo "+$controller" >"$own/cgroup.subtree_control"
	start "$helpers/tree-holder" -c "$controller" "$own" tree 3 2
	[ "$(said enabled)" = "$controller" ]
	[ "$(cat "$own/tree/1/1/1/cgroup.controllers")" = "$controller" ]
	[ "$(cat "$own/tree/1/1/cgroup.subtree_control")" = "$controller" ]
	[ -z "$(cat "$own/tree/1/1/1/cgroup.subtree_control")" ]
	finish
}

@test "a threaded tree is threaded below its top" {
	start "$helpers/tree-holder" -t "$own" tree 2 2
	[ "$(cat "$own/tree/cgroup.type")" = "domain threaded" ]
	[ "$(cat "$own/tree/1/cgroup.type")" = threaded ]
	[ "$(cat "$own/tree/1/1/cgroup.type")" = threaded ]
	finish
	[ ! -e "$own/tree" ]
}

@test "a controller of whole processes does not go with threaded groups" {
	some_controller memory hugetlb io
	hand_down_at_top
	echo "+$controller" >"$own/cgroup.subtree_control"
	run -4 "$helpers/tree-holder" -t -c "$controller" "$own" tree 1 1 </dev/null
	[[ "$output" == *"controller $controller does not work in threaded groups"* ]]
	start "$helpers/tree-holder" -o -t -c "$controller" "$own" tree 1 1
	[ "$(said skipped)" = "$controller does not work in threaded groups" ]
	finish
}

@test "without cgroup.kill: groups are emptied by signals, also frozen ones and those that fork" {
	start "$helpers/tree-holder" "$own" tree 2 1
	bash -c "echo 0 >'$own/tree/0/0/cgroup.procs'; exec sleep 300" 3>&- &
	timeout 60 bash -c "echo 0 >'$own/tree/0/cgroup.procs'; while :; do (:) & wait; done" 3>&- &
	within 5 grep -q . "$own/tree/0/0/cgroup.procs"
	within 5 grep -q . "$own/tree/0/cgroup.procs"
	echo 1 >"$own/tree/0/0/cgroup.freeze"
	"$helpers/kill-by-walk" "$own/tree"
	grep -qx 'populated 0' "$own/tree/cgroup.events"
	[ ! -e "$own/tree/0" ]
	finish
}
