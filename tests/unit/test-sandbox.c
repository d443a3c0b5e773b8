/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a confined reader can and cannot do, tried in children. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "seccomp/reader.h"
#include "seccomp/filter.h"

/* Runs `attempt` in a confined child; its return value is the child's exit status. */
static int confined(int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_confine_reader(NULL) < 0)
			_exit(100);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int try_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int try_create(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/tmp/cgchurn-confined", O_CREAT | O_WRONLY, 0600) < 0
		       ? errno
		       : 0;
}

static int try_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int try_exec(void)
{
	char *const argv[] = {(char *)"true", NULL};

	execv("/bin/true", argv);
	return errno;
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? errno : 0;
}

static int try_kill(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int try_executable_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int try_unlink(void)
{
	return unlink("/tmp/cgchurn-confined") < 0 ? errno : 0;
}

static void test_denied(void **state)
{
	int (*const attempts[])(void) = {try_open, try_create, try_socket,
					 try_exec, try_fork,   try_executable_memory,
					 try_kill, try_unlink};

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int status = confined(attempts[i]);

		if (status != EPERM)
			fail_msg("attempt %zu: %s", i, strerror(status));
	}
}

static int inherited;

/* Reading what is open, allocating much and little, printing: all a comparison does. */
static int work(void)
{
	char *text, *large = malloc(64 << 20);
	size_t size;

	if (!large || io_read_fd(inherited, 1 << 20, &text, &size) < 0 ||
	    strcmp(text, "hello") != 0)
		return 1;
	memset(large, 1, 64 << 20);
	large = realloc(large, 128 << 20);
	free(large);
	return fprintf(stderr, "%s", "") < 0 || fflush(stdout) != 0;
}

static void test_allowed(void **state)
{
	inherited = memfd_create("test", MFD_CLOEXEC);
	assert_int_equal(write(inherited, "hello", 5), 5);
	assert_int_equal(lseek(inherited, 0, SEEK_SET), 0);
	assert_int_equal(confined(work), 0);
	close(inherited);
}

static void test_unknown_call(void **state)
{
	static const struct sandbox_rule rules[] = {{"read", 0, 0, 0}, {"no_such_call", 0, 0, 0}};
	struct sandbox_policy policy = {.allowed = rules, .n_allowed = 2, .denied_errnum = EPERM};
	struct sandbox_filter filter;

	assert_int_equal(sandbox_filter_compile(&policy, &filter, NULL), 0);
	assert_int_equal(filter.unknown, 1);
	assert_true(filter.n > 0);
	sandbox_filter_finish(&filter);
}

static int print_and_count(void *data, FILE *to, struct err *e)
{
	/* What it can't do, it can't do here either. */
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM)
		return -EPROTO;
	fputs("printed in there", to);
	return 7;
}

static int complain(void *data, FILE *to, struct err *e)
{
	err_set(e, EXIT_USAGE, EINVAL, "line %d is wrong", 3);
	err_hint(e, "mend it");
	return -EINVAL;
}

/* As whoever took over the process could: a failure that ends the program like a success. */
static int feign(void *data, FILE *to, struct err *e)
{
	err_set(e, *(enum exit_code *)data, EINVAL, "all is well");
	return -EINVAL;
}

static int die(void *data, FILE *to, struct err *e)
{
	__builtin_trap(); /* abort() would raise a signal, which it may not */
}

static void test_confined_make(void **state)
{
	_cleanup_free char *text = NULL;
	struct err e = {0};
	void (*handler)(int);
	size_t size;

	assert_int_equal(confined_make(print_and_count, NULL, &text, &size, &e), 7);
	assert_string_equal(text, "printed in there");

	assert_int_equal(confined_make(complain, NULL, &text, &size, &e), -EINVAL);
	assert_string_equal(e.text, "line 3 is wrong");
	assert_string_equal(e.hint, "mend it");
	assert_int_equal(e.exit_code, EXIT_USAGE);

	handler = signal(SIGILL, SIG_DFL); /* the test runner has one of its own */
	assert_true(confined_make(die, NULL, &text, &size, &e) < 0);
	signal(SIGILL, handler);
	assert_int_equal(e.exit_code, EXIT_FAULT);
	/* We ourselves are as free as before. */
	assert_int_equal(access("/proc/self/stat", R_OK), 0);
	assert_true(close(open("/dev/null", O_WRONLY)) == 0);
}

static void test_feigned(void **state)
{
	_cleanup_free char *text = NULL;
	static const int codes[] = {EXIT_DONE, EXIT_REGRESSION, EXIT_INTERRUPTED, 77, -1};
	size_t size;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		enum exit_code code = (enum exit_code)codes[i];
		struct err e = {0};

		assert_int_equal(confined_make(feign, &code, &text, &size, &e), -EPROTO);
		assert_int_equal(e.exit_code, EXIT_FAULT);
		assert_null(strstr(e.text, "all is well"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denied),       cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_unknown_call), cmocka_unit_test(test_confined_make),
		cmocka_unit_test(test_feigned),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
