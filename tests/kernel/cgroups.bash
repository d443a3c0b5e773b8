# For the tests with real cgroups: a group of the test's own, and the programs that hold groups for it.
# Load with `load cgroups`; setup and teardown call cgroups_setup and cgroups_teardown.

helpers=${CGCHURN_BUILD:?run it through Meson}/tests/kernel

# mounts TYPE: the mount points of cgroup (v1) or cgroup2.
mounts() {
	awk -v type="$1" '$3 == type { print $2 }' /proc/self/mounts
}
export -f mounts

# Sets $v2, the v2 mount, and $own, a group of the test's own in it; $out is a folder for files.
cgroups_setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	v2=$(mounts cgroup2 | head -n 1)
	[ -n "$v2" ] || skip "cgroup v2 is not mounted"
	own=$(mktemp -d "$v2/test-cgchurn-XXXXXX") || skip "no group can be made in $v2"
	out=$BATS_TEST_TMPDIR
	holder=
	handed_down=
}

# Ends what was started, and removes the group with all that is in it.
cgroups_teardown() {
	[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null || true
	if [ -n "${own:-}" ] && [ -d "$own" ]; then
		empty_group "$own"
		find "$own" -depth -type d -exec rmdir {} +
	fi
	[ -z "${handed_down:-}" ] || echo "-$handed_down" >"$v2/cgroup.subtree_control"
}

# empty_group DIR: kills who lives in the group or below.
empty_group() {
	echo 0 >"$1/cgroup.freeze" 2>/dev/null || true
	for _ in $(seq 500); do
		grep -q 'populated 1' "$1/cgroup.events" || return 0
		find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
		sleep 0.01
	done
	return 1
}

# The first of the words that is a controller of v2 here; skips the test where there is none.
some_controller() {
	local words
	words=$(cat "$v2/cgroup.controllers")
	[ -n "$words" ] || skip "cgroup v2 has no controller here"
	for controller in "$@"; do
		[[ " $words " != *" $controller "* ]] || return 0
	done
	[ $# -eq 0 ] || skip "cgroup v2 has none of $* here, only $words"
	controller=${words%% *}
}

# Has the mount's top hand $controller down, until the end of the test.
hand_down_at_top() {
	[[ " $(cat "$v2/cgroup.subtree_control") " != *" $controller "* ]] || return 0
	echo "+$controller" >"$v2/cgroup.subtree_control" || skip "$v2 cannot hand $controller down"
	handed_down=$controller
}

# start PROGRAM [ARGUMENT...]: runs it until it prints "ready" or ends; $holder is its pid.
# finish lets it go to its end. Its output lies in $out/stdout and $out/stderr.
start() {
	rm -f "$out/hold"
	mkfifo "$out/hold"
	"$@" <"$out/hold" >"$out/stdout" 2>"$out/stderr" 3>&- &
	holder=$!
	exec 8>"$out/hold"
	until grep -qx ready "$out/stdout"; do
		kill -0 "$holder" 2>/dev/null || return 1
		sleep 0.01
	done
}

finish() {
	exec 8>&-
	status=0
	wait "$holder" || status=$?
	holder=
	return "$status"
}

# strace, under which the leak sanitizer cannot work.
traced() {
	ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" strace "$@"
}

# What the started program said of KEY.
said() {
	sed -n "s/^$1=//p" "$out/stdout"
}

# within SECONDS COMMAND...: until the command succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		sleep 0.01
	done
}

is_gone() {
	[ ! -e "$1" ]
}

# Zombies wait for whoever inherited them, which is not ours to hurry.
has_ended() {
	[[ ! -e /proc/$1/stat || "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)" == [ZX]* ]]
}

kill_holder() {
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null || true
	holder=
	exec 8>&-
}

# A process in a frozen group of cgroup v1 stands in for one in an uninterruptible sleep: nothing ends it.

# Sets $frozen, the group; teardown calls thaw where it is set.
find_freezer() {
	local freezer
	freezer=$(awk '$3 == "cgroup" && $4 ~ /freezer/ { print $2; exit }' /proc/self/mounts)
	[ -n "$freezer" ] || skip "no freezer of cgroup v1 is mounted"
	frozen=$(mktemp -d "$freezer/test-cgchurn-XXXXXX") || skip "no group can be made in $freezer"
}

freeze() {
	echo "$1" >"$frozen/cgroup.procs" && echo FROZEN >"$frozen/freezer.state"
}

thaw() {
	echo THAWED >"$frozen/freezer.state"
	within 30 rmdir "$frozen" 2>/dev/null
	frozen=
}

# For tests of whole runs, in the group where cgchurn puts them by itself.

# Sets $root, the v2 mount, in which run groups lie, and goes to a folder for files.
runs_setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	root=$(mounts cgroup2 | head -n 1)
	[ -n "$root" ] || skip "no cgroup v2 is mounted"
	cd "$BATS_TEST_TMPDIR"
}

# Fills `sound` with what keeps the stress from a bug that this kernel is known to have: who is born by clone3 into a group that
# was killed once dies (8e3599202166, in 7.3, of b69bb476dee9 in 6.14).
without_known_bugs() {
	sound=()
	python3 - "${own:-$root}/test-cgchurn-born-$$" <<-'END' || sound=(--at-most killers=0)
	import ctypes, os, signal, struct, sys, time
	group = sys.argv[1]
	os.mkdir(group)
	try:
	    with open(f"{group}/cgroup.kill", "w") as kill:
	        kill.write("1")
	    folder = os.open(group, os.O_RDONLY)
	    CLONE_INTO_CGROUP, clone3 = 1 << 33, 435
	    args = struct.pack("11Q", CLONE_INTO_CGROUP, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, folder)
	    pid = ctypes.CDLL(None).syscall(clone3, args, len(args))
	    if pid == 0:
	        time.sleep(60)
	        os._exit(0)
	    time.sleep(0.05)
	    dead = pid > 0 and os.waitpid(pid, os.WNOHANG)[0] == pid
	    if pid > 0 and not dead:
	        os.kill(pid, signal.SIGKILL)
	        os.waitpid(pid, 0)
	except FileNotFoundError:
	    dead = False
	for _ in range(100):
	    try:
	        os.rmdir(group)
	        break
	    except OSError:
	        time.sleep(0.05)
	sys.exit(dead)
	END
}

# begin COMMAND...: runs it in the background; $pid is its pid, its output lies in ktap and messages.
begin() {
	"$@" >ktap 2>messages &
	pid=$!
}

# ends STATUS: waits for what begin started, or $pid is the pid of.
ends() {
	status=0
	wait "$pid" || status=$?
	# Shown where the test fails, now or later.
	cat ktap messages 2>/dev/null || true
	[ "$status" -eq "$1" ]
}

# Run groups of the owners that are still there. Others may be at work on this machine, so only owners that the
# test started count.
left_behind() {
	local owner
	for owner in "$@"; do compgen -G "$root/cgchurn-$owner-*" && return 0; done
	return 1
}

nothing_left_behind() {
	! left_behind "$@"
}

# A schedule with one quiet process of some threads, moved seldom enough to be tampered with, between two groups.
none() { printf ',%s=0' "$@"; }
quiet=(--replay 4 --at-most "movers=1,subjects=1,groups=2,threads=3$(none cloners forkers execs leaderless spawners \
	killers freezers builders controller-togglers limit-setters memory-hogs interrupters namespacers)")
