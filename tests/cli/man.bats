#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The man pages, which are made from the option tables and the JSON Schemas.

pages="$CGCHURN_BUILD/doc/man"

setup() {
	cd "$BATS_TEST_TMPDIR"
}

plain() {
	mandoc -T utf8 -O width=200 "$1" | sed 's/.\x08//g'
}

need() {
	command -v "$1" >/dev/null || skip "there is no $1 here"
}

@test "every option that --help shows is in its command's page, with its argument" {
	need mandoc
	for command in $("$CGCHURN" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
		plain "$pages/cgchurn-$command.1" >page
		grep -q "^ \{5,7\}cgchurn $command .*\[OPTION...\]" page
		"$CGCHURN" "$command" --help | sed '1,/^Options:/d' | grep '^  ..[ ,] *--[a-z]' | sed 's/^ *//' >options
		[ -s options ]
		while read -r option; do
			grep -qE "^ +$(sed 's/[].[*]/\\&/g' <<<"$option")( |\$)" page ||
				{ echo "cgchurn-$command.1 lacks: $option"; return 1; }
		done <options
	done
}

@test "cgchurn(1) lists every command" {
	need mandoc
	plain "$pages/cgchurn.1" >page
	for command in $("$CGCHURN" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
		grep -q "^ *cgchurn-$command(1)" page
	done
}

@test "every key of a schema is in its page" {
	need mandoc
	for format in workload-1 result-2; do
		plain "$pages/cgchurn-${format%-*}.5" >page
		python3 - "$CGCHURN_SOURCE/doc/schema/cgchurn-$format.json" >keys <<-'END'
			import json, sys
			def walk(node):
			    if isinstance(node, dict):
			        if isinstance(node.get("properties"), dict):
			            for key in node["properties"]:
			                print(key)
			        for value in node.values():
			            walk(value)
			    elif isinstance(node, list):
			        for value in node:
			            walk(value)
			walk(json.load(open(sys.argv[1])))
		END
		[ "$(wc -l <keys)" -gt 30 ]
		while read -r key; do
			grep -qE "^ +([a-z_0-9]+(\[\])?\.)*$key \(" page || { echo "cgchurn-$format.5 lacks: $key"; return 1; }
		done <keys
	done
}

@test "mandoc and groff have nothing to say against any page" {
	need mandoc
	need groff
	for page in "$pages"/*.[15]; do
		run mandoc -T lint -W warning "$page"
		[ "$status" -eq 0 ] || { echo "$output"; return 1; }
		run groff -ww -man -T utf8 -z "$page"
		[ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$output"; return 1; }
	done
}

@test "the pages are the version's" {
	version=$("$CGCHURN" --version | cut -d' ' -f2)
	for page in "$pages"/*.[15]; do
		grep -q "^\.TH .* \"cgchurn $version\"" "$page"
	done
}

@test "the workload in cgchurn-workload(5) is one" {
	sed -n '/^\.EX/,/^\.EE/p' "$pages/cgchurn-workload.5" | sed '/^\.E/d; s/\\-/-/g' >"$BATS_TEST_TMPDIR/mine.json"
	"$CGCHURN" show "$BATS_TEST_TMPDIR/mine.json"
}

@test "program, change log and Debian package name one version" {
	version=$("$CGCHURN" --version | cut -d' ' -f2)
	grep -qx "## $version - 20[0-9][0-9]-[01][0-9]-[0-3][0-9]" "$CGCHURN_SOURCE/CHANGELOG.md"
	head -n 1 "$CGCHURN_SOURCE/debian/changelog" | grep -q "^cgchurn ($version) "
}
