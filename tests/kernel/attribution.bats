#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# --attribute on any kernel: by tracing where that may be, else by looking at stacks, else a reason and exit status 4.

setup() {
	cd "$BATS_TEST_TMPDIR"
	[ "$(id -u)" -eq 0 ] || skip "not root"
}

@test "something is told of where the time went, or why not" {
	run --separate-stderr "$CGCHURN" run migrate-quiet --attribute --trials 1 --duration 2s --warmup 200ms -q -o r.json
	if [ "$status" -eq 4 ]; then
		[[ "$stderr" == *"--attribute: "* ]] || { echo "$stderr"; false; }
		[ ! -r /proc/self/stack ] || [ -z "$(cat /proc/self/stack)" ]
		return
	fi
	[ "$status" -eq 0 ]
	python3 - "$stderr" <<-'END'
	import json, sys
	result = json.load(open("r.json"))
	assert result["attributed"] is True
	trial = result["runs"][0]["trials"][0]
	if "stacks instead" in sys.argv[1]:
	    looks = {l["actor"]: l["parts"] for l in trial["looks"]}
	    assert sum(looks["migrator"].values()) > 20, looks
	    if result["host"]["lock"]["regime"] == "global":
	        assert looks["migrator"].get("grace_period", 0) > 0, looks
	else:
	    assert all("attribution" in s for s in trial["series"])
	END
}

@test "a run without it tells nothing of the kind" {
	"$CGCHURN" run null --trials 1 --duration 100ms --warmup 10ms -q -o r.json
	run ! grep -qE '"(looks|attribution)"' r.json
	grep -q '"attributed": false' r.json
}
