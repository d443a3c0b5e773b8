/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statistics against R and SciPy (tests/golden/stats/), and against brute force. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/rng.h"
#include "stats/adjust.h"
#include "stats/bootstrap.h"
#include "stats/distribution.h"
#include "stats/law.h"
#include "stats/order.h"
#include "stats/power.h"
#include "stats/sequential.h"
#include "stats/shift.h"
#include "stats/welch.h"

enum { VALUES_MAX = 256, CASES_MAX = 256 };

/* A line of a golden file: KIND NAME value... */
struct line {
	char kind[24], name[32];
	double values[VALUES_MAX];
	size_t n;
};

static struct line samples[CASES_MAX], of_r[CASES_MAX], of_scipy[CASES_MAX];
static size_t n_samples, n_r, n_scipy;

static void parse_line(char *text, struct line *line)
{
	char *rest = NULL, *word = strtok_r(text, " ", &rest);

	snprintf(line->kind, sizeof(line->kind), "%s", word);
	snprintf(line->name, sizeof(line->name), "%s", strtok_r(NULL, " ", &rest));
	while ((word = strtok_r(NULL, " ", &rest))) {
		assert_true(line->n < VALUES_MAX);
		line->values[line->n++] = strtod(word, NULL);
	}
}

static size_t load(const char *file, struct line *lines)
{
	_cleanup_free char *text = NULL;
	char path[512], *rest = NULL;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/tests/golden/stats/%s", getenv("CGCHURN_SOURCE"), file);
	assert_int_equal(io_read_all(AT_FDCWD, path, 1 << 20, &text, NULL), 0);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_true(n < CASES_MAX);
		parse_line(line, &lines[n++]);
	}
	return n;
}

static int load_all(void **state)
{
	n_samples = load("samples.txt", samples);
	n_r = load("expected-r.txt", of_r);
	n_scipy = load("expected-scipy.txt", of_scipy);
	return 0;
}

static const struct line *find(const struct line *lines, size_t n, const char *kind,
			       const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(lines[i].kind, kind) == 0 && strcmp(lines[i].name, name) == 0)
			return &lines[i];
	return NULL;
}

static void assert_near(double got, double expected, double error, const struct line *line)
{
	if (got == expected || fabs(got - expected) <= error)
		return;
	fail_msg("%s %s: got %.17g, expected %.17g", line->kind, line->name, got, expected);
}

static struct shift_estimate two_sample(const struct line *line)
{
	size_t m = (size_t)line->values[0], n = (size_t)line->values[1 + m];
	struct shift_estimate got;
	struct shift_test *t;

	assert_int_equal(shift_test_create(m, n, 0.95, 1, &t), 0);
	shift_test_take(t, line->values + 1, line->values + 2 + m);
	assert_int_equal(shift_test_estimate(t, &got), 0);
	shift_test_destroy(t);
	return got;
}

static struct shift_estimate one_sample(const struct line *line)
{
	struct shift_estimate got;
	struct shift_test *t;

	assert_int_equal(shift_test_create_paired((size_t)line->values[0], 0.95, 1, &t), 0);
	shift_test_take(t, NULL, line->values + 1);
	assert_int_equal(shift_test_estimate(t, &got), 0);
	shift_test_destroy(t);
	return got;
}

static void check_shift(const struct line *expected, const struct shift_estimate *got)
{
	if (!expected)
		return;
	assert_near(got->shift, expected->values[0], 1e-9, expected);
	assert_near(got->low, expected->values[1], 1e-9, expected);
	assert_near(got->high, expected->values[2], 1e-9, expected);
	assert_near(got->p, expected->values[3], 1e-9, expected);
	assert_true(got->exact);
}

static size_t check_kind(const char *kind, struct shift_estimate (*estimate)(const struct line *))
{
	size_t checked = 0;

	for (size_t i = 0; i < n_samples; i++) {
		const struct line *s = &samples[i], *r, *scipy;
		struct shift_estimate got;

		if (strcmp(s->kind, kind) != 0)
			continue;
		got = estimate(s);
		r = find(of_r, n_r, s->kind, s->name);
		scipy = find(of_scipy, n_scipy, s->kind, s->name);
		check_shift(r, &got);
		check_shift(scipy, &got);
		checked += r || scipy;
	}
	return checked;
}

static void test_unpaired(void **state)
{
	assert_int_equal(check_kind("untied", two_sample), 11);
	assert_int_equal(check_kind("tied", two_sample), 9);
}

static void test_paired(void **state)
{
	assert_int_equal(check_kind("paired", one_sample), 8);
	assert_int_equal(check_kind("paired-tied", one_sample), 5);
}

/* Sampled laws: p within 5 standard errors, ends within a few places of the exact ones. */
static void test_sampled(void **state)
{
	for (size_t i = 0; i < n_samples; i++) {
		const struct line *expected = find(of_r, n_r, "large", samples[i].name);
		struct shift_estimate got;
		double p;

		if (strcmp(samples[i].kind, "large") != 0)
			continue;
		got = two_sample(&samples[i]);
		assert_non_null(expected);
		assert_false(got.exact);
		p = expected->values[3];
		assert_near(got.shift, expected->values[0], 1e-9, expected);
		assert_near(got.p, p, 5 * 2 * sqrt(p / 2 / LAW_DRAWS_MAX), expected);
		assert_near(got.low, expected->values[1], 0.001, expected);
		assert_near(got.high, expected->values[2], 0.001, expected);
	}
}

/* The same seed gives the same figures, another seed others. */
static void test_seed(void **state)
{
	double a[70], b[70];
	struct shift_estimate first, same, other;
	struct shift_test *t;
	struct rng rng;

	rng_init(&rng, 5, 0);
	for (size_t i = 0; i < 70; i++) {
		a[i] = rng_normal(&rng);
		b[i] = rng_normal(&rng) + 0.2;
	}
	for (uint64_t seed = 1; seed <= 3; seed++) {
		assert_int_equal(shift_test_create(70, 70, 0.95, seed == 3 ? 2 : 1, &t), 0);
		shift_test_take(t, a, b);
		assert_int_equal(shift_test_estimate(t, seed == 1   ? &first
							: seed == 2 ? &same
								    : &other),
				 0);
		shift_test_destroy(t);
	}
	assert_true(first.p == same.p && first.low == same.low);
	assert_true(first.p != other.p);
}

static void check_adjust(const char *kind, int (*adjust)(double *, size_t))
{
	for (size_t i = 0; i < n_samples; i++) {
		const struct line *expected = find(of_r, n_r, kind, samples[i].name);
		double p[VALUES_MAX];
		size_t n = (size_t)samples[i].values[0];

		if (strcmp(samples[i].kind, "adjust") != 0)
			continue;
		assert_non_null(expected);
		memcpy(p, samples[i].values + 1, n * sizeof(*p));
		assert_int_equal(adjust(p, n), 0);
		for (size_t k = 0; k < n; k++)
			assert_near(p[k], expected->values[k], 1e-12, expected);
	}
}

static void test_adjust(void **state)
{
	check_adjust("holm", adjust_holm);
	check_adjust("bh", adjust_benjamini_hochberg);
}

static void test_distributions(void **state)
{
	size_t checked = 0;

	for (size_t i = 0; i < n_r; i++) {
		const struct line *l = &of_r[i];
		double x = strtod(l->name, NULL), y = l->values[0];
		unsigned degrees = 0;

		checked++;
		if (strcmp(l->kind, "pnorm") == 0)
			assert_near(normal_probability(x), y, 1e-12, l);
		else if (strcmp(l->kind, "qnorm") == 0)
			assert_near(normal_quantile(x), y, 1e-9, l);
		else if (sscanf(l->kind, "qt-%u", &degrees) == 1)
			assert_near(student_quantile(x, degrees), y, 1e-9 * (1 + fabs(y)), l);
		else if (sscanf(l->kind, "pt-%u", &degrees) == 1)
			assert_near(student_probability(x, degrees), y, 1e-11, l);
		else
			checked--;
	}
	assert_int_equal(checked, 14 + 2 * 7 * 6);
}

static void create_power(size_t m, size_t n, bool paired, double alpha, struct power *ret)
{
	struct shift_test *t;
	uint64_t critical;

	assert_int_equal(paired ? shift_test_create_paired(n, 0.95, 1, &t)
				: shift_test_create(m, n, 0.95, 1, &t),
			 0);
	assert_int_equal(shift_test_critical(t, alpha, &critical), 0);
	assert_int_equal(power_create(m, n, paired, critical, 1, ret), 0);
	shift_test_destroy(t);
}

/* R simulated 20 000 comparisons, we 2 000: 4 standard errors. */
static void test_power(void **state)
{
	struct power unpaired, paired;

	create_power(6, 6, false, 0.0125, &unpaired);
	create_power(0, 9, true, 0.05, &paired);
	for (size_t i = 0; i < n_r; i++) {
		const struct line *l = &of_r[i];
		double effect = strtod(l->name, NULL);

		if (strcmp(l->kind, "power-6x6") == 0)
			assert_near(power_of(&unpaired, effect, 1, 0), l->values[0], 0.045, l);
		if (strcmp(l->kind, "power-9") == 0)
			assert_near(power_of(&paired, effect, 1, 0), l->values[0], 0.045, l);
	}
	power_finish(&unpaired);
	power_finish(&paired);
}

static void test_power_detectable(void **state)
{
	struct power p;
	double effect;

	create_power(6, 6, false, 0.05, &p);
	effect = power_detectable(&p, 0.8, 0.02, 0);
	assert_true(power_of(&p, effect * 1.0001, 0.02, 0) >= 0.8);
	assert_true(power_of(&p, effect * 0.9999, 0.02, 0) < 0.8);
	/* What must also be estimated beyond the tolerance is never detectable below it. */
	assert_true(power_detectable(&p, 0.8, 0.0001, 0.05) > 0.05);
	power_finish(&p);
	/* 3 + 3 boots reach no p below 0.1. */
	create_power(3, 3, false, 0.05, &p);
	assert_true(isinf(power_detectable(&p, 0.8, 0.02, 0)));
	assert_true(power_of(&p, 100, 0.02, 0) == 0);
	power_finish(&p);
}

static const double shares[2][6][3] = {
	{{5, 9, 7}, {12, 3, 8}, {6, 6, 9}, {10, 14, 8}, {4, 7, 7}, {9, 9, 5}},
	{{15, 11, 17}, {12, 23, 18}, {16, 6, 19}, {20, 14, 18}, {14, 17, 9}, {9, 29, 15}},
};

/* The ends jump between values that are 1 to 2 % apart. */
static void test_bootstrap(void **state)
{
	static const double counts[3] = {1000, 1000, 1000};
	struct bootstrap_unit units[2][6];
	struct bootstrap_input in = {
		.units = {units[0], units[1]}, .n_units = {6, 6}, .level = 0.95, .seed = 3};
	double low, high;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < 6; i++)
			units[side][i] = (struct bootstrap_unit){.block = i,
								 .above = shares[side][i],
								 .count = counts,
								 .n_trials = 3};
	for (size_t i = 0; i < n_r; i++) {
		if (strcmp(of_r[i].kind, "bootstrap") != 0)
			continue;
		in.n_blocks = strcmp(of_r[i].name, "blocked") == 0 ? 6 : 0;
		assert_int_equal(bootstrap_ratio(&in, &low, &high), 0);
		assert_near(low, of_r[i].values[0], 0.04 * low, &of_r[i]);
		assert_near(high, of_r[i].values[1], 0.04 * high, &of_r[i]);
	}
	in.n_units[0] = 1;
	assert_int_equal(bootstrap_ratio(&in, &low, &high), -EINVAL);
}

static void test_bootstrap_of_nothing(void **state)
{
	static const double none[1] = {0}, some[1] = {7}, count[1] = {100};
	struct bootstrap_unit zero[2] = {{0, none, count, 1}, {0, none, count, 1}};
	struct bootstrap_unit seven[2] = {{0, some, count, 1}, {0, some, count, 1}};
	struct bootstrap_input in = {
		.units = {zero, seven}, .n_units = {2, 2}, .level = 0.95, .seed = 1};
	double low, high;

	assert_int_equal(bootstrap_ratio(&in, &low, &high), 0);
	assert_true(isinf(low) && isinf(high));
	in.units[1] = zero;
	assert_int_equal(bootstrap_ratio(&in, &low, &high), 0);
	assert_true(low == 1 && high == 1);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Selection without writing out all pairs gives just what sorting them gives. */
static void test_order(void **state)
{
	double a[9], b[7], all[9 * 10 / 2 + 63];
	struct rng rng;

	rng_init(&rng, 3, 0);
	for (int round = 0; round < 50; round++) {
		size_t k = 0;

		for (size_t i = 0; i < 9; i++)
			a[i] = round % 2 ? rng_normal(&rng) : (double)rng_below(&rng, 5) - 2;
		for (size_t i = 0; i < 7; i++)
			b[i] = round % 2 ? 1e9 * rng_normal(&rng) : (double)rng_below(&rng, 5) - 2;
		order_sort(a, 9);
		order_sort(b, 7);
		for (size_t i = 0; i < 9; i++)
			for (size_t j = 0; j < 7; j++)
				all[k++] = b[j] - a[i];
		qsort(all, k, sizeof(*all), compare_doubles);
		for (size_t i = 0; i < k; i++)
			assert_true(order_difference(a, 9, b, 7, i + 1) == all[i]);
		assert_true(order_median_difference(a, 9, b, 7) == all[31]);
		k = 0;
		for (size_t i = 0; i < 9; i++)
			for (size_t j = i; j < 9; j++)
				all[k++] = (a[i] + a[j]) / 2;
		qsort(all, k, sizeof(*all), compare_doubles);
		for (size_t i = 0; i < k; i++)
			assert_true(order_walsh(a, 9, i + 1) == all[i]);
	}
}

static void test_smallest_p(void **state)
{
	/* The figures that doc/method.md prints. */
	assert_true(fabs(shift_smallest_p_paired(4) - 0.125) < 1e-12);
	assert_true(fabs(shift_smallest_p_paired(9) - 0.00390625) < 1e-12);
	assert_true(fabs(shift_smallest_p(4, 4) - 2.0 / 70) < 1e-12);
	assert_true(fabs(shift_smallest_p(6, 6) - 2.0 / 924) < 1e-12);
	assert_true(shift_smallest_p(1, 1) == 1 && shift_smallest_p_paired(1) == 1);
}

struct tied_case {
	size_t m, n; /* m is 0: paired */
	double a[8], b[8], low, high;
};

/* The walk from the untied ends let these cross; what is right here only one shift shows. */
static const struct tied_case tied_cases[] = {
	{4, 7, {0, 0, 0, 1}, {1, 1, 1, 1, 1, 1, 2}, 1, 1},
	{4, 7, {0, 1, 1, 1}, {0, 1, 1, 1, 1, 1, 1}, 0, 0},
	{5, 5, {3, 3, 3, 3, 3}, {4, 4, 4, 4, 4}, 1, 1},
	{5, 5, {3, 3, 3, 4, 4}, {4, 4, 4, 4, 4}, 0, 1},
	{0, 6, {0}, {2, 2, 2, 2, 2, 2}, 2, 2},
	/* Nothing can be rejected with so few. */
	{3, 3, {1, 1, 1}, {2, 2, 2}, -INFINITY, INFINITY},
	{0, 5, {0}, {2, 2, 2, 2, 2}, -INFINITY, INFINITY},
};

static void test_ties(void **state)
{
	for (size_t i = 0; i < sizeof(tied_cases) / sizeof(tied_cases[0]); i++) {
		const struct tied_case *c = &tied_cases[i];
		struct shift_estimate got;
		struct shift_test *t;

		assert_int_equal(c->m ? shift_test_create(c->m, c->n, 0.95, 1, &t)
				      : shift_test_create_paired(c->n, 0.95, 1, &t),
				 0);
		shift_test_take(t, c->a, c->b);
		assert_int_equal(shift_test_estimate(t, &got), 0);
		shift_test_destroy(t);
		if (got.low != c->low || got.high != c->high)
			fail_msg("case %zu: %g..%g", i, got.low, got.high);
	}
}

/* 5 + 5 and the laws that are sampled: what is not rejected lies in the interval, the estimate too.
 */
static void test_hull(void **state)
{
	static const size_t sizes[] = {5, 60};
	double a[60], b[60];
	struct rng rng;

	rng_init(&rng, 9, 0);
	for (size_t round = 0; round < 60; round++) {
		size_t n = sizes[round % 2];
		struct shift_estimate got;
		struct shift_test *t;

		for (size_t i = 0; i < n; i++) {
			a[i] = (double)rng_below(&rng, 1 + round / 4);
			b[i] = (double)rng_below(&rng, 1 + round / 4);
		}
		assert_int_equal(shift_test_create(n, n, 0.95, 1, &t), 0);
		shift_test_take(t, a, b);
		assert_int_equal(shift_test_estimate(t, &got), 0);
		shift_test_destroy(t);
		assert_true(got.low <= got.shift && got.shift <= got.high);
		if (got.p > 0.05)
			assert_true(got.low <= 0 && 0 <= got.high);
	}
}

/* Without ties the one-sided tests reject just what lies beyond the ends. */
static void test_one_sided(void **state)
{
	const struct line *line = find(samples, n_samples, "untied", "6x6-6");
	struct shift_estimate got;
	struct shift_test *t;
	bool rejected;

	assert_non_null(line);
	assert_int_equal(shift_test_create(6, 6, 0.95, 1, &t), 0);
	shift_test_take(t, line->values + 1, line->values + 8);
	assert_int_equal(shift_test_estimate(t, &got), 0);
	for (int sign = -1; sign <= 1; sign += 2) {
		double delta = got.high + sign * 1e-9;

		assert_int_equal(shift_test_rejects(t, delta, SHIFT_OR_MORE, &rejected), 0);
		assert_int_equal(rejected, delta > got.high);
		delta = got.low + sign * 1e-9;
		assert_int_equal(shift_test_rejects(t, delta, SHIFT_OR_LESS, &rejected), 0);
		assert_int_equal(rejected, delta < got.low);
	}
	shift_test_destroy(t);
}

/* Sides that scatter alike: Student's t of 8 degrees. Then R's `sleep`, with 17 of 17.776. */
static void test_welch(void **state)
{
	static const double a[5] = {1, 2, 3, 4, 5}, b[5] = {3, 4, 5, 6, 7},
			    first[10] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2},
			    second[10] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
	struct welch w = welch_test(a, 5, b, 5, 0.95);

	assert_true(fabs(w.low - (2 - 2.3060041352)) < 1e-9);
	assert_true(fabs(w.high - (2 + 2.3060041352)) < 1e-9);
	assert_true(fabs(w.p - 0.0805162380) < 1e-9);
	w = welch_test(first, 10, second, 10, 0.95);
	assert_true(w.p > 0.07939 && w.p < 0.0805);
	assert_true(w.low > -0.2155 && w.low < -0.2054832 && w.high > 3.3654832 && w.high < 3.376);
	assert_true(welch_test(a, 2, a, 2, 0.95).p == 1);
	w = welch_test((const double[]){1, 1}, 2, (const double[]){2, 2, 2}, 3, 0.95);
	assert_true(w.low == 1 && w.high == 1 && w.p == 0);
	assert_true(isnan(welch_deviation(a, 1)));
}

/* Equal units: whatever is asked, an answer and no loop without end. */
static void test_degenerate(void **state)
{
	double same[60];
	struct shift_estimate got;
	struct shift_test *t;

	for (size_t i = 0; i < 60; i++)
		same[i] = 4.25;
	assert_int_equal(shift_test_create(30, 30, 0.95, 1, &t), 0);
	shift_test_take(t, same, same + 30);
	assert_int_equal(shift_test_estimate(t, &got), 0);
	assert_true(got.shift == 0 && got.low <= 0 && got.high >= 0 && got.p == 1);
	shift_test_destroy(t);
	assert_int_equal(shift_test_create(0, 3, 0.95, 1, &t), -EINVAL);
	assert_int_equal(shift_test_create(1, SHIFT_UNITS_MAX, 0.95, 1, &t), -EINVAL);
	assert_int_equal(shift_test_create(3, 3, 1, 1, &t), -EINVAL);
}

/* All orders in which 2 * most values can come: how many are rejected by each look. */
struct arrivals {
	size_t most;
	const double *levels;
	double value[10];
	double orders, rejected_by[6];
};

static void count_arrival(struct arrivals *a)
{
	bool rejected = false;

	a->orders++;
	for (size_t k = 1; k <= a->most; k++) {
		size_t u = 0, ways = 0, extreme = 0;

		for (size_t i = 0; i < k; i++)
			for (size_t j = 0; j < k; j++)
				u += a->value[2 * i] < a->value[2 * j + 1];
		u = u < k * k - u ? u : k * k - u;
		/* Each choice of k of 2k ranks by its bits: U is the sum of ranks less its least. */
		for (unsigned mask = 0; !rejected && mask < 1U << 2 * k; mask++) {
			size_t sum = 0;

			if ((size_t)__builtin_popcount(mask) != k)
				continue;
			for (size_t i = 0; i < 2 * k; i++)
				sum += mask >> i & 1 ? i : 0;
			sum -= k * (k - 1) / 2;
			ways++;
			extreme += sum <= u || sum >= k * k - u;
		}
		rejected = rejected || (double)extreme <= a->levels[k] * (double)ways + 1e-9;
		a->rejected_by[k] += rejected;
	}
}

/* Heap's algorithm. */
static void permute(struct arrivals *a, size_t n)
{
	if (n == 1) {
		count_arrival(a);
		return;
	}
	permute(a, n - 1);
	for (size_t i = 0; i + 1 < n; i++) {
		size_t other = n % 2 ? 0 : i;
		double keep = a->value[other];

		a->value[other] = a->value[n - 1];
		a->value[n - 1] = keep;
		permute(a, n - 1);
	}
}

/* Against every order of arrival: at no look has more been spent than may be. */
static void test_sequential(void **state)
{
	static const double alphas[] = {0.05, 0.3, 0.7};
	double levels[SEQUENTIAL_UNITS_MAX + 1];
	struct sequential *q;

	for (size_t i = 0; i < 3; i++) {
		struct arrivals a = {.most = 4, .levels = levels};

		for (size_t j = 0; j < 2 * a.most; j++)
			a.value[j] = (double)j;
		assert_int_equal(sequential_create(a.most, 1, &q), 0);
		assert_int_equal(sequential_levels(q, alphas[i], levels), 0);
		sequential_destroy(q);
		permute(&a, 2 * a.most);
		assert_true(a.orders == 40320);
		for (size_t k = 1; k <= a.most; k++)
			assert_true(a.rejected_by[k] / a.orders <=
				    alphas[i] * expm1((double)k) / expm1(4) + 1e-12);
		assert_true(a.rejected_by[a.most] / a.orders > alphas[i] / 2);
	}
	assert_int_equal(sequential_create(12, 1, &q), 0);
	assert_int_equal(sequential_levels(q, 0.025, levels), 0);
	assert_true(levels[5] == 0 && fabs(levels[6] - shift_smallest_p(6, 6)) < 1e-12);
	assert_true(levels[12] > 0.012 && levels[12] < 0.025);
	/* Equal so far: with little scatter equivalence will be shown, with much nothing will. */
	assert_true(sequential_prospect(q, 6, 0, 0.01, 0.05, levels[12], 0.03) > 0.99);
	assert_true(sequential_prospect(q, 6, 0, 0.2, 0.05, levels[12], 0.03) < 0.2);
	assert_true(sequential_prospect(q, 6, 0.1, 0.01, 0.05, levels[12], 0.03) > 0.99);
	assert_true(sequential_prospect(q, 6, 0.05, 0.01, 0.05, levels[12], 0.03) < 0.6);
	assert_true(sequential_prospect(q, 12, 0, 0.2, 0.05, levels[12], 0.03) == 1);
	sequential_destroy(q);
	assert_int_equal(sequential_create(1, 1, &q), -EINVAL);
	assert_int_equal(sequential_create(SEQUENTIAL_UNITS_MAX + 1, 1, &q), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpaired),   cmocka_unit_test(test_paired),
		cmocka_unit_test(test_sampled),    cmocka_unit_test(test_seed),
		cmocka_unit_test(test_adjust),     cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_power),      cmocka_unit_test(test_power_detectable),
		cmocka_unit_test(test_bootstrap),  cmocka_unit_test(test_bootstrap_of_nothing),
		cmocka_unit_test(test_order),      cmocka_unit_test(test_smallest_p),
		cmocka_unit_test(test_degenerate), cmocka_unit_test(test_welch),
		cmocka_unit_test(test_ties),       cmocka_unit_test(test_hull),
		cmocka_unit_test(test_one_sided),  cmocka_unit_test(test_sequential),
	};

	return cmocka_run_group_tests_name("stats", tests, load_all, NULL);
}
