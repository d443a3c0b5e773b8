#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The tarball of a release, made from the last commit: it builds, and knows its commit without git.

setup_file() {
	[ -e "$CGCHURN_SOURCE/.git" ] || return 0
	commit=$(git -C "$CGCHURN_SOURCE" describe --always --match 'v[0-9]*')
	export commit
	# A build folder of its own, for the tests' is in use; a clone, so that the tree may have changes meanwhile.
	git clone --quiet "$CGCHURN_SOURCE" "$BATS_FILE_TMPDIR/clone"
	meson setup -Dtests=false "$BATS_FILE_TMPDIR/clone/build" "$BATS_FILE_TMPDIR/clone" >/dev/null
	meson dist -C "$BATS_FILE_TMPDIR/clone/build" --no-tests >/dev/null
	mkdir "$BATS_FILE_TMPDIR/outer"
	tar -xf "$BATS_FILE_TMPDIR"/clone/build/meson-dist/cgchurn-*.tar.xz -C "$BATS_FILE_TMPDIR/outer" --strip-components=1
}

setup() {
	[ -e "$CGCHURN_SOURCE/.git" ] || skip "this is no clone; meson dist needs one"
	cd "$BATS_FILE_TMPDIR/outer"
}

@test "the tarball builds, and its program names version and commit" {
	meson setup --buildtype=plain -Dbpf=disabled -Dtests=false build >/dev/null
	ninja -C build --quiet
	[ "$(build/src/cgchurn --version)" = "$("$CGCHURN" --version | cut -d' ' -f1-2) ($commit)" ]
	[ -s build/doc/man/cgchurn-run.1 ]
}

@test "it installs program, worker, workloads, schemas, man pages and completions" {
	DESTDIR="$BATS_TEST_TMPDIR/at" meson install -C build --no-rebuild >/dev/null
	cd "$BATS_TEST_TMPDIR/at/usr/local"
	for file in bin/cgchurn libexec/cgchurn/cgchurn-worker share/cgchurn/workloads/null.json \
		share/cgchurn/workloads/suites/headline.json share/cgchurn/schema/cgchurn-result-2.json \
		share/man/man1/cgchurn.1 share/man/man5/cgchurn-workload.5 share/bash-completion/completions/cgchurn \
		share/zsh/site-functions/_cgchurn share/fish/vendor_completions.d/cgchurn.fish; do
		[ -s "$file" ] || { echo "$file is not there"; return 1; }
	done
}

@test "inside another project's clone it does not take that project's commit for its own" {
	mkdir "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	git init --quiet .
	git -c user.name=x -c user.email=x@example.org commit --quiet --allow-empty -m x
	mkdir -p cgchurn/scripts/lib
	cp "$CGCHURN_SOURCE/scripts/lib/commit" cgchurn/scripts/lib/
	run cgchurn/scripts/lib/commit
	[ "$status" -ne 0 ]
	echo v9 >cgchurn/.commit
	[ "$(cgchurn/scripts/lib/commit)" = v9 ]
}
