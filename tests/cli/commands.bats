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
	[[ "$output" == "cgchurn: unknown command 'runn'"*"Did you mean 'run'?"* ]]
}

# refused TEXT ARGUMENT...: with 2, and the first line is this one.
refused() {
	run --separate-stderr "$CGCHURN" "${@:2}"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "${stderr%%$'\n'*}" = "cgchurn: $1" ] || { echo "$stderr"; false; }
}

@test "an option that there is not: one line, and the nearest one" {
	refused "run: unknown option --trails" run --trails 3
	[[ "$stderr" == *"Did you mean --trials?"* ]]
	refused "run: unknown option --trails" run --trails=3
	refused "run: unknown option -Z" run -Z
	refused "run: more than one option begins with --s" run --s 3
	refused "run: --trials needs a value" run --trials
	refused "run: --quiet takes no value" run --quiet=3
	refused "clean: too many arguments" clean foo
	[[ "$stderr" == *"Usage: cgchurn clean [OPTION...]" ]]
}

@test "options out of range name the option and its range, not a file" {
	refused "--trials: found 0, allowed: 1 to 1000" run --trials 0 null
	refused "--trials: found 1001, allowed: 1 to 1000" show --trials 1001 null
	refused "--duration: found 1 ns, allowed: 10 ms to 24 h" run -d 1ns null
	refused "--warmup: found 3601 s, allowed: 0 ms to 1 h" show -w 3601 null
}

@test "stress --list names every invariant, and the commits that it guards" {
	run -0 "$CGCHURN" stress --list
	[ "$(grep -cE '^[a-z-]+ ' <<<"$output")" -eq 22 ]
	[[ "$output" == *"lists "*"fixed in: de8163e2dd03 a72f73c4dd9b 5ee01f1a7343"* ]]
}

@test "--set and --at-most: what is allowed, and an example" {
	refused "--set foo: allowed: --set ACTOR.KEY=VALUE" show null --set foo
	[[ "$stderr" == *"--set storm.workers=8"* ]]
	run --separate-stderr "$CGCHURN" show null --set paced.per_second=5
	[[ "$stderr" == *'Did you mean "paced.arrival.per_second"?'* ]]
	run --separate-stderr "$CGCHURN" stress --at-most foo=1
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"unknown key 'foo', allowed: movers, subjects, "*", ms"* ]]
}

@test "a file that is no result, or is not there" {
	cd "$BATS_TEST_TMPDIR"
	printf 'workload,p50\nnull,3\n' >a.csv
	refused "a.csv: not a result file (JSON expected)" export --to csv a.csv
	refused "a.csv: not a result file (JSON expected)" compare a.csv "$CGCHURN_SOURCE/tests/golden/export/sample.json"
	refused "cannot open none.json: No such file or directory" export --to csv none.json
	refused "cannot open ./none.json: No such file or directory" show ./none.json
}

@test "show: plurals, units, and the series as compare names them" {
	run "$CGCHURN" show null
	[[ "$output" == *"1 group, 1 leaf ("* ]]
	run "$CGCHURN" show price-fork-1m migrate-under-fork
	[[ "$output" == *"touch 1 MiB"* ]]
	[[ "$output" == *"of migrator write response; a change below"* ]]
	[[ "$output" != *'""'* ]]
}

@test "a report is not printed on a terminal" {
	cd "$BATS_TEST_TMPDIR"
	type -P script >/dev/null || skip "no script(1)"
	run script -qec "'$CGCHURN' report '$CGCHURN_SOURCE/tests/golden/export/sample.json'" /dev/null
	[ "$status" -eq 2 ]
	[[ "$output" == *"HTML is not printed on a terminal"*"-o report.html"* ]]
}

@test "percentages with and without the sign" {
	cd "$BATS_TEST_TMPDIR"
	sample=$CGCHURN_SOURCE/tests/golden/export/sample.json
	for tolerance in 5 5%; do # both go on to the files
		refused "$sample: BASE and NEW are the same file" compare --tolerance $tolerance "$sample" "$sample"
	done
	for effect in 10 10% 1.1x; do
		refused "--plan: found 1 invocation, needed: at least 2" compare --plan $effect "$sample"
	done
	run --separate-stderr "$CGCHURN" compare --tolerance 5%% "$sample" "$sample"
	[[ "$stderr" == *"is not a percentage"* ]]
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
