#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Results and workloads against their JSON Schemas, and a result's figures against another's
# arithmetic.

setup() {
	schemas=$CGCHURN_SOURCE/doc/schema
	validate=$CGCHURN_SOURCE/tests/cli/validate.py
	figures=$CGCHURN_SOURCE/tests/golden/result/check-figures.py
	make_sample=$CGCHURN_BUILD/tests/cli/make-sample
}

# changed FILE FOLDER: applies each line of standard input, a Python statement about `j`, to the JSON of
# FILE, and writes the results to FOLDER/1.json, 2.json, ...
changed() {
	python3 -c 'import json, sys
for i, line in enumerate(sys.stdin, 1):
	j = json.load(open(sys.argv[1]))
	exec(line)
	json.dump(j, open(f"{sys.argv[2]}/{i}.json", "w"))' "$1" "$2"
}

@test "what is written is valid by the schema, which describes each key" {
	"$make_sample" 1 "$BATS_TEST_TMPDIR/r.json" "$BATS_TEST_TMPDIR/raw"
	run python3 "$validate" --closed "$schemas/cgchurn-result-2.json" "$BATS_TEST_TMPDIR/r.json"
	echo "$output"
	[ "$status" -eq 0 ]
	run python3 "$validate" --closed "$schemas/cgchurn-result-1.json" \
		"$CGCHURN_SOURCE/tests/golden/result/sample.json"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "results that are none are not valid by the schema" {
	changed "$CGCHURN_SOURCE/tests/golden/result/sample.json" "$BATS_TEST_TMPDIR" <<-'END'
		j["schema"] = "cgchurn-result/2"
		del j["runs"]
		j["started_at"] = "yesterday"
		j["seed"] = -1
		j["host"]["lock"]["regime"] = "none"
		j["host"]["cpu"]["count"] = "2"
		del j["runs"][0]["trials"][0]["valid"]
		j["runs"][0]["trials"][0]["duration_ns"] = 0.5
		j["runs"][0]["trials"][0]["series"][0]["time"] = "wall"
		del j["runs"][0]["trials"][0]["series"][0]["count"]
		j["runs"][0]["trials"][0]["series"][0]["histogram"]["buckets"][0] = [1]
		j["runs"][0]["trials"][0]["series"][0]["histogram"]["buckets"][0][1] = 0
		j["runs"][0]["trials"][0]["series"][0]["percentiles_ns"]["050"] = 1
	END
	run python3 "$validate" "$schemas/cgchurn-result-1.json" "$BATS_TEST_TMPDIR"/*.json
	echo "$output"
	[ "$status" -eq 1 ]
	[ "$(grep -c ': valid$' <<<"$output")" -eq 0 ]
	[ "$(cut -d: -f1 <<<"$output" | sort -u | wc -l)" -eq 13 ]
}

@test "keys of later versions are valid in a result" {
	changed "$CGCHURN_SOURCE/tests/golden/result/sample.json" "$BATS_TEST_TMPDIR" \
		<<<'j["new"] = j["host"]["new"] = j["runs"][0]["trials"][0]["series"][0]["new"] = {"x": [1]}'
	run python3 "$validate" "$schemas/cgchurn-result-1.json" "$BATS_TEST_TMPDIR/1.json"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "our workloads are valid by the schema" {
	run python3 "$validate" "$schemas/cgchurn-workload-1.json" "$CGCHURN_SOURCE"/workloads/*.json
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the schema has the stressors and options that there are" {
	run sh -c '"$1" | "$2" "$3"' - "$CGCHURN_BUILD/tests/cli/describe-stressors" \
		"$CGCHURN_SOURCE/tests/cli/options-of-schema.py" "$schemas/cgchurn-workload-1.json"
	echo "$output"
	[ "$status" -eq 0 ]
}

# The schema and the program on the same file: both take it, or neither does.
@test "the schema and the program agree on workloads" {
	cases=$(cat <<-'END'
		0;pass
		0;j["trials"] = 1000
		2;j["trials"] = 1001
		2;j["trial"] = 3
		2;j["why"] = " "
		2;j["name"] = "Upper"
		0;j["warmup_s"] = 0
		2;j["duration_s"] = 0.001
		2;j["schema"] = "cgchurn-workload/2"
		2;j["actors"] = []
		0;j["hierarchy"] = {"depth": 2, "fanout": 3, "optional": True, "controllers": ["pids"]}
		2;j["hierarchy"] = {"depth": 33}
		2;j["hierarchy"] = {"controllers": ["pid"]}
		0;j["actors"][0]["workers"] = "cpus+1"
		2;j["actors"][0]["workers"] = "cpu"
		2;j["actors"][0]["workers"] = 0
		0;j["actors"][0]["cpus"] = "0"
		2;j["actors"][0]["cpus"] = "0-"
		0;j["actors"][0]["place"] = "side"
		2;j["actors"][0]["place"] = "somewhere"
		0;j["actors"][0]["arrival"] = {"kind": "closed", "pause": "1.5ms"}
		2;j["actors"][0]["arrival"] = {"kind": "closed", "pause": 5}
		2;j["actors"][0]["arrival"] = {"kind": "closed", "per_second": 5}
		2;j["actors"][0]["arrival"] = {"kind": "paced"}
		0;j["actors"][0]["arrival"] = {"kind": "poisson", "per_second": 0.5}
		2;j["actors"][0]["arrival"] = {"kind": "poisson", "per_second": 5, "jitter": 0.5}
		2;j["actors"][0]["stressor"] = "spoon"
		0;j["actors"][0]["options"] = {"child": "hold", "hold": "2ms", "touch": "64K"}
		2;j["actors"][0]["options"] = {"child": "stay"}
		2;j["actors"][0]["options"] = {"target": "self"}
		2;j["actors"][0]["options"] = {"child": "exec", "path": "bin/true"}
		2;j["actors"][0]["options"] = {"touch": "64k"}
		2;j["actors"][0]["options"] = {"hold": "10"}
		0;j["actors"][0]["thresholds_ns"] = [1000, 2000]
		2;j["actors"][0]["thresholds_ns"] = [0]
		0;j["primary"] = []
		2;j["primary"][0]["metric"] = "p100"
		2;j["primary"][0]["metric"] = "p050"
		0;j["primary"][0].update({"metric": "p99.9", "reachable": False})
		2;j["primary"][0]["reachable"] = "no"
		0;j["primary"][1]["from"] = "pooled"
		2;j["primary"][1]["from"] = "boots"
		2;j["primary"][0]["tolerance"] = 0
		2;j["primary"][0]["unit"] = "ns"
	END
	)
	changed "$CGCHURN_SOURCE/workloads/migrate-under-fork.json" "$BATS_TEST_TMPDIR" \
		< <(cut -d';' -f2- <<<"$cases")
	verdicts=$(python3 "$validate" "$schemas/cgchurn-workload-1.json" "$BATS_TEST_TMPDIR"/*.json || true)
	i=0
	while IFS=';' read -r expected change; do
		i=$((i + 1))
		run "$CGCHURN" show "$BATS_TEST_TMPDIR/$i.json"
		echo "$change: the program says $status: $output"
		grep "/$i.json: " <<<"$verdicts"
		[ "$status" -eq "$expected" ]
		[ "$(grep -c "/$i.json: valid$" <<<"$verdicts")" -eq "$((expected == 0))" ]
	done <<<"$cases"
	[ "$i" -gt 40 ]
}

@test "another's arithmetic gets the same figures from a committed result" {
	run python3 "$figures" "$CGCHURN_SOURCE/tests/golden/result/sample.json"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"18 series" ]]
}

@test "percentiles agree with those of the samples within the stated error" {
	"$make_sample" 2 "$BATS_TEST_TMPDIR/r.json" "$BATS_TEST_TMPDIR/raw"
	run python3 "$figures" "$BATS_TEST_TMPDIR/r.json" "$BATS_TEST_TMPDIR/raw"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"111 percentiles"* ]]
}

@test "a percentile that is off is found" {
	changed "$CGCHURN_SOURCE/tests/golden/result/sample.json" "$BATS_TEST_TMPDIR" \
		<<<'p = j["runs"][0]["trials"][0]["series"][0]["percentiles_ns"]; p["99"] += 2'
	run python3 "$figures" "$BATS_TEST_TMPDIR/1.json"
	[ "$status" -eq 1 ]
	[[ "$output" == *"99"* ]]
}
