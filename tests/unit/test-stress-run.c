/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stress over rounds that this test plays: the linker leads round_run() and the kernel's counts here (--wrap). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "verify/stress.h"

int __wrap_round_run(const struct schedule *schedule, const struct round_surroundings *around,
		     struct round_outcome *ret, struct err *e);
void __wrap_kernel_counts_read(int root_fd, struct kernel_counts *ret);

/* What a round of the script does: its result, a breach of its own, warnings that the kernel counts meanwhile. */
struct act {
	int result;
	bool breaks;
	int64_t warnings;
};

static const struct act *script;
static size_t n_acts, played;
static int64_t warnings;

int __wrap_round_run(const struct schedule *schedule, const struct round_surroundings *around,
		     struct round_outcome *ret, struct err *e)
{
	const struct act *act = &script[played < n_acts ? played : n_acts - 1];

	played++;
	warnings += act->warnings;
	*ret = (struct round_outcome){.broken = act->breaks, .invariant = INVARIANT_BIRTH};
	if (act->result == -EINTR)
		return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted");
	return act->result < 0 ? err_set(e, EXIT_FAULT, -act->result, "a mover was killed") : 0;
}

void __wrap_kernel_counts_read(int root_fd, struct kernel_counts *ret)
{
	*ret = (struct kernel_counts){.taint = 0, .warnings = warnings, .oopses = 0};
}

static int play(const struct act *acts, size_t n, struct stress *s, struct err *e)
{
	*s = (struct stress){.seed = 1, .shrink_tries = 5};
	schedule_limits_none(&s->limits);
	*e = (struct err){0};
	script = acts;
	n_acts = n;
	played = 0;
	return stress_run(s, e);
}

#define PLAY(s, e, ...)                         \
	play((const struct act[]){__VA_ARGS__}, \
	     sizeof((const struct act[]){__VA_ARGS__}) / sizeof(struct act), s, e)

static void test_whole(void **state)
{
	struct stress s;
	struct err e;

	assert_int_equal(PLAY(&s, &e, {.result = 0}), 0);
	assert_false(s.broken);
	assert_int_equal(s.rounds, 1);
	assert_int_equal(s.counts.checks[INVARIANT_TAINT], 1);
	assert_int_equal(PLAY(&s, &e, {.result = -ECANCELED}), -ECANCELED);
	assert_false(s.broken);
	assert_int_equal(e.exit_code, EXIT_FAULT);
}

/* An oops kills the process in which it happens: that is no fault of ours. */
static void test_kernel_fails_a_process(void **state)
{
	struct stress s;
	struct err e;

	assert_int_equal(PLAY(&s, &e, {.result = -ECANCELED, .warnings = 1}, {.result = 0}), 0);
	assert_true(s.broken);
	assert_int_equal(s.invariant, INVARIANT_TAINT);
	assert_non_null(strstr(s.evidence.text, "warn_count was"));
	assert_non_null(strstr(s.evidence.text, "\nThe round ended: a mover was killed"));
}

static void test_interrupted(void **state)
{
	struct stress s;
	struct err e;

	assert_int_equal(PLAY(&s, &e, {.result = -EINTR, .warnings = 1}), -EINTR);
	assert_true(s.broken);
	assert_int_equal(s.rounds, 0);
	assert_int_equal(PLAY(&s, &e, {.breaks = true}, {.result = -EINTR}), -EINTR);
	assert_true(s.broken);
	assert_int_equal(e.exit_code, EXIT_INTERRUPTED);
}

/* What was found stays found. */
static void test_shrinking_fails(void **state)
{
	struct stress s;
	struct err e;

	assert_int_equal(PLAY(&s, &e, {.breaks = true}, {.result = -ECANCELED}), 0);
	assert_true(s.broken);
	assert_int_equal(s.invariant, INVARIANT_BIRTH);
	assert_non_null(strstr(s.evidence.text, "a smaller case ended: a mover was killed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_kernel_fails_a_process),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_shrinking_fails),
	};

	return cmocka_run_group_tests_name("stress-run", tests, NULL, NULL);
}
