#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The jobs of doc/ci for a kernel's repository with real guests: one kernel, with favordynmods off against on, which makes
# paced migrations wait for a grace period, and with an init that is not there. tests/cli/ci.bats has the rest.

load ../cli/kernel-repository

setup_file() {
	"$CGCHURN_SOURCE/scripts/lib/kernel" debian:7 >"$BATS_FILE_TMPDIR/kernel" 2>"$BATS_FILE_TMPDIR/why" || true
}

setup() {
	command -v qemu-system-x86_64 >/dev/null || skip "no qemu-system-x86_64"
	[ ! -s "$BATS_FILE_TMPDIR/why" ] || skip "$(tail -n 1 "$BATS_FILE_TMPDIR/why")"
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	cd "$BATS_TEST_TMPDIR"
	IMAGE=$(sed -n 's/.*"image": "\(.*\)".*/\1/p' "$BATS_FILE_TMPDIR/kernel")
	export IMAGE XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}
	# The content of `kernel` is of no account: the options say how a side boots.
	cat >build-image <<-'SH'
	#!/bin/sh -e
	mkdir -p "$2/arch/x86/boot"
	cp "$IMAGE" "$2/arch/x86/boot/bzImage"
	cp "$(dirname "$IMAGE")/config" "$2/.config"
	SH
	chmod +x build-image
	make_repository one other
	short="--memory 512M --workload migrate-quiet -- --trials 1 --duration 2s --warmup 100ms"
}

@test "the base against itself passes" {
	COMPARE="--max-boots 5 $short" ci_job gitlab-ci.yml cgchurn-guests
	ended 0 "gate: passed: no regression"
}

@test "migrations that wait for grace periods are a regression" {
	COMPARE="--max-boots 5 --base kernels/base,favordynmods $short" ci_job github.yml guests
	ended 1 "gate: failed: regression: migrations became *slower*"
	grep -q 'gate: failed: regression' "$GITHUB_STEP_SUMMARY"
}

@test "a kernel that does not boot fails" {
	COMPARE="--max-boots 4 --new kernels/new,rdinit=/none,init=/none $short" ci_job github.yml guests
	ended 1 "gate: failed: a boot failed: block 1, kernels/new,rdinit=/none,init=/none: panic: *Kernel panic*and 3 more?"
}
