#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What happens when the supervisor dies: of itself, with its guardian, at any moment.
load cgroups

setup() { cgroups_setup; }
teardown() { cgroups_teardown; }

nothing_left() {
	grep -qx 'populated 0' "$own/cgroup.events" && [ -z "$(find "$own" -mindepth 1 -type d)" ]
}

@test "SIGKILL of the supervisor: processes and groups go" {
	start "$helpers/run-holder" -r "$own" -s 4 -d 5
	guardian=$(said guardian)
	[ "$(find "$own" -type d | wc -l)" -eq 65 ]
	kill_holder
	within 5 nothing_left
	within 5 has_ended "$guardian"
}

@test "a normal end: the guardian goes with it, and at once" {
	start "$helpers/run-holder" -r "$own"
	guardian=$(said guardian)
	finish
	[ ! -e "/proc/$guardian" ]
	nothing_left
}

@test "the guardian has a session of its own, no terminal and no files but its three" {
	start "$helpers/run-holder" -r "$own" 7</dev/null
	guardian=$(said guardian)
	# pid (name) state ppid pgrp session tty
	read -r _ _ _ _ pgrp session tty _ <"/proc/$guardian/stat"
	[ "$pgrp" -eq "$guardian" ]
	[ "$session" -eq "$guardian" ]
	[ "$tty" -eq 0 ]
	files=$(for fd in "/proc/$guardian/fd/"*; do readlink "$fd"; done | sort | tr '\n' ' ')
	[[ "$files" =~ ^/dev/null\ /dev/null\ /dev/null\ $own\ anon_inode:\[pidfd\]\ pipe:\[[0-9]+\]\ $ ]]
	finish
}

@test "the guardian is deaf to the signals that end programs" {
	start "$helpers/run-holder" -r "$own" -s 1
	guardian=$(said guardian)
	kill -HUP "$guardian"
	kill -INT "$guardian"
	kill -QUIT "$guardian"
	kill -TERM "$guardian"
	kill -TSTP "$guardian"
	kill_holder
	within 5 nothing_left
}

@test "the guardian lives outside the run group" {
	start "$helpers/run-holder" -r "$own" -s 1
	[ "$(cat "/proc/$(said guardian)/cgroup")" = "$(cat "/proc/$holder/cgroup")" ]
	finish
}

@test "a frozen run group dies, too" {
	start "$helpers/run-holder" -r "$own" -s 2 -d 1
	echo 1 >"$own/$(said name)/tree/1/cgroup.freeze"
	within 5 grep -qx 'frozen 1' "$own/$(said name)/tree/1/cgroup.events"
	echo 1 >"$own/$(said name)/cgroup.freeze"
	kill_holder
	within 5 nothing_left
}

@test "a stopped supervisor that is killed" {
	start "$helpers/run-holder" -r "$own" -s 1
	kill -STOP "$holder"
	kill_holder
	within 5 nothing_left
}

@test "a run group that somebody else removed is no matter" {
	start "$helpers/run-holder" -r "$own"
	guardian=$(said guardian)
	rmdir "$own/$(said name)/tree" "$own/$(said name)"
	kill_holder
	within 5 has_ended "$guardian"
	nothing_left
}

@test "and the run that finds it removed ends well" {
	start "$helpers/run-holder" -r "$own" -s 1
	empty_group "$own/$(said name)"
	rmdir "$own/$(said name)/tree" "$own/$(said name)"
	finish
	nothing_left
}

@test "groups that appeared below meanwhile go, too" {
	start "$helpers/run-holder" -r "$own"
	mkdir -p "$own/$(said name)/by/hand"
	bash -c 'echo 0 >"$0/cgroup.procs"; exec sleep 300' "$own/$(said name)/by/hand" 3>&- 8>&- &
	within 5 grep -q . "$own/$(said name)/by/hand/cgroup.procs"
	kill_holder
	within 5 nothing_left
}

@test "SIGKILL of supervisor and guardian: clean finishes it" {
	start "$helpers/run-holder" -r "$own" -s 2 -d 3
	guardian=$(said guardian)
	kill -KILL "$guardian"
	kill_holder
	within 5 has_ended "$guardian"
	grep -qx 'populated 1' "$own/$(said name)/cgroup.events"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$(said name), with processes in it" ]
	nothing_left
}

@test "SIGKILL at random moments of a short run" {
	"$CGCHURN_SOURCE/tests/kernel/kill-storm" 20 10 "$helpers/run-holder" -r @ROOT@ -s 3 -d 4
}

@test "SIGKILL at random moments of cgchurn run" {
	"$CGCHURN_SOURCE/tests/kernel/kill-storm" 20 700 \
		"$CGCHURN" run --quiet --cgroup-root @ROOT@ --trials 1 --warmup 100ms --duration 500ms \
		-o "$out/result.json" migrate-under-fork
}
