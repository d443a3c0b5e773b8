#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# What cgchurn says of a kernel whose patch and switch are known from outside.

setup() {
	cd "$BATS_TEST_TMPDIR"
	"$CGCHURN" host --json >host.json
}

# Whether the running kernel is 6.18 or later. A Debian kernel is known by its number; cgchurn itself must not look at it.
patched() {
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	[ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 18 ]; }
}

@test "the patch is found where it is, and only there" {
	patched && wanted=True || wanted=False
	python3 -c "
import json
assert json.load(open('host.json'))['host']['lock']['patch_present'] is $wanted"
}

@test "the regime follows from the patch and favordynmods" {
	case $CGCHURN_GUEST in
	*favordynmods*) patched && wanted=per-threadgroup || wanted=global-favored ;;
	*) wanted=global ;;
	esac
	grep -q "\"regime\": *\"$wanted\"" host.json || { grep regime host.json; false; }
}

@test "the guest's accelerator and a clock that is good for measuring are told" {
	grep -q "\"accelerator\": *\"$CGCHURN_ACCELERATOR\"" host.json
	[ "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" = tsc ]
}
