/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why workers cannot be started; the linker leads eventfd() here (--wrap). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/workers.h"

int __wrap_eventfd(unsigned count, int flags);

int __wrap_eventfd(unsigned count, int flags)
{
	errno = EMFILE;
	return -1;
}

static void test_no_descriptor(void **state)
{
	const struct plan plan = {.n_workers = 1};
	const struct workers_places places = {.rings_fd = -1};
	struct workers w;
	struct err e = {0};

	assert_int_equal(workers_init(&w, &plan, 0, &places, &e), -EMFILE);
	assert_non_null(strstr(e.text, strerror(EMFILE)));
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	assert_int_equal(workers_finish(&w, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_descriptor)};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
