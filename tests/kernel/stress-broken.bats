#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn stress on a kernel that does not do what it promises: processes that hang, for which a frozen group of
# cgroup v1 stands in (nothing ends them), and broken-kernel.c.
load cgroups

setup() {
	runs_setup
	short=(--patience 2s --shrink-tries 0 --duration 60s)
}

# What was killed meanwhile ends when it is thawed, and the guardian of its run removes the rest.
teardown() {
	[ -z "${frozen:-}" ] || { thaw && within 60 nothing_left_behind "$pid"; }
	[ -z "${pid:-}" ] || nothing_left_behind "$pid"
}

# The first process, $found, in the files that the patterns name in time.
has_first() {
	found=$(cat $* 2>/dev/null | head -1)
	[ -n "$found" ]
}

# Begins a round of one process, $found, which $mover moves.
begin_round() {
	find_freezer
	begin "$CGCHURN" stress "${quiet[@]}" "${short[@]}"
	within 10 has_first "$root/cgchurn-$pid-*/test-groups/*/cgroup.procs"
	mover=$(parent_of "$found")
}

parent_of() {
	awk '/^PPid:/ { print $2 }' "/proc/$1/status"
}

# A folder like the build's, with the program on the broken kernel beside its helpers.
stage_broken_kernel() {
	mkdir -p stage/src
	cp "$CGCHURN_BUILD/tests/kernel/broken-kernel" stage/src/cgchurn
	for folder in run verify stressor; do ln -s "$CGCHURN_BUILD/src/$folder" "stage/src/$folder"; done
}

@test "a mover that hangs: 'responds' is broken, and it is named with where it is" {
	begin_round
	freeze "$mover"
	ends 1
	grep -q '^not ok 13 responds$' ktap
	grep -qE '^# a mover has been at this for [0-9]+ ms: ' ktap
	grep -qE "^# Stuck: pid $mover \(cgchurn-mover\), state D, at [a-z_]+" ktap
}

@test "a moved process that hangs: it is named itself, and not who waits for it" {
	begin_round
	freeze "$found"
	ends 1
	grep -qE '^not ok (7 thaw|13 responds)$' ktap
	grep -qE "^# Stuck: pid $found \(cgchurn-subject\), state D, at [a-z_]+" ktap
}

@test "a round runner that hangs: 'responds' is broken, and it is named" {
	begin_round
	runner=$(parent_of "$mover")
	freeze "$runner"
	ends 1
	grep -q '^not ok 13 responds$' ktap
	grep -qE "^# Stuck: pid $runner \(cgchurn-runner\), state D, at [a-z_]+" ktap
}

# finds_runner: the child, $runner, of the program that is not its guardian.
finds_runner() {
	runner=$(grep -l "^PPid:[[:space:]]*$pid\$" /proc/[0-9]*/status 2>/dev/null | xargs -r grep -L '^Name:.*cgchurn-guard' |
		head -n 1 | tr -dc 0-9)
	[ -n "$runner" ]
}

@test "a round runner that hangs before it is in its group: the same, and the end does not wait for it" {
	stage_broken_kernel
	find_freezer
	begin env BROKEN=enter stage/src/cgchurn stress "${quiet[@]}" "${short[@]}"
	within 10 finds_runner
	within 10 compgen -G "$root/cgchurn-$pid-*/staff"
	freeze "$runner"
	ends 1
	grep -q '^not ok 13 responds$' ktap
	grep -q '^# the round runner hangs at this: starting$' ktap
	grep -qE "^# Stuck: pid $runner \(cgchurn\), state D, at [a-z_]+" ktap
}

@test "a worker of the load that hangs: 'responds' is broken, it is named, and it is no fault of cgchurn" {
	find_freezer
	begin "$CGCHURN" stress migrate-under-fork "${quiet[@]}" "${short[@]}" --duration 4s
	within 10 has_first "$root/cgchurn-$pid-*/load/*/cgroup.procs" "$root/cgchurn-$pid-*/load/*/*/cgroup.procs" \
		"$root/cgchurn-$pid-*/load/*/*/*/cgroup.procs"
	freeze "$found"
	ends 1
	grep -q '^not ok 13 responds$' ktap
	grep -qE "^# .* killed and has not ended.*: pid $found \(cgchurn-worker\), state D, at [a-z_]+" ktap
}

@test "a kill that misses is seen, also where the patience is longer than 30 s" {
	stage_broken_kernel
	begin env BROKEN=kill stage/src/cgchurn stress --seed 2 --patience 31s --shrink-tries 0 --duration 1s \
		--at-most movers=1,subjects=1,killers=1,memory-hogs=0,freezers=0,builders=0,controller-togglers=0,limit-setters=0,spawners=0,namespacers=0
	ends 1
	grep -q '^not ok 8 kill-drains$' ktap
	grep -q '^# cgroup.events: populated is 1 and not 0 after 31000 ms$' ktap
}

# breaks WHAT MOVERS NUMBER NAME EVIDENCE: the broken kernel is seen through. As many killers as movers.
breaks() {
	stage_broken_kernel
	begin env BROKEN=$1 stage/src/cgchurn stress --seed 7 --patience 2s --shrink-tries 0 --duration 1s \
		--at-most movers=$2,subjects=1,killers=$2,memory-hogs=0,builders=0,controller-togglers=0,limit-setters=0,spawners=0,namespacers=0
	ends 1
	grep -q "^not ok $3 $4\$" ktap
	grep -q "^# $5" ktap
}

@test "a group that stays frozen is seen" {
	# A process that is moved in makes frozen 0 until it is frozen itself, so nobody is moved. And nobody killed:
	# on a kernel without 8e3599202166 kill-spares breaks at the same time.
	breaks thaw 0 19 unfrozen "cgroup.events: frozen is 1 and not 0 after 2000 ms"
}

@test "a lost notification is seen" {
	breaks notify 1 20 notify "cgroup.events has changed ([a-z]* is [01]), and who waited for that by poll was not woken for 2000 ms"
}
