# A kernel's repository with a pull request, in which the jobs of doc/ci run as they are, with cgchurn from a fresh clone.
#
# The kernel is the file `kernel`; BUILD is ours and makes of its content, at a revision, the folder of a kernel build:
# build_SIDE of the test gets (content, folder).

# make_repository BASE NEW: the merge of a pull request that changes the kernel from BASE to NEW, as the current folder.
make_repository() {
	git clone --quiet "$CGCHURN_SOURCE" from || skip "this is no git repository"
	mkdir -p home bin
	export HOME=$PWD/home PATH=$PWD/bin:$PATH ARTIFACTS=$PWD/artifacts GITHUB_STEP_SUMMARY=$PWD/summary
	# What installs packages is not for tests: this machine has them, or the test says what it lacks.
	printf '#!/bin/sh\n' | tee bin/apt-get >bin/gh
	chmod +x bin/*
	git config --global user.name test
	git config --global user.email test@example.org
	git config --global init.defaultBranch main
	git config --global protocol.file.allow always
	git init --quiet origin
	echo "$1" >origin/kernel
	git -C origin add kernel
	git -C origin commit --quiet -m base
	git -C origin checkout --quiet -b change
	echo "$2" >origin/kernel
	git -C origin commit --quiet --allow-empty -a -m change
	git -C origin checkout --quiet main
	git -C origin merge --quiet --no-ff -m merge change
	git clone --quiet origin kernel
	cat >build <<-'SH'
	#!/bin/sh -e
	exec "$(dirname "$0")/build-image" "$(git show "$1:kernel")" "$2"
	SH
	chmod +x build
	export CGCHURN_FROM=$PWD/from BUILD=$PWD/build CI_MERGE_REQUEST_DIFF_BASE_SHA
	CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git -C kernel rev-parse HEAD^1)
	unset CGCHURN
	cd kernel
}

# ci_job RECIPE JOB [CONTEXT=VALUE]...: runs it; afterwards `reason` is the last line.
ci_job() {
	run /usr/bin/python3 "$CGCHURN_SOURCE/tests/cli/ci-job" "$CGCHURN_FROM/doc/ci/$1" "${@:2}"
	reason=${output##*$'\n'}
}

# ended STATUS PATTERN: how the last job did.
ended() {
	[ "$status" -eq "$1" ] && [[ "$reason" == $2 ]] || { printf '%s\n' "$status" "$output" | tail -n 30; return 1; }
}
