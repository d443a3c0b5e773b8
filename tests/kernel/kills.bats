#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# SIGKILL to whomever, whenever.

@test "random kills of supervisor, guardian, workers: clean removes what is left, no finished trial is lost" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	run "$CGCHURN_SOURCE/tests/kernel/kill-any" 25
	echo "$output"
	[ "$status" -ne 4 ] || skip "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"25 kills"* ]] || [[ "$output" == *"26 kills"* ]]
}

@test "... and it is seen when something stays" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	# A program that makes a group, does not remove it, and cleans nothing.
	cat >"$BATS_TEST_TMPDIR/cgchurn" <<-'END'
	#!/bin/sh
	[ "$1" = run ] || exit 0
	while [ "$1" != --cgroup-root ]; do shift; done
	mkdir -p "$2/cgchurn-1-1-0"
	exec sleep 60
	END
	chmod +x "$BATS_TEST_TMPDIR/cgchurn"
	CGCHURN=$BATS_TEST_TMPDIR/cgchurn run "$CGCHURN_SOURCE/tests/kernel/kill-any" 1 1
	echo "$output"
	[ "$status" -eq 1 ] || [ "$status" -eq 4 ]
	left=$(sed -n 's/^  what is left is in //p' <<<"$output")
	[ -z "$left" ] || rmdir "$left/cgchurn-1-1-0" "$left"
}
