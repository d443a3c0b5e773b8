#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# scripts/vm-compare on its bad days. Figures do not matter here, so boots run the null workload for a moment.

setup_file() {
	"$CGCHURN_SOURCE/scripts/lib/kernel" debian:6.1 >/dev/null 2>"$BATS_FILE_TMPDIR/why" || true
}

setup() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	[ ! -s "$BATS_FILE_TMPDIR/why" ] || skip "$(tail -1 "$BATS_FILE_TMPDIR/why")"
	compare=$CGCHURN_SOURCE/scripts/vm-compare
	cd "$BATS_TEST_TMPDIR"
	short=(--cpus 1 --memory 512M --workload null -- --trials 1 --duration 100ms --warmup 10ms)
}

results() {
	find "$1" -name 'block-*.json' | wc -l
}

@test "a kernel that panics on boot: its boots are recorded as failed, the other's go on" {
	run --separate-stderr "$compare" --base debian:6.1 --new debian:6.1,rdinit=/none,init=/none --boots 2 --seed 5 -o out "${short[@]}"
	[ "$status" -eq 1 ]
	[ "$(results out)" -eq 2 ]
	[ "$(ls out/debian-6.1)" = "$(printf 'block-01.json\nblock-02.json')" ]
	[ "$(grep -l '"outcome": "panic"' out/boots/*/boot.json | wc -l)" -eq 2 ]
	[ "$(grep -c "^boot [1-4] of 4: " <<<"$stderr")" -eq 4 ]
	[[ "$stderr" == *"failed: block 1"*"panic"*"Kernel panic"* ]]
	grep -q "Kernel panic" out/boots/*/console.log
	[[ "$output" == *"nothing to compare"* ]]
}

@test "an interrupt in the middle; a second start does what is left, in the recorded order" {
	request=(--base debian:6.1 --new debian:6.1,quiet --boots 2 -o out "${short[@]}")
	env --default-signal=INT "$compare" --jobs 1 "${request[@]}" 2>messages &
	pid=$!
	until [ "$(grep -c '^boot ' messages)" -eq 2 ]; do
		kill -0 $pid
		sleep 0.1
	done
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	grep -q "2 of 4 boots are done" messages
	[ "$(results out)" -eq 2 ]
	run ! pgrep -f "$BATS_TEST_TMPDIR/out"
	cp out/plan.json plan.json
	find out -name 'block-*.json' -exec sha256sum {} + >before

	# What somebody else asks for does not go into this folder.
	run "$compare" --base debian:6.1 --new debian:6.1,quiet --boots 3 -o out "${short[@]}"
	[ "$status" -eq 2 ]
	[[ "$output" == *"boots 2 (now 3)"* ]]

	run --separate-stderr "$compare" "${request[@]}"
	[ "$status" -eq 0 ] || { echo "$status $stderr"; false; }
	[[ "$stderr" == *"2 boots to do of 4"* ]]
	[[ "$stderr" != *"boot 1 of 4"* ]]
	[ "$(results out)" -eq 4 ]
	sha256sum --quiet -c before
	cmp plan.json out/plan.json
	python3 - <<-'END'
	import glob, json
	plan = json.load(open("out/plan.json"))
	boots = [json.load(open(path)) for path in glob.glob("out/boots/*/boot.json")]
	assert len({boot["seed"] for boot in boots}) == 4 and all(boot["clock"] == plan["guest"]["clock"] for boot in boots), boots
	assert sorted(map(sorted, plan["order"])) == [[0, 1], [0, 1]] and isinstance(plan["seed"], int)
	for block, order in enumerate(plan["order"], 1):
	    for position, side in enumerate(order, 1):
	        label = plan["sides"][side]["label"]
	        result = json.load(open(f"out/{label}/block-{block:02}.json"))
	        assert result["label"] == label and result["sequence"] == {"block": block, "position": position}
	        assert result["seed"] == plan["seed"] + block
	        assert result["host"]["accelerator"] in ("tcg", "kvm")
	        assert result["host"]["clock"]["kind"] == plan["guest"]["clock"]
	END
}

@test "a disk that is full: what is finished is kept, and goes on once there is room" {
	[ "$(id -u)" -eq 0 ] || skip "mounting a small disk needs root"
	mkdir small
	mount -t tmpfs -o size=4M tmpfs small || skip "cannot mount a tmpfs here"
	run "$compare" --base debian:6.1 --new debian:6.1,quiet --boots 1 -o small/out "${short[@]}"
	[ "$status" -eq 4 ] && [[ "$output" == *"No space left"* ]] || { umount small; echo "$status $output"; false; }

	# Room for the plan, the kernels and the first boots, until somebody fills it.
	mount -o remount,size=200M small
	"$compare" --base debian:6.1 --new debian:6.1,quiet --boots 2 -o small/out "${short[@]}" 2>messages &
	pid=$!
	until grep -q '^boot ' messages; do
		kill -0 $pid
		sleep 0.1
	done
	dd if=/dev/zero of=small/filler bs=64k 2>/dev/null || true
	status=0
	wait $pid || status=$?
	kept=$(results small/out)
	rm small/filler
	[ "$status" -eq 4 ] && [ "$kept" -ge 1 ] && [ "$kept" -lt 4 ] || { umount small; cat messages; false; }
	run "$compare" --base debian:6.1 --new debian:6.1,quiet --boots 2 -o small/out "${short[@]}"
	kept=$(results small/out)
	umount small
	[ "$status" -eq 0 ]
	[ "$kept" -eq 4 ]
}

@test "a missing package or a truncated image: nothing is booted" {
	echo nothing >truncated
	for spec in debian:5.99 truncated; do
		run "$compare" --base debian:6.1 --new $spec --boots 1 -o out "${short[@]}"
		[ "$status" -eq 4 ] || [ "$status" -eq 2 ]
		[[ "$output" == *"$spec"* ]]
		[ ! -e out/plan.json ]
	done
}

@test "a file that does not exist: said at once, before anything is made" {
	rm -rf out
	run -2 "$compare" --build /no/build --base debian:6.1 --new /no/such/file -o out
	[ "$output" = "vm-compare: '/no/such/file' is neither debian:SERIES nor a file nor a folder of a kernel build" ]
	[ ! -e out ]
}

@test "wrong usage" {
	for arguments in "" "--base debian:6.1" "--matrix debian:6.1" "--base debian:6.1 --new debian:7 --boots 0" "--base debian:6.1 --new debian:7 --jobs 0" \
		"--base debian:6.1 --new debian:7 --clock sun" "--matrix a b --base c"; do
		run "$compare" $arguments -o out
		[ "$status" -eq 2 ]
	done
	run "$compare" --base debian:6.1 --new debian:6.1,quiet --boots 1 -o out --cpus 1 --memory 512M --workload no-such
	[ "$status" -eq 2 ]
	[[ "$output" == *"no-such"* ]]
	[ "$(results out)" -eq 0 ]
}
