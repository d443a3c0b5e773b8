#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn stress on a kernel that does not do what it promises: processes that hang, for which a frozen group of
# cgroup v1 stands in (nothing ends them), and broken-kernel.c.

v2_root() {
	awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo
}

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	root=$(v2_root)
	[ -n "$root" ] || skip "no cgroup v2 is mounted"
	cd "$BATS_TEST_TMPDIR"
	# One quiet process that is moved.
	quiet=(--replay 4 --at-most movers=1,subjects=1,groups=2,threads=3,cloners=0,forkers=0,execs=0,leaderless=0,spawners=0,killers=0,freezers=0,builders=0,controller-togglers=0,limit-setters=0,memory-hogs=0,interrupters=0)
	short=(--patience 2s --shrink-tries 0 --duration 60s)
}

teardown() {
	[ -z "${v1:-}" ] || thaw
	[ -z "${pid:-}" ] || ! compgen -G "$root/cgchurn-$pid-*"
}

need_v1_freezer() {
	local mount
	mount=$(awk '/ - cgroup .*freezer/ { print $5; exit }' /proc/self/mountinfo)
	[ -n "$mount" ] || skip "the freezer of cgroup v1 is not mounted"
	v1=$(mktemp -d "$mount/test-cgchurn-XXXXXX")
}

freeze() {
	echo "$1" >"$v1/cgroup.procs"
	echo FROZEN >"$v1/freezer.state"
}

# What was killed meanwhile ends now, and the guardian of its run removes the rest.
thaw() {
	echo THAWED >"$v1/freezer.state"
	for _ in $(seq 300); do
		rmdir "$v1" 2>/dev/null && break
		sleep 0.1
	done
	for _ in $(seq 600); do
		compgen -G "$root/cgchurn-$pid-*" >/dev/null || break
		sleep 0.1
	done
	v1=
}

# wait_first FILE...: the first pid in the files that the patterns come to name.
wait_first() {
	for _ in $(seq 500); do
		found=$(cat $* 2>/dev/null | head -1)
		[ -z "$found" ] || return 0
		sleep 0.02
	done
	return 1
}

# A folder like the build's, with the program on the broken kernel beside its helpers.
stage_broken_kernel() {
	mkdir -p stage/src
	cp "$CGCHURN_BUILD/tests/kernel/broken-kernel" stage/src/cgchurn
	for folder in run verify stressor; do ln -s "$CGCHURN_BUILD/src/$folder" "stage/src/$folder"; done
}

@test "a mover that hangs: 'responds' is broken, and it is named with where it is" {
	need_v1_freezer
	"$CGCHURN" stress "${quiet[@]}" "${short[@]}" >ktap 2>messages &
	pid=$!
	wait_first "$root/cgchurn-$pid-*/test-groups/*/cgroup.procs"
	mover=$(awk '/^PPid:/ { print $2 }' "/proc/$found/status")
	freeze "$mover"
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -q '^not ok 13 responds$' ktap
	grep -qE '^# a mover has been at this for [0-9]+ ms: ' ktap
	grep -qE "^# Stuck: pid $mover \(cgchurn-mover\), state D, at [a-z_]+" ktap
}

@test "a moved process that hangs: it is named itself, and not who waits for it" {
	need_v1_freezer
	"$CGCHURN" stress "${quiet[@]}" "${short[@]}" >ktap 2>messages &
	pid=$!
	wait_first "$root/cgchurn-$pid-*/test-groups/*/cgroup.procs"
	freeze "$found"
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -qE '^not ok (7 thaw|13 responds)$' ktap
	grep -qE "^# Stuck: pid $found \(cgchurn-subject\), state D, at [a-z_]+" ktap
}

@test "a round runner that hangs: 'responds' is broken, and it is named" {
	need_v1_freezer
	"$CGCHURN" stress "${quiet[@]}" "${short[@]}" >ktap 2>messages &
	pid=$!
	wait_first "$root/cgchurn-$pid-*/test-groups/*/cgroup.procs"
	mover=$(awk '/^PPid:/ { print $2 }' "/proc/$found/status")
	runner=$(awk '/^PPid:/ { print $2 }' "/proc/$mover/status")
	freeze "$runner"
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -q '^not ok 13 responds$' ktap
	grep -qE "^# Stuck: pid $runner \(cgchurn-runner\), state D, at [a-z_]+" ktap
}

@test "a worker of the load that hangs: 'responds' is broken, it is named, and it is no fault of cgchurn" {
	need_v1_freezer
	"$CGCHURN" stress migrate-under-fork "${quiet[@]}" "${short[@]}" --duration 4s >ktap 2>messages &
	pid=$!
	wait_first "$root/cgchurn-$pid-*/load/*/cgroup.procs" "$root/cgchurn-$pid-*/load/*/*/cgroup.procs" \
		"$root/cgchurn-$pid-*/load/*/*/*/cgroup.procs"
	freeze "$found"
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -q '^not ok 13 responds$' ktap
	grep -qE "^# .* killed and has not ended.*: pid $found \(cgchurn-worker\), state D, at [a-z_]+" ktap
}

@test "a kill that misses is seen, also where the patience is longer than 30 s" {
	stage_broken_kernel
	BROKEN=kill stage/src/cgchurn stress --seed 2 --patience 31s --shrink-tries 0 --duration 1s \
		--at-most movers=1,subjects=1,killers=1,memory-hogs=0,freezers=0,builders=0,controller-togglers=0,limit-setters=0,spawners=0 >ktap 2>messages &
	pid=$!
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -q '^not ok 8 kill-drains$' ktap
	grep -q '^# cgroup.events: populated is 1 and not 0 after 31000 ms$' ktap
}

# breaks WHAT NUMBER NAME EVIDENCE: the broken kernel is seen through.
breaks() {
	stage_broken_kernel
	BROKEN=$1 stage/src/cgchurn stress --seed 7 --patience 2s --shrink-tries 0 --duration 1s \
		--at-most movers=1,subjects=1,killers=1,memory-hogs=0,builders=0,controller-togglers=0,limit-setters=0,spawners=0 >ktap 2>messages &
	pid=$!
	status=0
	wait $pid || status=$?
	[ "$status" -eq 1 ]
	grep -q "^not ok $2 $3\$" ktap
	grep -q "^# $4" ktap
}

@test "a group that stays frozen is seen" {
	breaks thaw 19 unfrozen "cgroup.events: frozen is 1 and not 0 after 2000 ms"
}

@test "a lost notification is seen" {
	breaks notify 20 notify "cgroup.events has changed ([a-z]* is [01]), and who waited for that by poll was not woken for 2000 ms"
}
