#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# scripts/dashboard and dashboards/: a real Prometheus scrapes results and answers every query; alerts fire when they should.

dashboards=$CGCHURN_SOURCE/dashboards

@test "promtool finds nothing to mend in the alert rules" {
	command -v promtool >/dev/null || skip "promtool is not installed"
	run promtool check rules "$dashboards/alerts.yml"
	[ "$status" -eq 0 ]
	[[ "$output" == *"4 rules found"* ]]
}

@test "each alert fires when it should, and not before" {
	command -v promtool >/dev/null || skip "promtool is not installed"
	cd "$dashboards"
	promtool test rules alerts-test.yml
}

@test "a real Prometheus answers every query of the dashboard" {
	local status=0
	"$CGCHURN_SOURCE/scripts/dashboard" --build "$CGCHURN_BUILD" --check \
		"$CGCHURN_SOURCE/tests/golden/export/sample.json" "$CGCHURN_SOURCE/tests/golden/export/hostile.json" \
		>"$BATS_TEST_TMPDIR/answers" || status=$?
	[ "$status" -ne 4 ] || skip "prometheus or prometheus-node-exporter is not installed"
	cat "$BATS_TEST_TMPDIR/answers"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^ok: ' "$BATS_TEST_TMPDIR/answers")" -eq 21 ]
}

@test "two results whose series could not be told apart are refused" {
	for program in prometheus prometheus-node-exporter; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
	sed 's/"id":"0/"id":"1/' "$CGCHURN_SOURCE/tests/golden/export/sample.json" >"$BATS_TEST_TMPDIR/again.json"
	run "$CGCHURN_SOURCE/scripts/dashboard" --build "$CGCHURN_BUILD" --check "$CGCHURN_SOURCE/tests/golden/export/sample.json" \
		"$BATS_TEST_TMPDIR/again.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"have the same series"*"--label"* ]]
}

@test "the dashboard's panels have ids of their own, and the data source that provisioning names" {
	python3 - "$dashboards/cgchurn.json" "$dashboards/provisioning/datasources/cgchurn.yaml" <<-'END'
		import json, re, sys
		board = json.load(open(sys.argv[1]))
		uid = re.search(r"uid: (\S+)", open(sys.argv[2]).read()).group(1)
		ids = [panel["id"] for panel in board["panels"]]
		assert len(ids) == len(set(ids)) > 10
		used = {t["datasource"]["uid"] for p in board["panels"] for t in [p] + p["targets"]}
		used |= {v["datasource"]["uid"] for v in board["templating"]["list"]}
		assert used == {uid}, used
	END
}
