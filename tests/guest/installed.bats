#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The installed tree alone, where the source is not (tests/alone), boots two kernel images and gives a verdict.

@test "vm-compare from the installed tree: two bzImages as files, real boots, a verdict for each primary" {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	cd "$BATS_TEST_TMPDIR"
	for series in 6.1 6.12; do
		"$CGCHURN_SOURCE/scripts/lib/kernel" "debian:$series" >kernel.json 2>why || skip "$(tail -1 why)"
		cp "$(sed -n 's/^ *"image": "\(.*\)",$/\1/p' kernel.json)" "bzImage-$series"
	done
	DESTDIR=$PWD/stage meson install -C "$CGCHURN_BUILD" --no-rebuild --quiet
	why=$("$CGCHURN_SOURCE/tests/alone" stage true) || skip "$why"
	export XDG_CACHE_HOME=$PWD/cache
	run --separate-stderr "$CGCHURN_SOURCE/tests/alone" "$PWD/stage" cgchurn vm-compare --base ./bzImage-6.1 --new ./bzImage-6.12 --boots 4 \
		--clock instructions --memory 512M --workload spawn-quiet-fork -- --trials 1 --duration 300ms --warmup 50ms
	# Which kernel is quicker is not what this asks.
	[ "$status" -eq 0 ] || [ "$status" -eq 1 ] || { echo "$status $output $stderr"; false; }
	python3 - <<-'END'
	import json
	found = json.load(open("results/vm-bzImage-6.1-bzImage-6.12/compare-bzImage-6.1--bzImage-6.12.json"))
	primaries = [m for m in found["metrics"] if m["primary"]]
	assert primaries and all(m["verdict"] in ("regression", "improvement", "equivalent", "inconclusive") for m in primaries), found
	END
	[ "$(ls results/*/bzImage-6.1*/block-*.json | wc -l)" -eq 8 ]
	[ -s results/vm-bzImage-6.1-bzImage-6.12/report.html ]
	[ -z "$(find stage -name __pycache__)" ]
}
