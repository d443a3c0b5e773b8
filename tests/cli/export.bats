#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# `cgchurn export`: what it writes, and what the formats' own programs make of it.

golden=$CGCHURN_SOURCE/tests/golden/export
readers=$CGCHURN_SOURCE/tests/readers

# matches FORMAT: both samples give what is expected, to the byte.
matches() {
	for sample in sample hostile; do
		"$CGCHURN" export --to "$1" -o "$BATS_TEST_TMPDIR/$sample" "$golden/$sample.json"
		diff -u "$golden/$sample.$1" "$BATS_TEST_TMPDIR/$sample"
	done
}

# is_read FORMAT PROGRAM [ARGUMENT...]: the program takes both samples, or is not here.
is_read() {
	local format=$1 status
	shift
	for sample in sample hostile; do
		"$CGCHURN" export --to "$format" -o "$BATS_TEST_TMPDIR/$sample" "$golden/$sample.json"
		status=0
		"$@" "$golden/$sample.json" "$BATS_TEST_TMPDIR/$sample" || status=$?
		[ "$status" -ne 77 ] || skip "the program that reads it is not installed"
		[ "$status" -eq 0 ]
	done
}

@test "prometheus: as expected" { matches prometheus; }
@test "openmetrics: as expected" { matches openmetrics; }
@test "influx: as expected" { matches influx; }
@test "bmf: as expected" { matches bmf; }
@test "gh-benchmark: as expected" { matches gh-benchmark; }
@test "gh-benchmark-rate: as expected" { matches gh-benchmark-rate; }
@test "kcidb: as expected" { matches kcidb; }
@test "junit: as expected" { matches junit; }
@test "ktap: as expected" { matches ktap; }
@test "csv: as expected" { matches csv; }

@test "prometheus: promtool finds nothing to mend" {
	command -v promtool >/dev/null || skip "promtool is not installed"
	for sample in sample hostile; do
		"$CGCHURN" export --to prometheus "$golden/$sample.json" | promtool check metrics
	done
}

@test "openmetrics: prometheus_client reads it" { is_read openmetrics "$readers/check-openmetrics.py"; }
@test "junit: junitparser reads it" { is_read junit "$readers/check-junit.py"; }
@test "ktap: tappy reads it" { is_read ktap "$readers/check-ktap.py"; }
@test "kcidb: it is what the schema allows" { is_read kcidb "$readers/check-kcidb.py"; }
@test "influx: InfluxDB takes the lines and gives the points back" { is_read influx "$readers/check-influx"; }
@test "hdr: every bucket is in the log" { is_read hdr "$readers/check-hdr.py"; }

@test "hdr: hdr-histogram-js reads the same percentiles" {
	command -v node npm >/dev/null || skip "node and npm are not installed"
	local folder=$CGCHURN_BUILD/npm
	[ -d "$folder/node_modules/hdr-histogram-js" ] ||
		npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund hdr-histogram-js@3.0.1 ||
		skip "npm could not install hdr-histogram-js"
	is_read hdr node "$readers/check-hdr.js" "$folder/node_modules"
}

@test "no format passes on what drives a terminal or turns a line around" {
	for format in prometheus openmetrics influx bmf gh-benchmark gh-benchmark-rate kcidb junit ktap csv hdr; do
		"$CGCHURN" export --to "$format" "$golden/hostile.json" | python3 -c '
import sys, unicodedata
text = sys.stdin.buffer.read().decode()
hidden = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")}
assert not hidden, (sys.argv[1], hidden)' "$format"
	done
}

@test "csv: a column more or less would show" {
	"$CGCHURN" export --to csv "$golden/hostile.json" | python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin))
assert len(rows) == 17 and {len(row) for row in rows} == {34}, [len(row) for row in rows]'
}

@test "bmf, gh-benchmark: JSON with finite numbers" {
	for format in bmf gh-benchmark gh-benchmark-rate; do
		"$CGCHURN" export --to "$format" "$golden/hostile.json" | python3 -c '
import json, sys
def refuse(text):
    raise ValueError(text)
assert json.load(sys.stdin, parse_constant=refuse)'
	done
}

@test "every format is in --help" {
	"$CGCHURN" export --help >"$BATS_TEST_TMPDIR/help"
	for format in $(sed -n 's/^	\.name = "\([a-z-]*\)",$/\1/p' "$CGCHURN_SOURCE"/src/export/*.c); do
		grep -Eq "^ +$format: " "$BATS_TEST_TMPDIR/help"
	done
}

@test "an unknown format, and none: exit 2 and where to look" {
	run --separate-stderr "$CGCHURN" export --to xml "$golden/sample.json"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'xml' is not one of prometheus, "*", hdr"* ]]
	run --separate-stderr "$CGCHURN" export "$golden/sample.json"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"--to FORMAT is needed"*"--help"* ]]
}

@test "a file that is no result: exit 2, and the old output stays" {
	echo old >"$BATS_TEST_TMPDIR/out"
	echo '{"schema":"cgchurn-result/1"}' >"$BATS_TEST_TMPDIR/broken.json"
	run --separate-stderr "$CGCHURN" export --to csv -o "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/broken.json"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"broken.json"*'found no key "id"'* ]]
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = old ]
}

@test "an output that leads to a descriptor is written to, a link stays, a FIFO too" {
	cd "$BATS_TEST_TMPDIR"
	"$CGCHURN" export --to csv "$golden/sample.json" >expected.csv
	ln -s /proc/self/fd/1 stdout
	ln -s target.csv link
	{ echo before; "$CGCHURN" export --to csv -o stdout "$golden/sample.json"; } >printed.csv
	"$CGCHURN" export --to csv -o stdout "$golden/sample.json" | cmp - expected.csv
	"$CGCHURN" export --to csv -o link "$golden/sample.json"
	{ echo before; cat expected.csv; } | cmp - printed.csv
	cmp expected.csv target.csv
	[ "$(readlink stdout)" = /proc/self/fd/1 ]
	[ "$(readlink link)" = target.csv ]
	cmp <("$CGCHURN" report -o stdout "$golden/sample.json") <("$CGCHURN" report "$golden/sample.json")
	mkfifo pipe
	run -5 "$CGCHURN" export --to csv -o pipe "$golden/sample.json"
	[[ "$output" == *"pipe: No such device or address"* ]]
	[ -p pipe ]
}

@test "an output that cannot be written is told with its path" {
	run --separate-stderr "$CGCHURN" export --to csv -o "$BATS_TEST_TMPDIR/none/out" "$golden/sample.json"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *"none/out"* ]]
}

@test "kcidb: an origin or a build that the schema refuses: exit 2" {
	run "$CGCHURN" export --to kcidb --origin "My CI" "$golden/sample.json"
	[ "$status" -eq 2 ]
	run "$CGCHURN" export --to kcidb --build nocolon "$golden/sample.json"
	[ "$status" -eq 2 ]
	"$CGCHURN" export --to kcidb --origin lab --build lab:1 "$golden/sample.json" | grep -q '"build_id": "lab:1"'
}

@test "a time that is none: exit 2" {
	sed 's/2026-01-31T23:59:10Z/2026-02-29T23:59:10Z/' "$golden/sample.json" >"$BATS_TEST_TMPDIR/time.json"
	run "$CGCHURN" export --to influx "$BATS_TEST_TMPDIR/time.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"2026-02-29T23:59:10Z"* ]]
}

# Two nodes that measured in the same second, and a second night of the first.
three() {
	mkdir -p "$BATS_TEST_TMPDIR/three"
	cp "$golden/sample.json" "$BATS_TEST_TMPDIR/three/1.json"
	sed 's/"id":"0/"id":"1/; s/node-7/node-8/' "$golden/sample.json" >"$BATS_TEST_TMPDIR/three/2.json"
	sed 's/"id":"0/"id":"2/; s/2026-01-31T/2026-02-01T/g' "$golden/sample.json" >"$BATS_TEST_TMPDIR/three/3.json"
	cd "$BATS_TEST_TMPDIR"
}

@test "influx: no point of two nodes or nights replaces another" {
	three
	"$CGCHURN" export --to influx three >points
	[ "$(wc -l <points)" -eq "$((3 * $(wc -l <"$golden/sample.influx")))" ]
	[ "$(sed 's/ .* / /' points | sort | uniq -d | wc -l)" -eq 0 ]
}

@test "csv, junit, ktap, kcidb, hdr: several results in one document" {
	three
	for format in csv junit ktap kcidb hdr; do "$CGCHURN" export --to $format -o out.$format three; done
	python3 - <<-'END'
		import csv, json, xml.etree.ElementTree as xml
		rows = list(csv.DictReader(open("out.csv")))
		assert len(rows) == 48 and {r["host"] for r in rows} == {"node-7", "node-8"} and len({r["id"] for r in rows}) == 3
		cases = [(c.get("classname"), c.get("name")) for c in xml.parse("out.junit").iter("testcase")]
		assert len(cases) == len(set(cases)) == 18, cases
		assert {s.get("hostname") for s in xml.parse("out.junit").iter("testsuite")} == {"node-7", "node-8"}
		lines = open("out.ktap").read().splitlines()
		tests = [line.removeprefix("not ").split(" ", 2)[2] for line in lines if line.startswith(("ok ", "not ok "))]
		assert lines[:2] == ["KTAP version 1", "1..6"] and len(tests) == len(set(tests)) == 6, lines
		tests = json.load(open("out.kcidb"))["tests"]
		assert len({t["id"] for t in tests}) == len(tests) and len(tests) % 3 == 0
		assert {t["environment"]["misc"]["host"] for t in tests if "environment" in t} == {"node-7", "node-8"}
		rows = [line.split(",") for line in open("out.hdr") if line.startswith("Tag=")]
		assert len({(row[0], row[1]) for row in rows}) == len(rows) == 24
	END
}

@test "prometheus: one head a family, and nodes side by side" {
	three
	"$CGCHURN" export --to prometheus -o page three/1.json three/2.json
	[ "$(grep -c '^# TYPE cgchurn_trials ' page)" -eq 1 ]
	[ "$(grep -v '^#' page | sed 's/ [^ ]*$//' | sort | uniq -d | wc -l)" -eq 0 ]
	[ "$(grep -vc '^#' page)" -eq "$((2 * $(grep -vc '^#' "$golden/sample.prometheus")))" ]
	! command -v promtool >/dev/null || promtool check metrics <page
}

@test "prometheus: results whose series could not be told apart are refused, with a way out" {
	three
	run -2 "$CGCHURN" export --to prometheus three
	[[ "$output" == *"three/1.json and three/3.json have the same series"*'host="node-7"'*"--timestamps"* ]]
	sed 's/"id":"0/"id":"3/' three/1.json >again.json
	run -2 "$CGCHURN" export --to openmetrics --timestamps three again.json
	[[ "$output" == *"at the same time"* ]]
}

@test "openmetrics with timestamps: promtool makes blocks of it, and Prometheus gives the samples back" {
	three
	"$CGCHURN" export --to openmetrics --timestamps -o page three
	if command -v promtool >/dev/null; then
		promtool tsdb create-blocks-from openmetrics page data
		mkdir -p data/wal # or dump finds none
		promtool tsdb dump data >samples
		[ "$(grep -c . samples)" -eq "$(grep -vc '^#' page)" ]
		[ "$(grep 'cgchurn_trials.*node-7.*"true".*migrate-under-fork' samples | sort -u | wc -l)" -eq 2 ]
	fi
	/usr/bin/python3 - page <<-'END'
		import sys
		try:
		    from prometheus_client.openmetrics.parser import text_string_to_metric_families
		except ImportError:
		    sys.exit()
		# It loses all but one line of a histogram's second time (its group_timestamp_samples outlives the first).
		page = "".join(line for line in open(sys.argv[1]) if "cgchurn_latency_seconds" not in line)
		families = list(text_string_to_metric_families(page))
		assert {float(s.timestamp) for f in families for s in f.samples} == {1769903940.0, 1769990340.0}
	END
	run -2 "$CGCHURN" export --to csv --timestamps three
	[[ "$output" == *"--timestamps goes with --to openmetrics"* ]]
}

@test "bmf, gh-benchmark: several results are refused, because a name is all that a series has there" {
	three
	for format in bmf gh-benchmark gh-benchmark-rate; do
		run -2 "$CGCHURN" export --to $format three
		[[ "$output" == *"$format: found 3 results, allowed: one"* ]]
	done
}

@test "a copy of a result is refused, under whatever name" {
	three
	cp three/1.json copy.json
	run -2 "$CGCHURN" export --to csv three copy.json
	[[ "$output" == *"copy.json: the same result as three/1.json"* ]]
}

@test "hdr: a clock that was stepped back loses no record" {
	sed 's/2026-01-31T23:59:10Z/2026-01-31T23:58:10Z/' "$golden/sample.json" >"$BATS_TEST_TMPDIR/back.json"
	"$CGCHURN" export --to hdr -o "$BATS_TEST_TMPDIR/log" "$BATS_TEST_TMPDIR/back.json"
	"$readers/check-hdr.py" "$BATS_TEST_TMPDIR/back.json" "$BATS_TEST_TMPDIR/log"
}
