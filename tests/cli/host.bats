#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# `cgchurn host`: the same facts for people and as JSON, for root and for others, probed or not.

field() {
	python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if isinstance(value, list) else value[key]
print(value)' "$1"
}

# A user who may not write to any cgroup: the tests run as root, or as such a user already.
as_nobody() {
	if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; fi
}

@test "for people: the kernel, the regime, what it means, the noise" {
	run --separate-stderr "$CGCHURN" host --probe never
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == *"$(uname -r)"* ]]
	regime=$("$CGCHURN" host --json --probe never | field host.lock.regime)
	[[ "$output" == *"regime        $regime ("* ]]
	[[ "$output" == *"what it means"* ]]
	[[ "$output" == *"Sources of noise on this machine"* ]]
}

@test "no line is longer than a terminal of 100 columns, but for words that are" {
	run "$CGCHURN" host --probe never
	while IFS= read -r line; do
		[ "${#line}" -le 100 ] || [[ "${line##* }" == *"/"* ]]
	done <<<"$output"
}

@test "without colours where it is no terminal" {
	run "$CGCHURN" host --probe never
	[[ "$output" != *$'\033'* ]]
}

@test "--json: the facts of results, mounts and noise" {
	run --separate-stderr "$CGCHURN" host --json --probe never
	[ "$status" -eq 0 ]
	[ "$(field schema <<<"$output")" = cgchurn-host/1 ]
	[ "$(field host.kernel.release <<<"$output")" = "$(uname -r)" ]
	[ "$(field host.cpu.count <<<"$output")" = "$(getconf _NPROCESSORS_ONLN)" ]
	[ "$(cat /proc/sys/kernel/hostname)" = "(none)" ] ||
		[ "$(field host.name <<<"$output")" = "$(cat /proc/sys/kernel/hostname)" ]
	[ "$(field host.boot_id <<<"$output")" = "$(cat /proc/sys/kernel/random/boot_id)" ]
	[ "$(field noise.0.source <<<"$output")" = hypervisor ]
	mounts=$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)["mounts"]))' <<<"$output")
	[ "$mounts" -eq "$(grep -c ' - cgroup2\? ' /proc/self/mountinfo)" ]
}

@test "a user without rights gets all that may be known, and no error" {
	as_nobody test -x "$CGCHURN" || skip "another user may not run the program in this folder"
	run --separate-stderr as_nobody "$CGCHURN" host
	[ "$status" -eq 0 ]
	[[ "$output" == *"regime        "* ]]
	[[ "$output" == *"Not seen: the kernel's own variables, /proc/kcore"* ]]
}

@test "a probe that is wanted and not allowed is refused with 4" {
	as_nobody test -x "$CGCHURN" || skip "another user may not run the program in this folder"
	run --separate-stderr as_nobody "$CGCHURN" host --probe always
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	[ -n "$stderr" ]
}

@test "--cgroup-root outside of any cgroup mount is wrong usage" {
	run --separate-stderr "$CGCHURN" host --cgroup-root /tmp
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"/tmp does not lie in a cgroup v2 mount"* ]]
}

@test "an argument, and a word that --probe does not know, are wrong usage" {
	run "$CGCHURN" host here
	[ "$status" -eq 2 ]
	run "$CGCHURN" host --probe often
	[ "$status" -eq 2 ]
	[[ "$output" == *"is not one of auto, always, never"* ]]
}

@test "what the caller hands on: named where it is unusual, and kept" {
	usual=$("$CGCHURN" host --json --probe never)
	nice=$(field host.inherited.nice <<<"$usual")
	[ "$nice" -lt 12 ] || skip "started with the nice value $nice"
	[ "$nice" -ne 0 ] || [[ "$("$CGCHURN" host --probe never)" != *"nice: "* ]]
	run -0 nice -n 7 taskset -c 0 "$CGCHURN" host --probe never
	[[ "$output" == *"inherited "*"nice: $((nice + 7))"* ]]
	[ "$(nproc --all)" -lt 2 ] || [[ "$output" == *"CPUs: 0"* ]]
	[ "$(nice -n 7 "$CGCHURN" host --json --probe never | field host.inherited.nice)" = $((nice + 7)) ]
	[ "$("$CGCHURN" host --json --probe never | field host.inherited.policy)" = other ]
	[ "$(ulimit -s 4096; "$CGCHURN" host --json --probe never | field host.inherited.stack_limit)" = 4194304 ]
	[ "$(setarch -R "$CGCHURN" host --json --probe never | field host.inherited.personality)" = 00040000 ] ||
		[ "$(id -u)" -ne 0 ]
	chrt -f 1 true || skip "real-time policies are not allowed here"
	[ "$(chrt -f 5 "$CGCHURN" host --json --probe never | field host.inherited.policy)" = "fifo 5" ]
}
