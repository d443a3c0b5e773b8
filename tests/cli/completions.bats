#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# Completions of each shell, asked of the shell itself. They are made from the option tables: what --help says must be
# offered, and names that only the running program knows too.

setup() {
	completions="$CGCHURN_BUILD/doc/completions"
	# Asked for as a user would have it, by name.
	PATH="$(dirname "$CGCHURN"):$PATH"
	cd "$BATS_TEST_TMPDIR"
	echo '{}' >mine.json
}

# ask SHELL WORD...: what SHELL offers for the last word.
ask() {
	local shell=$1
	shift
	command -v "$shell" >/dev/null || skip "there is no $shell here"
	case $shell in
	bash) "$CGCHURN_SOURCE/tests/cli/ask/bash" "$completions/cgchurn" cgchurn "$@" ;;
	zsh) "$CGCHURN_SOURCE/tests/cli/ask/zsh" "$completions/_cgchurn" cgchurn "$@" ;;
	fish) "$CGCHURN_SOURCE/tests/cli/ask/fish" "$completions/cgchurn.fish" cgchurn "$@" ;;
	esac | LC_ALL=C sort -u
}

offers() {
	local wanted=$1
	shift
	ask "$@" >offered
	grep -qxF -- "$wanted" offered || { echo "$*: '$wanted' is not among: $(tr '\n' ' ' <offered)"; return 1; }
}

offers_not() {
	local other=$1
	shift
	ask "$@" >offered
	! grep -qxF -- "$other" offered
}

commands() {
	cgchurn --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

long_options() {
	cgchurn "$1" --help | sed -n '1,/^Options:/d; s/^  ..[ ,] *\(--[a-z-]*\).*/\1/p' | LC_ALL=C sort
}

# Everything that --help lists, and nothing that it does not.
check_options() {
	local shell=$1 command
	command -v "$shell" >/dev/null || skip "there is no $shell here"
	ask "$shell" '' | grep -v '^-' >offered
	commands | LC_ALL=C sort | diff - offered
	[ "$(commands | wc -l)" -ge 16 ]
	for command in $(commands); do
		long_options "$command" >listed
		grep -qx -- --help listed
		ask "$shell" "$command" -- | diff listed - || { echo "$shell: $command"; return 1; }
	done
}

check_values() {
	local shell=$1
	offers migrate-under-fork "$shell" run migrate-u
	offers_not spawn-quiet-fork "$shell" run migrate-u
	offers mine.json "$shell" run mi
	offers smoke "$shell" run -s ''
	offers headline "$shell" run --suite ''
	offers_not migrate-under-fork "$shell" run --suite ''
	offers junit "$shell" compare --format ''
	offers openmetrics "$shell" export --to o
	offers stressors "$shell" list ''
	offers freeze "$shell" list stressors f
	offers platforms "$shell" list suites ''
	offers mine.json "$shell" report mi
	offers_not migrate-under-fork "$shell" run --label m
	offers migrate-under-fork "$shell" vm-compare --workload migrate-u
	offers mine.json "$shell" vm-compare --base mi
	offers grub "$shell" boot-compare --method ''
	offers status "$shell" boot-compare st
	mkdir -p a-folder
	ask "$shell" boot-compare status a-f | grep -qx 'a-folder/\{0,1\}'
}

@test "bash: every command and option" { check_options bash; }
@test "bash: workloads, suites, stressors, choices and files" {
	check_values bash
	offers junit bash compare --format = j
	: >'with space.json'
	offers 'with space.json' bash report with
}
@test "fish: every command and option" { check_options fish; }
@test "fish: workloads, suites, stressors, choices and files" { check_values fish; }
# An interactive zsh a command takes its time.
@test "zsh: every command and option" { check_options zsh; }
@test "zsh: workloads, suites, stressors, choices and files" { check_values zsh; }

@test "a workload of one's own is offered" {
	mkdir -p own/suites own/profiles
	sed 's/"name": "null"/"name": "my-own"/' "$CGCHURN_SOURCE/workloads/null.json" >own/my-own.json
	CGCHURN_WORKLOADS=$PWD/own offers my-own bash run my
}
