/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seccomp profiles: what they may say, and that the filters do what they say, tried in children. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "seccomp/filter.h"

/* What a test's child needs to leave. */
#define EXITS "{\"names\": [\"exit_group\", \"no_such_call\"], \"action\": \"SCMP_ACT_ALLOW\"}"

static int compile(const char *text, struct sandbox_filter *ret, struct err *e)
{
	return sandbox_profile_compile(text, strlen(text), "p", ret, e);
}

/* The errno of a system call under the filter, 0 where it succeeds. */
static int errno_under(const struct sandbox_filter *f, long number, long argument)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_filter_load(f) < 0)
			_exit(100);
		/* Not _exit(): ASan's runtime would make calls of its own before it. */
		syscall(SYS_exit_group, syscall(number, argument, 0, 0, 0, 0, 0) < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_actions_and_arguments(void **state)
{
	static const char text[] =
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 13, \"syscalls\": [\n"
		" " EXITS ",\n"
		" {\"names\": [\"getppid\"], \"action\": \"SCMP_ACT_ALLOW\"},\n"
		" {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38},\n"
		" {\"names\": [\"alarm\"], \"action\": \"SCMP_ACT_ALLOW\",\n"
		"  \"args\": [{\"index\": 0, \"value\": 3, \"valueTwo\": 1,\n"
		"             \"op\": \"SCMP_CMP_MASKED_EQ\"}]}]}";
	struct sandbox_filter f;
	struct err e = {0};

	if (compile(text, &f, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(f.unknown, 1);
	assert_int_equal(errno_under(&f, SYS_getppid, 0), 0);
	assert_int_equal(errno_under(&f, SYS_clone3, 0), ENOSYS);
	assert_int_equal(errno_under(&f, SYS_getuid, 0), EACCES);
	assert_int_equal(errno_under(&f, SYS_alarm, 5), 0); /* 5 & 3 is 1 */
	assert_int_equal(errno_under(&f, SYS_alarm, 6), EACCES);
	sandbox_filter_finish(&f);
}

static const struct {
	const char *text, *message;
} refused[] = {
	{"[]", "p:1: $: found an array of 0, allowed: an object"},
	{"{\"syscalls\": []}", "p:1: $.defaultAction: found nothing"},
	{"{\"defaultAction\": \"SCMP_ACT_NOTIFY\", \"syscalls\": []}", "p:1: $.defaultAction"},
	{"{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"archMap\": [], \"syscalls\": []}", "archMap"},
	{"{\"defaultAction\": \"SCMP_ACT_ALLOW\",\n \"syscalls\": [{\"names\": []}]}",
	 "p:2: $.syscalls[0].action"},
	{"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"read\"],\n"
	 "\"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 6, \"value\": 0, \"op\": "
	 "\"SCMP_CMP_EQ\"}]}]}",
	 "$.syscalls[0].args[0].index: found 6"},
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct sandbox_filter f;
		struct err e = {0};

		if (compile(refused[i].text, &f, &e) == 0)
			fail_msg("taken: %s", refused[i].text);
		assert_int_equal(e.exit_code, EXIT_USAGE);
		if (!strstr(e.text, refused[i].message))
			fail_msg("'%s' lacks '%s'", e.text, refused[i].message);
	}
}

/* The three that come with the workloads. */
static void test_own_profiles(void **state)
{
	static const struct {
		const char *name;
		int clone3, ptrace_self, reboot;
	} profiles[] = {
		/* clone3 without arguments is EINVAL where it is let through */
		{"small", EINVAL, EPERM, EPERM},
		{"default", EINVAL, 0, EPERM},
		{"no-clone3", ENOSYS, 0, EPERM},
	};
	unsigned short length[3];

	for (size_t i = 0; i < 3; i++) {
		_cleanup_free char *path = NULL;
		struct sandbox_filter f;
		struct err e = {0};

		assert_true(asprintf(&path, "%s/workloads/profiles/%s.json",
				     getenv("CGCHURN_BUILD"), profiles[i].name) > 0);
		if (sandbox_profile_load(path, &f, &e) < 0)
			fail_msg("%s", e.text);
		assert_int_equal(errno_under(&f, SYS_clone3, 0), profiles[i].clone3);
		assert_int_equal(errno_under(&f, SYS_ptrace, 0), profiles[i].ptrace_self);
		assert_int_equal(errno_under(&f, SYS_reboot, 0), profiles[i].reboot);
		length[i] = f.n;
		sandbox_filter_finish(&f);
	}
	assert_true(length[0] > 20 && length[1] > 5 * length[0] && length[2] >= length[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_actions_and_arguments),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_own_profiles),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
