#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# `cgchurn report`: what the page says, that it is well made, and that nothing in a result gets out of its place.

samples=$CGCHURN_SOURCE/tests/golden/export
readers=$CGCHURN_SOURCE/tests/readers

make_samples() { python3 "$samples/make-sample.py" "$BATS_TEST_TMPDIR/$1" "$1"; }

# browse FILE: what a browser makes of it, as text, or a skip. A profile of its own, thrown away.
browse() {
	command -v chromium >/dev/null || skip "chromium is not installed"
	timeout 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$BATS_TEST_TMPDIR/profile" \
		--virtual-time-budget=2000 --dump-dom "file://$1" 2>/dev/null
}

@test "one result: figures, pictures, no comparison" {
	"$CGCHURN" report "$samples/sample.json" -o "$BATS_TEST_TMPDIR/page.html"
	run "$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	[ "$status" -eq 0 ]
	[[ "$output" == "12 drawings"* ]]
	grep -A1 'migrate-under-fork: p50 of migrator write response' "$BATS_TEST_TMPDIR/page.html" | grep -q '>6.28 ms<'
	grep -q 'the hypervisor stole 3.0 % of the CPU time' "$BATS_TEST_TMPDIR/page.html"
	run ! grep -q 'id="verdicts"' "$BATS_TEST_TMPDIR/page.html"
}

@test "a machine's facts have units" {
	"$CGCHURN" report "$CGCHURN_SOURCE/tests/golden/result/sample.json" -o "$BATS_TEST_TMPDIR/page.html"
	grep -A1 '>memory<' "$BATS_TEST_TMPDIR/page.html" | grep -q '>8.0 GiB<'
	grep -q '>timer frequency (Hz)<' "$BATS_TEST_TMPDIR/page.html"
}

@test "two kernels: the verdicts of compare, with their intervals" {
	make_samples pair
	"$CGCHURN" report "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new" -o "$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -q 'migrate-under-fork: migrations became 12x faster at p50' "$BATS_TEST_TMPDIR/page.html"
	"$CGCHURN" compare --format json "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new" >"$BATS_TEST_TMPDIR/json" || true
	python3 - "$BATS_TEST_TMPDIR/page.html" "$BATS_TEST_TMPDIR/json" <<-'END'
		import json, re, sys
		page, comparison = open(sys.argv[1]).read(), json.load(open(sys.argv[2]))
		verdicts = re.findall(r'<td class="verdict">(\w+)</td>', page)
		assert verdicts == [m["verdict"] for m in comparison["metrics"]], verdicts
		assert page.count('class="forest"') == len(verdicts)
		# A dot a boot, with its value, beside each verdict of a primary.
		primaries = [m for m in comparison["metrics"] if m["primary"] and m["ratio"] is not None]
		drawings = re.findall(r'one dot per (\w+),.*?</figcaption>(.*?)</svg>', page, re.S)
		assert len(drawings) == len(primaries) > 0, drawings
		units = sum(comparison[side]["units"] for side in ("base", "new"))
		for unit, drawing in drawings:
		    dots = re.findall(r'<circle class="s[01]"[^>]*><title>[^<]+: [0-9.]+[^<]*</title>', drawing)
		    assert len(dots) == units, (unit, len(dots), units)
	END
}

@test "two releases: the page says that the verdicts are not of the regime alone; not of one release" {
	make_samples pair
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new" >"$BATS_TEST_TMPDIR/page.html"
	grep -q '^<p class="remark">Release differences included: the kernels differ in more than the lock&#39;s regime' \
		"$BATS_TEST_TMPDIR/page.html"
	sed -i 's/"release":"7.2.1"/"release":"6.12.57"/' "$BATS_TEST_TMPDIR"/pair/new/*.json
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new" >"$BATS_TEST_TMPDIR/page.html"
	grep -q '^<p>Base is ' "$BATS_TEST_TMPDIR/page.html"
	run ! grep -q 'Release differences' "$BATS_TEST_TMPDIR/page.html"
}

@test "the title says what is compared: kernels, labels, as text; --title says something else" {
	make_samples pair
	page() { "$CGCHURN" report --no-pictures "$@" "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new"; }
	page | grep -qF '<title>cgchurn report: 6.12.57, global against 7.2.1, per-threadgroup</title>'
	page --title 'Mine & yours' | grep -qF '<title>Mine &amp; yours</title>'
	sed -i 's/"label":null/"label":"<\/title>old"/' "$BATS_TEST_TMPDIR"/pair/base/*.json
	sed -i 's/"label":null/"label":"patched"/' "$BATS_TEST_TMPDIR"/pair/new/*.json
	page | grep -qF '<title>cgchurn report: &lt;/title&gt;old against patched</title>'
	"$CGCHURN" report --no-pictures "$samples/sample.json" | grep -qF '<title>cgchurn report: baseline</title>'
}

@test "kernels on two machines: no verdict, but why, and --allow-different" {
	make_samples pair
	sed -i 's/Some CPU/Other CPU/' "$BATS_TEST_TMPDIR"/pair/new/*.json
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/pair/base" "$BATS_TEST_TMPDIR/pair/new" >"$BATS_TEST_TMPDIR/page.html"
	grep -q 'cpu.model: Some CPU.*Other CPU' "$BATS_TEST_TMPDIR/page.html"
	run ! grep -q 'class="forest"' "$BATS_TEST_TMPDIR/page.html"
	"$CGCHURN" report --no-pictures --allow-different cpu.model "$BATS_TEST_TMPDIR/pair/base" \
		"$BATS_TEST_TMPDIR/pair/new" >"$BATS_TEST_TMPDIR/page.html"
	grep -q 'class="forest"' "$BATS_TEST_TMPDIR/page.html"
}

@test "forkers against migrators: a heat map with its figures" {
	make_samples grid
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/grid" >"$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	[ "$(grep -c 'class="number heat"' "$BATS_TEST_TMPDIR/page.html")" -eq 4 ]
	grep -q -- '--heat:0.000' "$BATS_TEST_TMPDIR/page.html"
	grep -q -- '--heat:1.000' "$BATS_TEST_TMPDIR/page.html"
}

@test "an attributed result: a stacked bar a band, that adds up" {
	make_samples attributed
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/attributed/attributed.json" >"$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -q 'measured with tracing attached' "$BATS_TEST_TMPDIR/page.html"
	[ "$(grep -c 'RCU grace period<' "$BATS_TEST_TMPDIR/page.html")" -eq 1 ]
	python3 - "$BATS_TEST_TMPDIR/page.html" "$BATS_TEST_TMPDIR/attributed/attributed.json" <<-'END'
		import json, re, sys
		trials = [t for t in json.load(open(sys.argv[2]))["runs"][0]["trials"] if t["valid"]]
		parts = [t["series"][2]["attribution"]["bands"]["all"]["parts_ns"] for t in trials]
		waiting, running = (sum(p[name] for p in parts) for name in ("grace_period", "running"))
		width = 240 * waiting / (waiting + running)
		bars = re.findall(r'<svg class="bar".*?</svg>', open(sys.argv[1]).read())
		assert len(bars) == 3, len(bars)
		for bar in bars:
		    rects = re.findall(r'class="p(\d+)" x="([\d.]+)" y="0" width="([\d.]+)"', bar)
		    want = [("0", 0, width), ("9", width, 240 - width)]
		    assert len(rects) == 2, rects
		    for (part, x, w), (name, at, wide) in zip(rects, want):
		        assert part == name and abs(float(x) - at) < 0.01 and abs(float(w) - wide) < 0.01, (rects, want)
	END
}

@test "a sweep: its curve, the edge and the knee; hostile words in it stay words" {
	make_samples sweep
	"$CGCHURN" report "$BATS_TEST_TMPDIR/sweep/sweep.json" -o "$BATS_TEST_TMPDIR/page.html"
	run "$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	[[ "$output" == "1 drawings"* ]]
	grep -q 'p50&lt;1ms holds up to storm.workers = 4 and breaks at 8' "$BATS_TEST_TMPDIR/page.html"
	grep -q 'The knee is at 7.07, between 6.5 and 7.7' "$BATS_TEST_TMPDIR/page.html"
	sed -i 's/"storm"/"<script>alert(1)<\/script>"/; s/"holds"/"<img src=x>"/' "$BATS_TEST_TMPDIR/sweep/sweep.json"
	"$CGCHURN" report "$BATS_TEST_TMPDIR/sweep/sweep.json" -o "$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	sed -i 's/"number": *4/"number": -4/; s/"number":4/"number":-4/' "$BATS_TEST_TMPDIR/sweep/sweep.json"
	run "$CGCHURN" report "$BATS_TEST_TMPDIR/sweep/sweep.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"sweep.json"*"points[2].number"* ]]
}

@test "a history of 200 results: the changes, in less than 5 s of CPU time" {
	make_samples nightly
	(ulimit -t 5 && "$CGCHURN" report --history "$BATS_TEST_TMPDIR/nightly" -o "$BATS_TEST_TMPDIR/page.html")
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -q '2026-04-01' "$BATS_TEST_TMPDIR/page.html"
	grep -q '2026-05-31' "$BATS_TEST_TMPDIR/page.html"
	[ "$(grep -c '<tr class="\(regression\|improvement\)">' "$BATS_TEST_TMPDIR/page.html")" -eq 2 ]
}

@test "a history with values of 0 shows them" {
	for month in 1 2; do
		"$CGCHURN_BUILD/tests/cli/make-results" "$BATS_TEST_TMPDIR/$month" 12 name=$month month=$month trials=1 \
			forks=$([ $month = 1 ] && echo 1e-9 || echo 1)
		mkdir -p "$BATS_TEST_TMPDIR/nights"
		for file in "$BATS_TEST_TMPDIR/$month"/*; do cp "$file" "$BATS_TEST_TMPDIR/nights/$month-${file##*/}"; done
	done
	"$CGCHURN" report --history "$BATS_TEST_TMPDIR/nights" -o "$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -q 'up from 0, worse' "$BATS_TEST_TMPDIR/page.html"
	grep -q '<text class="y"[^>]*>0 ns</text>' "$BATS_TEST_TMPDIR/page.html"
}

@test "words marked in a question are code, a lone mark stays; sentences of evidence are joined as such" {
	python3 - "$samples/sample.json" "$BATS_TEST_TMPDIR/marked.json" <<-'END'
		import json, sys
		result = json.load(open(sys.argv[1]))
		result["runs"][0]["workload"]["spec"]["why"] = "In the regime `global` each waits: `<b>` or a lone ` mark?"
		result["host"]["lock"]["evidence"] = ["BTF has the member.", "Seen", "Not seen: the log."]
		json.dump(result, open(sys.argv[2], "w"))
	END
	"$CGCHURN" report --no-pictures "$BATS_TEST_TMPDIR/marked.json" >"$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -qF 'In the regime <code>global</code> each waits: <code>&lt;b&gt;</code> or a lone ` mark?' "$BATS_TEST_TMPDIR/page.html"
	grep -qF '>BTF has the member. Seen; Not seen: the log.<' "$BATS_TEST_TMPDIR/page.html"
}

@test "hostile texts stay texts" {
	"$CGCHURN" report "$samples/hostile.json" -o "$BATS_TEST_TMPDIR/page.html"
	"$readers/check-page.py" "$BATS_TEST_TMPDIR/page.html"
	grep -q 'default-src .none.' "$BATS_TEST_TMPDIR/page.html"
}

@test "hostile texts stay texts in a browser, without the page's own policy too" {
	"$CGCHURN" report "$samples/hostile.json" -o "$BATS_TEST_TMPDIR/page.html"
	grep -v Content-Security-Policy "$BATS_TEST_TMPDIR/page.html" >"$BATS_TEST_TMPDIR/open.html"
	for page in page open; do
		browse "$BATS_TEST_TMPDIR/$page.html" >"$BATS_TEST_TMPDIR/$page.seen"
		"$readers/check-page.py" "$BATS_TEST_TMPDIR/$page.seen"
	done
	# That the browser would have run it, had it got through:
	sed 's/<h1>/<h1><img src=x onerror="document.title=1+1">/' "$BATS_TEST_TMPDIR/open.html" >"$BATS_TEST_TMPDIR/owned.html"
	browse "$BATS_TEST_TMPDIR/owned.html" | grep -q '<title>2</title>'
}

@test "--no-pictures: words and tables" {
	run --separate-stderr "$CGCHURN" report --no-pictures "$samples/sample.json"
	[ "$status" -eq 0 ]
	[[ "$output" != *"<figure>"* ]]
}

@test "no RESULT, one given twice, one that is none: exit 2" {
	run "$CGCHURN" report
	[ "$status" -eq 2 ]
	run "$CGCHURN" report "$samples/sample.json" "$samples/sample.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"given already"* ]]
	echo '{}' >"$BATS_TEST_TMPDIR/none.json"
	run "$CGCHURN" report "$BATS_TEST_TMPDIR/none.json"
	[ "$status" -eq 2 ]
	[[ "$output" == *"none.json"* ]]
}
