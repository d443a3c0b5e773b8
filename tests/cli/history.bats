#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# `cgchurn history`: the changes that are in a series of nightly results, and none that are not.

setup_file() {
	python3 "$CGCHURN_SOURCE/tests/golden/export/make-sample.py" "$BATS_FILE_TMPDIR/nightly" nightly
}

@test "two changes, in the order of time, with the kernels before and after" {
	"$CGCHURN" history "$BATS_FILE_TMPDIR/nightly" >"$BATS_TEST_TMPDIR/text"
	[ "$(grep -c '^  change' "$BATS_TEST_TMPDIR/text")" -eq 2 ]
	grep -q 'change  2026-04-01, kernel 6.17.8 to 6.18.1: .*lower, better (p 0.001' "$BATS_TEST_TMPDIR/text"
	grep -q 'change  2026-05-31, kernel 6.18.1 to 6.19.2: .*higher, worse (p 0.001' "$BATS_TEST_TMPDIR/text"
}

@test "json: every point, and the same changes from any seed" {
	"$CGCHURN" history --format json --seed 5 "$BATS_FILE_TMPDIR/nightly" | python3 -c '
import json, sys
history = json.load(sys.stdin)
assert history["schema"] == "cgchurn-history/1"
(metric,) = history["metrics"]
times = [point["started_at"] for point in metric["points"]]
assert len(times) == 200 and times == sorted(times)
assert [(c["first_point"], c["worse"]) for c in metric["changes"]] == [(90, False), (150, True)], metric["changes"]'
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

@test "too few results to tell: it says so" {
	run "$CGCHURN" history "$CGCHURN_SOURCE/tests/golden/export/sample.json"
	[ "$status" -eq 0 ]
	[[ "$output" == *"too few results"* ]]
}
