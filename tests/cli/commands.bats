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
	[[ "$output" == *"unknown command 'runn'"* ]]
}

@test "list shows what is named, and refuses names that there are not" {
	run "$CGCHURN" list stressors fork freeze
	[ "$status" -eq 0 ]
	[ "$(grep -c '^[a-z]' <<<"$output")" -eq 2 ]
	run "$CGCHURN" list suites smoke
	[ "$status" -eq 0 ]
	[ "$(grep -c '^[a-z]' <<<"$output")" -eq 1 ]
	run "$CGCHURN" list stressors fork fork # twice the same is one
	[ "$status" -eq 0 ]
	[ "$(grep -c '^[a-z]' <<<"$output")" -eq 1 ]
	run --separate-stderr "$CGCHURN" list stressors fork fork forkk
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"found 2 of 3 stressors by name"* ]]
	run --separate-stderr "$CGCHURN" list stressors fork forkk
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"found 1 of 2 stressors by name"* ]]
}

@test "an unknown suite: the list of suites, and nothing about files" {
	run --separate-stderr "$CGCHURN" run -s smok
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"there is no suite 'smok'"*"Did you mean 'smoke'? \`cgchurn list suites\` shows them all."* ]]
	[[ "$stderr" != *"of your own"* ]]
	run --separate-stderr "$CGCHURN" run nosuch
	[[ "$stderr" == *"there is no workload 'nosuch'"*"\`cgchurn list\` shows them all; a file of your own"* ]]
}

@test "list has a workload before those that are named after it" {
	run "$CGCHURN" list workloads exit-storm exit-storm-threads
	[ "$status" -eq 0 ]
	[ "$(grep -o '^[a-z-]*' <<<"$output" | tr '\n' ' ')" = "exit-storm exit-storm-threads " ]
}

@test "--describe is JSON with every command and its choices" {
	"$CGCHURN" --describe | python3 -c '
import json, sys
tables = json.load(sys.stdin)
assert len(tables["commands"]) >= 11 and len(tables["stressors"]) >= 17
options = {o["name"]: o for c in tables["commands"] if c["name"] == "compare" for o in c["options"]}
assert options["format"]["choices"] == ["text", "json", "markdown", "junit"]
assert options["allow-different"]["repeats"] and options["seed"]["letter"] == "s"
assert "help" in options and options["aa"]["argument"] is None'
}

@test "what standard output does not take is reported, whatever prints it" {
	cd "$BATS_TEST_TMPDIR"
	for call in --help --version --describe "run --help" list "show null" "host --json" "export --to csv $CGCHURN_SOURCE/tests/golden/export/sample.json"; do
		status=0
		"$CGCHURN" $call 2>messages >/dev/full || status=$?
		[ "$status" -eq 5 ] || { echo "$call: $status"; false; }
		grep -q "standard output: No space left on device" messages
	done
}

@test "a limit of file sizes is reported, and does not kill" {
	cd "$BATS_TEST_TMPDIR"
	run -5 env --default-signal=XFSZ bash -c 'ulimit -f 8; exec "$@"' bash "$CGCHURN" report -o page.html \
		"$CGCHURN_SOURCE/tests/golden/export/sample.json"
	[[ "$output" == "cgchurn: "*": File too large" ]]
	[ ! -e page.html ]
}

@test "a patience beyond what can be waited for is refused, and not taken for a broken promise" {
	run "$CGCHURN" stress --patience 25h --duration 1s
	[ "$status" -eq 2 ]
	[ "$output" = "cgchurn: --patience: at most 24h" ]
}
