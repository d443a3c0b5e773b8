/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a remount names, and what may be asked of which host. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/regime.h"

static void test_options(void **state)
{
	static const struct {
		const char *now;
		bool on;
		const char *wanted;
	} cases[] = {
		{"rw", true, "favordynmods"},
		{"rw", false, ""},
		{"rw,favordynmods", false, ""},
		{"rw,favordynmods", true, "favordynmods"},
		{"rw,nsdelegate,favordynmods,memory_recursiveprot", false,
		 "nsdelegate memory_recursiveprot"},
		{"ro,seclabel,nsdelegate", true, "nsdelegate favordynmods"},
		{"rw,nofavordynmods", false, "nofavordynmods"},
		{"", true, "favordynmods"},
	};
	char text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			favordynmods_options(cases[i].now, cases[i].on, text, sizeof(text)), 0);
		assert_string_equal(text, cases[i].wanted);
	}
	assert_int_equal(favordynmods_options("rw,nsdelegate", true, text, 12), -E2BIG);
}

static void test_no_mount(void **state)
{
	struct err e = {0};

	assert_int_equal(favordynmods_get("/proc"), -ENOENT);
	assert_int_equal(favordynmods_set("/proc", true, &e), -ENOENT);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
}

/* Only where the kernel has the patch, or may have it, and it does not work already. */
static void test_one_way(void **state)
{
	static const struct {
		enum tristate patch;
		enum lock_regime regime;
		enum regime_wish wish;
		int allowed; /* without --allow-one-way */
	} cases[] = {
		{TRISTATE_YES, LOCK_REGIME_GLOBAL, REGIME_ON, -EPERM},
		{TRISTATE_YES, LOCK_REGIME_UNKNOWN, REGIME_ON, -EPERM},
		{TRISTATE_UNKNOWN, LOCK_REGIME_GLOBAL, REGIME_ON, -EPERM},
		{TRISTATE_NO, LOCK_REGIME_GLOBAL, REGIME_ON, 0},
		{TRISTATE_NO, LOCK_REGIME_GLOBAL_FAVORED, REGIME_OFF, 0},
		{TRISTATE_YES, LOCK_REGIME_PER_THREADGROUP, REGIME_ON, 0},
		{TRISTATE_YES, LOCK_REGIME_PER_THREADGROUP_RESIDUAL, REGIME_ON, 0},
		{TRISTATE_YES, LOCK_REGIME_PER_THREADGROUP, REGIME_OFF, 0},
		{TRISTATE_YES, LOCK_REGIME_GLOBAL, REGIME_KEEP, 0},
	};
	struct host h;
	struct err e;

	host_init(&h);
	h.cgroup_mount = (char *)"/sys/fs/cgroup";
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		h.lock_patch_present = cases[i].patch;
		host_set_regime(&h, cases[i].regime);
		e = (struct err){0};
		assert_int_equal(regime_override_check(cases[i].wish, false, &h, &e),
				 cases[i].allowed);
		assert_int_equal(e.exit_code, cases[i].allowed ? EXIT_USAGE : EXIT_DONE);
		assert_int_equal(regime_override_check(cases[i].wish, true, &h, &e), 0);
	}
	h.cgroup_mount = NULL;
	assert_int_equal(regime_override_check(REGIME_ON, true, &h, &e), -ENODEV);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	assert_int_equal(regime_override_check(REGIME_KEEP, false, &h, &e), 0);
	host_finish(&h);
}

/* Nothing was applied, so there is nothing to undo. */
static void test_undo_of_nothing(void **state)
{
	struct regime_override f = {.changed = false, .path = "/nowhere"};
	struct err e = {0};

	assert_int_equal(regime_override_undo(&f, &e), 0);
	assert_string_equal(e.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_no_mount),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_undo_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
