#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The stress with the controllers that most machines that run the tests lack.

setup() {
	root=/sys/fs/cgroup
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	rm -f /dev/shm/test-cgchurn
	[ -z "${own:-}" ] || rmdir "$own"
}

dying() { awk '$1 == "nr_dying_descendants" { print $2 }' "$1/cgroup.stat"; }

# drains GROUP: whether its removed groups are let go.
drains() {
	for _ in $(seq 100); do
		[ "$(dying "$1")" -gt 0 ] || return 0
		sleep 0.1
	done
	return 1
}

# remove_charged CONTROLLER: a group below $own that has this controller alone, removed while a page lives on that one
# of its processes filled.
remove_charged() {
	own=$root/test-cgchurn
	mkdir "$own"
	echo "+$1" >"$own/cgroup.subtree_control"
	mkdir "$own/leaf"
	sh -c 'echo 0 >"$0/leaf/cgroup.procs" && echo page >/dev/shm/test-cgchurn' "$own"
	rmdir "$own/leaf"
}

@test "a removed group is pinned by its pages where io brings memory along, and not without it" {
	remove_charged pids
	drains "$own"
	rmdir "$own"
	rm /dev/shm/test-cgchurn
	remove_charged io
	run ! grep -qw memory "$own/cgroup.subtree_control"
	sleep 2
	pinned=$(dying "$own")
	rm /dev/shm/test-cgchurn
	drains "$own"
	# Kernels that hand the pages of a removed group to its parent have no reason to keep it.
	[ "$pinned" -eq 1 ] || skip "this kernel lets go of groups whose pages live on"
}

@test "no test group has the memory controller, and what is removed is let go" {
	"$CGCHURN" stress --duration 4s --seed 3 --patience 60s --at-most ms=1000 >ktap 2>messages &
	pid=$!
	most=0 looks=0 test_groups=
	while kill -0 $pid 2>/dev/null; do
		test_groups=$(compgen -G "$root/cgchurn-$pid-*/test-groups") || true
		[ ! -r "$test_groups/cgroup.stat" ] || looks=$((looks + 1))
		n=$(awk '$1 == "nr_subsys_memory" { print $2 }' "$test_groups/cgroup.stat" 2>/dev/null) || true
		[ "${n:-0}" -le "$most" ] || most=$n
		sleep 0.1
	done
	wait $pid || { cat messages ktap; false; }
	grep -q '^ok 11 dying$' ktap
	# Its own, which the run group hands down; kernels before 6.12 do not count.
	[ "$looks" -gt 0 ]
	[ "$most" -le 1 ]
}

@test "a process that exceeds memory.max is killed and counted, and nobody else" {
	"$CGCHURN" stress --replay 2 --duration 3s --patience 60s --at-most ms=1500,movers=1,killers=0 >ktap 2>messages &
	pid=$!
	wait $pid || { cat messages ktap; false; }
	grep -q '^ok 16 oom$' ktap
	grep -qE '^# seed .* [1-9][0-9 ]* OOM kills' ktap
	run ! compgen -G "$root/cgchurn-$pid-*"
}
