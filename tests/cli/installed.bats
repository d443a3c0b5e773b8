#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The installed tree alone, where the source is not (tests/alone): the commands that are scripts, with boots that are none.
# tests/guest/installed.bats has real ones.
load fake-guests

setup_file() {
	export STAGE=$BATS_FILE_TMPDIR/stage
	DESTDIR=$STAGE meson install -C "$CGCHURN_BUILD" --no-rebuild --quiet
	find "$STAGE" | sort >"$BATS_FILE_TMPDIR/files"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	fake_kernel bzImage
	alone=$CGCHURN_SOURCE/tests/alone
	why=$("$alone" "$STAGE" true) || skip "$why"
	prefix=$(cd "$STAGE" && find . -path '*/bin/cgchurn') && prefix=${prefix#.} && prefix=${prefix%/bin/cgchurn}
}

# What was run has written nothing into the installed tree.
teardown() {
	find "$STAGE" | sort | diff "$BATS_FILE_TMPDIR/files" -
}

@test "vm-compare: two kernels that are files, and a verdict" {
	fake_qemu
	pool base 5 name=base seed=21
	pool new 5 name=new seed=22 migration=2 forks=2
	fake_kernel base
	fake_kernel new
	run --separate-stderr "$alone" "$STAGE" cgchurn vm-compare --base ./base --new ./new --boots 5 --jobs 2
	[ "$status" -eq 1 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"regression"* ]]
	[ -s results/vm-base-new/report.html ]
	# What the guests had: the installed program and its workloads, where they are installed.
	for file in bin/cgchurn libexec/cgchurn/cgchurn-worker share/cgchurn/workloads/suites/headline.json; do
		grep -qa "${prefix#/}/$file" cache/cgchurn/initramfs/*.cpio
	done
}

@test "guest: a command's output" {
	fake_qemu
	run -0 --separate-stderr "$alone" "$STAGE" cgchurn guest ./bzImage -- true
	[ "$output" = said ] || { echo "$stderr"; false; }
}

@test "boot-compare: its unit goes on by the installed program" {
	run -0 "$alone" "$STAGE" cgchurn boot-compare start --dry-run --boots 1 --base ./bzImage --new ./bzImage,quiet
	[[ "$output" == *"ExecStart=$prefix/bin/cgchurn boot-compare continue $PWD/results/boot-bzImage-bzImage-quiet"* ]]
}

@test "gate: a regression ends with 1, by the program that called it" {
	python3 "$CGCHURN_SOURCE/tests/golden/export/make-sample.py" . pair
	run -1 "$alone" "$STAGE" "$prefix/bin/cgchurn" gate new base found
	grep -q '<failure' found/comparison.xml
}

@test "dashboard: every query of the installed dashboard is answered" {
	command -v prometheus >/dev/null || skip "prometheus is not installed"
	command -v prometheus-node-exporter >/dev/null || skip "prometheus-node-exporter is not installed"
	cp "$CGCHURN_SOURCE/tests/golden/export/sample.json" .
	run -0 "$alone" "$STAGE" cgchurn dashboard --check sample.json
	[ "$(grep -c '^ok: ' <<<"$output")" -gt 10 ]
}

@test "every command that is a script can be executed, and its page, completion and unit files are there" {
	for script in vm-compare vm-bisect boot-compare guest gate dashboard; do
		"$alone" "$STAGE" cgchurn --help | grep -q "^  $script "
		run "$alone" "$STAGE" cgchurn $script --no-such-option
		[ "$status" -eq 2 ] || { echo "$script: $status $output"; false; }
		[ -s "$STAGE$prefix/share/man/man1/cgchurn-$script.1" ]
		grep -q -- "$script" "$STAGE$prefix/share/bash-completion/completions/cgchurn"
	done
	[ -s "$STAGE$prefix/lib/systemd/system/cgchurn-nightly.service" ]
}

@test "a command that is a script and is missing, or has no interpreter, ends with 4" {
	cp -a "$STAGE" partial
	rm "partial$prefix/libexec/cgchurn/gate"
	run -4 "$alone" "$PWD/partial" cgchurn gate
	[[ "$output" == *"cannot find $prefix/libexec/cgchurn/gate"* ]]
	printf '#!/no/such/interpreter\n' >"partial$prefix/libexec/cgchurn/vm-compare"
	run -4 "$alone" "$PWD/partial" cgchurn vm-compare
	[[ "$output" == *"interpreter"* ]]
}

@test "the table of each script has the options that it takes" {
	"$CGCHURN" --describe >described
	python3 - "$CGCHURN_SOURCE/scripts" <<-'END'
	import json, pathlib, re, sys
	scripts = pathlib.Path(sys.argv[1])
	taken = lambda path: set(re.findall(r'add_argument\((?:"-\w", )?"--([a-z-]+)"', path.read_text()))
	shared = taken(scripts / "lib/vm/plan.py")
	assert "base" in shared
	found = {c["name"]: {o["name"] for o in c["options"]} - {"help"} for c in json.load(open("described"))["commands"]}
	for name in ("vm-compare", "boot-compare", "guest", "gate", "dashboard"):
	    wanted = taken(scripts / name) | (shared if name.endswith("compare") else set())
	    assert found[name] == wanted, (name, found[name] ^ wanted)
	END
}
