#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# scripts/guest: what goes in, what comes out, and guests that fail in every way.

setup_file() {
	"$CGCHURN_SOURCE/scripts/lib/kernel" debian:6.1 >/dev/null 2>"$BATS_FILE_TMPDIR/why" || true
}

setup() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	[ ! -s "$BATS_FILE_TMPDIR/why" ] || skip "$(tail -1 "$BATS_FILE_TMPDIR/why")"
	guest=$CGCHURN_SOURCE/scripts/guest
	cd "$BATS_TEST_TMPDIR"
}

# fails WHAT: the guest failed with this outcome, and the record says so too.
fails() {
	[ "$status" -eq 125 ] || { echo "$status $stderr"; return 1; }
	[[ "$stderr" == *"guest: debian:6.1"*": $1: "* ]] || { echo "$stderr"; return 1; }
	grep -q "\"outcome\": \"$1\"" record/guest.json
	[[ "$stderr" == *"| ["* ]] # the console's last lines
}

@test "output, errors, status, files and environment of a command" {
	echo "into the guest" >given
	run --separate-stderr "$guest" --out out --add given:/deep/er/given --env 'NAME=two words' debian:6.1,extra=1 -- sh -c '
		cat /deep/er/given; echo "$NAME"; echo "to stderr" >&2; grep -o extra=1 /proc/cmdline; cgchurn --version >/dev/null || echo none
		mkdir /out/sub; head -c 3000000 /dev/urandom >/out/sub/data; sha256sum </out/sub/data; [ -t 2 ] && echo terminal; exit 7'
	[ "$status" -eq 7 ]
	[ "${lines[0]}" = "into the guest" ]
	[ "${lines[1]}" = "two words" ]
	[ "${lines[2]}" = "extra=1" ]
	[ "${lines[3]}" = "$(sha256sum <out/sub/data)" ]
	[ "${#lines[@]}" -eq 4 ]
	[ "$stderr" = "to stderr" ]
}

@test "a panic, with the console's last lines" {
	run --separate-stderr "$guest" --record record debian:6.1 -- sh -c 'echo c >/proc/sysrq-trigger'
	fails panic
	[[ "$stderr" == *"sysrq triggered crash"* ]]
}

@test "a kernel that panics on its way up" {
	run --separate-stderr "$guest" --record record debian:6.1,rdinit=/none,init=/none -- true
	fails panic
}

@test "a hang ends at the time limit" {
	run --separate-stderr "$guest" --record record --timeout 8 debian:6.1 -- sh -c 'while :; do :; done'
	fails hang
}

@test "memory that runs out" {
	run --separate-stderr "$guest" --record record --memory 256M debian:6.1 -- tail /dev/zero
	fails oom
}

@test "a warning of the kernel fails a guest whose command succeeded" {
	run --separate-stderr "$guest" --record record debian:6.1 -- sh -c \
		'echo "<4>WARNING: CPU: 0 PID: 1 at kernel/none.c:1 none+0x1" >/dev/kmsg'
	fails warning
}

@test "a guest that ends before its results are sent" {
	run --separate-stderr "$guest" --record record debian:6.1 -- reboot -f
	fails lost
}

@test "results that do not arrive whole are not taken" {
	run --separate-stderr "$guest" --record record --out out debian:6.1 -- sh -c '
		echo true >/out/file; printf "cgchurn-guest 000 %064d\n" 0 >/dev/ttyS1; reboot -f'
	fails damaged
	[ ! -e out ]
}

@test "a truncated image, a file that is no image, a folder without one: refused before anything starts" {
	image=$("$CGCHURN_SOURCE/scripts/lib/kernel" debian:6.1 | sed -n 's/.*"image": "\(.*\)".*/\1/p')
	head -c 3000000 "$image" >truncated
	mkdir empty
	for spec in truncated given-not "$(command -v bash)" empty "truncated,a b"; do
		run "$guest" "$spec" -- true
		[ "$status" -eq 2 ]
		[[ "$output" == "guest: "* ]]
	done
	run "$guest" truncated -- true
	[[ "$output" == *"truncated: 3000000 bytes of"* ]]
}

@test "a package that does not exist; a machine without QEMU: 4, and which" {
	run "$guest" debian:5.99 -- true
	[ "$status" -eq 4 ]
	[[ "$output" == *"debian:5.99"* ]]
	mkdir bin
	ln -s /usr/bin/python3 bin/python3
	run env "PATH=$PWD/bin" "$guest" debian:6.1 -- true
	[ "$status" -eq 4 ]
	[[ "$output" == *"qemu-system-x86"* ]]
}
