#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What workload files may not say: refused with 2, file and place named, and nothing started.

setup() {
	file=$BATS_TEST_TMPDIR/w.json
}

# A workload that is right, with one piece of its text replaced.
write() {
	cat >"$file" <<-'END'
	{"schema": "cgchurn-workload/1", "name": "w", "why": "To test.",
	 "hierarchy": {"depth": 1, "fanout": 2},
	 "actors": [{"name": "storm", "stressor": "fork", "workers": 1,
	             "arrival": {"kind": "paced", "per_second": 300}}],
	 "warmup_s": 0.1, "duration_s": 0.1, "trials": 1,
	 "primary": [{"actor": "storm", "span": "cycle", "time": "response", "metric": "p50", "tolerance": 0.05}]}
	END
	[ $# -eq 0 ] || { sed "s|$1|$2|" "$file" >"$file.new" && ! cmp -s "$file" "$file.new" && mv "$file.new" "$file"; }
}

# Refused by run and show alike, naming the file and $1.
refused() {
	local command
	for command in show run; do
		run --separate-stderr timeout 1 "$CGCHURN" $command "$file"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[[ "$stderr" == *"w.json"* ]]
		[[ "$stderr" == *"$1"* ]] || { echo "$stderr"; false; }
	done
}

@test "the workload that the others are made from is right" {
	write
	"$CGCHURN" show "$file"
}

@test "truncated" {
	write
	truncate -s 100 "$file"
	refused "w.json:"
}

@test "empty" {
	: >"$file"
	refused "w.json:"
}

@test "not JSON" {
	echo "depth: 3" >"$file"
	refused "w.json:1:"
}

@test "something behind the end" {
	write
	echo "x" >>"$file"
	refused "w.json:7:"
}

@test "a wrong type" {
	write '"depth": 1' '"depth": "1"'
	refused '$.hierarchy.depth'
}

@test "an unknown key, with the one that may have been meant" {
	write '"per_second"' '"per_secnd"'
	refused '$.actors[0].arrival.per_secnd'
	refused 'per_second'
}

@test "a duplicate key" {
	write '"trials": 1' '"trials": 1, "trials": 2'
	refused 'trials'
}

@test "NaN" {
	write '"per_second": 300' '"per_second": NaN'
	refused "w.json:4:"
}

@test "a negative number" {
	write '"per_second": 300' '"per_second": -20'
	refused '$.actors[0].arrival.per_second'
}

@test "a huge number" {
	write '"trials": 1' '"trials": 1e300'
	refused '$.trials'
}

@test "depth 10^9" {
	write '"depth": 1' '"depth": 1000000000'
	refused '$.hierarchy.depth'
}

@test "more groups than anybody wants" {
	write '"depth": 1, "fanout": 2' '"depth": 32, "fanout": 1000'
	refused '$.hierarchy'
}

@test "an unknown stressor, with the one that may have been meant" {
	write '"stressor": "fork"' '"stressor": "frok"'
	refused '$.actors[0].stressor'
	refused 'fork'
}

@test "a primary that names no actor" {
	write '"actor": "storm"' '"actor": "strom"'
	refused '$.primary[0].actor'
}

@test "a primary that names no span" {
	write '"span": "cycle"' '"span": "write"'
	refused '$.primary[0].span'
}

@test "a response time in a closed loop" {
	write '"kind": "paced", "per_second": 300' '"kind": "closed"'
	refused '$.primary[0]'
}

@test "a primary that the plan cannot reach, with what would" {
	write '"per_second": 300' '"per_second": 199'
	refused '$.primary[0].metric: p50 needs 20 samples, but the plan holds at most 19 (duration_s 0.1'
	refused 'more trials'
	write '"tolerance": 0.05' '"tolerance": 0.05, "reachable": false'
	"$CGCHURN" show "$file"
}

@test "a run that the command line cuts short is no fault of the file" {
	run -0 --separate-stderr "$CGCHURN" show lifecycle-fork --duration 2s --trials 1
	[[ "$output" == *"from pooled trials; needs 100 samples, 20 are planned: it cannot be decided"* ]]
	run -0 --separate-stderr "$CGCHURN" show lifecycle-fork
	[[ "$output" == *"from pooled trials; needs 100 samples, 240 are planned"* ]]
	[[ "$output" != *"cannot be decided"* ]]
	"$CGCHURN" show --json lifecycle-fork --duration 2s --trials 1 >"$file"
	grep -q '"metric":"p90","reachable":false' "$file"
	"$CGCHURN" show "$file"
}

@test "100 MB of nesting" {
	head -c 100000000 /dev/zero | tr '\0' '[' >"$file"
	refused "w.json"
}

@test "a folder, a FIFO, a file that is not there" {
	mkdir "$file"
	refused "w.json"
	rmdir "$file"
	mkfifo "$file"
	refused "w.json"
	rm "$file"
	refused "w.json"
}

@test "terminal escapes in a file do not reach the terminal" {
	write '"name": "w"' '"name": "\\u001b[31mred"'
	run --separate-stderr "$CGCHURN" show "$file"
	[ "$status" -eq 2 ]
	[[ "$stderr" != *$'\033'* ]]
}

@test "--set goes through the same checks and is named" {
	write
	run --separate-stderr "$CGCHURN" show "$file" --set storm.workers=0
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"storm.workers=0"* ]]
	run --separate-stderr "$CGCHURN" show "$file" --set nobody.workers=1
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"nobody"* ]]
	"$CGCHURN" show "$file" --set storm.workers=2 --set storm.child=exec
}

@test "a mover among more groups than there are leaves would move tasks to where they are" {
	run -2 "$CGCHURN" show systemd-like --set hierarchy.depth=1 --set hierarchy.fanout=3
	[[ "$output" == *"moves tasks among 16 groups: found a hierarchy with 3 leaves"* ]]
}

@test "every workload and suite that comes with cgchurn can be read" {
	run --separate-stderr "$CGCHURN" list
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run --separate-stderr "$CGCHURN" list suites
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	for path in "$CGCHURN_SOURCE"/workloads/*.json; do
		"$CGCHURN" show "$(basename "$path" .json)" >/dev/null
	done
}

@test "a name that is nearly right" {
	run "$CGCHURN" show migrate-undr-fork
	[ "$status" -eq 2 ]
	[[ "$output" == *"Did you mean 'migrate-under-fork'?"* ]]
}

@test "a limit on processes is heeded where it binds, which is not for root" {
	command -v prlimit >/dev/null || skip "no prlimit"
	as_other() { if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; fi; }
	as_other test -x "$CGCHURN" || skip "another user may not run the program in this folder"
	run --separate-stderr as_other prlimit --nproc=5 "$CGCHURN" show migrate-quiet
	[ "$status" -eq 4 ]
	[[ "$stderr" == *"RLIMIT_NPROC is 5"* ]]
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[[ "$(cat /proc/self/uid_map)" =~ ^\ *0\ +0\ +4294967295$ ]] || skip "root of a user namespace is bound"
	prlimit --nproc=5 "$CGCHURN" show migrate-quiet >/dev/null
}

@test "show plans for the group that --cgroup-root names, and refuses what is none" {
	local v2
	run -2 --separate-stderr "$CGCHURN" show null --cgroup-root "$BATS_TEST_TMPDIR"
	[ -z "$output" ]
	[[ "$stderr" == *"does not lie in a cgroup v2 mount"* ]]
	v2=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$v2" ] && [ -w "$v2/cgroup.procs" ] || skip "there is no cgroup v2 group to write to"
	run -0 "$CGCHURN" show null --cgroup-root "$v2"
	[[ "$output" == *null* ]]
}
