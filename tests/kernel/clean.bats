#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# cgchurn clean: takes what no living run owns, and nothing else.
load cgroups

setup() { cgroups_setup; }
teardown() { cgroups_teardown; }

# No process has this pid: the kernel's largest is 2^22.
dead=cgchurn-2147483647-1-00000000

start_time() {
	sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20
}

@test "nothing to clean" {
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
}

@test "--dry-run says it and changes nothing" {
	mkdir -p "$own/$dead/tree/0"
	run -0 "$CGCHURN" clean --cgroup-root "$own" --dry-run
	[ "$output" = "would remove $own/$dead" ]
	[ -d "$own/$dead/tree/0" ]
}

@test "a group whose owner is dead goes, with all below" {
	mkdir -p "$own/$dead/tree/0/1" "$own/$dead/side"
	run -0 --separate-stderr "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$dead" ]
	[ -z "$stderr" ]
	[ ! -e "$own/$dead" ]
}

@test "its processes are killed, frozen ones too, and only those" {
	mkdir -p "$own/$dead/tree" "$own/others"
	for group in "$dead/tree" "$dead" others; do
		bash -c 'echo 0 >"$0/cgroup.procs"; exec sleep 300' "$own/$group" 3>&- &
		within 5 grep -q . "$own/$group/cgroup.procs"
	done
	other=$!
	echo 1 >"$own/$dead/tree/cgroup.freeze"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$dead, with processes in it" ]
	[ "$(cat "$own/others/cgroup.procs")" = "$other" ]
}

@test "a run that lives is not touched" {
	start "$helpers/run-holder" -r "$own" -s 2
	name=$(said name)
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
	grep -qx 'populated 1' "$own/$name/cgroup.events"
	finish
}

@test "a run that lives, whose pid and start time say nothing here, is not touched" {
	# In a PID namespace of its own it is process 1 or 2 of other start times than ours.
	start unshare --pid --fork --mount-proc "$helpers/run-holder" -r "$own" -s 1
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
	[ -d "$own/$(said name)" ]
	finish
	[ ! -e "$own/$(said name)" ]
}

@test "such a run is not touched either once it gave up a workload that cannot be had" {
	cat >"$out/impossible.json" <<-END
	{"schema": "cgchurn-workload/1", "name": "impossible", "why": "A controller that nobody hands down.",
	 "hierarchy": {"depth": 1, "fanout": 2, "controllers": ["cpu"]},
	 "actors": [{"name": "one", "stressor": "null", "workers": 1}], "warmup_s": 0, "duration_s": 0.1, "trials": 1}
	END
	unshare --pid --fork --mount-proc "$CGCHURN" run --cgroup-root "$own" "$out/impossible.json" null --trials 2 \
		--duration 3s -q >"$out/stdout" 2>"$out/stderr" 3>&- &
	run_pid=$!
	within 30 grep -q impossible "$out/stderr"
	name=$(basename "$own"/cgchurn-*)
	within 30 grep -qx 'populated 1' "$own/$name/cgroup.events"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
	wait "$run_pid" || [ $? -eq 4 ]
	[ ! -e "$own/$name" ]
}

# Another user who locks all that he can of a group, GROUP and the files in it, by both kinds of locks, until he is killed.
start_stranger() {
	chmod 755 "$own"
	# Its output must not keep the test waiting.
	setpriv --reuid 65534 --regid 65534 --clear-groups /usr/bin/python3 - "$1" >"$out/stranger" 2>&1 3>&- <<-'END' &
	import fcntl, os, sys, time
	kept = [os.open(sys.argv[1], os.O_RDONLY)]
	for name in os.listdir(sys.argv[1]):
	    try:
	        kept.append(os.open(f"{sys.argv[1]}/{name}", os.O_RDONLY))
	        fcntl.lockf(kept[-1], fcntl.LOCK_SH)
	    except OSError:
	        print("not", name)
	fcntl.flock(kept[0], fcntl.LOCK_EX if len(sys.argv) > 2 else fcntl.LOCK_SH)
	print("locked", len(kept), flush=True)
	time.sleep(60)
	END
	stranger=$!
	within 30 grep -q '^locked [1-9][0-9]' "$out/stranger"
}

@test "a stranger's locks on a run group keep nobody from cleaning" {
	mkdir "$own/$dead"
	start_stranger "$own/$dead"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	kill -KILL "$stranger"
	[ "$output" = "removed $own/$dead" ]
	[ ! -e "$own/$dead" ]
}

@test "what a killed run leaves is no owner, though its processes have all that it had open" {
	start "$helpers/run-holder" -g -r "$own" -s 2
	name=$(said name)
	# Without a CPU to die on, as it were: whoever is stopped does not look whether its parent lives.
	# Their children, who live for no time, may be gone before they can be stopped.
	for process in $(cat "$own/$name"/tree/cgroup.procs); do kill -STOP "$process" || true; done
	kill_holder
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$name, with processes in it" ]
}

@test "a group of a living process's pid, but another start time: that pid was given out anew" {
	orphan=cgchurn-$$-$(($(start_time $$) - 1))-0000abcd
	live=cgchurn-$$-$(start_time $$)-0000abcd
	mkdir "$own/$orphan" "$own/$live"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$orphan" ]
	[ -d "$own/$live" ]
}

@test "groups of other names are not looked at" {
	names=(cgchurn cgchurn-1 cgchurn-2147483647-1 "$dead-more" "x$dead" "${dead^^}" system.slice)
	for name in "${names[@]}"; do mkdir "$own/$name"; done
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "nothing to clean in $own" ]
	for name in "${names[@]}"; do [ -d "$own/$name" ]; done
}

@test "a leaf that outlived its run group goes, and whoever is in it lives on" {
	mkdir "$own/$dead.leaf"
	bash -c 'echo 0 >"$0/cgroup.procs"; exec sleep 300' "$own/$dead.leaf" 3>&- &
	sleeper=$!
	within 5 grep -q . "$own/$dead.leaf/cgroup.procs"
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ ! -e "$own/$dead.leaf" ]
	[ "$(cat "$own/cgroup.procs")" = "$sleeper" ]
}

@test "what is mounted over a group is left alone: exit 5, and the others go all the same" {
	mkdir "$own/$dead" "$own/${dead%0}1" "$own/${dead%0}2"
	mkdir -p "$out/precious/tree"
	run -5 unshare --mount bash -c 'mount --bind "$1" "$2" && exec "$CGCHURN" clean --cgroup-root "$0"' \
		"$own" "$out/precious" "$own/${dead%0}1"
	[[ "$output" == *"${dead%0}1 could not be removed: Invalid cross-device link"* ]]
	[[ "$output" == *"1 of 3 run groups could not be removed"* ]]
	[ -d "$out/precious/tree" ]
	[ ! -e "$own/$dead" ]
	[ ! -e "$own/${dead%0}2" ]
}

# note CPUS: as a run does before it takes them offline.
note() {
	/usr/bin/python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.cgchurn.cpus", sys.argv[2].encode())' \
		"$own/$dead" "$1"
}

@test "a group that notes CPUs goes when they are back, or the machine says that it has them no more" {
	mkdir "$own/$dead"
	note 4000
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ "$output" = "removed $own/$dead" ]
	[ ! -e "$own/$dead" ]
}

@test "a group that notes CPUs stays, with the note, where they cannot be seen" {
	mkdir "$own/$dead"
	note 4000
	run -5 unshare --mount bash -c 'mount -t tmpfs none /sys/devices/system/cpu && exec "$CGCHURN" clean --cgroup-root "$0"' \
		"$own"
	[[ "$output" == *"$dead could not be removed: No such file"* ]]
	[ -d "$own/$dead" ]
	run -0 "$CGCHURN" clean --cgroup-root "$own"
	[ ! -e "$own/$dead" ]
}

@test "a group stays where it cannot be told whether it notes any" {
	mkdir "$own/$dead"
	run -5 traced -qq -o "$out/trace" -e trace=fgetxattr -e inject=fgetxattr:error=EACCES "$CGCHURN" clean --cgroup-root "$own"
	[[ "$output" == *"$dead could not be removed: Permission denied"* ]]
	[ -d "$own/$dead" ]
}

@test "--help teaches" {
	run -0 "$CGCHURN" clean --help
	[[ "$output" == *"cgchurn clean --dry-run"* ]]
	[[ "$output" == *"Exit status"* ]]
}

@test "arguments are refused with 2" {
	run -2 "$CGCHURN" clean "$own/$dead"
	[[ "$output" == *"too many arguments"* ]]
}
