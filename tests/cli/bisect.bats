#!/usr/bin/env bats
bats_require_minimum_version 1.5.0
# vm-bisect, over a tree whose kernels are built by a make and booted by a QEMU that only look so.

setup() {
	command -v git >/dev/null || skip "no git"
	. "$CGCHURN_SOURCE/tests/cli/fake-guests.bash"
	cd "$BATS_TEST_TMPDIR"
	export XDG_CACHE_HOME=$PWD/cache GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
	fake_qemu
	fake_make
	fake_kernel kernel
	pool fast 99 name=fast seed=21 boot_sigma=0.02
	pool slow 99 name=slow seed=22 boot_sigma=0.02 forks=1.1
}

# What it builds has the tree's `pool` as its last word.
fake_make() {
	for program in gcc make flex bison bc xz; do command -v $program >/dev/null || ln -s /bin/true bin/$program; done
	cat >bin/make <<-'END'
	#!/bin/bash
	while [ $# -gt 0 ]; do
		case $1 in
		-C) pool=$(cat "$2/pool"); shift ;;
		O=*) out=${1#O=} config=$out/.config ;;
		KCONFIG_CONFIG=*) config=${1#*=} ;;
		bzImage) image=$out/arch/x86/boot/bzImage ;;
		esac
		shift
	done
	if [ -z "$image" ]; then
		echo CONFIG_64BIT=y >"$config"
	elif [ -e full ]; then
		echo "fatal error: error writing to fork.o: No space left on device" && exit 2
	elif [ "$pool" = broken ]; then
		echo "kernel/fork.c:1:1: error: broken on purpose" && exit 2
	else
		echo "$pool" >>made
		mkdir -p "${image%/*}"
		{ cat kernel && echo "pool=$pool "; } >"$image"
	fi
	END
	chmod +x bin/make
}

# tree POOL...: a commit each, which says of what pool the boots of its kernel are.
tree() {
	git init --quiet tree
	mkdir -p tree/scripts/kconfig
	ln -s /bin/true tree/scripts/kconfig/merge_config.sh
	local number=0
	for pool; do
		echo "$pool" >tree/pool
		echo $((number)) >tree/number
		git -C tree add .
		git -C tree commit --quiet --message "commit $number"
		git -C tree tag c$number
		number=$((number + 1))
	done
	last=c$((number - 1))
}

id() {
	git -C tree rev-parse $1
}

bisect() {
	run --separate-stderr "$CGCHURN_SOURCE/scripts/vm-bisect" --tree tree --good c0 --bad $last --build "$CGCHURN_BUILD" \
		--seed 1 --jobs 1 -o out "$@"
}

all() {
	for _ in $(seq $2); do echo "$1"; done
}

@test "vm-bisect: the commit, its change with an interval, a line per step; what does not build is skipped; the tree is left alone" {
	tree $(all fast 10) broken fast $(all slow 9)
	before=$(git -C tree status --porcelain --branch; find tree -path tree/.git -prune -o -printf '%p %T@\n'; ls tree/.git)
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"first bad commit:"*"  $(id c12) commit 12"*"with a probability of "*" boots"* ]]
	[[ "$output" =~ "migrate-under-fork: storm cycle service p50: "[0-9.]+" us to "[0-9.]+" us, +"[0-9.]+" % (95 % interval "[^\)]+"): " ]]
	# At most 32 boots: 4 of each end, 2 of each of 4 or 5 steps, up to 4 of the commit and its parent.
	[ "$(wc -l <booted)" -le 32 ]
	[ "$(grep -c '^step ' <<<"$output")" -ge 6 ]
	[[ "$output" == *"step 1: $(id c0 | cut -c1-12): built in "*" s, 4 boots: "* ]]
	[ "$before" = "$(git -C tree status --porcelain --branch; find tree -path tree/.git -prune -o -printf '%p %T@\n'; ls tree/.git)" ]
	# It is over: nothing is kept but results, and the same command says the same again.
	[ ! -e out/tree ] && [ ! -e out/build ] && [ ! -e out/kernels ]
	booted=$(wc -l <booted)
	bisect
	[ "$status" -eq 0 ] && [ "$(wc -l <booted)" -eq "$booted" ]
	[[ "$output" == *"  $(id c12) commit 12"* ]]
}

@test "vm-bisect: a commit that does not build or boot where the change is: all that it can be are named, with the reason" {
	tree $(all fast 7) broken panic $(all slow 7)
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"first bad commit, one of"*"$(id c7) commit 7"*"$(id c8) commit 8"*"$(id c9) commit 9"*"with a probability of "* ]]
	[[ "$output" == *"skipped: it does not build: make -j"*"error: broken on purpose"* ]]
	[[ "$output" == *"skipped: it does not boot: panic: "*"No working init found"* ]]
	grep -q "broken on purpose" out/builds/*.log
}

@test "vm-bisect: a step that misleads is corrected" {
	tree $(all fast 20) $(all slow 12)
	# Boots 9 and 10 are the first step's, of c15 or c16, and look slow.
	echo -n slow >pool/boot-9
	echo -n slow >pool/boot-10
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"first bad commit:"*"  $(id c20) commit 20"* ]]
}

@test "vm-bisect: interrupted, it goes on with the boots and kernels that there are, and ends as if it had not been" {
	tree $(all fast 9) $(all slow 8)
	bisect
	[ "$status" -eq 0 ]
	wanted=$(grep -A2 "^first bad" <<<"$output")
	all=$(wc -l <booted)
	rm -r out booted made
	echo -n interrupt >pool/boot-12
	cat >start <<-END
	echo \$\$ >pid
	exec env --default-signal=INT $CGCHURN_SOURCE/scripts/vm-bisect --tree tree --good c0 --bad $last --build $CGCHURN_BUILD --seed 1 --jobs 1 -o out
	END
	run -130 --separate-stderr bash start
	[[ "$stderr" == *"interrupted; "*" boots are kept in "*"the same command goes on"* ]] || { echo "$stderr"; false; }
	rm pool/boot-12
	made=$(wc -l <made)
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[ "$(grep -A1 "^first bad" <<<"$output")" = "$(head -2 <<<"$wanted")" ]
	[[ "$(grep '^step' <<<"$output" | head -1)" == *"built before"* ]]
	# A checkout that was killed has left its lock.
	rm -r out
	git clone --quiet --shared --no-checkout "$PWD/tree" out/tree
	touch out/tree/.git/index.lock
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	# Of another search it does not take the folder.
	bisect --memory 2G
	[ "$status" -eq 2 ] && [[ "$stderr" == *"memory '1G' (now '2G')"* ]]
}

@test "vm-bisect: no guest outlives the terminal" {
	tree $(all fast 2) slow
	echo -n hangup >pool/boot-3
	cat >start <<-END
	echo \$\$ >pid
	exec env --default-signal=HUP $CGCHURN_SOURCE/scripts/vm-bisect --tree tree --good c0 --bad $last --build $CGCHURN_BUILD --seed 1 --jobs 1 -o out
	END
	run -130 --separate-stderr bash start
	[[ "$stderr" == *"interrupted; "*"the same command goes on"* ]]
	run ! kill -0 "$(cat qemu-pid)"
}

@test "vm-bisect: a full disk and a checkout that fails end it, and are not taken for commits that do not build" {
	tree $(all fast 9) $(all slow 8)
	touch full
	bisect
	[ "$status" -eq 4 ] && [[ "$stderr" == *"out/build: No space left on device" ]] || { echo "$status $stderr"; false; }
	rm full
	mv out/tree/.git/objects/info/alternates out/alternates
	bisect
	[ "$status" -eq 4 ] && [[ "$stderr" == *"'git -C "*"checkout"*"failed: "* ]] || { echo "$status $stderr"; false; }
	mv out/alternates out/tree/.git/objects/info/alternates
	bisect
	[ "$status" -eq 0 ] && [[ "$output" == *"  $(id c9) commit 9"* ]] || { echo "$status $output $stderr"; false; }
	[[ "$output" != *skipped* ]]
}

@test "vm-bisect: ends that do not differ, and too few boots: 3; an end that does not build: 4; no commits: 2" {
	tree $(all fast 9) broken
	bisect --max-boots 16
	[ "$status" -eq 4 ] && [[ "$stderr" == *"the bad end $(id c9 | cut -c1-12) does not build: "*"error: broken on purpose"* ]]
	last=c8
	rm -r out
	bisect --max-boots 16
	[ "$status" -eq 3 ] && [[ "$output" == *"not found: the ends do not differ in migrate-under-fork: "* ]]
	rm -r out tree
	tree $(all fast 30) $(all slow 30)
	bisect --max-boots 16
	[ "$status" -eq 3 ] && [[ "$output" == *"not found within 16 boots: the likeliest is "*"more --max-boots goes on"* ]]
	bisect --max-boots 60
	[ "$status" -eq 0 ] && [[ "$output" == *"  $(id c30) commit 30"* ]]
	bisect --bad nonsense
	[ "$status" -eq 2 ] && [[ "$stderr" == *"'nonsense' is no commit of"* ]]
	bisect --bad c0
	[ "$status" -eq 2 ]
	bisect --good c5 --bad c2
	[ "$status" -eq 2 ] && [[ "$stderr" == *"is not on the line of first parents of"* ]]
	bisect --metric p49
	[ "$status" -eq 2 ] && [[ "$stderr" == *"0 metrics have this name, of migrate-under-fork: "* ]]
}

@test "vm-bisect: a merge is one step, and what searches inside of it is said" {
	tree $(all fast 6)
	git -C tree checkout --quiet -b side c2
	for number in 1 2 3; do
		echo side-$number >tree/side
		git -C tree add side
		git -C tree commit --quiet --message "side $number"
	done
	git -C tree checkout --quiet -
	git -C tree merge --quiet --no-ff --no-edit side
	merge=$(id HEAD)
	echo slow >tree/pool
	git -C tree commit --quiet --all --amend --no-edit
	merge=$(id HEAD)
	for number in 1 2 3; do
		git -C tree commit --quiet --allow-empty --message "after $number"
	done
	last=HEAD
	bisect
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"  $merge Merge branch"*"it is a merge; what it merged is searched by --good $(id c2 | cut -c1-12) --bad $(id side | cut -c1-12)"* ]]
}

@test "vm-bisect --step: git bisect run ends with the commit, and passes over what does not build; an error ends it" {
	tree $(all fast 5) broken $(all fast 3) $(all slow 7)
	# The fakes look for their files in the folder that they are started from.
	cat >step <<-END
	#!/bin/sh
	cd $PWD && exec $CGCHURN_SOURCE/scripts/vm-bisect --step --tree tree --good c0 --bad $last --build $CGCHURN_BUILD --seed 1 --jobs 1 -o out "\$@"
	END
	chmod +x step
	git -C tree bisect start $last c0
	run --separate-stderr git -C tree bisect run "$PWD/step"
	[ "$status" -eq 0 ] || { echo "$status $output $stderr"; false; }
	[[ "$output" == *"$(id c9) is the first bad commit"* ]]
	for wanted in "c1 0" "c12 1" "c5 125"; do
		set -- $wanted
		git -C tree checkout --quiet $1
		run -$2 --separate-stderr ./step
	done
	run -255 --separate-stderr ./step --metric p49
	[[ "$stderr" == *"0 metrics have this name"* ]]
	# 1 to 127 would be a verdict: of a wrong option, a full disk, a fault of ours.
	run -255 ./step --no-such-option
	git -C tree checkout --quiet c3
	touch full
	run -255 --separate-stderr ./step
	[[ "$stderr" == *"No space left on device"* ]]
	rm full
	echo '{"schema": "cgchurn-bisection/1"}' >out/bisection.json
	run -255 --separate-stderr ./step
	[[ "$stderr" == *Traceback* ]]
}
