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

# pod BUNDLE: pod.json beside config.json, for what deploy/kubernetes runs, shortened, in the host's cgroup namespace.
pod() {
	/usr/bin/python3 - "$CGCHURN_SOURCE/deploy/kubernetes/job.yaml" "$1" <<-'END'
	import json, sys, yaml
	container = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]["containers"][0]
	*shell, script = container["command"]
	short = "cgchurn run migrate-under-fork --trials 1 --duration 300ms --warmup 50ms --set storm.workers=1 "
	assert "cgchurn run " in script
	config = json.load(open(sys.argv[2] + "/config.json"))
	config["process"]["args"] = shell + [script.replace("cgchurn run ", short).replace("$$(", "$(")]
	config["process"]["env"] += ["NODE=node", "POD=pod"]
	config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "cgroup"]
	json.dump(config, open(sys.argv[2] + "/pod.json", "w"))
	END
}

@test "the image, run by crun in a group of its own, gives a valid result and leaves the groups as they were" {
	need mmdebstrap buildah umoci crun qemu-system-x86_64
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	run --separate-stderr "$oci/build" layout "$CGCHURN_BUILD"
	[ "$status" -ne 4 ] || skip "${stderr##*$'\n'}"
	[ "$status" -eq 0 ] || { echo "$stderr"; false; }
	"$oci/bundle" layout bundle /out run migrate-under-fork --trials 1 --duration 300ms --warmup 50ms \
		--set storm.workers=1 --output /results/result.json --quiet
	pod bundle
	cat >command <<-'END'
		find /sys/fs/cgroup -type d | sort >/tmp/before
		while sleep 0.1; do ls -d /sys/fs/cgroup/cgchurn-[0-9]* /sys/fs/cgroup/cgchurn-oci-*/cgchurn-[0-9]*; done >/tmp/seen 2>/dev/null &
		sh /oci/run /bundle --no-pivot
		status=$?
		if [ $status -eq 0 ]; then
			cp /bundle/pod.json /bundle/config.json
			sh /oci/run /bundle --no-pivot
			status=$?
		fi
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
	for result in result pod; do
		/usr/bin/python3 "$CGCHURN_SOURCE/tests/cli/validate.py" "$CGCHURN_SOURCE/doc/schema/cgchurn-result-2.json" out/$result.json
	done
	# Each worked in its own group, the one that saw no other and the one that saw them all.
	[ "$(cut -d/ -f5 out/seen | sort -u | wc -l)" -eq 2 ]
	run ! grep -v '^/sys/fs/cgroup/cgchurn-oci-' out/seen
	/usr/bin/python3 - <<-'END'
	import json
	for name, root in ("result", "/sys/fs/cgroup"), ("pod", "/sys/fs/cgroup/cgchurn-oci-"):
	    result = json.load(open(f"out/{name}.json"))
	    trial = result["runs"][0]["trials"][0]
	    assert result["complete"] and trial["valid"], trial["reasons"]
	    assert result["host"]["cgroup"]["root"].startswith(root), result["host"]["cgroup"]
	    assert all(series["count"] > 0 for series in trial["series"])
	assert json.load(open("out/result.json"))["host"]["cgroup"]["root"] == "/sys/fs/cgroup"
	END
}
