/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs that an emulator runs in turn: what passes as CPUs that run at the same time. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/turns.h"

static void test_judge(void **state)
{
	static const struct turns even[3] = {{1000, 200000}, {1010, 0}, {990, 90000}},
				  gap[2] = {{1000, 100}, {1000, 200001}},
				  uneven[2] = {{1050, 100}, {1000, 100}},
				  idle[2] = {{0, 0}, {0, 0}};
	struct err e = {0};

	assert_int_equal(turns_judge(even, 3, &e), 0);
	assert_int_equal(turns_judge(gap, 2, &e), -ENOTSUP);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	assert_non_null(strstr(e.text, "one stood still for 0.20 ms"));
	assert_int_equal(turns_judge(uneven, 2, &e), -ENOTSUP);
	assert_non_null(strstr(e.text, "one made 48.8 % of the steps and one 51.2 %"));
	assert_int_equal(turns_judge(idle, 2, &e), -ENOTSUP);
}

/* By this machine's clock the CPUs are what they are, and one CPU has no turns. */
static void test_what_is_not_checked(void **state)
{
	char host[] = "host", instructions[] = "instructions";
	struct cpus one = {0}, all = {0}, usable;
	struct err e = {0};
	struct host h;

	assert_int_equal(cpus_usable(&usable), 0);
	cpus_add(&one, (uint64_t)cpus_nth(&usable, 0));
	host_init(&h);
	h.clock_kind = host;
	assert_int_equal(turns_check(&h, &all, &e), 0);
	h.clock_kind = instructions;
	assert_int_equal(turns_check(&h, &one, &e), 0);
}

static void test_measure(void **state)
{
	struct turns turns[CPUS_MAX];
	struct cpus usable;

	assert_int_equal(cpus_usable(&usable), 0);
	assert_int_equal(turns_measure(&usable, 1000000, turns), 0);
	for (uint64_t i = 0; i < cpus_count(&usable); i++)
		assert_true(turns[i].steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_what_is_not_checked),
		cmocka_unit_test(test_measure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
