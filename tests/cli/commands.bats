#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The table of commands and the exit codes of wrong usage.

@test "without a command: usage on stderr, exit 2" {
	run --separate-stderr "$CGCHURN"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ "$stderr" == *"Usage: cgchurn COMMAND"* ]]
}

@test "--help goes to stdout and exits 0" {
	run --separate-stderr "$CGCHURN" --help
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == *"Exit status:"* ]]
}

@test "an unknown command is named and refused with 2" {
	run "$CGCHURN" runn
	[ "$status" -eq 2 ]
	[[ "$output" == *"'runn' is no command"* ]]
}
