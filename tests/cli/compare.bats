#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Comparisons of result files whose truth is known, from outside: verdicts, exit codes, bad input.

setup_file() {
	cd "$BATS_FILE_TMPDIR"
	make_results base 6 name=base seed=1
	make_results same 6 name=same seed=2
	make_results slow 6 name=slow seed=3 migration=2 release=7.3.0
	make_results two 2 name=two seed=4
	make_results boot-a 6 name=boot-a seed=5 boot=the-one
	make_results boot-b 6 name=boot-b seed=6 boot=the-one migration=2
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

make_results() {
	"$CGCHURN_BUILD/tests/cli/make-results" "$@"
}

# Runs Python statements over each result `r` of a folder, the i-th one.
change_results() {
	python3 - "$1" "$2" <<-'END'
		import copy, json, pathlib, sys
		for i, path in enumerate(sorted(pathlib.Path(sys.argv[1]).glob("*.json"))):
		    r = json.loads(path.read_text())
		    exec(sys.argv[2])
		    path.write_text(json.dumps(r))
	END
}

# Each format of the comparison BASE NEW, its lines joined, has the text.
all_formats_say() {
	local format
	for format in text json markdown junit; do
		"$CGCHURN" compare --format $format "$1" "$2" | tr -s '\n ' ' ' >said
		grep -q "$3" said || { echo "$format does not say: $3"; return 1; }
	done
	"$CGCHURN" report --no-pictures "$1" "$2" | tr -s '\n ' ' ' >said
	grep -q "$3" said || { echo "report does not say: $3"; return 1; }
}

# The value of a Python expression over the comparison `c` on standard input.
ask() {
	python3 -c "import json, sys; c = json.load(sys.stdin); print($1)"
}

@test "no change: equivalent, exit 0, also where a decision is required" {
	run --separate-stderr "$CGCHURN" compare --require-decision base same
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == *"migrations are equivalent within 10 % at p50;"* ]]
	[[ "$output" == *"forks are equivalent within 5 % at p50."* ]]
}

@test "a regression of a primary: exit 1" {
	run --separate-stderr "$CGCHURN" compare base slow
	[ "$status" -eq 1 ]
	[[ "$output" == *"migrations became 2.0x slower at p50;"* ]]
	[[ "$output" == *"6.18.0"*"7.3.0"* ]]
}

@test "a doubled p90 of 100 planned steps of which one is lost is a regression" {
	make_results lost-base 6 name=lost-base seed=31 samples=100 lost=1 metric=p90 from=pooled
	make_results lost-slow 6 name=lost-slow seed=32 samples=100 lost=1 metric=p90 from=pooled migration=2
	run -1 --separate-stderr "$CGCHURN" compare lost-base lost-slow
	[[ "$output" == *"migrations became 2.0x slower at p90;"* ]]
	"$CGCHURN" compare --format json lost-base lost-slow >out.json || [ $? -eq 1 ]
	[ "$(ask '(c["metrics"][0]["from"], c["metrics"][1]["from"])' <out.json)" = "('pooled', 'trials')" ]
	run -0 "$CGCHURN" compare --plan 50% lost-base
	run -0 "$CGCHURN" compare --aa lost-base
	[[ "$output" == *"Called equivalent"* ]]
}

@test "a quiet machine: intervals hold their estimates, and a percentile's a bucket to either side" {
	make_results quiet-a 5 name=quiet-a seed=41 boot_sigma=0.001 trial_sigma=0.001 samples=20000
	make_results quiet-b 5 name=quiet-b seed=91 boot_sigma=0.001 trial_sigma=0.001 samples=20000
	"$CGCHURN" compare --format json quiet-a quiet-b >out.json
	[ "$(ask '[m["metric"] for m in c["metrics"] if m["unit"] and not m["low"] <= m["ratio"] <= m["high"]]' <out.json)" = "[]" ]
	[ "$(ask '[m["metric"] for m in c["metrics"] if m["metric"][0] == "p" and m["high"] < 1.0078 * m["ratio"]]' <out.json)" = "[]" ]
	[ "$(ask 'c["metrics"][0]["verdict"], c["metrics"][1]["verdict"]' <out.json)" = "equivalent equivalent" ]
	run -0 --separate-stderr "$CGCHURN" compare --tolerance 0.7 quiet-a quiet-b
	[[ "$output" == *"p50 resolves 0.8 %: equivalence within 0.7 % cannot be shown"* ]]
}

@test "the side with fewer boots scatters more: every format says so" {
	make_results few 5 name=few seed=51 boot_sigma=0.2
	make_results many 9 name=many seed=52
	for format in text json markdown junit; do
		"$CGCHURN" compare --format $format few many >out || [ $? -eq 1 ]
		tr -s '\n ' ' ' <out | grep -q "base has fewer units than new, and they scatter more"
	done
	run -0 "$CGCHURN" compare base same
	[[ "$output" != *"fewer units"* ]]
}

@test "what may be a result and is passed over in a folder is named, by every reader" {
	cp -r base mixed
	gzip -k mixed/0001.json
	mv mixed/0001.json.gz mixed/0009.json.gz
	mkdir mixed/raw mixed/older
	touch mixed/raw/0.csv
	cp same/0000.json mixed/older
	make_results gone 1 name=gone
	gzip gone/0000.json
	for command in "compare mixed slow" "history mixed" "report -o page.html mixed" "export --to csv mixed"; do
		run --separate-stderr "$CGCHURN" $command
		[[ "$stderr" == *"mixed: skipped 1 compressed file (0009.json.gz): results are read uncompressed"* ]]
		[[ "$stderr" == *"mixed: skipped 1 folder (older): folders are not entered; name them"* ]]
	done
	run -2 "$CGCHURN" compare gone slow
	[[ "$output" == *"no file whose name ends in .json"*"compressed ones (1), such as 0000.json.gz"* ]]
	run -2 "$CGCHURN" compare gone/0000.json.gz slow
	[[ "$output" == *"0000.json.gz: compressed with gzip"* ]]
	run --separate-stderr "$CGCHURN" history base
	[ -z "$stderr" ]
}

@test "a share from 0 is told from one that is not known, in every format" {
	make_results unseen 6 name=none seed=41 migration=0.03 "metric=share>1ms"
	make_results seen 6 name=some seed=42 migration=0.08 "metric=share>1ms"
	run -1 "$CGCHURN" compare unseen seen
	[[ "$output" == *" from 0 "*"migrations beyond 1ms appeared (none before, 0.792 %)"* ]]
	for format in markdown junit; do
		run -1 "$CGCHURN" compare --format $format unseen seen
		[[ "$output" == *"from 0"* ]]
	done
	"$CGCHURN" compare --format json unseen seen >out.json || [ $? -eq 1 ]
	[ "$(ask '[(m["ratio_state"], m["ratio"], m["base"], m["new"] > 0.001, m["low"] > 2, m["high"]) for m in c["metrics"][:1]]' \
		<out.json)" = "[('from_zero', None, 0, True, True, None)]" ]
	run -0 "$CGCHURN" compare --format json seen unseen
	[ "$(ask '[(m["ratio_state"], m["high"] < 0.5) for m in c["metrics"][:1]]' <<<"$output")" = "[('to_zero', True)]" ]
	make_results few 6 name=few seed=43 samples=10
	run -0 "$CGCHURN" compare --format json base few
	[ "$(ask '[(m["ratio_state"], m["ratio"]) for m in c["metrics"][:1]]' <<<"$output")" = "[('unknown', None)]" ]
}

@test "an improvement: exit 0" {
	run --separate-stderr "$CGCHURN" compare slow base
	[ "$status" -eq 0 ]
	[[ "$output" == *"migrations became 2.0x faster at p50;"* ]]
}

@test "too few boots: told beforehand, exit 0; exit 3 where a decision is required" {
	run --separate-stderr "$CGCHURN" compare two slow/0000.json
	[ "$status" -eq 0 ]
	[[ "${lines[1]}" == *"cannot reach a regression or an improvement"* ]]
	run "$CGCHURN" compare --require-decision two slow/0000.json
	[ "$status" -eq 3 ]
}

@test "one boot only: said with each verdict, never a decision about kernels" {
	run --separate-stderr "$CGCHURN" compare boot-a boot-b
	[ "$status" -eq 1 ]
	[[ "$output" == *"migrations became 2.0x slower at p50 (this boot only);"* ]]
	run "$CGCHURN" compare --require-decision boot-a boot-b
	[ "$status" -eq 3 ]
}

@test "a tolerance of the caller's decides" {
	run --separate-stderr "$CGCHURN" compare --tolerance 100 slow/0000.json base
	[ "$status" -eq 0 ]
	make_results little 6 name=little seed=7 forks=1.1
	run "$CGCHURN" compare base little
	[ "$status" -eq 1 ]
	run "$CGCHURN" compare --tolerance 20 base little
	[ "$status" -eq 0 ]
	[[ "$output" == *"forks are equivalent within 20 % at p50."* ]]
	run "$CGCHURN" compare --tolerance 0 base little
	[ "$status" -eq 2 ]
}

@test "JSON fits its schema and says the same" {
	"$CGCHURN" compare --format json base slow >out.json || [ $? -eq 1 ]
	run -0 python3 "$CGCHURN_SOURCE/tests/cli/validate.py" "$CGCHURN_SOURCE/doc/schema/cgchurn-comparison-1.json" out.json
	[ "$(ask '(c["schema"], c["scope"])' <out.json)" = "('cgchurn-comparison/1', 'boots')" ]
	[ "$(ask '(c["metrics"][0]["verdict"], c["metrics"][0]["primary"])' <out.json)" = "('regression', True)" ]
	[ "$(ask '1.9 < c["metrics"][0]["low"] < c["metrics"][0]["ratio"] < c["metrics"][0]["high"] < 2.1' <out.json)" = True ]
	[ "$(ask '[f["new"] for f in c["under_test"] if f["name"] == "kernel.release"]' <out.json)" = "[['7.3.0']]" ]
}

@test "JUnit is XML in which the regression fails" {
	"$CGCHURN" compare --format junit base slow >out.xml || [ $? -eq 1 ]
	python3 - out.xml <<'PYTHON'
import sys
import xml.etree.ElementTree as ElementTree
suite = ElementTree.parse(sys.argv[1]).getroot().find("testsuite[@name='primary']")
assert suite.get("tests") == "2" and suite.get("failures") == "1", suite.attrib
assert suite.find("testcase[@name='migrator write response p50']/failure") is not None
PYTHON
}

@test "markdown has a table and the words" {
	run --separate-stderr "$CGCHURN" compare --format markdown base slow
	[ "$status" -eq 1 ]
	[[ "$output" == *"- migrations became 2.0x slower at p50"* ]]
	[[ "$output" == *"| **regression** |"* ]]
}

@test "markdown of many metrics fits a comment of GitHub, and says what it leaves out" {
	make_results many-a 4 name=many-a seed=61 series=200 trials=1
	make_results many-b 4 name=many-b seed=62 series=200 trials=1
	"$CGCHURN" compare --format markdown many-a many-b >out.md
	[ "$(wc -c <out.md)" -lt 65536 ]
	grep -q '^| migrate-under-fork | storm cycle p50 ' out.md
	grep -qE '^[0-9]+ more are left out here; the text and the JSON have them all.$' out.md
	"$CGCHURN" compare --format json many-a many-b >out.json
	left=$(sed -n 's/ more are left out here.*//p' out.md)
	[ "$(ask 'len(c["metrics"])' <out.json)" -eq $((left + $(grep -c '^| migrate-under-fork |' out.md))) ]
}

# Both forms of the comparison of two folders, and what the Markdown reader finds in them.
check_markdown() {
	command -v cmark-gfm >/dev/null || skip "needs cmark-gfm"
	"$CGCHURN" compare --format markdown "$@" >page.md || [ $? -eq 1 ]
	"$CGCHURN" compare --format json "$@" >page.json || [ $? -eq 1 ]
	run -0 python3 "$CGCHURN_SOURCE/tests/readers/check-markdown.py" page.md page.json
}

@test "markdown keeps every cell and each character of it, whatever results say" {
	make_results plain 6 name=plain seed=63
	make_results odd 6 name=odd seed=64 migration=2
	change_results odd 'odd = "a|b `c` <b>d</b> ~e~ **f** _g_ [h](i) $j$ &amp; #1 \\ \n| k |"
r["host"]["kernel"]["release"] = r["host"]["cpu"]["model"] = odd'
	check_markdown --allow-different cpu.model plain odd
	[ "$output" = "2 0" ]
}

# One in 30 primaries is a regression, one an improvement.
@test "markdown of 600 primaries fits, and leaves out equivalent ones first" {
	for side in wide-a wide-b; do
		make_results $side 9 name=$side seed=${#side} series=30 trials=1 samples=100
		change_results $side '
run, r["runs"] = r["runs"][0], []
primary = run["workload"]["spec"]["primary"]
run["workload"]["spec"]["primary"] = [dict(primary[1], actor=f"extra-{n}", tolerance=0.5) for n in range(30)]
if "wide-b" in r["id"]:
    for s in run["trials"][0]["series"]:
        s["actor"] = {"extra-0": "extra-1", "extra-1": "extra-0"}.get(s["actor"], s["actor"])
for k in range(20):
    r["runs"].append(copy.deepcopy(run))
    r["runs"][-1]["workload"]["name"] = r["runs"][-1]["workload"]["spec"]["name"] = f"w-{k}"'
	done
	check_markdown wide-a wide-b
	[ "${output% *}" -gt 200 ]
	[ $((${output% *} + ${output#* })) -eq 600 ]
	[ "$(grep -c '^| w-[0-9]* |.* \*\*regression\*\* |$' page.md)" -eq 20 ]
	[ "$(ask '[m["verdict"] for m in c["metrics"] if m["primary"]].count("regression")' <page.json)" -eq 20 ]
}

@test "what should not differ is refused with the list, and allowed by name" {
	make_results other 6 name=other seed=8
	sed -i 's/Some CPU/Another CPU/' other/*.json
	run --separate-stderr "$CGCHURN" compare base other
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ "$stderr" == *"cpu.model (CPU model)"*"Some CPU"*"base/0000.json"*"Another CPU"* ]]
	run --separate-stderr "$CGCHURN" compare --allow-different cpu.model base other
	[ "$status" -eq 0 ]
	[[ "$output" == *"DIFFERENT, AND ALLOWED TO BE"*"CPU model"* ]]
	run -0 "$CGCHURN" compare --format markdown --allow-different cpu.model base other
	[[ "$output" == *$'\n| CPU model (allowed to differ) | Some CPU @ 2.10GHz | Another CPU @ 2.10GHz |\n'* ]]
	run "$CGCHURN" compare --allow-different cpu.modell base other
	[ "$status" -eq 2 ]
	[[ "$output" == *"'cpu.modell' is nothing that is compared"* ]]
}

@test "traced results never stand beside plain ones" {
	make_results traced 6 name=traced seed=9 attributed=1
	run "$CGCHURN" compare --allow-different attributed base traced
	[ "$status" -eq 2 ]
	[[ "$output" == *"attributed"*"cannot be allowed"* ]]
}

@test "differing failures and invalid trials are told beside the metric" {
	make_results failing 6 name=failing seed=10 errors=40 invalid=1
	run "$CGCHURN" compare base failing
	[ "$status" -eq 0 ]
	[[ "$output" == *"failed operations differ: base 0 %, new 9.09 % (EAGAIN)"* ]]
	[[ "$output" == *"invalid trials left out: base 0 of 18, new 6 of 18 (the hypervisor stole"* ]]
}

@test "what must be known beside the verdicts stands in every format" {
	make_results hurt 6 name=hurt seed=10 errors=40 invalid=1 release=7.3.0
	all_formats_say base hurt "invalid trials left out: base 0 of 18, new 6 of 18 (the hypervisor stole"
	all_formats_say base hurt "Measured in a guest (kvm)"
	all_formats_say base hurt "Release differences included"
	"$CGCHURN" compare --format json base hurt >out.json
	[ "$(ask '(c["alpha"], c["tested"], c["units_needed"])' <out.json)" = "(0.05, 2, 5)" ]
	[ "$(ask 'c["remark_words"]' <out.json)" = "['guest', 'releases', 'invalid-trials']" ]
	[ "$(ask 'len(c["remarks"])' <out.json)" = 3 ]
}

@test "looks after each block: a verdict stays that of the block that decided" {
	make_results first 8 name=first seed=21
	make_results other 8 name=other seed=22 migration=2
	for k in 5 6 8; do
		rm -rf a b && mkdir a b
		for i in $(seq 0 $((k - 1))); do cp first/000$i.json a/ && cp other/000$i.json b/; done
		run "$CGCHURN" compare --require-decision --max-boots 12 --format json a b
		echo "$status" >status-$k
		echo "$output" >at-$k.json
	done
	[ "$(cat status-5) $(cat status-6) $(cat status-8)" = "3 1 1" ]
	[ "$(ask '(c["open"], c["blocks"], c["max_blocks"])' <at-5.json)" = "(True, 5, 12)" ]
	[ "$(ask 'c["metrics"][0]["verdict"]' <at-5.json)" = inconclusive ]
	[ "$(ask 'c["metrics"][0]' <at-6.json)" = "$(ask 'c["metrics"][0]' <at-8.json)" ]
	[ "$(ask '(c["metrics"][0]["verdict"], c["metrics"][0]["decided_at"])' <at-8.json)" = "('regression', 6)" ]
	python3 "$CGCHURN_SOURCE/tests/cli/validate.py" "$CGCHURN_SOURCE/doc/schema/cgchurn-comparison-1.json" at-8.json
	# The report, too, shows what the look that decided saw.
	"$CGCHURN" report --no-pictures --max-boots 12 a b >page.html
	grep -q "Judged after each block, 8 so far and 12 at most" page.html
	[ "$(grep -c '<td class="number">0.0022</td>' page.html)" -ge 1 ]
	# Repeated intervals are called so, except those of exploratory metrics.
	for format in text markdown junit; do
		run "$CGCHURN" compare --max-boots 12 --format "$format" a b
		[[ "$output" == *"repeated 95 %"* && "$output" == *"95 % interval"* ]]
	done
	grep -q "repeated 95 % interval" page.html
	run -2 "$CGCHURN" report --max-boots 1 a b
	run "$CGCHURN" compare --max-boots 6 a b
	[ "$status" -eq 2 ]
	[[ "$output" == *"there are 8 blocks"* ]]
	change_results a 'del r["sequence"]'
	run "$CGCHURN" compare --max-boots 12 a b
	[ "$status" -eq 2 ]
	[[ "$output" == *"not of blocks in ascending order"* ]]
}

@test "the same file, or a copy of it, on both sides is refused" {
	run "$CGCHURN" compare base/0000.json base
	[ "$status" -eq 2 ]
	[[ "$output" == *"base/0000.json: BASE and NEW are the same file"* ]]
	run "$CGCHURN" compare base/0000.json ./base/0000.json
	[ "$status" -eq 2 ]
	[[ "$output" == *"BASE and NEW hold the same file: base/0000.json and ./base/0000.json"* ]]
	[[ "$output" == *"compare --aa RESULT"* ]]
	cp base/0000.json copy.json
	run "$CGCHURN" compare base copy.json
	[ "$status" -eq 2 ]
	[[ "$output" == *"the same result as"* ]]
}

@test "one invocation a side cannot decide, because" {
	run "$CGCHURN" compare --require-decision base/0000.json slow/0000.json
	[ "$status" -eq 3 ]
	[[ "$output" == *"no decision at p50"* ]]
	[[ "$output" == *"cannot decide: 1 + 1 invocations"* ]]
}

@test "truncated, foreign, newer and self-contradictory files: exit 2 with the file's name" {
	mkdir -p bad
	head -c 3000 base/0000.json >bad/truncated.json
	echo '{"hello": 1}' >bad/foreign.json
	echo 'not json' >bad/no.json
	sed "s#cgchurn-result/2-draft-1#cgchurn-result/3#" base/0000.json >bad/newer.json
	sed '0,/"count": 400/s//"count": 401/' base/0000.json >bad/sum.json
	sed '0,/"duration_ns": 1000000000/s//"duration_ns": -5/' base/0000.json >bad/negative.json
	: >bad/empty.json
	for file in bad/*.json; do
		run ! cmp -s "$file" base/0000.json
		run --separate-stderr "$CGCHURN" compare "$file" same
		echo "$file: $status: $stderr"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ "$stderr" == *"$file"* ]]
	done
}

@test "an empty folder, no file, a FIFO, a device: exit 2 at once" {
	mkdir -p empty
	mkfifo -m 600 fifo.json || true
	for path in empty nowhere fifo.json /dev/zero; do
		run timeout 10 "$CGCHURN" compare base "$path"
		echo "$path: $status: $output"
		[ "$status" -eq 2 ]
		[[ "$output" == *"$path"* ]]
	done
}

@test "results without a trial are left out; a side of nothing else is refused" {
	make_results none 1 name=none trials=0
	mkdir -p some
	cp base/*.json some
	cp none/0000.json some/none.json
	run "$CGCHURN" compare some same
	[ "$status" -eq 0 ]
	[[ "$output" == *"Skipped, no trials: 1 results of base, 0 of new"* ]]
	run "$CGCHURN" compare base none
	[ "$status" -eq 2 ]
	[[ "$output" == *"none/0000.json: no result holds a trial"* ]]
}

@test "sides without a workload in common are refused" {
	mkdir -p elsewhere
	sed 's/migrate-under-fork/another-one/' slow/0000.json >elsewhere/0000.json
	run "$CGCHURN" compare base elsewhere
	[ "$status" -eq 2 ]
	[[ "$output" == *"no workload in common"* ]]
}

@test "all of base before all of new, and the reverse: every format says so; not where they took turns" {
	cp -r same later
	change_results later "r['started_at'] = r['started_at'].replace('-01-31T', '-02-01T')"
	all_formats_say base later "By their clocks, all of base ran before all of new"
	all_formats_say later base "By their clocks, all of new ran before all of base"
	run -0 "$CGCHURN" compare base same
	[[ "$output" != *"By their clocks"* ]]
}

@test "others took more CPU time on one side: every format says so" {
	cp -r base idle
	cp -r same busy
	for side in "idle 0" "busy 0.5"; do
		set -- $side
		change_results $1 "
for t in r['runs'][0]['trials']: t['env'].update(own_cpu_ns=10**9, foreign_cpu_ns=int($2 * t['duration_ns']))"
	done
	all_formats_say idle busy "took 0 CPUs in trials of base and 0.5 in those of new"
	run -0 "$CGCHURN" compare base same
	[[ "$output" != *"equally idle"* ]]
}

# undecided BASE NEW WHY: its primaries are undecided for that reason in every format, and count.
undecided() {
	all_formats_say "$1" "$2" "$3"
	run -0 "$CGCHURN" compare "$1" "$2"
	run -3 "$CGCHURN" compare --require-decision "$1" "$2"
	"$CGCHURN" compare --format junit --require-decision "$1" "$2" >out.xml || [ $? -eq 3 ]
	grep -q '<error message="inconclusive: ' out.xml
	"$CGCHURN" compare --format json "$1" "$2" >out.json
	[ "$(ask 'any(m["primary"] and m["verdict"] == "inconclusive" for m in c["metrics"])' <out.json)" = True ]
}

add_a_workload='
run = copy.deepcopy(r["runs"][0])
run["workload"]["name"] = "another"
r["runs"].append(run)'

@test "a workload of one side only: its primaries are undecided, and count" {
	rm -rf more gone
	cp -r base more
	change_results more "$add_a_workload"
	undecided more same "new does not have this workload"
	undecided same more "base does not have this workload"
	all_formats_say more same "Only in base: workload another"
}

@test "a workload given up on one side: its primaries are undecided, and count" {
	rm -rf more gone
	cp -r base more
	cp -r same gone
	change_results more "$add_a_workload"
	change_results gone "$add_a_workload
run['trials'], run['failure'] = [], 'forks fail: EAGAIN'"
	undecided more gone "given up in 6 of 6 results of new: forks fail: EAGAIN"
}

@test "a workload given up in half of the boots, also in results of nothing else: not judged by the others" {
	for add in "$add_a_workload" "run = r['runs'][0]"; do
		rm -rf more gone
		cp -r base more
		cp -r same gone
		change_results more "$add"
		change_results gone "$add
if i % 2: run['trials'], run['failure'] = [], 'forks fail: EAGAIN'"
		undecided more gone "in 0 of 6 results of base and 3 of 6 of new: the others are a selection"
		all_formats_say more gone "was given up in 0 of 6 results of base and 3 of 6 of new (forks fail: EAGAIN)"
	done
	change_results more "if i % 2: r['runs'][-1]['trials'], r['runs'][-1]['failure'] = [], 'forks fail: EAGAIN'"
	"$CGCHURN" compare --format json more gone >out.json
	[ "$(ask 'any("selection" in m["reason"] for m in c["metrics"])' <out.json)" = False ]
}

@test "a workload that interrupted results did not reach: not judged by the others" {
	local rest
	for rest in "" "r['runs'][0]['trials'] = []"; do
		rm -rf more gone
		cp -r base more
		cp -r same gone
		change_results more "$add_a_workload"
		change_results gone "$add_a_workload
if i % 2:
    run['trials'], r['complete'] = [], False
    $rest"
		undecided more gone "interrupted or without a valid trial in 0 of 6 results of base and 3 of 6 of new: the others are a selection"
	done
	change_results more "if i % 2: r['runs'][-1]['trials'], r['complete'] = [], False"
	"$CGCHURN" compare --format json more gone >out.json
	[ "$(ask '[m["workload"] for m in c["metrics"] if m["primary"] and "selection" in m["reason"]]' <out.json)" = \
		"['migrate-under-fork', 'migrate-under-fork']" ]
}

@test "a figure that is 0 has no ratio: undecided, and the reason says so" {
	rm -rf moving stopped
	cp -r base moving
	cp -r same stopped
	change_results moving "r['runs'][0]['workload']['spec']['primary'][1]['metric'] = 'rate'"
	change_results stopped "r['runs'][0]['workload']['spec']['primary'][1]['metric'] = 'rate'
for t in r['runs'][0]['trials']: t['series'][1]['rate_per_s'] = 0"
	undecided moving stopped "the rate is 0 in 18 of 18 trials of new: 0 has no ratio"
}

@test "times that cannot be read order nothing, and their boots are in the picture all the same" {
	rm -rf odd
	cp -r base odd
	change_results odd "r['started_at'] = 'midnight %d' % i"
	"$CGCHURN" compare --format json odd same >out.json
	[ "$(ask '"order" in c["remark_words"]' <out.json)" = False ]
	"$CGCHURN" compare --format json same odd >out.json
	[ "$(ask '"order" in c["remark_words"]' <out.json)" = False ]
	"$CGCHURN" report odd same -o page.html
	python3 - page.html <<-'END'
		import re, sys
		for drawing in re.findall(r'one dot per boot, in the order of the files.*?</svg>', open(sys.argv[1]).read(), re.S):
		    places = re.findall(r'<circle class="s([01])" cx="([0-9.]+)"', drawing)
		    assert len(places) == len(set(places)) == 12, places
		    assert drawing.count('class="level') == 2, drawing
		    break
		else:
		    raise SystemExit("no drawing")
	END
}

@test "the report's share above a threshold is the exact one" {
	rm -rf share
	mkdir share
	cp base/0000.json share
	change_results share "
p = r['runs'][0]['workload']['spec']['primary'][1]
p['metric'] = 'share>1ms'
for t in r['runs'][0]['trials']: t['series'][1]['thresholds'][0]['above'] = 20"
	"$CGCHURN" report --no-pictures share >page.html
	grep -A1 'share&gt;1ms of storm cycle' page.html | grep -q '>5 %<'
}

@test "what is left of a workload may still be a regression" {
	cp -r slow worse
	change_results worse "if i == 0: r['runs'][0]['trials'], r['runs'][0]['failure'] = [], 'forks fail: EAGAIN'"
	run -1 "$CGCHURN" compare base worse
	[[ "$output" == *"was given up in 0 of 6 results of base and 1 of 6 of new"* ]]
}

@test "no valid trial, no series: the primaries are undecided with the reason" {
	cp -r same none-valid
	change_results none-valid "
for t in r['runs'][0]['trials']: t['valid'], t['reasons'] = False, ['fork: no success (EAGAIN)']"
	undecided base none-valid "all 18 trials of new are invalid: fork: no success (EAGAIN)"
	cp -r same no-series
	change_results no-series "
for t in r['runs'][0]['trials']: t['series'] = [s for s in t['series'] if s['actor'] != 'storm']"
	undecided base no-series "new has no valid trial with storm cycle"
}

@test "emulated guests are told, and not mixed with others" {
	make_results tcg-a 6 name=tcg-a seed=15
	make_results tcg-b 6 name=tcg-b seed=16
	sed -i 's/"accelerator": "kvm"/"accelerator": "tcg"/' tcg-?/*.json
	run "$CGCHURN" compare tcg-a tcg-b
	[ "$status" -eq 0 ]
	[[ "$output" == *"emulated in software (tcg)"* ]]
	run "$CGCHURN" compare base tcg-a
	[ "$status" -eq 2 ]
	[[ "$output" == *"accelerator"* ]]
}

@test "an instruction clock: every format says what its times are; with another clock there is no decision" {
	local clock='r["host"]["accelerator"] = "tcg"
r["host"]["clock"] = {"kind": "instructions", "ns_per_instruction": 2, "busy_cpus": 1, "emulator": "QEMU 7.2.22"}
r["started_at"] = "2026-01-01T00:00:0" + ("4Z" if r["label"] == "count-a" else "5Z")'
	make_results count-a 6 name=count-a seed=18
	make_results count-b 6 name=count-b seed=19
	cp -r count-a timed
	sed -i 's/"accelerator": "kvm"/"accelerator": "tcg"/' timed/*.json
	change_results count-a "$clock"
	change_results count-b "$clock"
	all_formats_say count-a count-b "They do not show caches, CPUs that work in parallel"
	"$CGCHURN" compare --format json count-a count-b >out.json
	[ "$(ask '"By their clocks" in str(c), "emulated in software" in str(c)' <out.json)" = "False False" ]

	run -3 "$CGCHURN" compare timed count-b
	[[ "$output" == *"clock.kind (clock): cannot be allowed"*"base: host"*"new: instructions"* ]]
	run -3 "$CGCHURN" compare --allow-different clock.kind timed count-b
	change_results count-b 'r["host"]["clock"]["emulator"] = "QEMU 10.0.2"'
	run -2 "$CGCHURN" compare count-a count-b
	[[ "$output" == *"clock.emulator (emulator)"* ]]
}

@test "results that name other primaries are compared by all of them, and it is said" {
	make_results renamed 6 name=renamed seed=17
	sed -i 's/"tolerance": 0.1/"tolerance": 0.2/' renamed/*.json
	run "$CGCHURN" compare base renamed
	[ "$status" -eq 0 ]
	[[ "$output" == *"not all results name the same primaries"* ]]
}

@test "wrong usage: exit 2" {
	for arguments in "base" "base same slow" "--aa --plan 10% base" "--plan ten base" "--aa two" "--paired two same" \
		"--aa --format json base"; do
		run "$CGCHURN" compare $arguments
		echo "$arguments: $status: $output"
		[ "$status" -eq 2 ]
	done
}

@test "pairs must be declared, complete and enough" {
	run "$CGCHURN" compare --paired base same
	[ "$status" -eq 2 ]
	[[ "$output" == *"6 pairs cannot decide 2 primary metrics, 7 pairs can"* ]]
	make_results pairs-a 7 name=pairs-a seed=11
	make_results pairs-b 7 name=pairs-b seed=12 migration=1.5
	run "$CGCHURN" compare --paired pairs-a pairs-b
	[ "$status" -eq 1 ]
	[[ "$output" == *"Paired by block."* ]]
	make_results pairs-a 9 name=pairs-a seed=11
	make_results pairs-b 9 name=pairs-b seed=12
	change_results pairs-a "$add_a_workload
if i % 2: r['runs'].pop()"
	change_results pairs-b "$add_a_workload
if not i % 2: r['runs'].pop()"
	"$CGCHURN" compare --paired --format json pairs-a pairs-b >out.json
	[ "$(ask '{m["reason"] for m in c["metrics"] if m["workload"] == "another"}' <out.json)" = \
		"{'no block of the sequence has it on both sides'}" ]
}

@test "looks: one that has no figure judges none of an earlier one; before any can decide, it is said" {
	make_results early 10 name=early seed=31
	make_results late 10 name=late seed=32 migration=1.5
	make_results like-late 10 name=early seed=31 migration=1.496
	cp like-late/0005.json early
	change_results late "
if i > 5:
    s = r['runs'][0]['trials'][0]['series'][0]
    s.update(count=5, min_ns=5996544, max_ns=5996544, sum_ns=5 * 5996544, thresholds=[],
             histogram={'sub_bucket_bits': 7, 'buckets': [[5996544, 5]]})"
	"$CGCHURN" compare --max-boots 12 --format json early late >out.json
	[ "$(ask '[m["verdict"] + ": " + m["reason"] for m in c["metrics"] if m["actor"] == "migrator" and m["primary"]]' <out.json)" = \
		"['inconclusive: p50 needs 20 samples a trial; 4 of 30 trials of new have fewer']" ]
	rm {early,late}/000[3-9].json
	"$CGCHURN" compare --max-boots 12 --format json early late >out.json
	[ "$(ask '{m["reason"] for m in c["metrics"] if m["primary"]}' <out.json)" = "{'no look after 3 of 12 blocks can decide'}" ]
}

@test "--aa tells the false alarm rate" {
	make_results twelve 12 name=twelve seed=13
	run --separate-stderr "$CGCHURN" compare --aa twelve
	[ "$status" -eq 0 ]
	[[ "$output" == *"A/A: 6 + 6 boots, dealt at random 1000 times"* ]]
	[[ "$output" == *"False alarms: "*" of 1000 comparisons"* ]]
}

@test "one boot a side: no interval, and what there is too little of" {
	make_results one-base 1 name=one-base seed=11
	make_results one-new 1 name=one-new seed=12
	run --separate-stderr "$CGCHURN" compare one-base one-new
	[ "$status" -eq 0 ]
	[[ "$output" != *"0..inf"* ]]
	[[ "$output" == *"(too few "*" to detect any change)"* ]]
	[[ "$output" == *"all samples of a side (a comparison uses one value per boot)"* ]]
}

@test "--plan heads its columns" {
	run --separate-stderr "$CGCHURN" compare --plan 20% base same
	[[ "$output" == *"spread between  needed, with so many trials in each:"* ]]
	# The workload's name stands above its rows.
	name=$(/usr/bin/python3 -c 'import glob, json; print(json.load(open(glob.glob("base/*")[0]))["runs"][0]["workload"]["name"])')
	grep -qx "$name" <<<"$output"
}

@test "--plan tells boots, trials and time" {
	run --separate-stderr "$CGCHURN" compare --plan 20% base same
	[ "$status" -eq 0 ]
	[[ "$output" == *"with a chance of 80 %"* ]]
	[[ "$output" == *"boots of 3 trials: "*" of measuring"* ]]
	rm -rf unplanned
	cp -r base unplanned
	change_results unplanned "for p in r['runs'][0]['workload']['spec']['primary']: p['metric'] = 'share>1ms'"
	run --separate-stderr "$CGCHURN" compare --plan 20% unplanned
	[[ "$output" == *"those that can be planned"*" -        -        -        -        -"* ]]
	[[ "$output" != *"of measuring"* ]]
}

@test "the scripts that boot kernels say beforehand what compare would say afterwards" {
	make_results four 4 name=four seed=15
	make_results others 4 name=others seed=16
	"$CGCHURN" compare four others >afterwards
	for boots in 1 2 3 4 5 6; do
		"$CGCHURN" show --boots $boots spawn-quiet-fork
	done >beforehand
	# With 5 boots p is 0.0079, and two metrics need 0.025.
	[ "$(grep -c '^[1-4] + [1-4] boots cannot reach.* 2 primary metrics need 0.025. 5 + 5 can.$' beforehand)" -eq 4 ]
	[ "$(grep -c '^[56] + [56] boots can decide 2 primary metrics.$' beforehand)" -eq 2 ]
	tr '\n' ' ' <afterwards | grep -qF "$(grep '^4 + 4' beforehand)"
	run -2 "$CGCHURN" show --boots 0 spawn-quiet-fork
}

@test "--save keeps what each format prints, and nothing where nothing can be compared" {
	"$CGCHURN" compare --save kept base same >said
	cmp said kept.txt
	"$CGCHURN" compare --format json base same | cmp - kept.json
	"$CGCHURN" compare --format markdown base same | cmp - kept.md
	run -4 "$CGCHURN" compare --save no/such/folder/kept base same
	[[ "$output" == *"no/such/folder/kept.txt"* ]]
	run -2 "$CGCHURN" compare --save kept base base
	[ ! -s kept.json ]
}

@test "what files say cannot drive the terminal" {
	make_results escape 6 name=escape seed=14
	sed -i 's/"6.18.0"/"6.18.0\\u001b[31m\\u202e\\u009b"/' escape/*.json
	run "$CGCHURN" compare base escape
	[ "$status" -eq 0 ]
	[[ "$output" == *"6.18.0?[31m??"* ]]
	[[ "$output" != *$'\e'* ]]
}

@test "after the inputs are open nothing can be opened, started or sent" {
	strace -f -o trace "$CGCHURN" compare base same >/dev/null
	grep -q 'seccomp(SECCOMP_SET_MODE_FILTER' trace
	sed -n '/seccomp(SECCOMP_SET_MODE_FILTER/,$p' trace | tail -n +2 >after
	# It did read all twelve results after that, and did nothing else that could be heard of.
	[ "$(grep -c 'read(.*cgchurn-result/2' after)" -eq 12 ]
	run ! grep -E '(open|openat|creat|socket|connect|execve|fork|vfork|clone|clone3|unlink|rename|kill|ptrace)\(' after
}

@test "a regime that only a later version knows: kept, shown, and another one than ours" {
	cp -r slow newer-regime
	sed -i 's/"regime": "[^"]*"/"regime": "per-cgroup"/' newer-regime/*.json
	run "$CGCHURN" compare base newer-regime
	[ "$status" -eq 1 ]
	[[ "$output" == *per-cgroup* ]]
	sed -i 's/per-cgroup/per-cpu/' newer-regime/0000.json
	run "$CGCHURN" compare base newer-regime
	[ "$status" -eq 2 ]
	[[ "$output" == *lock.regime* && "$output" == *per-cpu* ]]
	run -0 "$CGCHURN" history newer-regime
	"$CGCHURN" report --no-pictures newer-regime -o page.html
	grep -q per-cgroup page.html
	run -0 "$CGCHURN" export --to csv newer-regime
	[[ "$output" == *,per-cpu,* ]]
}

@test "words that only a later version knows, of a primary: undecided with the word, and counted" {
	for change in 'time queueing' 'metric winsorized-mean' 'direction sideways' 'from medoid'; do
		set -- $change
		rm -rf newer older
		cp -r base older
		cp -r slow newer
		for side in older newer; do
			change_results $side "r['runs'][0]['workload']['spec']['primary'][0]['$1'] = '$2'"
		done
		undecided older newer "its $1, .\{1,6\}$2.\{1,6\}, is a word of a later version"
	done
	change_results newer "r['runs'][0]['workload']['spec']['primary'][0]['time'] = 'queueing'"
	"$CGCHURN" history newer >said
	"$CGCHURN" export --to csv newer/0000.json >said
	# A workload is asked here, so there the word is a mistake.
	python3 - "$CGCHURN_SOURCE"/workloads/migrate-under-fork.json >mistaken.json <<-'END'
		import json, sys
		w = json.load(open(sys.argv[1]))
		w["primary"][0]["time"] = "queueing"
		json.dump(w, sys.stdout)
	END
	run "$CGCHURN" show ./mistaken.json
	[ "$status" -eq 2 ]
	[[ "$output" == *'primary[0].time: found "queueing", allowed: service, response'* ]]
}

@test "series of a time that only a later version knows are left out, and every format says so" {
	cp -r slow queueing
	change_results queueing "
for t in r['runs'][0]['trials']:
    for s in t['series'][:]:
        t['series'].append(dict(copy.deepcopy(s), time='queueing', count='other'))"
	all_formats_say base queueing "only a later version knows, 0 of base and 36 of new"
	run -1 "$CGCHURN" compare base queueing
	[[ "$output" == *"migrations became 2.0x slower at p50"* ]]
	"$CGCHURN" report --no-pictures queueing -o page.html
	grep -q 'Left out: 36 series of a time (.*queueing.*) that only a later version knows' page.html
	run -0 "$CGCHURN" export --to csv queueing/0000.json
	[[ "$output" != *queueing* ]]
}

@test "what results inherited must match; an older result, which does not say, is no obstacle" {
	inherit() {
		change_results "$2" "r['host']['inherited'] = {'policy': '$1', 'nice': '0'}"
	}
	cp -r base plain
	cp -r same rt
	inherit "fifo 5" rt
	run "$CGCHURN" compare plain rt
	[ "$status" -eq 0 ]
	inherit other plain
	run "$CGCHURN" compare plain rt
	[ "$status" -eq 2 ]
	[[ "$output" == *"inherited.policy (scheduling policy)"*"base: other"*"new: fifo 5"* ]]
	run "$CGCHURN" compare --allow-different inherited.policy plain rt
	[ "$status" -eq 0 ]
}

@test "workloads that differ: the settings are named, in a refusal and where they are allowed" {
	cp -r base short
	change_results short '
workload = r["runs"][0]["workload"]
workload["sha256"] = "b" * 64
workload["spec"] |= {"duration_s": 1.5, "why": "Another."}
r["id"] = "short-" + r["id"]'
	run "$CGCHURN" compare base short
	[ "$status" -eq 2 ]
	[[ "$output" == *"settings of the workload"*"base: duration_s - ("*"new: duration_s 1.5 ("* ]]
	[[ "$output" != *bbbb* && "$output" != *Another* ]]
	for format in text json markdown; do
		run "$CGCHURN" compare --allow-different workload --format $format base short
		[[ "$output" == *duration*"_s 1.5"* ]]
	done
}
