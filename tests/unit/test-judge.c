/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a trial invalid: facts of the machine around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/crew.h"
#include "engine/trial.h"

/* Judges a trial of one second without actors, between these two states of the machine. */
static struct trial_outcome judge(struct env before, struct env after)
{
	const struct workload workload = {.name = "judged"};
	const struct plan plan = {.workload = &workload};
	const struct crew crew = {.plan = &plan};
	struct trial_outcome o = {.before = before, .after = after};

	o.after.at_ns = o.before.at_ns + NS_PER_S;
	trial_judge(&crew, &o);
	return o;
}

static uint64_t of_all_cpus(double share)
{
	return (uint64_t)(share * (double)sysconf(_SC_NPROCESSORS_ONLN) * 1e9);
}

static void test_quiet(void **state)
{
	struct env env = {.favored_v2 = true, .taint = 512, .clock_source = "tsc"};

	assert_int_equal(judge(env, env).n_reasons, 0);
}

static void test_steal(void **state)
{
	struct env before = {.steal_ns = 5 * NS_PER_S};
	/* 1 % and a tick of /proc/stat are allowed. */
	struct env little = {.steal_ns = before.steal_ns + of_all_cpus(0.0099)};
	struct env much = {.steal_ns = before.steal_ns + of_all_cpus(0.02) + NS_PER_S / 100};
	struct trial_outcome o;

	assert_int_equal(judge(before, little).n_reasons, 0);
	o = judge(before, much);
	assert_int_equal(o.n_reasons, 1);
	assert_non_null(strstr(o.reasons[0], "stole"));
}

/* It would be a time of 580 years. */
static void test_steal_goes_back(void **state)
{
	struct env before = {.steal_ns = 5 * NS_PER_S}, after = {.steal_ns = 4 * NS_PER_S};

	assert_int_equal(env_stolen_ns(&before, &after), 0);
	assert_int_equal(judge(before, after).n_reasons, 0);
}

static void test_favordynmods(void **state)
{
	struct env off = {0}, v2 = {.favored_v2 = true}, v1 = {.favored_v1 = true};
	struct trial_outcome o = judge(off, v2);

	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0], "favordynmods of cgroup v2 was turned on meanwhile");
	o = judge(v1, off);
	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0],
			    "favordynmods of a cgroup v1 mount was turned off meanwhile");
}

static void test_taint_and_clock(void **state)
{
	struct env before = {.clock_source = "tsc", .taint = 1};
	struct env after = {.clock_source = "hpet", .taint = 513};

	assert_int_equal(judge(before, after).n_reasons, 2);
	/* What was there before is not the trial's. */
	after = before;
	before.taint = 513;
	assert_int_equal(judge(before, after).n_reasons, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),           cmocka_unit_test(test_steal),
		cmocka_unit_test(test_steal_goes_back), cmocka_unit_test(test_favordynmods),
		cmocka_unit_test(test_taint_and_clock),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
