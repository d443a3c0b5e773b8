#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What a user without rights of their own can do in a group that their systemd delegates to them: doc/how-to/delegated.md.

setup_file() {
	local tool
	for tool in mmdebstrap mke2fs ssh ssh-keygen qemu-system-x86_64; do
		command -v "$tool" >/dev/null || skip "no $tool"
	done
	[ "$(id -u)" -eq 0 ] || skip "only root can make the disk of a guest"
	cd "$BATS_FILE_TMPDIR"
	"$CGCHURN_SOURCE/tests/guest/delegated-guest" "$PWD" >said 2>errors 3>&- &
	echo $! >guest.pid
	until grep -qx ready said; do
		if ! kill -0 "$(cat guest.pid)" 2>/dev/null; then
			local status=0
			wait "$(cat guest.pid)" || status=$?
			rm guest.pid
			[ "$status" -ne 4 ] || skip "$(tail -n 1 errors)"
			cat errors
			return 1
		fi
		sleep 0.5
	done
}

teardown_file() {
	local pid
	[ -e "$BATS_FILE_TMPDIR/guest.pid" ] || return 0
	pid=$(cat "$BATS_FILE_TMPDIR/guest.pid")
	kill "$pid"
	wait "$pid" || [ $? -eq 143 ]
}

# churn COMMAND...: as the user, in a group of their own.
churn() {
	"$BATS_FILE_TMPDIR/in-guest" churn systemd-run --user --scope --quiet -p Delegate=yes "$@"
}

as_root() {
	"$BATS_FILE_TMPDIR/in-guest" root "$@"
}

groups_left() {
	as_root find /sys/fs/cgroup -name 'cgchurn-*'
}

@test "run: a valid result, without controllers, and nothing is left" {
	run -0 --separate-stderr churn cgchurn run migrate-quiet --trials 1 --duration 500ms --warmup 100ms -o r.json
	[[ "$output" == *"Not enabled: pids is not available to the run group."* ]]
	"$BATS_FILE_TMPDIR/in-guest" churn cat r.json >"$BATS_TEST_TMPDIR/r.json"
	/usr/bin/python3 - "$BATS_TEST_TMPDIR/r.json" <<-'END'
	import json, sys
	result = json.load(open(sys.argv[1]))
	trial, = result["runs"][0]["trials"]
	assert result["complete"] and trial["series"][0]["count"] > 0
	END
	[ -z "$(groups_left)" ]
}

@test "run --enable-controllers: moves to a leaf of its own, has pids, and all of it is undone" {
	run -0 --separate-stderr churn cgchurn run migrate-quiet --trials 1 --duration 500ms --warmup 100ms \
		--enable-controllers -o e.json
	[[ "$output" != *"is not available"* ]]
	[ -z "$(groups_left)" ]
}

@test "stress: what it may look at holds, what it may not is skipped with the reason" {
	run -0 --separate-stderr churn cgchurn stress --duration 3s --seed 2 --patience 60s
	grep -q '^ok 1 together$' <<<"$output"
	grep -q '^ok 10 pids # SKIP the run group has no pids controller; --enable-controllers may help$' <<<"$output"
	grep -q '^ok 14 kernel-log # SKIP /dev/kmsg cannot be read$' <<<"$output"
	grep -q '^ok 15 taint$' <<<"$output"
	run -0 --separate-stderr churn cgchurn stress --duration 3s --replay 2 --patience 60s --enable-controllers
	grep -q '^ok 10 pids$' <<<"$output"
	grep -q '^ok 16 oom$' <<<"$output"
	grep -qE '^# seed 2: .* [1-9][0-9 ]* OOM kills' <<<"$output"
	[ -z "$(groups_left)" ]
}

@test "killed with its guardian: systemd removes the group when nobody is left in it" {
	churn cgchurn stress --duration 60s --patience 60s >"$BATS_TEST_TMPDIR/killed" 2>&1 3>&- &
	for _ in $(seq 100); do guardian=$(as_root pgrep -x cgchurn-guard) && break; sleep 0.2; done
	# Stopped first, for it would clean up if it woke between the two kills.
	as_root kill -STOP "$guardian"
	as_root sh -c "kill -9 \$(pgrep -o -x cgchurn) $guardian"
	wait $! || true
	for _ in $(seq 50); do [ -n "$(groups_left)" ] || break; sleep 0.2; done
	[ -z "$(groups_left)" ]
}

@test "clean and host work; what takes root says so and ends with 4" {
	run -0 churn cgchurn clean
	[[ "$output" == "nothing to clean in /sys/fs/cgroup/user.slice/"*.scope ]]
	run -0 churn cgchurn host
	[[ "$output" == *"Not seen: the kernel's own variables, /proc/kcore (Permission denied)."* ]]
	run -4 churn cgchurn stress --unplug-cpus --duration 1s
	[[ "$output" == *"/sys/devices/system/cpu/cpu1/online: Permission denied"* ]]
	run -4 churn cgchurn run migrate-quiet --attribute
	[[ "$output" == *"CAP_BPF"* ]]
	run -4 churn cgchurn run migrate-quiet --favordynmods on
	[[ "$output" == *"Only root may remount."* ]]
}

@test "outside of a delegated group it says what would help" {
	run -4 "$BATS_FILE_TMPDIR/in-guest" churn cgchurn run migrate-quiet
	[[ "$output" == *'systemd-run --user --scope -p Delegate=yes cgchurn'* ]]
}

@test "as a service of the user's systemd" {
	"$BATS_FILE_TMPDIR/in-guest" churn rm -f s.json
	"$BATS_FILE_TMPDIR/in-guest" churn systemd-run --user --quiet -p Delegate=yes --unit churning \
		cgchurn run migrate-quiet --trials 1 --duration 300ms --warmup 10ms -o s.json
	for _ in $(seq 100); do
		"$BATS_FILE_TMPDIR/in-guest" churn systemctl --user is-active --quiet churning || break
		sleep 0.2
	done
	"$BATS_FILE_TMPDIR/in-guest" churn grep -q '"complete": true' s.json
}
