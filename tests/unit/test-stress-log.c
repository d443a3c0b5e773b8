/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the kernel's log tells of a fault, and how it is read. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "verify/log.h"

static void test_log_lines(void **state)
{
	static const char *const faults[] = {
		"4,1,2,-;WARNING: CPU: 1 PID: 7 at kernel/cgroup/cgroup.c:6788 cgroup_exit+0x1",
		"4,1,2,-;WARNING: possible circular locking dependency detected",
		"1,1,2,-;BUG: kernel NULL pointer dereference, address: 0000000000000008",
		"3,1,2,-;INFO: task kworker/0:1:7 blocked for more than 120 seconds.",
		"3,1,2,-;rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
		"0,1,2,-;watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [cgchurn:7]",
		"4,1,2,c;------------[ cut here ]------------\n SUBSYSTEM=x",
		"2,1,2,-;kernel BUG at kernel/cgroup/cgroup.c:2653!",
	};
	static const char *const others[] = {
		"4,1,2,-;clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc'",
		"4,1,2,-;clocksource:                       'hpet' wd_nsec: 1 wd_now: 2",
		"6,1,2,-;systemd[1]: Started a unit",
		"12,1,2,-;WARNING: a program wrote this into /dev/kmsg",
		"4,1,2,-;process 'x' launched '/dev/fd/3' with NULL argv",
		"6,1,2,-;a device\n DEVICE=+acpi:hard LOCKUP",
		"4,1,2,-",
		"",
		"garbage;BUG: x",
	};
	char text[LOG_LINE_SIZE];

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		assert_true(log_is_fault(faults[i], text));
		assert_ptr_equal(strstr(faults[i], text), strchr(faults[i], ';') + 1);
		assert_null(strchr(text, '\n'));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(log_is_fault(others[i], text));
}

/* Records come one a read(2), as from /dev/kmsg; the first fault stays. */
static void test_log_read(void **state)
{
	static const char *const records[] = {"6,1,1,-;harmless", "1,2,1,-;BUG: one",
					      "1,3,1,-;BUG: two"};
	struct log_watch l = {0};
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	l.fd = ends[0];
	log_read(&l);
	assert_int_equal(l.lines, 0);
	for (int i = 0; i < 3; i++)
		assert_true(write(ends[1], records[i], strlen(records[i])) > 0);
	log_read(&l);
	assert_int_equal(l.lines, 3);
	assert_string_equal(l.fault, "BUG: one");
	log_close(&l);
	close(ends[1]);
	assert_true(log_open(&l, "/nowhere/kmsg") == -ENOENT);
	log_read(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_log_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
