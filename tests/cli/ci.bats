#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# The jobs of doc/ci for a kernel's repository, with guests that are none: what they let pass and what not, and what they
# leave. tests/guest/ci.bats has real guests.

load fake-guests
load kernel-repository

RECIPES=("github.yml guests" "gitlab-ci.yml cgchurn-guests")

setup() {
	/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip "python3-yaml is not installed"
	cd "$BATS_TEST_TMPDIR"
	export XDG_CACHE_HOME=$PWD/cache MAKE_RESULTS=$CGCHURN_BUILD/tests/cli/make-results
	fake_kernel bzImage
	cat >build-image <<-'SH'
	#!/bin/bash -e
	side=$(basename "$2") image=$(dirname "$0")/bzImage
	mkdir -p "$2/arch/x86/boot" pool
	case $1 in
	same) "$MAKE_RESULTS" "pool/$side" 12 name="$side" seed=$((20 + ${#side})) ;;
	slow) "$MAKE_RESULTS" "pool/$side" 12 name="$side" seed=3 migration=3 ;;
	wild) "$MAKE_RESULTS" "pool/$side" 12 name="$side" seed=4 boot_sigma=0.3 ;;
	panics) mkdir "pool/$side" && touch "pool/$side/panic" ;;
	zeros) image=/dev/zero ;;
	none) echo "kernel.c:1: error: expected ';'" >&2; exit 2 ;;
	esac
	ln -sfn "$side" "pool/$side-quiet"
	head -c 1024 "$image" >"$2/arch/x86/boot/bzImage"
	SH
	chmod +x build-image
	fake_qemu
}

each() {
	for recipe in "${RECIPES[@]}"; do
		git clean -qffdx
		rm -rf ../artifacts ../summary
		ci_job $recipe
		"$@" || { echo "of $recipe"; return 1; }
	done
}

@test "a pull request that changes nothing passes, and leaves a summary and the artifact" {
	make_repository same same
	each ended 0 "gate: passed: no regression"
	[ -s ../artifacts/cgchurn/found/report.html ]
	ci_job github.yml guests
	grep -q '^\*\*gate: passed' ../summary
}

@test "a regression fails, and is shown all the same" {
	make_repository same slow
	each ended 1 "gate: failed: regression: migrations became 3.0x slower at p50"
	grep -q '<failure' ../artifacts/cgchurn/found/comparison.xml
	grep -q 'slower' ../artifacts/cgchurn/found/comparison.md
}

@test "boots too few or too different to decide fail, unless the recipe is told otherwise" {
	make_repository wild wild
	export COMPARE="--max-boots 4"
	each ended 3 "gate: failed: undecided: *"
	export GATE=--allow-undecided
	each ended 0 "gate: passed: no regression; undecided: *"
	export COMPARE="--base kernels/base,quiet" # options of the recipe may name another side
	git clean -qffdx
	ci_job github.yml guests
	[ -d boots/base-quiet ]
}

@test "a kernel that panics fails, after no more boots than it takes to see it" {
	make_repository same panics
	each ended 1 "gate: failed: a boot failed: block 1, kernels/new: panic: *Kernel panic - not syncing: No working init found. (and 3 more)"
	[ "$(grep -c '^new' booted)" -eq 4 ]
	grep -q '<failure message="panic: ' ../artifacts/cgchurn/found/comparison.xml
	grep -q 'Kernel panic' ../artifacts/cgchurn/found/comparison.md
}

@test "what is no kernel and what does not compile fail, and nothing is booted" {
	make_repository same zeros
	each ended 1 "vm-compare: '*' is no x86 kernel image*"
	cd ..
	rm -rf from origin kernel
	make_repository same none
	each ended 2 "kernel.c:1: error: *"
	[ ! -e booted ]
}

@test "GitHub: one comment, which later runs change; none for forks, whose token may not write" {
	make_repository same slow
	same=(github.event.pull_request.head.repo.full_name=me/linux github.repository=me/linux github.event.pull_request.number=7)
	ci_job github.yml guests "${same[@]}"
	cat >../bin/gh <<-END
	#!/bin/sh
	echo "\$*" >>$PWD/asked
	[ ! -e $PWD/earlier ] || [ "\$2" != --paginate ] || cat $PWD/earlier
	END
	export GITHUB_REPOSITORY=me/linux
	ci_job github.yml comment github.repository=me/linux github.event.pull_request.head.repo.full_name=you/linux
	ended 0 "comment: skipped" && [ ! -e asked ]
	ci_job github.yml comment "${same[@]}"
	ended 0 "*"
	grep -qx 'api --silent repos/me/linux/issues/7/comments --field body=@comment.md' asked
	[ "$(head -n 1 comment.md)" = '<!-- cgchurn -->' ] && grep -q 'gate: failed: regression' comment.md
	echo 11 >earlier
	ci_job github.yml comment "${same[@]}"
	[ "$(tail -n 1 asked)" = "api --silent --method PATCH repos/me/linux/issues/comments/11 --field body=@comment.md" ]
	# Comments that cannot be listed are no reason for a second one.
	rm asked earlier
	cat >../bin/gh <<-END
	#!/bin/sh
	echo "\$*" >>$PWD/asked
	[ "\$2" != --paginate ]
	END
	ci_job github.yml comment "${same[@]}"
	ended 1 "*"
	run ! grep -- --silent asked
	run ! grep -rE 'pull_request_target:' "$CGCHURN_FROM/doc/ci"
	/usr/bin/python3 - "$CGCHURN_FROM/doc/ci/github.yml" <<-'END'
	import sys, yaml
	recipe = yaml.safe_load(open(sys.argv[1]))
	assert recipe[True] == "pull_request" and recipe["permissions"] == {"contents": "read"}
	writing = [name for name, job in recipe["jobs"].items() if "write" in str(job.get("permissions"))]
	assert writing == ["comment"] and not any("checkout" in step.get("uses", "") for step in recipe["jobs"]["comment"]["steps"])
	END
}

@test "bare metal: the machine is asked for boots of both kernels, and the gate decides about what comes back" {
	make_repository same slow
	ci_job github.yml guests
	cp -r boots ../measured
	git clean -qffdx
	# A machine that is none, and a build that leaves what targz-pkg does.
	cat >../bin/ssh <<-END
	#!/bin/sh
	for word; do :; done
	[ ! -e $PWD/away ] || exit 255
	echo "\$word" >>$PWD/asked
	case \$word in *"cat "*) printf 'CONFIG_MACHINE=y\\nCONFIG_SYSTEM_TRUSTED_KEYS="no/such.pem"\\n' ;; *tar*) cat >/dev/null ;; *" start "*) exit 255 ;; esac
	END
	printf '#!/bin/sh\ncp -r %s "$4"\necho "$@" >>%s/asked\n' "$PWD/../measured" "$PWD" >../bin/scp
	chmod +x ../bin/ssh ../bin/scp
	cat >../build-machine <<-'SH'
	#!/bin/sh -e
	[ "$1 $2" = "--config machine.config" ] && [ "$(cat machine.config)" = CONFIG_MACHINE=y ]
	[ "$5 $8" = "-- targz-pkg" ]
	mkdir -p "$4" && touch "$4/linux-7.0.0${6#LOCALVERSION=}-x86.tar.gz"
	SH
	chmod +x ../build-machine
	cp ../build-machine "$CGCHURN_FROM/scripts/build-kernel"
	git -C "$CGCHURN_FROM" commit --quiet -a -m "a build of nothing"
	same=(vars.CGCHURN_MACHINE=root@metal github.repository=me/linux)
	ci_job github.yml bare-metal "${same[@]}" github.event.pull_request.head.repo.full_name=you/linux
	ended 0 "bare-metal: skipped"
	CGCHURN_MACHINE=root@metal
	export CGCHURN_MACHINE
	for recipe in "github.yml bare-metal" "gitlab-ci.yml cgchurn-bare-metal"; do
		git clean -qffdx -e asked
		ci_job $recipe "${same[@]}" github.event.pull_request.head.repo.full_name=me/linux
		ended 1 "gate: failed: regression: migrations became 3.0x slower at p50"
		grep -q 'boot-compare start --until-decided --max-boots 12 --base /boot/vmlinuz-\*-cgchurn-base\* --new /boot/vmlinuz-\*-cgchurn-new\* -o' asked
		[ "$(tail -n 1 asked)" = "rm -rf /var/lib/cgchurn-ci /boot/*-cgchurn-base* /boot/*-cgchurn-new* /lib/modules/*-cgchurn-base* /lib/modules/*-cgchurn-new*" ]
		rm asked
		# No configuration of the machine is not an empty one.
		git clean -qffdx
		touch away
		ci_job $recipe "${same[@]}" github.event.pull_request.head.repo.full_name=me/linux
		[ "$status" -eq 255 ]
		[ ! -e kernels ]
	done
}

@test "build-kernel: a revision in a folder of its own, by the small configuration, by one's own, or what make is told" {
	git init --quiet tree
	git -C tree config user.name test
	git -C tree config user.email test@example.org
	mkdir -p tree/scripts/kconfig
	# A kernel's tree as far as it is asked.
	cat >tree/Makefile <<-'END'
	tinyconfig: ; echo tiny >$(O)/.config
	olddefconfig: ; cat fragment >>$(O)/.config; echo complete >>$(O)/.config
	bzImage: ; mkdir -p $(O)/arch/x86/boot && cp kernel $(O)/arch/x86/boot/bzImage
	packed: ; echo $(LOCALVERSION) >$(O)/packed
	END
	printf '#!/bin/sh\necho "$@" >asked\n' >tree/scripts/kconfig/merge_config.sh
	chmod +x tree/scripts/kconfig/merge_config.sh
	grep '^CONFIG_' "$CGCHURN_SOURCE/scripts/lib/vm/pair.config" >tree/fragment
	echo first >tree/kernel
	git -C tree add .
	git -C tree commit --quiet -m first
	echo second >tree/kernel
	git -C tree commit --quiet -a -m second
	for program in gcc make flex bison bc xz; do command -v $program >/dev/null || skip "no $program"; done
	run -0 "$CGCHURN_SOURCE/scripts/build-kernel" --tree tree HEAD^1 out/base
	[ "$(cat out/base/arch/x86/boot/bzImage)" = first ] && [ "$(head -n 1 out/base/.config)" = tiny ]
	grep -q 'pair.config' out/base/asked
	echo mine >config
	run -0 "$CGCHURN_SOURCE/scripts/build-kernel" --tree tree --config config HEAD out/new -- LOCALVERSION=-x packed
	[ "$(cat out/new/packed)" = -x ] && [ "$(head -n 1 out/new/.config)" = mine ] && [ ! -e out/new/arch ]
	run -2 "$CGCHURN_SOURCE/scripts/build-kernel" --tree tree HEAD out/new
	run -4 "$CGCHURN_SOURCE/scripts/build-kernel" --tree tree no-such-revision out/other
	[[ "$output" == *"no-such-revision"* ]]
}

@test "the scripts in the recipes are shell" {
	command -v shellcheck >/dev/null || skip "shellcheck is not installed"
	for recipe in github.yml gitlab-ci.yml; do
		/usr/bin/python3 "$CGCHURN_SOURCE/tests/cli/ci-job" --scripts . "$CGCHURN_SOURCE/doc/ci/$recipe"
	done
	# Options are words.
	shellcheck --exclude=SC2086 ./*.sh "$CGCHURN_SOURCE/doc/ci/on-machine"
}
