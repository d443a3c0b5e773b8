/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe's judgement, on samples that were recorded: medians in microseconds, spread over the
 * samples as the recordings were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/probe.h"

/* `n` samples around a median in us: most within a tenth, two outliers as large as `outlier`. */
static void fill(uint64_t *samples, size_t n, double median_us, double outlier_us)
{
	for (size_t i = 0; i < n; i++)
		samples[i] = (uint64_t)(1000 * median_us * (0.9 + 0.2 * (double)i / (double)n));
	samples[1] = samples[n - 2] = (uint64_t)(1000 * outlier_us);
}

static struct probe_verdict judge(double control, double paced, double missing, double packed,
				  double outlier)
{
	struct probe_samples s = {.has_grace = false};
	struct probe_verdict v;

	fill(s.control_ns, PROBE_PACED, control, control * 3);
	fill(s.paced_ns, PROBE_PACED, paced, outlier);
	fill(s.missing_ns, PROBE_PACED, missing, missing);
	fill(s.back_to_back_ns, PROBE_BACK_TO_BACK, packed, packed * 20);
	probe_judge(&s, &v);
	return v;
}

static void test_recorded(void **state)
{
	static const struct {
		const char *name;
		double control, paced, missing, packed, outlier;
		enum tristate grace_period, finds_process_first;
	} recordings[] = {
		{"6.18 default, on KVM", 16, 7450, 17.5, 8, 19480, TRISTATE_YES, TRISTATE_YES},
		{"6.1 default, emulated", 71, 14900, 15500, 15.6, 22970, TRISTATE_YES, TRISTATE_NO},
		{"6.12 default, emulated", 72, 14900, 15200, 14.5, 18740, TRISTATE_YES,
		 TRISTATE_NO},
		{"6.12 favordynmods, emulated", 70, 328, 94, 14.8, 700, TRISTATE_NO,
		 TRISTATE_UNKNOWN},
		{"7.3 default, emulated", 96, 6230, 109, 15.9, 10250, TRISTATE_YES, TRISTATE_YES},
		{"7.3 favordynmods, emulated", 104, 509, 108, 15.5, 786, TRISTATE_NO,
		 TRISTATE_UNKNOWN},
		{"7.3 switched off again, emulated", 89, 386, 80, 15.9, 602, TRISTATE_NO,
		 TRISTATE_UNKNOWN},
		/* two fork loops beside it: the drain is in the paced writes */
		{"6.18 default under a storm", 12, 6050, 14, 18, 11060, TRISTATE_YES, TRISTATE_YES},
		{"6.18 favordynmods under a storm", 12, 81, 14, 6, 300, TRISTATE_NO,
		 TRISTATE_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(recordings) / sizeof(recordings[0]); i++) {
		struct probe_verdict v =
			judge(recordings[i].control, recordings[i].paced, recordings[i].missing,
			      recordings[i].packed, recordings[i].outlier);

		if (v.grace_period != recordings[i].grace_period ||
		    v.finds_process_first != recordings[i].finds_process_first)
			fail_msg("%s: grace period %d, looks first %d", recordings[i].name,
				 v.grace_period, v.finds_process_first);
	}
}

/* Ten times slower in everything is the same machine, slower. */
static void test_ratios_only(void **state)
{
	for (double scale = 0.1; scale < 200; scale *= 10) {
		struct probe_verdict v =
			judge(16 * scale, 7450 * scale, 17.5 * scale, 8 * scale, 9000 * scale);

		assert_int_equal(v.grace_period, TRISTATE_YES);
		assert_int_equal(v.finds_process_first, TRISTATE_YES);
		v = judge(16 * scale, 80 * scale, 17 * scale, 8 * scale, 90 * scale);
		assert_int_equal(v.grace_period, TRISTATE_NO);
	}
}

/* Others migrate too, so that half of our writes find the grace period already waited for. */
static void test_mixed_is_undecided(void **state)
{
	struct probe_samples s = {.has_grace = false};
	struct probe_verdict v;

	fill(s.control_ns, PROBE_PACED, 16, 16);
	fill(s.missing_ns, PROBE_PACED, 17, 17);
	fill(s.back_to_back_ns, PROBE_BACK_TO_BACK, 8, 8);
	for (size_t i = 0; i < PROBE_PACED; i++)
		s.paced_ns[i] = i % 2 ? 7450000 : 20000;
	probe_judge(&s, &v);
	assert_int_equal(v.grace_period, TRISTATE_UNKNOWN);
	assert_int_equal(v.finds_process_first, TRISTATE_UNKNOWN);
}

/*
 * Expedited grace periods lie about the bound below which there is no wait: by chance a default
 * mount looked as if it had none. Where a grace period by itself is no longer than that, neither a
 * wait nor its absence proves anything.
 */
static void test_short_grace_periods(void **state)
{
	static const struct {
		const char *name;
		double grace, paced;
		bool has_grace;
		enum tristate shows, grace_period;
	} cases[] = {
		{"normal", 12000, 7450, true, TRISTATE_YES, TRISTATE_YES},
		{"normal, favordynmods", 12000, 60, true, TRISTATE_YES, TRISTATE_NO},
		{"expedited", 90, 110, true, TRISTATE_NO, TRISTATE_UNKNOWN},
		{"expedited, between the bounds", 250, 300, true, TRISTATE_NO, TRISTATE_UNKNOWN},
		{"expedited, under a storm", 250, 900, true, TRISTATE_NO, TRISTATE_UNKNOWN},
		{"one CPU, where membarrier waits for nothing", 2, 50, true, TRISTATE_NO,
		 TRISTATE_UNKNOWN},
		{"membarrier refused", 0, 60, false, TRISTATE_UNKNOWN, TRISTATE_NO},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct probe_samples s = {.has_grace = cases[i].has_grace};
		struct probe_verdict v;

		fill(s.control_ns, PROBE_PACED, 16, 48);
		fill(s.paced_ns, PROBE_PACED, cases[i].paced, 2 * cases[i].paced);
		fill(s.missing_ns, PROBE_PACED, 17, 17);
		fill(s.back_to_back_ns, PROBE_BACK_TO_BACK, 8, 160);
		fill(s.grace_ns, PROBE_PACED, cases[i].grace, 2 * cases[i].grace);
		probe_judge(&s, &v);
		if (v.shows != cases[i].shows || v.grace_period != cases[i].grace_period)
			fail_msg("%s: shows %d, grace period %d", cases[i].name, v.shows,
				 v.grace_period);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_ratios_only),
		cmocka_unit_test(test_mixed_is_undecided),
		cmocka_unit_test(test_short_grace_periods),
	};

	return cmocka_run_group_tests_name("host-probe", tests, NULL, NULL);
}
