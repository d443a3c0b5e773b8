#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# scripts/boot-compare: rehearsed here, and for real in a guest, from kernel to kernel.

setup() {
	boot_compare=$CGCHURN_SOURCE/scripts/boot-compare
	cd "$BATS_TEST_TMPDIR"
}

# image SPEC: the path of a kernel's image.
image() {
	"$CGCHURN_SOURCE/scripts/lib/kernel" "$1" | sed -n 's/.*"image": "\(.*\)".*/\1/p'
}

need_kernels() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	old=$(image debian:6.12) && new=$(image debian:7) && [ -n "$old" ] && [ -n "$new" ] ||
		skip "the packages of 6.12 and 7 cannot be had here"
}

@test "--dry-run prints the order and every action, and does nothing" {
	need_kernels
	mkdir one two
	cp "$old" one/vmlinuz-6.12
	cp "$new" two/vmlinuz-7
	touch one/initrd.img-6.12
	run "$boot_compare" start --dry-run --base one/vmlinuz-6.12 --new two/vmlinuz-7,favordynmods --boots 2 --seed 3 -o out
	[ "$status" -eq 0 ]
	[[ "$output" == *"systemctl enable cgchurn-boot-compare.service"* ]]
	[[ "$output" == *"ExecStart=$CGCHURN_SOURCE/scripts/boot-compare continue $PWD/out"* ]]
	[ "$(grep -c 'kexec -l' <<<"$output")" -eq 4 ]
	[ "$(grep -c 'kexec -l .*two/vmlinuz-7 .*cgroup_favordynmods=true.*panic=30 cgchurn.boot=' <<<"$output")" -eq 2 ]
	[ "$(grep -c 'kexec -l .*one/vmlinuz-6.12 --initrd=.*one/initrd.img-6.12 ' <<<"$output")" -eq 2 ]
	[[ "$output" == *"systemctl disable cgchurn-boot-compare.service"* ]]
	[ ! -e out ] && [ ! -e /etc/systemd/system/cgchurn-boot-compare.service ]
}

@test "wrong usage; packages are not for real reboots" {
	for arguments in "" nonsense start "start --base a" "status" "continue /nowhere"; do
		run "$boot_compare" $arguments
		[ "$status" -eq 2 ]
	done
	run "$boot_compare" start --dry-run --base debian:6.12 --new debian:7
	[ "$status" -eq 2 ]
	[[ "$output" == *"installed kernel"* ]]
}

@test "kexec from kernel to kernel: every boot once, in order, a lost one recorded, the unit gone at the end" {
	need_kernels
	cat >command <<-'END'
	cp -n /stand-ins/* /usr/local/bin/
	mkdir -p /etc/systemd/system
	if [ ! -e /state/plan.json ]; then
	    set -- start --base /kernels/6.12/vmlinuz --new /kernels/7/vmlinuz,favordynmods --boots 2 --seed 3 --settle 0 \
	        --workload null -o /state -- --trials 1 --duration 100ms --warmup 10ms
	    echo 2 >/lost
	else
	    set -- continue /state
	fi
	"$CGCHURN_SOURCE/scripts/boot-compare" "$@"
	echo "ended with $?"
	cp -r /state /asked /out
	ls /etc/systemd/system >/out/units
	END
	: >build.ninja
	inside=$CGCHURN_BUILD/src
	python=$(readlink -f /usr/bin/python3)
	add=(--add "$CGCHURN_SOURCE/scripts:$CGCHURN_SOURCE/scripts" --add "$CGCHURN_BUILD/workloads:$CGCHURN_BUILD/workloads"
		--add "build.ninja:$CGCHURN_BUILD/build.ninja" --add "$python:/usr/bin/python3" --add /usr/bin/env:/usr/bin/env
		--add "$CGCHURN_SOURCE/tests/guest/kexec:/stand-ins/kexec" --add "$CGCHURN_SOURCE/tests/guest/systemctl:/stand-ins/systemctl"
		--add "$(dirname "$old"):/kernels/6.12" --add "$(dirname "$new"):/kernels/7" --add command:/root/command)
	# What is carried over is unpacked at every boot, so no more of Python than the script imports.
	while read -r path; do add+=(--add "$path:$path"); done < <(
		find "$CGCHURN_BUILD/src" -maxdepth 2 -type f -perm -100 ! -name '*.o' ! -name '*.a'
		/usr/bin/python3 -B - <<-'END'
		import os, sys
		sys.path.insert(0, os.environ["CGCHURN_SOURCE"] + "/scripts/lib")
		import argparse, contextlib, ctypes, encodings.ascii, encodings.latin_1, json, shutil, subprocess, time
		from vm import cache, console, errors, initramfs, kernels, machine, metal, plan, verdict
		for module in list(sys.modules.values()):
		    file = getattr(module, "__file__", None)
		    if file and file.startswith("/") and not file.startswith(os.environ["CGCHURN_SOURCE"]):
		        print(file)
		END
	)
	run --separate-stderr "$CGCHURN_SOURCE/scripts/guest" --memory 2G --timeout 800 --record record --out out "${add[@]}" \
		--env CGCHURN_SOURCE="$CGCHURN_SOURCE" --env CGCHURN_BUILD="$CGCHURN_BUILD" debian:6.1 -- sh /root/command
	[ "$status" -eq 0 ] || { echo "$status $stderr $output"; false; }
	python3 - <<-'END'
	import json, glob
	plan = json.load(open("out/state/plan.json"))
	assert sorted(map(sorted, plan["order"])) == [[0, 1], [0, 1]]
	boots = [(block, position, side) for block, order in enumerate(plan["order"], 1) for position, side in enumerate(order, 1)]
	for number, (block, position, side) in enumerate(boots, 1):
	    label = plan["sides"][side]["label"]
	    record = json.load(open(f"out/state/boots/{block:02}-{position}-{label}/boot.json"))
	    if number == 2:
	        assert record["outcome"] == "lost" and "by itself" in record["detail"], record
	        assert not glob.glob(f"out/state/{label}/block-{block:02}.json")
	        continue
	    assert record["outcome"] == "ok", record
	    host = json.load(open(f"out/state/{label}/block-{block:02}.json"))["host"]
	    assert host["kernel"]["release"] == plan["sides"][side]["release"]
	    assert f"cgchurn.boot={plan['seed']}" in host["kernel"]["cmdline"].split()
	    assert host["lock"]["regime"] == ("per-threadgroup" if side else "global"), host["lock"]
	END
	[ "$(grep -c '^kexec$' out/asked)" -eq 4 ]
	grep -qx "enable cgchurn-boot-compare.service" out/asked
	[ "$(tail -2 out/asked | head -1)" = "disable cgchurn-boot-compare.service" ]
	[ ! -s out/units ]
	[ -s out/state/comparison.txt ]
	! grep -q "cannot be compared" out/state/comparison.txt || { cat out/state/comparison.txt; false; }
	[ "$output" != "${output/ended with 1/}" ] # for the lost boot
	[[ "$stderr$output" == *"failed: block"*"lost"* ]]
}
