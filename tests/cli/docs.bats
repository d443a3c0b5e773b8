#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The checker of the pages sees what is wrong with one, and lets pass what is right. The pages themselves are checked by the
# tests cli-pages and kernel-pages.

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# names TEXT: looks up the names in a page of that text.
names() {
	printf '%s\n' "$1" >page.md
	run "$CGCHURN_SOURCE/scripts/check-docs" --names page.md
}

# blocks: runs the page on standard input.
blocks() {
	cat >page.md
	run "$CGCHURN_SOURCE/scripts/check-docs" --run page.md
}

wrong() {
	names "$1"
	[ "$status" -eq 1 ]
	[[ "$output" == *"$2"* ]]
}

@test "names that exist pass" {
	names '# A page

See [itself](#a-page), `cgchurn run -o FILE --label L`, `scripts/guest --cpus 4 debian:7 -- cgchurn list`, doc/lock.md,
`--require-decision`, src/stressor/NAME.c, workloads/*.json and run/plan.'
	[ "$status" -eq 0 ]
}

@test "a command that there is not" { wrong 'Type `cgchurn frobnicate`.' "no command 'cgchurn frobnicate'"; }
@test "an option that there is not" { wrong 'Type `cgchurn run --frobnicate`.' 'no option --frobnicate'; }
@test "an option of another command" { wrong 'Type `cgchurn show --require-decision`.' 'no option --require-decision'; }
@test "an option of a script" { wrong 'Type `scripts/guest --frobnicate`.' 'no option --frobnicate'; }
@test "an option behind a script" {
	wrong 'Type `scripts/guest debian:7 -- cgchurn run --frobnicate`.' 'no option --frobnicate'
}
@test "an option alone" { wrong 'By `--frobnicate`.' 'has the option --frobnicate'; }
@test "a file" { wrong 'See doc/no-such-page.md.' 'there is no doc/no-such-page.md'; }
@test "a module" { wrong 'See run/no-such.c.' 'there is no run/no-such.c'; }
@test "a link" { wrong '[here](nowhere.md)' 'leads nowhere'; }
@test "a heading" { wrong '[here](#nowhere)' 'no such heading'; }
@test "a test" { wrong 'Type `meson test -C build no-such`.' "no test 'no-such'"; }
@test "an option in a block that is not run" {
	wrong '<!-- check: skip, for this test -->

    cgchurn run --frobnicate' 'no option --frobnicate'
}
@test "a mark that there is not" {
	wrong '<!-- check: hope -->

    cgchurn list' "the mark 'hope'"
}

@test "a command that fails, and one that should" {
	blocks <<-'END'
		```sh
		cgchurn show no-such-workload
		```

		<!-- check: exit 2 -->
		```sh
		cgchurn show no-such-workload
		```

		<!-- check: exit 0 2 -->
		```sh
		cgchurn show no-such-workload
		```

		<!-- check: exit 0 1 -->
		```sh
		cgchurn show no-such-workload
		```
	END
	[ "$status" -eq 1 ]
	[[ "${lines[0]}" == "not ok 1 "* ]]
	[[ "$output" == *$'\nok 2 '*$'\nok 3 '*$'\nnot ok 4 '*"exit status 2, not 0 or 1"* ]]
}

@test "figures may differ, words may not" {
	blocks <<-'END'
		```console
		$ cgchurn list suites | head -1; echo 17.5us 188 490 spawned
		17.4us 9 spawned
		$ false
		$ echo $?
		1
		```

		```console
		$ echo 17.5us 188 490 spawned
		17.4us 9 reaped
		```
	END
	[ "$status" -eq 1 ]
	[[ "${lines[0]}" == "ok 1 "* ]]
	[[ "$output" == *"not ok 2 "*"what is shown is not in the output: 17.4us 9 reaped"* ]]
}

@test "what is skipped is listed with its reason" {
	blocks <<-'END'
		<!-- check: skip, needs a second machine -->

		    cgchurn list
	END
	[ "$status" -eq 0 ]
	[[ "$output" == *"# SKIP needs a second machine"* ]]
}
