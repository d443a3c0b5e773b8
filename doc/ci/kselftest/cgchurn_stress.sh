#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A kselftest: the invariants of cgroups under churn, as KTAP. Arguments (of the runner: KSELFTEST_CGCHURN_STRESS_SH_ARGS) go
# to `cgchurn stress`, which is installed. Skipped where it is not, or where no cgroup v2 group can be written to.

ksft_skip=4

skip() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $1"
	exit $ksft_skip
}

command -v cgchurn >/dev/null || skip "cgchurn is not installed"
[ "$(id -u)" -eq 0 ] || skip "needs root"
cgchurn stress "$@"
status=$?
# Then there is no line of KTAP yet.
[ $status -ne 4 ] || skip "cgchurn stress cannot work here; the reason is above"
exit $status
