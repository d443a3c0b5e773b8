/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"
#include "base/clock.h"

static pid_t start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(300);
	for (;;)
		pause();
}

static void test_wait_is_bounded(void **state)
{
	pid_t pid = start();
	int status;

	assert_int_equal(child_wait(pid, clock_now_ns() + 20 * NS_PER_MS, &status), -ETIME);
	assert_int_equal(child_wait(pid, 0, &status), -ETIME);
	kill(pid, SIGTERM);
	assert_int_equal(child_wait(pid, clock_now_ns() + 60 * NS_PER_S, &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(child_wait(pid, clock_now_ns() + 60 * NS_PER_S, &status), -ECHILD);
}

static void test_kill_reaps(void **state)
{
	pid_t pid = start();

	assert_int_equal(child_kill(pid, "a child", NULL), 0);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void test_describe(void **state)
{
	char text[CHILD_TEXT_SIZE], expected[64];
	pid_t pid = start();

	while (strstr(child_describe(pid, text), "state R"))
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	snprintf(expected, sizeof(expected), "pid %d (test-child), state S, at ", (int)pid);
	assert_true(strncmp(text, expected, strlen(expected)) == 0);
	assert_true(strlen(text) > strlen(expected));
	assert_null(strchr(text, '\n'));
	child_kill(pid, "a child", NULL);
	/* Gone: nothing but what was asked. */
	snprintf(expected, sizeof(expected), "pid %d", (int)pid);
	assert_string_equal(child_describe(pid, text), expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait_is_bounded),
		cmocka_unit_test(test_kill_reaps),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
