#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The stress while CPUs go offline and come back, and who brings them back when somebody is killed.

setup() {
	root=/sys/fs/cgroup
	cd "$BATS_TEST_TMPDIR"
}

# A stress in the background that does little but take CPUs offline, from its first round on.
start_unplugging() {
	all=$(cat /sys/devices/system/cpu/online)
	[ "$all" != 0 ] || skip "one CPU is online"
	# Every other round draws an unplugger, so there is one before long, whatever the seed.
	"$CGCHURN" stress --seed 1 --unplug-cpus --duration 120s --patience 60s \
		--at-most movers=1,subjects=1,killers=0,spawners=0,builders=0,memory-hogs=0,interrupters=0,namespacers=0,ms=1000 >ktap 2>messages &
	pid=$!
	while [ "$(cat /sys/devices/system/cpu/online)" = "$all" ]; do
		kill -0 $pid || { cat ktap messages; return 1; }
		sleep 0.02
	done
	group=$(compgen -G "$root/cgchurn-$pid-*")
	guardian=$(ps -o pid,ppid,comm | awk -v of=$pid '$2 == of && $3 ~ /guard/ { print $1 }')
	[ -n "$guardian" ] && [ -d "$group" ]
}

# Whether all who take CPUs offline are frozen, and could not bring one back on the way there.
frozen_without_cpu() {
	{ echo 1 >"$group/staff/cgroup.freeze"; } 2>/dev/null || return 1
	local events=
	for _ in $(seq 100); do
		events=$(cat "$group/staff/cgroup.events" 2>/dev/null) || return 1
		[[ "$events" != *"frozen 1"* ]] || break
		sleep 0.02
	done
	[[ "$events" == *"populated 1"*"frozen 1"* ]] && [ "$(cat /sys/devices/system/cpu/online)" != "$all" ]
}

# Freezes them while a CPU is offline, which then stays so.
freeze_unplugged() {
	for _ in $(seq 300); do
		! frozen_without_cpu || return 0
		{ echo 0 >"$group/staff/cgroup.freeze"; } 2>/dev/null || true
		sleep 0.0$((RANDOM % 9 + 1))
	done
	return 1
}

# Both at once, as it were: the guardian, stopped, does not wake between the two kills.
kill_with_guardian() {
	kill -STOP "$guardian"
	kill -KILL $pid "$guardian"
}

# all_back [SECONDS]: whether all CPUs are online, and stay so.
all_back() {
	for _ in $(seq $((${1:-20} * 10))); do
		if [ "$(cat /sys/devices/system/cpu/online)" = "$all" ]; then
			sleep 0.5
			[ "$(cat /sys/devices/system/cpu/online)" = "$all" ] && return
		fi
		sleep 0.1
	done
	return 1
}

@test "CPUs go and come back under pinned actors and beside a workload: every promise is kept, all are back" {
	all=$(cat /sys/devices/system/cpu/online)
	[ "$all" != 0 ] || skip "one CPU is online"
	# Half of the rounds take CPUs offline, and a slow guest comes to few of them. Without namespacers, because on 7.3 a
	# round that has these beside freezers comes to a move in seconds.
	for seed in $(seq 8); do
		"$CGCHURN" stress migrate-under-fork --unplug-cpus --duration 12s --seed $seed --patience 60s \
			--at-most namespacers=0 >ktap 2>messages &
		pid=$!
		wait $pid || { cat messages ktap; false; }
		[ "$(cat /sys/devices/system/cpu/online)" = "$all" ]
		! grep -qE '^# seed .* [1-9][0-9 ]* CPUs taken offline in ' ktap || break
	done
	grep -qE '^# seed .* [1-9][0-9 ]* CPUs taken offline in ' ktap || { cat ktap; false; }
	grep -qE '^# Beside the rounds: [1-9]' ktap
}

@test "without being asked nobody takes a CPU offline" {
	all=$(cat /sys/devices/system/cpu/online)
	"$CGCHURN" stress --replay 1 --duration 3s --patience 60s --at-most unpluggers=1,killers=0,ms=1500 >ktap 2>messages &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		[ "$(cat /sys/devices/system/cpu/online)" = "$all" ]
		sleep 0.05
	done
	wait $pid
	run ! grep -q 'CPUs taken offline' ktap
}

@test "cgchurn is killed while a CPU is offline: its guardian brings it back" {
	start_unplugging
	# Frozen, the process that took it cannot.
	freeze_unplugged
	kill -KILL $pid
	all_back
	for _ in $(seq 200); do [ -d "$group" ] || break; sleep 0.1; done
	[ ! -d "$group" ]
}

@test "cgchurn and its guardian are killed: the process that took the CPU brings it back and ends" {
	start_unplugging
	freeze_unplugged
	kill_with_guardian
	[ "$(cat /sys/devices/system/cpu/online)" != "$all" ]
	echo 0 >"$group/staff/cgroup.freeze"
	all_back
	for _ in $(seq 200); do grep -q 'populated 1' "$group/cgroup.events" || break; sleep 0.1; done
	grep -q 'populated 0' "$group/cgroup.events"
	"$CGCHURN" clean
	[ ! -d "$group" ]
}

@test "all of them are killed while a CPU is offline: clean brings it back" {
	start_unplugging
	freeze_unplugged
	kill_with_guardian
	sleep 1
	[ "$(cat /sys/devices/system/cpu/online)" != "$all" ]
	"$CGCHURN" clean
	[ ! -d "$group" ]
	[ "$(cat /sys/devices/system/cpu/online)" = "$all" ]
}

@test "where the kernel lets no CPU go, or shows none, it is said, and nothing is started" {
	all=$(cat /sys/devices/system/cpu/online)
	[ "$all" != 0 ] || skip "one CPU is online"
	run -4 unshare --mount bash -c 'mount -o remount,bind,ro /sys && exec "$CGCHURN" stress --unplug-cpus --duration 1s'
	[[ "$output" == *"/sys/devices/system/cpu/cpu1/online: Read-only file system"* ]]
	run -4 unshare --mount bash -c 'mount -t tmpfs none /sys/devices/system/cpu && exec "$CGCHURN" stress --unplug-cpus --duration 1s'
	[[ "$output" == *"/sys/devices/system/cpu/online: No such file"* ]]
}
