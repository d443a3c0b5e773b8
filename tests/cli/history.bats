#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# `cgchurn history`: the changes that are in a series of nightly results, and none that are not.

setup_file() {
	python3 "$CGCHURN_SOURCE/tests/golden/export/make-sample.py" "$BATS_FILE_TMPDIR/nightly" nightly
}

@test "two changes, in the order of time, with the kernels before and after" {
	"$CGCHURN" history "$BATS_FILE_TMPDIR/nightly" >"$BATS_TEST_TMPDIR/text"
	[ "$(grep -c '^  change' "$BATS_TEST_TMPDIR/text")" -eq 2 ]
	grep -A2 '2026-04-01: .*lower, better (p 0.00.*the last before it 2026-03-31' "$BATS_TEST_TMPDIR/text" |
		grep -q 'beside it: kernel 6.17.8 to 6.18.1'
	grep -A2 '2026-05-31: .*higher, worse (p 0.00.*the last before it 2026-05-30' "$BATS_TEST_TMPDIR/text" |
		grep -q 'beside it: kernel 6.18.1 to 6.19.2'
	# nights without a valid trial have a date and a reason
	grep -q 'missing  2026-01-01 to 2026-07-19, 200 results: no valid trial of 1: the hypervisor' "$BATS_TEST_TMPDIR/text"
}

@test "json: every point, and the same changes from any seed" {
	"$CGCHURN" history --format json --seed 5 "$BATS_FILE_TMPDIR/nightly" | python3 -c '
import json, sys
history = json.load(sys.stdin)
assert history["schema"] == "cgchurn-history/1"
metric, missing = history["metrics"]
times = [point["started_at"] for point in metric["points"]]
assert len(times) == 200 and times == sorted(times)
assert [(c["first_point"], c["worse"]) for c in metric["changes"]] == [(90, False), (150, True)], metric["changes"]
assert len(missing["missing"]) == 200 and "hypervisor" in missing["missing"][0]["reason"]'
}

@test "json fits its schema, which describes each key" {
	nights a 20 month=1 host=node-1
	nights b 20 month=2 host=node-1 migration=0.1 release=6.19.0
	nights c 1 month=3 host=node-1 release=6.19.0 invalid=1
	nights d 20 month=4 host=node-2 boot_sigma=0.2
	cp "$BATS_TEST_TMPDIR/a/0003.json" "$BATS_TEST_TMPDIR/a/zz-copy.json"
	"$CGCHURN" history --format json "$BATS_TEST_TMPDIR"/[abcd] >"$BATS_TEST_TMPDIR/history.json"
	for key in same_as reason apart_by first_point; do grep -q "\"$key\": [^n]" "$BATS_TEST_TMPDIR/history.json"; done
	run -0 python3 "$CGCHURN_SOURCE/tests/cli/validate.py" --closed "$CGCHURN_SOURCE/doc/schema/cgchurn-history-1.json" \
		"$BATS_TEST_TMPDIR/history.json"
}

@test "a percentile that the plan takes from pooled trials has its points, too" {
	"$CGCHURN_BUILD/tests/cli/make-results" "$BATS_TEST_TMPDIR/pooled" 12 trials=3 samples=40 metric=p90 from=pooled
	run -0 "$CGCHURN" history --format json "$BATS_TEST_TMPDIR/pooled"
	[ "$(grep -o '"started_at"' <<<"$output" | wc -l)" -ge 24 ]
	[[ "$output" == *'"p90"'* ]]
}

@test "one kernel alone does not change" {
	mkdir "$BATS_TEST_TMPDIR/one"
	for file in $(grep -l '6\.17\.8' "$BATS_FILE_TMPDIR"/nightly/*.json); do cp "$file" "$BATS_TEST_TMPDIR/one"; done
	run "$CGCHURN" history "$BATS_TEST_TMPDIR/one"
	[ "$status" -eq 0 ]
	[[ "$output" == *"no change"* ]]
}

@test "too few points to tell: it says so" {
	run "$CGCHURN" history "$CGCHURN_SOURCE/tests/golden/export/sample.json"
	[ "$status" -eq 0 ]
	[[ "$output" == *"too few points"* ]]
}

# FOLDER N KEY=VALUE...: a night each
nights() {
	local folder=$1 n=$2
	shift 2
	"$CGCHURN_BUILD/tests/cli/make-results" "$BATS_TEST_TMPDIR/$folder" "$n" name="$folder" trials=1 "$@"
}

@test "what compare refuses is not judged together, and neither are hosts and regimes" {
	nights a 20 month=1 host=node-1
	for what in "model=Another CPU" version=0.2.0 host=node-2 regime=per-threadgroup attributed=1; do
		rm -rf "$BATS_TEST_TMPDIR/b"
		nights b 20 month=2 host=node-1 migration=0.1 release=6.19.0 "$what"
		run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
		[[ "$output" != *"change  "* ]]
		[[ "$output" == *"apart   not judged together"* ]]
		[[ "$output" == *"2 metrics in 4 series"* ]]
	done
	# but what is under test is, and is named beside the change
	rm -rf "$BATS_TEST_TMPDIR/b"
	nights b 20 month=2 host=node-1 migration=0.1 release=6.19.0
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	[[ "$output" == *"change  2026-02-01: "*"the last before it 2026-01-20"*"beside it: kernel 6.18.0 to 6.19.0"* ]]
	[[ "$output" == *"2 metrics in 2 series"* ]]
}

@test "two hosts that take turns are two series, or one where that is allowed" {
	nights a 20 month=1 host=node-1
	nights b 20 month=1 host=node-2 seed=2
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	[ "$(grep -c '20 points, 2026-01-01 to 2026-01-20' <<<"$output")" -eq 4 ]
	[[ "$output" == *"because they differ: host node-1 to node-2"* ]]
	run -0 "$CGCHURN" history --allow-different host "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	[ "$(grep -c '40 points' <<<"$output")" -eq 2 ]
	run -2 "$CGCHURN" history --allow-different nonsense "$BATS_TEST_TMPDIR/a"
	[[ "$output" == *"unknown fact 'nonsense'"* ]]
}

@test "a copy of a result counts once, and that is said" {
	nights a 11 month=1
	cp "$BATS_TEST_TMPDIR/a/0003.json" "$BATS_TEST_TMPDIR/a/zz-copy.json"
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a"
	[[ "$output" == "11 results"* ]]
	[[ "$output" == *"Counted once:"*"zz-copy.json holds the same result as"*"0003.json"* ]]
	# such as the link to the last one that a folder of nights often has
	ln -s 0010.json "$BATS_TEST_TMPDIR/a/latest.json"
	run -0 "$CGCHURN" history -f json "$BATS_TEST_TMPDIR/a"
	[ "$(grep -c '"same_as"' <<<"$output")" -eq 2 ]
	"$CGCHURN" report --no-pictures --history "$BATS_TEST_TMPDIR/a" -o "$BATS_TEST_TMPDIR/page.html"
	grep -q 'Counted once: .*zz-copy.json' "$BATS_TEST_TMPDIR/page.html"
}

@test "from 0 to something is a change, and 0 is shown" {
	nights a 12 month=1 forks=1e-9
	nights b 12 month=2
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	[[ "$output" == *"change  2026-02-01: up from 0, worse"*"median 0 ns to "* ]]
	run -0 "$CGCHURN" history -f json "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	python3 -c '
import json, sys
changes = [c for m in json.load(sys.stdin)["metrics"] for c in m["changes"]]
assert [(c["before"], c["worse"], c["level_changed"]) for c in changes] == [(0, True, True)], changes' <<<"$output"
}

@test "a night without a valid trial is missing, with its date and the reason" {
	nights a 12 month=1
	nights b 1 month=2 invalid=1
	nights c 12 month=3
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR"/[abc]
	[[ "$output" == *"24 points, 2026-01-01 to 2026-03-12"* ]]
	[[ "$output" == *"missing  2026-02-01: no valid trial of 1: the hypervisor stole 3.0 %"* ]]
	run -0 "$CGCHURN" history -f json "$BATS_TEST_TMPDIR"/[abc]
	[[ "$output" == *'"reason": "no valid trial of 1'* ]]
	cp "$BATS_TEST_TMPDIR/b/0000.json" "$BATS_TEST_TMPDIR/a/0099.json"
	"$CGCHURN" report --no-pictures --history "$BATS_TEST_TMPDIR/a" -o "$BATS_TEST_TMPDIR/page.html"
	grep -q 'Missing points' "$BATS_TEST_TMPDIR/page.html"
	grep -q 'no valid trial of 1: the hypervisor' "$BATS_TEST_TMPDIR/page.html"
}

@test "a night of which one trial has too few samples is missing: the others would be a selection" {
	"$CGCHURN_BUILD/tests/cli/make-results" "$BATS_TEST_TMPDIR/a" 12 name=a trials=3 month=1
	"$CGCHURN_BUILD/tests/cli/make-results" "$BATS_TEST_TMPDIR/b" 1 name=b trials=3 month=2 lost=395
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR"/[ab]
	[[ "$output" == *"p50 of migrator write"*"12 points, 2026-01-01 to 2026-01-12"*"missing  2026-02-01: the samples do not suffice for its p50"* ]]
}

@test "a change of the scatter is called that, and no shift" {
	nights a 30 month=1 boot_sigma=0.02 trial_sigma=0.001 samples=2000
	nights b 30 month=3 boot_sigma=0.4 trial_sigma=0.001 samples=2000
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	[[ "$output" == *"change  2026-03-0"*": scatters "*"x as much (p "* ]]
	[[ "$output" != *better* && "$output" != *worse* ]]
}

@test "results of one boot and night are one point; nights of one boot are said to be" {
	nights a 12 boot=one
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a"
	[[ "$output" == *"1 point of 12 results"* ]]
	rm -r "$BATS_TEST_TMPDIR/a"
	nights a 12 boot=one month=1
	run -0 "$CGCHURN" history "$BATS_TEST_TMPDIR/a"
	[[ "$output" == *"12 points, "*"several points share a boot"* ]]
}
