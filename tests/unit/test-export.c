/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats that `cgchurn export` offers are those that there are exporters for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command/command.h"
#include "export/export.h"

static const struct command_option *to_option(void)
{
	for (size_t i = 0; i < command_export.n_options; i++)
		if (strcmp(command_export.options[i].name, "to") == 0)
			return &command_export.options[i];
	fail_msg("export has no option --to");
	return NULL;
}

static void test_choices(void **state)
{
	const char *const *choices = to_option()->choices;
	size_t i;

	for (i = 0; exporters[i]; i++) {
		assert_non_null(choices[i]);
		assert_string_equal(choices[i], exporters[i]->name);
	}
	assert_null(choices[i]);
}

/* Its help has a line for each, which begins with the name. */
static void test_help(void **state)
{
	const char *line = to_option()->help;
	char name[32];

	for (size_t i = 0; exporters[i]; i++) {
		assert_non_null(line);
		assert_int_equal(sscanf(line, "%31s", name), 1);
		assert_string_equal(name, exporters[i]->name);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	assert_null(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
