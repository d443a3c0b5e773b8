#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The clock that counts a guest's instructions: a seed makes one boot, whatever else this machine does.

setup_file() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	"$CGCHURN_SOURCE/scripts/lib/kernel" debian:6.1 >/dev/null 2>"$BATS_FILE_TMPDIR/why" ||
		skip "$(tail -1 "$BATS_FILE_TMPDIR/why")"
	cd "$BATS_FILE_TMPDIR"
	# A window with paced migrations, of which each waits for a grace period, and forks.
	cat >command <<-'END'
	cgchurn run migrate-under-fork --trials 1 --duration 300ms --warmup 50ms --seed 1 -o /out/result.json
	grep ' _text$' /proc/kallsyms >/out/text
	cat /proc/sys/kernel/random/boot_id >/out/boot-id
	END
	boot one 7
	for _ in 1 2 3 4 5 6 7 8; do
		nice sh -c 'while :; do :; done' 3>&- &
		echo $!
	done >loops
	boot two 7
	kill $(cat loops)
	boot other 8
}

# boot NAME SEED
boot() {
	"$CGCHURN_SOURCE/scripts/guest" --clock instructions --seed "$2" --record "$1" --add command:/root/command debian:6.1 -- \
		sh /root/command >"$1.log" 2>&1 || { cat "$1.log"; return 1; }
}

setup() {
	cd "$BATS_FILE_TMPDIR"
}

@test "one seed, on this machine as it is and beside 8 busy loops: the same boot, to the last bucket" {
	cmp one/dmesg two/dmesg
	cmp one/out/boot-id two/out/boot-id
	cmp one/out/result.json two/out/result.json
	/usr/bin/python3 - <<-'END'
	import json
	trial, = json.load(open("one/out/result.json"))["runs"][0]["trials"]
	assert trial["valid"], trial["reasons"]
	assert {s["actor"] for s in trial["series"]} == {"storm", "migrator"} and all(s["count"] for s in trial["series"])
	END
}

@test "another seed: another layout of the kernel, other random numbers, other figures" {
	cmp one/out/text two/out/text
	run -1 cmp -s one/out/text other/out/text
	run -1 cmp -s one/out/boot-id other/out/boot-id
	run -1 cmp -s one/out/result.json other/out/result.json
	grep -q '"seed": 8,' other/guest.json
}

@test "a result says by which clock it was measured, and its table what that means" {
	/usr/bin/python3 - <<-'END'
	import json, re, subprocess
	version = re.search(r"version (\S+)", subprocess.check_output(["qemu-system-x86_64", "--version"], text=True))[1]
	clock = json.load(open("one/out/result.json"))["host"]["clock"]
	assert clock == {"kind": "instructions", "ns_per_instruction": 2, "busy_cpus": 1, "emulator": f"QEMU {version}"}, clock
	END
	grep -q '^clock  *QEMU .* 2 ns an instruction, 1 busy CPU: times are counts' one/stdout
	run -1 grep -E '^noise|absolute times mean nothing|starts .* late' one/stdout one/stderr
}

@test "two busy CPUs: a measurement where they run evenly, else a refusal that says what was found" {
	status=0
	"$CGCHURN_SOURCE/scripts/guest" --clock instructions --busy-cpus 2 --out two-cpus debian:6.1 -- \
		cgchurn run null --duration 100ms -o /out/result.json >two-cpus.log 2>&1 || status=$?
	if [ $status -eq 4 ]; then
		grep 'the emulator runs the CPUs in turn, and unevenly: .* one stood still for [0-9.]* ms$' two-cpus.log
	else
		[ $status -eq 0 ] && grep '"busy_cpus": *2,' two-cpus/result.json
	fi
}

@test "--clock host: a guest whose time is this machine's says so" {
	"$CGCHURN_SOURCE/scripts/guest" --clock host --out host debian:6.1 -- sh -c 'cgchurn host --json >/out/host.json'
	/usr/bin/python3 - <<-'END'
	import json
	clock = json.load(open("host/host.json"))["host"]["clock"]
	assert clock == {"kind": "host", "ns_per_instruction": None, "busy_cpus": None, "emulator": None}, clock
	END
}
