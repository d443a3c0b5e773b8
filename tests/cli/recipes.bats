#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# doc/ci/: the recipes do what they say, as far as that can be tried without the CI systems themselves.

ci=$CGCHURN_SOURCE/doc/ci gate=$CGCHURN_SOURCE/scripts/gate

setup_file() {
	python3 "$CGCHURN_SOURCE/tests/golden/export/make-sample.py" "$BATS_FILE_TMPDIR" pair
}

# A cgchurn that measures nothing: `run` gives the sample.
stand_in() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/cgchurn" <<-END
		#!/bin/sh
		[ "\$1" = run ] || exec "$CGCHURN" "\$@"
		while [ \$# -gt 1 ]; do
			[ "\$1" = -o ] && cp "$CGCHURN_SOURCE/tests/golden/export/sample.json" "\$2"
			shift
		done
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/cgchurn"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# blocks FILE KEY: the shell scripts that stand under KEY anywhere in a YAML file, one a file in the test's folder.
blocks() {
	/usr/bin/python3 - "$1" "$2" "$BATS_TEST_TMPDIR" <<-'END'
		import sys, yaml
		def find(value, key):
		    if isinstance(value, dict):
		        for k, v in value.items():
		            if k == key:
		                yield from v if isinstance(v, list) else [v]
		            else:
		                yield from find(v, key)
		    elif isinstance(value, list):
		        for v in value:
		            yield from find(v, key)
		texts = list(find(yaml.safe_load(open(sys.argv[1])), sys.argv[2]))
		assert texts
		for i, text in enumerate(texts):
		    open(f"{sys.argv[3]}/block-{i}.sh", "w").write(text)
	END
}

# rename_blocks FOLDER...: 0000.json and so on as the results of a comparison's blocks.
rename_blocks() {
	for folder; do
		for file in "$folder"/*.json; do
			number=$(basename "$file" .json)
			mv "$file" "$folder/block-$(printf %02d $((10#$number + 1))).json"
		done
	done
}

need_yaml() { /usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"; }

@test "gate: an improvement passes, and is told in every form" {
	cd "$BATS_TEST_TMPDIR"
	"$gate" "$BATS_FILE_TMPDIR/base" "$BATS_FILE_TMPDIR/new" found --allow-undecided
	grep -q '12x faster' found/comparison.md
	grep -q '12x faster' found/comparison.txt
	grep -q '<testsuites' found/comparison.xml
	grep -q '12x faster' found/report.html
}

@test "gate: a regression ends with 1, and is told all the same" {
	cd "$BATS_TEST_TMPDIR"
	run "$gate" "$BATS_FILE_TMPDIR/new" "$BATS_FILE_TMPDIR/base" found
	[ "$status" -eq 1 ]
	grep -q '<failure' found/comparison.xml
	grep -q 'class="regression"' found/report.html
}

@test "gate: no decision ends with 3, wrong input with 2" {
	cd "$BATS_TEST_TMPDIR"
	run "$gate" "$BATS_FILE_TMPDIR/base/0.json" "$BATS_FILE_TMPDIR/new/0.json" found
	[ "$status" -eq 3 ]
	run "$gate" "$BATS_FILE_TMPDIR/none" "$BATS_FILE_TMPDIR/new" found
	[ "$status" -eq 2 ]
}

@test "gate: every form decides by the same options" {
	cd "$BATS_TEST_TMPDIR"
	make_results="$CGCHURN_BUILD/tests/cli/make-results"
	"$make_results" a 6 name=a seed=1
	"$make_results" b 6 name=b seed=2 migration=1.3
	run -1 "$gate" a b strict
	grep -q 'class="regression"' strict/report.html
	run -0 "$gate" a b found --tolerance 50
	for form in md txt xml; do run ! grep -qE 'slower|<failure' found/comparison.$form; done
	run ! grep -qE 'slower|class="regression"' found/report.html
	grep -q 'equivalent within 50 %' found/report.html
}

@test "gate: what stays undecided does not pass, unless it is allowed to" {
	cd "$BATS_TEST_TMPDIR"
	"$CGCHURN_BUILD/tests/cli/make-results" a 8 name=a seed=1
	"$CGCHURN_BUILD/tests/cli/make-results" b 5 name=b seed=2 migration=3 boot=one
	run -3 "$gate" a b found
	[[ "${lines[-1]}" == "gate: failed: undecided: migrations: no decision at p50"*"; missing: b: 1 of the "*" boots that can decide" ]]
	grep -q '<error' found/comparison.xml
	run -0 "$gate" a b found --allow-undecided
	[[ "${lines[-1]}" == "gate: passed: no regression; undecided: "* ]]
}

@test "gate: a kernel with which operations fail does not pass, however fast the others are" {
	cd "$BATS_TEST_TMPDIR"
	"$CGCHURN_BUILD/tests/cli/make-results" a 6 name=a seed=1
	for failed in 396000 2; do
		"$CGCHURN_BUILD/tests/cli/make-results" b$failed 6 name=b seed=2
		/usr/bin/python3 - $failed b$failed/*.json <<-'END'
		import json, sys
		for path in sys.argv[2:]:
		    result = json.load(open(path))
		    for trial in result["runs"][0]["trials"]:
		        next(s for s in trial["series"] if s["actor"] == "migrator")["errors"] = {"EIO": int(sys.argv[1])}
		    json.dump(result, open(path, "w"))
		END
	done
	run -1 "$gate" a b396000 found --allow-undecided
	[[ "${lines[-1]}" == "gate: failed: migrate-under-fork: migrator write: failed operations differ: base 0 %, new 99.9 % (EIO)" ]]
	run -0 "$gate" b396000 a found
	# A few are chance.
	run -0 "$gate" a b2 found
}

@test "gate: names the workload that one side lacks" {
	cd "$BATS_TEST_TMPDIR"
	"$CGCHURN_BUILD/tests/cli/make-results" a 6 name=a seed=1
	"$CGCHURN_BUILD/tests/cli/make-results" b 6 name=b seed=2
	/usr/bin/python3 - a/*.json <<-'END'
	import copy, json, sys
	for path in sys.argv[1:]:
	    result = json.load(open(path))
	    result["runs"].append(copy.deepcopy(result["runs"][0]))
	    result["runs"][1]["workload"]["name"] = "price-fork-1g"
	    json.dump(result, open(path, "w"))
	END
	run -3 "$gate" a b found
	[[ "$output" == *"missing: "*"price-fork-1g"* ]] || { echo "$output" | tail -5; false; }
	grep -q '^- missing: .*price-fork-1g' found/comparison.md
}

@test "gate: a comparison under way names the boots that are missing" {
	cd "$BATS_TEST_TMPDIR"
	mkdir boots
	"$CGCHURN_BUILD/tests/cli/make-results" boots/base 4 name=a seed=1
	"$CGCHURN_BUILD/tests/cli/make-results" boots/new 4 name=b seed=2
	rename_blocks boots/base boots/new
	mv boots/new/block-04.json .
	cat >boots/plan.json <<-'END'
	{"schema": "cgchurn-boots/1", "seed": 1, "request": {"max_boots": null}, "order": [[0, 1], [1, 0], [1, 0], [0, 1]],
	 "sides": [{"label": "base", "spec": "old"}, {"label": "new", "spec": "new"}]}
	END
	run -3 "$gate" boots found
	[[ "${lines[-1]}" == "gate: failed: "*"missing: block 4, new: its boot is missing" ]] || { echo "${lines[-1]}"; false; }
	mv block-04.json boots/new
	run -0 "$gate" boots found
	mkdir -p boots/boots/04-2-new
	rm boots/new/block-04.json
	echo '{"outcome": "hang", "detail": "no end within 600 s"}' >boots/boots/04-2-new/boot.json
	run -1 "$gate" boots found
	[ "${lines[-1]}" = "gate: failed: a boot failed: block 4, new: hang: no end within 600 s" ]
	run -2 "$gate" boots/new found
	[ "${lines[-1]}" = "gate: boots/new holds no comparison" ]
}

@test "gate: the markdown stays below what GitHub takes in a comment, and says where it was cut" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p boots
	"$CGCHURN_BUILD/tests/cli/make-results" boots/base 6 name=a seed=1 series=300
	"$CGCHURN_BUILD/tests/cli/make-results" boots/new 6 name=b seed=2 series=300 migration=2
	rename_blocks boots/base boots/new
	python3 -c 'import json; print(json.dumps({"schema": "cgchurn-boots/1", "seed": 1, "request": {"max_boots": None},
		"order": [[0, 1]] * 400, "sides": [{"label": l, "spec": l} for l in ("base", "new")]}))' >boots/plan.json
	run -1 "$gate" boots found
	[ "$(grep -c '^missing: ' <<<"$output")" -eq 788 ]
	[ "$(wc -m <found/comparison.md)" -le 65000 ] && [ "$(wc -m <found/comparison.md)" -gt 64000 ]
	tail -n 1 found/comparison.md | grep -qE '^\*Cut here: [0-9]+ of [0-9]+ lines are shown\.'
	[ "$(grep -c '<details>' found/comparison.md)" -eq "$(grep -c '</details>' found/comparison.md)" ]
	head -n 1 found/comparison.md | grep -q 'became 2.0x slower'
}

@test "LAVA: its steps give a test case for each percentile" {
	need_yaml
	stand_in
	printf '#!/bin/sh\necho "$*" >>"%s/cases"\n[ "$2" != --shell ] || { shift 2; exec "$@"; }\n' "$BATS_TEST_TMPDIR" \
		>"$BATS_TEST_TMPDIR/bin/lava-test-case"
	cp "$BATS_TEST_TMPDIR/bin/lava-test-case" "$BATS_TEST_TMPDIR/bin/lava-test-case-attach"
	chmod +x "$BATS_TEST_TMPDIR"/bin/*
	blocks "$ci/lava/cgchurn.yaml" steps
	cd "$BATS_TEST_TMPDIR"
	# One shell for all, as LAVA runs them.
	for i in 1 2 3 4; do cat "block-$i.sh" && echo; done | sed "s#/tmp/cgchurn-kcidb.json#$PWD/kcidb.json#" >steps.sh
	SUITE=headline RESULT=$PWD/result.json sh -e steps.sh
	grep -q '^cgchurn-run --shell cgchurn run ' cases
	[ "$(grep -c -- '--result pass --measurement [0-9.e-]* --units seconds' cases)" -eq 10 ]
	grep -q '^cgchurn.migrate-under-fork.migrator.write_response.p50 --result pass --measurement 0.0062' cases
}

@test "systemd: the units are well made" {
	command -v systemd-analyze >/dev/null || skip "systemd-analyze is not installed"
	# Our manual page need not be installed here.
	run systemd-analyze verify --man=no "$ci/cgchurn-nightly.service" "$ci/cgchurn-nightly.timer"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$ci/cgchurn-nightly.timer")"
	[ "$status" -eq 0 ]
}

@test "systemd: a night leaves a result, a file for Prometheus and a page" {
	stand_in
	mkdir "$BATS_TEST_TMPDIR/results"
	export RESULTS=$BATS_TEST_TMPDIR/results PROM=$BATS_TEST_TMPDIR/cgchurn.prom
	sed -n "s/^Exec[A-Za-z]*=-\{0,1\}//p" "$ci/cgchurn-nightly.service" |
		sed "s#%%#%#g; s#/var/lib/cgchurn/history.html#$BATS_TEST_TMPDIR/history.html#" >"$BATS_TEST_TMPDIR/night"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/night")" -eq 3 ]
	while read -r line; do bash -c "$line"; done <"$BATS_TEST_TMPDIR/night"
	[ "$(ls "$RESULTS" | wc -l)" -eq 1 ]
	grep -q '^cgchurn_result_info' "$PROM"
	grep -q 'Over time' "$BATS_TEST_TMPDIR/history.html"
}

@test "kselftest: the stress's KTAP and status; skipped where it cannot work" {
	[ "$(id -u)" -eq 0 ] || skip "the wrapper asks for root"
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	for status in 0 1 4; do
		printf '#!/bin/sh\necho "$*"\nexit %d\n' $status >"$BATS_TEST_TMPDIR/bin/cgchurn"
		chmod +x "$BATS_TEST_TMPDIR/bin/cgchurn"
		PATH=$BATS_TEST_TMPDIR/bin:$PATH run -$status "$ci/kselftest/cgchurn_stress.sh" --seed 1
		[ "${lines[0]}" = "stress --seed 1" ]
	done
	[[ "$output" == *"1..0 # SKIP"* ]]
	PATH=/nowhere run -4 /bin/sh "$ci/kselftest/cgchurn_stress.sh"
	[[ "$output" == *"1..0 # SKIP cgchurn is not installed" ]]
}

@test "LKP: a run's output is parsed into medians" {
	command -v ruby >/dev/null || skip "ruby is not installed"
	stand_in
	mkdir -p "$BATS_TEST_TMPDIR/lkp/lib"
	echo 'log_cmd() { echo "2026-01-01 00:00:00 $*"; "$@"; }' >"$BATS_TEST_TMPDIR/lkp/lib/reproduce-log.sh"
	touch "$BATS_TEST_TMPDIR/lkp/lib/debug.sh"
	LKP_SRC=$BATS_TEST_TMPDIR/lkp workload=migrate-under-fork "$ci/lkp/programs/cgchurn/run" >"$BATS_TEST_TMPDIR/said"
	"$ci/lkp/programs/cgchurn/parse" <"$BATS_TEST_TMPDIR/said" | grep -qx 'migrator.write.response.p50_us: 6307.84'
}

@test "mmtests: its metrics, one a series and trial" {
	"$CGCHURN" export --to csv -o "$BATS_TEST_TMPDIR/cgchurn.csv" "$CGCHURN_SOURCE/tests/golden/export/sample.json"
	"$ci/mmtests/shellpack_src/src/cgchurn/parse-results" "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/metrics"
	grep -qP '^latency\tmigrate-under-fork-storm-cycle-service\tp50\t1\t75.008\t_$' "$BATS_TEST_TMPDIR/metrics"
	[ "$(awk -F'\t' 'NF != 6' "$BATS_TEST_TMPDIR/metrics" | wc -l)" -eq 0 ]
	for script in "$ci"/mmtests/drivers/*.sh "$ci"/mmtests/shellpack_src/src/cgchurn/{cgchurn-bench,parse-results}; do bash -n "$script"; done
}

@test "Phoronix Test Suite: the program that is installed prints the median" {
	stand_in
	mkdir "$BATS_TEST_TMPDIR/home" && cd "$BATS_TEST_TMPDIR/home"
	HOME=$PWD sh "$ci/phoronix/cgchurn/install.sh"
	[ "$(cat install-exit-status)" -eq 0 ]
	HOME=$PWD LOG_FILE=$PWD/log ./cgchurn migrate-under-fork migrator write response
	grep -qx 'Median latency: 6373.376 us' log
	[ "$(cat test-exit-status)" -eq 0 ]
	sed -n 's/^ *<Value>\([^ ]*\) .*/\1/p' "$ci/phoronix/cgchurn/test-definition.xml" | while read -r workload; do "$CGCHURN" show "$workload" >show; done
}

@test "tmt: the plan and its tests are YAML, and call commands that there are" {
	need_yaml
	blocks "$ci/tmt/tests.fmf" test
	for block in "$BATS_TEST_TMPDIR"/block-*.sh; do bash -n "$block"; done
	blocks "$ci/tmt/plan.fmf" how
}
