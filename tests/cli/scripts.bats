#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The scripts' command lines and their ends, without a guest: SPECs, folders, readers that are gone.
load fake-guests

setup() {
	scripts=$CGCHURN_SOURCE/scripts
	cd "$BATS_TEST_TMPDIR"
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	fake_kernel bzImage
}

# What the SPEC puts on the kernel's command line, a parameter a line.
parameters() {
	"$scripts/lib/kernel" "$1" | python3 -c 'import json, sys; print("\n".join(json.load(sys.stdin)["command_line"]))'
}

@test "a SPEC: a value with commas in double quotes is one boot parameter" {
	[ "$(parameters ./bzImage,nosmt,mitigations=off)" = $'nosmt\nmitigations=off' ]
	[ "$(parameters './bzImage,isolcpus="managed_irq,domain,2-3",nosmt')" = $'isolcpus=managed_irq,domain,2-3\nnosmt' ]
	[ "$(parameters './bzImage,"isolcpus=domain,2-3",favordynmods')" = $'cgroup_favordynmods=true\nisolcpus=domain,2-3' ]
	[ "$(parameters './bzImage,dyndbg="file a.c +p"')" = 'dyndbg="file a.c +p"' ]
	[ "$(parameters './bzImage,"a_word_of_a_module"')" = a_word_of_a_module ]
	cp bzImage a,b
	[ "$(parameters '"./a,b",quiet')" = quiet ]
}

@test "a SPEC: a piece of a value, a mistyped name and an open quote are refused" {
	run -2 "$scripts/lib/kernel" ./bzImage,isolcpus=managed_irq,domain,2-3
	[[ "$output" == *"'domain' is no boot parameter"*'isolcpus="domain,2-3"'* ]]
	run -2 "$scripts/lib/kernel" ./bzImage,favourdynmods
	[[ "$output" == *"did you mean 'favordynmods'?"* ]]
	run -2 "$scripts/lib/kernel" './bzImage,isolcpus="domain,2-3'
	[[ "$output" == *"a double quote is not closed"* ]]
	run -2 "$scripts/lib/kernel" './bzImage,quiet ro'
	[[ "$output" == *"separated by commas, not by blanks"* ]]
	run -2 "$scripts/vm-compare" --base ./bzImage --new ./bzImage,isolcpus=domain,2-3 -o out
	[[ "$output" == *"'2-3' is no boot parameter"* || "$output" == *"lacks"* ]]
}

@test "a reader that is gone: no traceback" {
	python3 - "$scripts" <<-'END'
	import os, subprocess, sys
	for script in "boot-compare build-pair check-docs dashboard fleet-guests guest scaling-model vm-bisect vm-compare lib/fleet lib/kernel".split():
	    read, write = os.pipe()
	    os.close(read)
	    done = subprocess.run([f"{sys.argv[1]}/{script}", "--help"], stdout=write, stderr=subprocess.PIPE, text=True)
	    os.close(write)
	    assert (done.returncode, done.stderr) == (141, ""), done
	END
}

@test "without HOME: the folder of passwd; without that: 4, and nothing is made here" {
	python=$(command -v /usr/bin/python3) || skip "no /usr/bin/python3"
	unset XDG_CACHE_HOME
	where='import sys; sys.path.insert(0, sys.argv[1]); from vm import cache; print(cache.home())'
	[ "$(HOME=/a/b "$python" -c "$where" "$scripts/lib")" = /a/b/.cache ]
	[ "$(XDG_CACHE_HOME=/c HOME=/a/b "$python" -c "$where" "$scripts/lib")" = /c ]
	[ "$(XDG_CACHE_HOME=c HOME=/a/b "$python" -c "$where" "$scripts/lib")" = /a/b/.cache ]
	[ "$(env -u HOME "$python" -c "$where" "$scripts/lib")" = "$(getent passwd "$(id -u)" | cut -d: -f6)/.cache" ]
	[ "$(id -u)" -eq 0 ] || skip "needs root to be nobody in particular"
	! getent passwd 4100001 || skip "there is a user 4100001"
	as_none=(setpriv --reuid 4100001 --regid 4100001 --clear-groups)
	"${as_none[@]}" test -r "$scripts/lib/kernel" || skip "another user may not read this folder"
	chmod 755 . && chmod 644 bzImage
	run -4 env -u HOME "${as_none[@]}" "$python" "$scripts/lib/kernel" debian:6.12
	[[ "$output" == "kernel: no folder for the cache: set HOME"* ]]
	[ ! -e '~' ]
}

@test "guest: the record's own folder for --out is no fault, one within it is refused" {
	fake_qemu
	run -0 --separate-stderr "$scripts/guest" --record rec --out rec/out ./bzImage -- true
	[ "$output" = said ] || { echo "$stderr"; false; }
	[ "$(cat rec/out/file)" = result ]
	run -0 "$scripts/guest" --record rec --out other ./bzImage -- true
	[ "$(cat other/file)" = result ]
	run -2 "$scripts/guest" --record rec --out rec/out/deeper ./bzImage -- true
	[[ "$output" == *"--out: 'rec/out/deeper' lies in the folder"* ]]
	[ ! -e rec/out/deeper ]
}

@test "guest: --out that is a file is a message, and --append comes as it is" {
	fake_qemu
	touch file
	run -4 "$scripts/guest" --out file ./bzImage -- true
	[[ "$output" == *"guest: file: "* && "$output" != *Traceback* ]]
	run -0 "$scripts/guest" --append 'isolcpus=managed_irq,domain,1 nosmt' --append x ./bzImage,quiet -- true
	[[ "$(cat append)" == *" quiet isolcpus=managed_irq,domain,1 nosmt x" ]]
}

@test "guest: emulated, QEMU counts instructions and the kernel's command line says so; --clock host, or KVM: neither" {
	fake_qemu
	run -0 "$scripts/guest" --seed 5 --record rec ./bzImage -- true
	[[ "$(cat arguments)" == *"-accel tcg,thread=single -icount shift=1,sleep=off -cpu max,erms=off "*" -seed 5 -smp 2,sockets=2 "*"ioeventfd=off"* ]]
	[[ "$(cat append)" == *" cgchurn.clock=instructions,2,QEMU-9.9.9"* && "$(cat append)" != *maxcpus* ]]
	grep -q '"clock": "instructions",' rec/guest.json
	grep -q '"seed": 5,' rec/guest.json
	for host in "tcg --clock host" kvm; do
		set -- $host
		CGCHURN_ACCELERATOR=$1 run -0 "$scripts/guest" "${@:2}" ./bzImage -- true
		[[ "$(cat arguments)" != *icount* && "$(cat append)" != *cgchurn.clock* ]]
	done
	[[ "$(cat arguments)" == *" -smp 2 "* ]]
	# Without ACPI a kernel finds one CPU of each socket.
	mkdir pair && cp bzImage pair/vmlinuz
	for acpi in CONFIG_ACPI=y "# CONFIG_ACPI is not set"; do
		echo "$acpi" >pair/config
		run -0 "$scripts/guest" --clock host pair/vmlinuz -- true
		grep -o -- '-smp [^ ]*' arguments
	done >smp
	[ "$(cat smp)" = $'-smp 2\n-smp 2,sockets=2' ]
	CGCHURN_ACCELERATOR=kvm run -0 "$scripts/guest" --clock instructions ./bzImage -- true
	[[ "$(cat arguments)" == *"-accel tcg,thread=single -icount"* ]]
	run -2 "$scripts/guest" --seed -1 ./bzImage -- true
	run -2 "$scripts/vm-compare" --clock host --jobs 2 --base ./bzImage --new ./bzImage
	[[ "$output" == *"disturb each other's time"* ]]
}

@test "guest: before 6.5 the second CPU is left to init where instructions are counted, because the kernel would spin" {
	fake_qemu
	for release in 6.4.99 6.5.0 10.1.0; do
		python3 -c 'import sys; open("old", "wb").write(open("bzImage", "rb").read().replace(b"6.12.1 ", sys.argv[1].encode().ljust(7)))' $release
		run -0 "$scripts/guest" ./old -- true
		[[ "$(cat append)" == *" maxcpus=1"* ]] && echo $release
		run -0 "$scripts/guest" --clock host ./old -- true
		[[ "$(cat append)" != *maxcpus=1* ]]
	done >left
	[ "$(cat left)" = 6.4.99 ]
}

@test "vm-compare: by the clock instructions the suite lock as it is, by the host's two of headline, else what is named" {
	fake_qemu
	# plan_of OPTION...: the options of `cgchurn run` in the guests
	plan_of() {
		rm -rf out
		run "$scripts/vm-compare" --base ./bzImage --new ./bzImage,quiet --boots 1 -o out "$@"
		python3 -c 'import json; print(*json.load(open("out/plan.json"))["guest"]["run"])'
	}
	[ "$(plan_of)" = "--suite lock" ]
	[ "$(plan_of --clock host)" = "--trials 2 --suite headline" ]
	[ "$(plan_of --workload null)" = "" ]
	[ "$(plan_of -- -d 1s)" = "-d 1s --suite lock" ]
	[ "$(plan_of -- --suite=smoke)" = "--suite=smoke" ]
}

# compare_until OPTION...: two kernels by --until-decided, whose boots have the results of pool/bzImage and pool/bzImage-quiet.
compare_until() {
	run --separate-stderr "$scripts/vm-compare" --base ./bzImage --new ./bzImage,quiet --until-decided --jobs 2 -o out "$@"
}

looks() {
	grep '^look after' <<<"$stderr"
}

@test "vm-compare --until-decided: a clear change ends it early, at the look that shows it, and the same command does nothing more" {
	fake_qemu
	pool bzImage 12 name=base seed=21
	pool bzImage-quiet 12 name=new seed=22 migration=2 forks=2
	compare_until
	[ "$status" -eq 1 ] || { echo "$status $stderr"; false; }
	blocks=$(ls out/bzImage | wc -l)
	[ "$blocks" -ge 4 ] && [ "$blocks" -le 8 ] && [ "$(ls out/bzImage-quiet | wc -l)" -eq "$blocks" ]
	[ "$(looks | head -1)" = "look after 4 blocks: of 2 primaries 0 decided, 2 open, 0 given up" ]
	[ "$(looks | tail -1)" = "look after $blocks blocks: of 2 primaries 2 decided, 0 open, 0 given up" ]
	[ "$(looks | wc -l)" -eq $((blocks - 3)) ]
	# The report is that of the looks, of 12 blocks at most.
	python3 - "$blocks" <<-'END'
	import json, sys
	plan, found = json.load(open("out/plan.json")), json.load(open("out/compare-bzImage--bzImage-quiet.json"))
	assert plan["request"]["max_boots"] == len(plan["order"]) == 12
	assert (found["max_blocks"], found["blocks"], found["open"]) == (12, int(sys.argv[1]), False), found
	END
	grep -q "p of the look that decided" out/report.html
	booted=$(wc -l <booted)
	compare_until
	[ "$status" -eq 1 ] && [ "$(wc -l <booted)" -eq "$booted" ]
	# Another N would be another rule.
	compare_until --max-boots 20
	[ "$status" -eq 2 ] && [[ "$stderr" == *"max_boots 12 (now 20)"* ]]
}

@test "vm-compare --until-decided: where nothing is decided on to the last block, and on again after an interrupt with the same N" {
	fake_qemu
	pool bzImage 6 name=base seed=31 boot_sigma=0.2
	pool bzImage-quiet 6 name=new seed=32 boot_sigma=0.2 migration=1.3 forks=1.3
	echo -n interrupt >pool/boot-9
	cat >start <<-END
	echo \$\$ >pid
	exec env --default-signal=INT $scripts/vm-compare --base ./bzImage --new ./bzImage,quiet --until-decided --max-boots 6 --jobs 1 -o out
	END
	run -130 --separate-stderr bash start
	[[ "$stderr" == *"of at most 12 boots are done"* ]]
	[ "$(looks)" = "look after 4 blocks: of 2 primaries 0 decided, 2 open, 0 given up" ]
	rm pool/boot-9
	compare_until --max-boots 6
	[ "$status" -eq 0 ] || { echo "$status $stderr"; false; }
	[[ "$stderr" == *" boots to do of at most 12, seed "* ]]
	[ "$(ls out/bzImage out/bzImage-quiet | grep -c block)" -eq 12 ]
	[ "$(sort booted | uniq -d | wc -l)" -eq 1 ] # the one that was interrupted
	[[ "$output" == *"inconclusive"* ]]
}

@test "vm-compare --until-decided --matrix: on while any pair is open; a block is a boot of each" {
	fake_qemu
	for label in bzImage bzImage-ro; do pool $label 5 name=$label seed=$((41 + ${#label})) boot_sigma=0.3; done
	pool bzImage-quiet 5 name=quiet seed=43 migration=3 forks=3
	run --separate-stderr "$scripts/vm-compare" --matrix ./bzImage ./bzImage,quiet ./bzImage,ro --until-decided --max-boots 5 --jobs 3 -o out
	[ "$status" -eq 1 ] || [ "$status" -eq 0 ] || { echo "$status $stderr"; false; }
	[ "$(looks | wc -l)" -eq 1 ] && [[ "$(looks)" == "look after 4 blocks: of 6 primaries "* ]]
	[ "$(ls out/*/block-*.json | wc -l)" -eq 15 ]
}

@test "vm-compare --until-decided: sides that are not comparable end it at the first look" {
	fake_qemu
	pool bzImage 4 name=base
	pool bzImage-quiet 4 name=new model=another
	compare_until
	[ "$status" -eq 2 ] || { echo "$status $stderr"; false; }
	[ "$(ls out/*/block-*.json | wc -l)" -eq 8 ]
	[[ "$output" == *"cpu.model"* ]]
}

@test "vm-compare and boot-compare: boots by number or until decided, not both" {
	for wrong in "--until-decided --boots 6" "--max-boots 8" "--until-decided --max-boots 3" "--until-decided --max-boots 51" "--boots 0"; do
		run -2 "$scripts/vm-compare" --base ./bzImage --new ./bzImage,quiet $wrong -o out
		run -2 "$scripts/boot-compare" start --dry-run --base ./bzImage --new ./bzImage,quiet $wrong -o out
	done
	run -0 "$scripts/boot-compare" start --dry-run --base ./bzImage --new ./bzImage,quiet --until-decided --seed 1 -o out
	[ "$(grep -c '^boot ' <<<"$output")" -eq 24 ]
	[ ! -e out ]
}

@test "guest: the thread of a virtual CPU, which QEMU names, is pinned to the last CPU" {
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	fake_qemu
	run -0 "$scripts/guest" --clock host ./bzImage -- true
	[[ "$(cat arguments)" == *" -name guest,debug-threads=on"* ]]
	/usr/bin/python3 - "$scripts/lib" <<-'END'
	import os, pathlib, sys, threading
	sys.path.insert(0, sys.argv[1])
	from vm import pinning
	class Qemu:
	    pid = os.getpid()
	    poll = staticmethod(lambda: None)
	before, named, end, tid = os.sched_getaffinity(0), threading.Event(), threading.Event(), []
	def virtual_cpu():
	    tid.append(threading.get_native_id())
	    pathlib.Path(f"/proc/self/task/{tid[0]}/comm").write_text("CPU 0/KVM")
	    named.set()
	    end.wait()
	thread = threading.Thread(target=virtual_cpu)
	thread.start()
	named.wait()
	pinning.pin(Qemu, 1)
	found = os.sched_getaffinity(tid[0]), os.sched_getaffinity(0)
	end.set()
	assert found == ({max(before)}, before), found
	END
}
