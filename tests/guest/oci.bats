#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# deploy/oci: the image is built here, and run by crun in a guest, where cgroup v2 is the only hierarchy.

setup() {
	oci=$CGCHURN_SOURCE/deploy/oci
	cd "$BATS_TEST_TMPDIR"
}

need() {
	for tool in "$@"; do command -v "$tool" >/dev/null || skip "no $tool"; done
	[ "$(id -u)" -eq 0 ] || skip "only root can build the image"
}

@test "the image, run by crun in a group of its own, gives a valid result and leaves the groups as they were" {
	need mmdebstrap buildah umoci crun qemu-system-x86_64
	run --separate-stderr "$oci/build" layout "$CGCHURN_BUILD"
	[ "$status" -ne 4 ] || skip "${stderr##*$'\n'}"
	[ "$status" -eq 0 ] || { echo "$stderr"; false; }
	"$oci/bundle" layout bundle /out run migrate-under-fork --trials 1 --duration 300ms --warmup 50ms \
		--set storm.workers=1 --output /results/result.json --quiet
	cat >command <<-'END'
		find /sys/fs/cgroup -type d | sort >/tmp/before
		while sleep 0.1; do ls -d /sys/fs/cgroup/cgchurn-[0-9]* /sys/fs/cgroup/cgchurn-oci-*/cgchurn-[0-9]*; done >/tmp/seen 2>/dev/null &
		sh /oci/run /bundle --no-pivot
		status=$?
		kill $!
		sort -u /tmp/seen >/out/seen
		find /sys/fs/cgroup -type d | sort | diff /tmp/before - || exit 99
		# By 4 scripts/guest says that there can be no guest here.
		[ $status -ne 4 ] || exit 98
		exit $status
	END
	run --separate-stderr "$CGCHURN_SOURCE/scripts/guest" --build "$CGCHURN_BUILD" --cpus 1 --out out --add "$oci:/oci" \
		--add "$(command -v crun):/usr/bin/crun" --add bundle:/bundle --add command:/root/command debian:6.12 -- sh /root/command
	[ "$status" -ne 4 ] || skip "$stderr"
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	/usr/bin/python3 "$CGCHURN_SOURCE/tests/cli/validate.py" "$CGCHURN_SOURCE/doc/schema/cgchurn-result-1.json" out/result.json
	# What it saw of the tree was its own group, and there it worked.
	grep -q '^/sys/fs/cgroup/cgchurn-oci-' out/seen
	run ! grep -v '^/sys/fs/cgroup/cgchurn-oci-' out/seen
	/usr/bin/python3 - <<-'END'
	import json
	result = json.load(open("out/result.json"))
	assert result["complete"] and result["runs"][0]["trials"][0]["valid"], result["runs"][0]["trials"][0]["reasons"]
	assert result["host"]["cgroup"]["root"] == "/sys/fs/cgroup", result["host"]["cgroup"]
	assert all(series["count"] > 0 for series in result["runs"][0]["trials"][0]["series"])
	END
}
