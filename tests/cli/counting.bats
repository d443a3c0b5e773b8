#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# scripts/lib/count-tests: a test program that fails is never counted as good.

# Runs shell scripts as Meson's test programs and counts them: PROTOCOL SCRIPT, one pair a program.
count() {
	local n=0
	{
		echo "project('counted')"
		echo "sh = find_program('sh')"
		while [ $# -gt 0 ]; do
			n=$((n + 1))
			printf '%s\n' "$2" >"$n.sh"
			echo "test('program-$n', sh, args : files('$n.sh'), protocol : '$1', timeout : 2, suite : 'some')"
			shift 2
		done
	} >meson.build
	meson setup log >/dev/null
	meson test -C log >/dev/null 2>&1 || true
	cp log/meson-logs/testlog.junit.xml log.xml
	cp log/meson-logs/testlog.json log.json
	"$CGCHURN_SOURCE/scripts/lib/count-tests" log.xml
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	# The outer Meson's own variables are not for the inner one.
	unset MESON_TEST_ITERATION
}

@test "passed, failed and skipped tests, and programs without tests of their own" {
	run -1 count tap 'echo 1..3; echo ok 1 a; echo not ok 2 b; echo ok 3 c "# SKIP no root"; exit 1' \
		exitcode 'exit 0' exitcode 'exit 1' exitcode 'exit 77'
	[ "${lines[-1]}" = "2 passed, 2 failed, 2 skipped" ]
	[[ "$output" == *"skipped: "*"3 c (no root)"* ]]
}

@test "good is good" {
	run -0 count tap 'echo 1..2; echo ok 1 a; echo ok 2 b' exitcode 'exit 0'
	[ "$output" = "3 passed, 0 failed, 0 skipped" ]
}

@test "a program that exits otherwise than by 0 after its tests have passed, as sanitizers do" {
	run -1 count tap 'echo 1..1; echo ok 1 a; exit 23'
	[[ "$output" == *"program-1: the program itself: ERROR, exit status 23"* ]]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
}

@test "a program that dies, that stops early, that does not end" {
	run -1 count tap 'echo 1..2; echo ok 1 a; kill -ABRT $$' tap 'echo 1..2; echo ok 1 a' \
		tap 'echo 1..2; echo ok 1 a; sleep 60'
	[ "${lines[-1]}" = "3 passed, 3 failed, 0 skipped" ]
	[[ "$output" == *"program-3: the program itself: TIMEOUT"* ]]
}

@test "no test at all is no success" {
	run -1 count exitcode 'exit 77'
	[ "${lines[-1]}" = "0 passed, 0 failed, 1 skipped" ]
}
