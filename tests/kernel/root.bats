#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Where run groups may be made, and what is said where they may not.
load cgroups

setup() { cgroups_setup; }
teardown() { cgroups_teardown; }

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# Gives the group to nobody, as cgroup-v2.rst tells for delegation.
delegate() {
	chown 65534:65534 "$1" "$1"/cgroup.{procs,threads,subtree_control}
}

# inside GROUP COMMAND...: runs the command in the group.
inside() {
	local group=$1
	shift
	bash -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}

@test "without --cgroup-root: the v2 mount, and the controllers of that" {
	start "$helpers/run-holder"
	[ "$(said root)" = "$v2" ]
	[ "$(said controllers)" = "$(cat "$v2/cgroup.controllers")" ]
	[ "$(said delegated)" -eq 0 ]
	[ -d "$v2/$(said name)/tree" ]
	finish
	[ ! -e "$v2/$(said name)" ]
}

@test "libcgroup is asked for the mounts: nobody else reads /proc/cgroups" {
	traced -o "$out/trace" -e trace=openat "$CGCHURN" clean --dry-run --cgroup-root "$own"
	grep -q '"/proc/cgroups"' "$out/trace"
}

@test "--cgroup-root names the folder" {
	mkdir "$own/here"
	start "$helpers/run-holder" -r "$own/../$(basename "$own")/here"
	[ "$(said root)" = "$own/here" ]
	[ -d "$own/here/$(said name)" ]
	finish
}

@test "--cgroup-root that is no folder of a v2 mount: exit 2 and advice" {
	touch "$out/file"
	for wrong in /nonexistent "$out/file" /tmp / '' "$v2/cgroup.procs"; do
		run -2 "$CGCHURN" clean --cgroup-root "$wrong"
		[[ "$output" == *"--cgroup-root: $wrong"* ]]
		[[ "$output" == *findmnt* ]]
	done
}

@test "a folder of a v1 mount is none of v2" {
	v1=$(mounts cgroup | head -n 1)
	[ -n "$v1" ] || skip "no cgroup v1 is mounted here"
	run -2 "$CGCHURN" clean --cgroup-root "$v1"
	[[ "$output" == *"does not lie in a cgroup v2 mount"* ]]
}

@test "a threaded group is refused with 4" {
	mkdir "$own/thread"
	echo threaded >"$own/thread/cgroup.type"
	run -4 "$CGCHURN" clean --cgroup-root "$own/thread"
	[[ "$output" == *"is a threaded group"* ]]
}

@test "neither root nor a delegated group: exit 4, and both ways out are named" {
	run -4 nobody "$CGCHURN" clean
	[[ "$output" == *"no group of cgroup v2 may be written to"* ]]
	[[ "$output" == *"Run as root"*"Delegate=yes"* ]]
	run -4 nobody "$CGCHURN" clean --cgroup-root "$own"
	[[ "$output" == *"$own may not be written to"* ]]
}

@test "a group that is only half delegated will not do" {
	chown 65534 "$own"
	run -4 inside "$own" setpriv --reuid 65534 --regid 65534 --clear-groups "$CGCHURN" clean
	[[ "$output" == *"neither $v2 nor ours, $own"* ]]
}

@test "the delegated group that an unprivileged user was started in" {
	delegate "$own"
	start inside "$own" setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$helpers/run-holder" -s 2
	[ "$(said root)" = "$own" ]
	[ "$(said delegated)" -eq 1 ]
	grep -qx 'populated 1' "$own/$(said name)/cgroup.events"
	finish
	[ ! -e "$own/$(said name)" ]
}

@test "an unprivileged run that is killed leaves nothing in its delegated group" {
	delegate "$own"
	start inside "$own" setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$helpers/run-holder" -s 2
	kill_holder
	within 5 grep -qx 'populated 0' "$own/cgroup.events"
	[ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "no cgroup v2 at all: exit 4 and how to mount it" {
	run -4 unshare --mount bash -c '
		mounts cgroup2 | while read -r m; do umount -l "$m"; done
		exec "$CGCHURN" clean'
	[[ "$output" == *"cgroup v2 is not mounted here"* ]]
	[[ "$output" == *"mount -t cgroup2"* ]]
}

@test "a v2 mount that is read-only: exit 4, and no advice to be root" {
	run -4 unshare --mount bash -c 'mount -o remount,bind,ro "$0" && exec "$CGCHURN" clean' "$v2"
	[[ "$output" == *"no group of cgroup v2 may be written to"*"mounted read-only"* ]]
	[[ "$output" != *"Run as root"* ]]
	run -4 unshare --mount bash -c 'mount -o remount,bind,ro "$0" && exec "$CGCHURN" clean --cgroup-root "$1"' \
		"$v2" "$own"
	[[ "$output" == *"--cgroup-root: $own is mounted read-only"* ]]
}

# refused_run GROUP: how a short run there is refused.
refused_run() {
	run -4 "$CGCHURN" run migrate-quiet --trials 1 --duration 1s --warmup 50ms -q --cgroup-root "$1"
	[ -z "$(find "$own" -mindepth 1 -type d -name 'cgchurn-*')" ]
}

@test "limits of a group above: which file, whose, and what to do" {
	mkdir "$own/here"
	for depth in 1 3; do
		echo $depth >"$own/cgroup.max.depth"
		refused_run "$own/here"
		[[ "$output" == *"$own/cgroup.max.depth is $depth"*"echo max"* ]]
	done
	run -4 "$CGCHURN" stress --duration 1s --cgroup-root "$own/here"
	[[ "$output" == *"$own/cgroup.max.depth is 3"* ]]
	# Enough to begin with, and too little for the groups that actors of a round make.
	echo 5 >"$own/cgroup.max.depth"
	run -5 "$CGCHURN" stress --seed 1 --duration 30s --cgroup-root "$own/here"
	[[ "$output" == *"making the group 0: $own/cgroup.max.depth is 5"* ]]
	echo max >"$own/cgroup.max.depth"
	for descendants in 1 2; do
		echo $descendants >"$own/cgroup.max.descendants"
		refused_run "$own/here"
		[[ "$output" == *"$own/cgroup.max.descendants is $descendants"*"--cgroup-root"* ]]
	done
}

@test "a frozen group above: said at once, not after a minute" {
	mkdir -p "$own/frozen/here"
	echo 1 >"$own/frozen/cgroup.freeze"
	refused_run "$own/frozen/here"
	[[ "$output" == *"$own/frozen is frozen"*"cgroup.freeze"* ]]
	echo 0 >"$own/frozen/cgroup.freeze"
}

@test "the domain of a threaded subtree: its threaded group is named" {
	mkdir "$own/thread" "$own/other"
	echo threaded >"$own/thread/cgroup.type"
	refused_run "$own"
	[[ "$output" == *"domain invalid"*"group thread is threaded"* ]]
	refused_run "$own/other"
	[[ "$output" == *"$own/other lies in a threaded subtree"* ]]
}

@test "a v2 mount without controllers, in a namespace: directory descriptors do it all" {
	mkdir "$out/mount" "$own/bare"
	# The new namespace's root is the group that its first process lives in; $own hands nothing down to it.
	start inside "$own/bare" unshare --mount --cgroup bash -c '
		mounts cgroup2 | while read -r m; do umount -l "$m"; done
		mount -t cgroup2 none "$0" && exec "$@"' "$out/mount" "$helpers/run-holder" -s 1
	[ "$(said root)" = "$out/mount" ]
	[ -z "$(said controllers)" ]
	[ "$(said backend)" = "directory descriptors" ]
	[ -d "$own/bare/$(said name)/tree" ]
	finish
	[ ! -e "$own/bare/$(said name)" ]
}
