/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of options and what parsing makes of them; the linker leads reallocarray() here (--wrap). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "command/command.h"

enum { MANY = 40 }; /* one more than fit beside --help */

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

static bool no_memory;

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return no_memory ? NULL : __real_reallocarray(p, n, size);
}

struct values {
	bool flags[MANY];
	struct option_strings words;
};

static const struct values *seen;

static int note(const struct command_call *call, struct err *e)
{
	seen = call->options;
	return seen->flags[0] && seen->words.n == 2 ? 0 : 1;
}

static struct command with_options(const struct command_option *options)
{
	return (struct command){.name = "test",
				.summary = "",
				.arguments = "",
				.help = "",
				.options = options,
				.options_size = sizeof(struct values),
				.main = note};
}

static void test_strings(void **state)
{
	static const struct command_option options[] = {
		{.name = "flag", .letter = 'f', .type = OPTION_FLAG, .help = ""},
		{.name = "word",
		 .argument = "WORD",
		 .type = OPTION_STRINGS,
		 .offset = offsetof(struct values, words),
		 .help = ""},
		{0},
	};
	const struct command command = with_options(options);
	char name[] = "test", flag[] = "-f", one[] = "--word=a", two[] = "--word=b";
	char *argv[] = {name, flag, one, two, NULL};

	assert_int_equal(command_execute(&command, 4, argv), 0);
	/* No fault of whoever gave the option. */
	no_memory = true;
	assert_int_equal(command_execute(&command, 4, argv), EXIT_FAULT);
	no_memory = false;
}

static int ending_of(const struct command *command, char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(command_execute(command, 1, argv));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* An option too many ends the program, and is not dropped. */
static void test_too_many(void **state)
{
	static char names[MANY][8];
	struct command_option options[MANY + 1] = {0};
	struct command command = with_options(options);
	char name[] = "test", *argv[] = {name, NULL};
	int status;

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "o%zu", i);
		options[i] = (struct command_option){
			.name = names[i], .type = OPTION_FLAG, .offset = i, .help = ""};
	}
	status = ending_of(&command, argv);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	options[MANY - 1].name = NULL;
	status = ending_of(&command, argv);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
