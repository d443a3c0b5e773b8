#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The run group: who makes it, what bounds it, what is changed around it and undone.
load cgroups

setup() { cgroups_setup; }
teardown() { cgroups_teardown; }

subtree_control() {
	cat "$1/cgroup.subtree_control"
}

# Has $own be given $controller by the mount's top.
give_own_a_controller() {
	some_controller "$@"
	hand_down_at_top
}

group_of() {
	sed -n 's/^0:://p' "/proc/$1/cgroup"
}

@test "libcgroup would change the ancestors: descriptors make the group, libcgroup removes it" {
	some_controller
	before="$(subtree_control "$v2") / $(subtree_control "$own")"
	start traced -f -o "$out/trace" "$helpers/run-holder" -r "$own" -c "$controller"
	[ "$(said backend)" = "directory descriptors; bounded and removed by libcgroup" ]
	[ "$(said libcgroup)" != "" ]
	[ "$(subtree_control "$v2") / $(subtree_control "$own")" = "$before" ]
	name=$(said name)
	finish
	[ ! -e "$own/$name" ]
	# Our own removals name one component below a descriptor.
	grep -q "rmdir(\"$own/$name/\") *= 0" "$out/trace"
	run ! grep -q 'cgroup.subtree_control", O_RDWR' "$out/trace"
}

@test "where all ancestors hand a controller down, libcgroup makes the group and changes none" {
	give_own_a_controller
	echo "+$controller" >"$own/cgroup.subtree_control"
	mkdir "$own/below"
	echo "+$controller" >"$own/below/cgroup.subtree_control"
	before="$(subtree_control "$v2") / $(subtree_control "$own") / $(subtree_control "$own/below")"
	start traced -f -o "$out/trace" "$helpers/run-holder" -r "$own/below" -c "$controller"
	[ "$(said backend)" = libcgroup ]
	[ "$(said tree)" = "$controller" ]
	grep -q "mkdir(\"$own/below/$(said name)\".* = 0" "$out/trace"
	[ "$(subtree_control "$v2") / $(subtree_control "$own") / $(subtree_control "$own/below")" = "$before" ]
	finish
	[ "$(subtree_control "$v2") / $(subtree_control "$own") / $(subtree_control "$own/below")" = "$before" ]
	[ ! -e "$own/below/$(said name)" ]
}

@test "one ancestor that does not hand it down is enough for libcgroup to be kept from it" {
	give_own_a_controller
	mkdir "$own/below"
	start "$helpers/run-holder" -r "$own/below"
	[ "$(said backend)" = "directory descriptors; bounded and removed by libcgroup" ]
	[ -z "$(subtree_control "$own")" ]
	finish
}

@test "pids.max bounds the run group, and reads back" {
	give_own_a_controller pids
	echo +pids >"$own/cgroup.subtree_control"
	start "$helpers/run-holder" -r "$own" -t 1234
	# Twice that, since a migration counts its process twice for a moment, and 1024 for threads that are dying.
	[ "$(said bounds)" = "pids.max 3492" ]
	[ "$(cat "$own/$(said name)/pids.max")" -eq 3492 ]
	finish
}

@test "memory.max bounds the run group in whole pages" {
	give_own_a_controller memory
	echo +memory >"$own/cgroup.subtree_control"
	start "$helpers/run-holder" -r "$own" -b 100000001
	page=$(getconf PAGESIZE || echo 4096)
	[ "$(said bounds)" = "memory.max $((100000001 / page * page))" ]
	[ "memory.max $(cat "$own/$(said name)/memory.max")" = "$(said bounds)" ]
	finish
}

@test "without the controllers there are no bounds, and that is no error" {
	start "$helpers/run-holder" -r "$own" -t 10 -b 10000000
	[ -z "$(said bounds)" ]
	finish
}

@test "controllers are enabled in the parent only when that is asked for" {
	give_own_a_controller
	start "$helpers/run-holder" -r "$own" -c "$controller"
	[ -z "$(said enabled)" ]
	[ -z "$(said tree)" ]
	[ -z "$(subtree_control "$own")" ]
	finish
}

@test "--enable-controllers: enabled in the parent, handed down to the trees, undone" {
	give_own_a_controller
	start "$helpers/run-holder" -r "$own" -e -c "$controller" -c nonsense -d 2 -s 1
	[ "$(said enabled)" = "$controller" ]
	[ "$(said tree)" = "$controller" ]
	[ "$(said leaf)" -eq 0 ]
	[ "$(subtree_control "$own")" = "$controller" ]
	finish
	[ -z "$(subtree_control "$own")" ]
}

@test "what was enabled before stays enabled" {
	give_own_a_controller
	echo "+$controller" >"$own/cgroup.subtree_control"
	start "$helpers/run-holder" -r "$own" -e -c "$controller"
	[ -z "$(said enabled)" ]
	finish
	[ "$(subtree_control "$own")" = "$controller" ]
}

@test "in a group of our own we move to a leaf, and back" {
	give_own_a_controller
	start bash -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$own" \
		"$helpers/run-holder" -r "$own" -e -c "$controller" -s 1
	[ "$(said leaf)" -eq 1 ]
	[ "$(subtree_control "$own")" = "$controller" ]
	[[ "$(group_of "$holder")" == */"$(said name).leaf" ]]
	[[ "$(group_of "$(said guardian)")" == */"$(said name).leaf" ]]
	finish
	[ -z "$(subtree_control "$own")" ]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "killed while in the leaf: the guardian undoes it all" {
	give_own_a_controller
	start bash -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$own" \
		"$helpers/run-holder" -r "$own" -e -c "$controller" -s 1
	kill_holder
	within 5 grep -qx 'populated 0' "$own/cgroup.events"
	[ -z "$(subtree_control "$own")" ]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "killed together with the guardian while in the leaf: clean undoes it all" {
	give_own_a_controller
	start bash -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$own" \
		"$helpers/run-holder" -r "$own" -e -c "$controller" -s 1
	kill -KILL "$(said guardian)"
	kill_holder
	[ "$(subtree_control "$own")" = "$controller" ]
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$(said name), with processes in it" ]
	[ -z "$(subtree_control "$own")" ]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "processes of others in our group: refused with 4, and nothing is changed or moved" {
	give_own_a_controller
	bash -c 'echo 0 >"$0/cgroup.procs"; exec sleep 300' "$own" 3>&- &
	other=$!
	within 5 grep -qx "$other" "$own/cgroup.procs"
	run -4 bash -c 'echo 0 >"$0/cgroup.procs"; exec "$@" </dev/null' "$own" \
		"$helpers/run-holder" -r "$own" -e -c "$controller"
	[[ "$output" == *"other processes live in $own"* ]]
	[[ "$output" == *"Delegate=yes"* ]]
	[ "$(cat "$own/cgroup.procs")" = "$other" ]
	[ -z "$(subtree_control "$own")" ]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "a group with processes that hands threaded controllers down takes no run group: exit 4" {
	give_own_a_controller cpu cpuset pids perf_event
	bash -c 'echo 0 >"$0/cgroup.procs"; exec sleep 300' "$own" 3>&- &
	within 5 grep -q . "$own/cgroup.procs"
	echo "+$controller" >"$own/cgroup.subtree_control"
	run -4 "$helpers/run-holder" -r "$own" </dev/null
	[[ "$output" == *"no process could enter the run group in $own"*"domain invalid"* ]]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "a parent that takes no more groups: exit 4, nothing is left" {
	echo 0 >"$own/cgroup.max.descendants"
	run -4 "$helpers/run-holder" -r "$own" </dev/null
	[[ "$output" == *"making group $own/cgchurn-"*"$own/cgroup.max.descendants is 0"* ]]
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "of two runs that share what the first switched on, the last switches it off" {
	give_own_a_controller
	start "$helpers/run-holder" -r "$own" -e -c "$controller" -d 1
	mkfifo "$out/hold-second"
	exec 7<>"$out/hold-second"
	"$helpers/run-holder" -r "$own" -e -c "$controller" -d 1 <"$out/hold-second" >"$out/second" 3>&- 7>&- 8>&- &
	second=$!
	within 5 grep -qx ready "$out/second"
	grep -qx "enabled=$controller" "$out/second"
	finish
	[ "$(subtree_control "$own")" = "$controller" ]
	exec 7>&-
	wait "$second"
	[ -z "$(subtree_control "$own")" ]
}
