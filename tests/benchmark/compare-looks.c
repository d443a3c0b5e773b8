/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare-looks [DRAWS]: how often comparisons that are judged after each block are right, and how
 * many boots they take. Two primary metrics with a tolerance of 10 and 5 %, at most 12 boots a side,
 * a look after each pair of boots; beside it all 12 judged once. Boots have heavy tails; the
 * scatter is that of compare-situations times a factor.
 *
 * Exit 1 where a figure misses what doc/method.md says of it.
 */
#include <stdlib.h>

#include "compare/looks.h"

#include "simulation.h"

enum { METRICS = 2, MOST = 12 };

static const double tolerances[METRICS] = {0.10, 0.05}, between[METRICS] = {0.10, 0.03};

struct tally {
	size_t draws, blocks, alarms, futile;
	/* of each metric */
	size_t changed[METRICS], equivalent[METRICS], covered[METRICS], changed_once[METRICS];
};

struct sample {
	double units[2][METRICS][MOST];
};

static void draw(struct rng *rng, const double *shift, double factor, struct sample *s)
{
	for (int side = 0; side < 2; side++)
		for (int m = 0; m < METRICS; m++)
			for (int i = 0; i < MOST; i++)
				s->units[side][m][i] =
					factor * between[m] * heavy(rng) + side * shift[m];
}

static void estimate(struct decider *decider, const struct sample *s, int m, size_t n, double level,
		     struct decision *c)
{
	*c = (struct decision){.tolerance = tolerances[m], .n = {n, n}, .level = level};
	if (decider_estimate(decider, c, s->units[0][m], s->units[1][m]) < 0)
		exit(2);
}

static bool is_change(const struct decision *c)
{
	return c->verdict == VERDICT_REGRESSION || c->verdict == VERDICT_IMPROVEMENT;
}

static void judge_looks(struct decider *decider, struct looks *looks, const struct sample *s,
			const double *shift, struct tally *tally)
{
	struct decision c[METRICS] = {0};
	struct look look[METRICS];
	bool alarm = false;
	size_t k = 0;

	looks_start(looks);
	for (int m = 0; m < METRICS; m++)
		look[m] = (struct look){.decision = &c[m]};
	while (k < MOST && (look[0].decision || look[1].decision)) {
		if (!(looks_level(looks, ++k) > 0))
			continue;
		for (int m = 0; m < METRICS; m++)
			if (look[m].decision)
				estimate(decider, s, m, k, looks_level(looks, k), &c[m]);
		if (looks_judge(looks, k, look) < 0)
			exit(2);
	}
	tally->blocks += k;
	for (int m = 0; m < METRICS; m++) {
		alarm |= is_change(&c[m]);
		tally->changed[m] += is_change(&c[m]) && (c[m].shift > 0) == (shift[m] >= 0);
		tally->equivalent[m] += c[m].verdict == VERDICT_EQUIVALENT;
		tally->covered[m] += c[m].low <= shift[m] && shift[m] <= c[m].high;
		tally->futile += look[m].futile;
	}
	tally->alarms += alarm;
}

static void judge_once(struct decider *decider, const struct sample *s, struct tally *tally)
{
	struct decision c[METRICS], *list[METRICS];

	for (int m = 0; m < METRICS; m++) {
		list[m] = &c[m];
		estimate(decider, s, m, MOST, 0, &c[m]);
	}
	if (decider_decide(decider, list, METRICS, FAMILY_HOLM) < 0)
		exit(2);
	for (int m = 0; m < METRICS; m++)
		tally->changed_once[m] += is_change(&c[m]);
}

static struct tally run(struct decider *decider, struct looks *looks, const double *shift,
			double factor, size_t draws)
{
	struct tally tally = {.draws = draws};
	struct sample s;
	struct rng rng;

	rng_init(&rng, 3, 0);
	for (size_t i = 0; i < draws; i++) {
		draw(&rng, shift, factor, &s);
		judge_looks(decider, looks, &s, shift, &tally);
		judge_once(decider, &s, &tally);
	}
	return tally;
}

static double percent(size_t n, const struct tally *t)
{
	return 100 * (double)n / (double)t->draws;
}

static bool check_coverage(const struct tally *t)
{
	bool good = true;

	for (int m = 0; m < METRICS; m++)
		good &= check(m ? "  of the other metric"
				: "intervals that hold the truth (at least 93)",
			      percent(t->covered[m], t), 93, 100);
	return good;
}

static bool at_equal(struct decider *decider, struct looks *looks, double factor, size_t draws)
{
	struct tally t = run(decider, looks, (const double[METRICS]){0, 0}, factor, draws);
	bool good;

	printf("no change, scatter times %g\n", factor);
	good = check("false alarms over all looks and both primaries (at most 5)",
		     percent(t.alarms, &t), 0, 5);
	good &= check_coverage(&t);
	check("  boots taken, of 12 + 12", percent(t.blocks, &t) / MOST, 0, 100);
	check("  given up, of all primaries", percent(t.futile, &t) / METRICS, 0, 100);
	return good;
}

static bool at_tolerance(struct decider *decider, struct looks *looks, double factor, size_t draws)
{
	const double shift[METRICS] = {log1p(tolerances[0]), log1p(tolerances[1])};
	struct tally t = run(decider, looks, shift, factor, draws);
	bool good = true;

	printf("a change of just the tolerance, scatter times %g\n", factor);
	for (int m = 0; m < METRICS; m++)
		good &= check("false `equivalent` (at most 5)", percent(t.equivalent[m], &t), 0, 5);
	return good & check_coverage(&t);
}

static bool at_change(struct decider *decider, struct looks *looks, double change, double factor,
		      double most, size_t draws)
{
	const double shift[METRICS] = {log1p(change), log1p(change)};
	struct tally t = run(decider, looks, shift, factor, draws);
	bool good = true;

	printf("a change of %g %%, scatter times %g\n", 100 * change, factor);
	for (int m = 0; m < METRICS; m++) {
		good &= check("points of power lost against all boots judged once (at most 3)",
			      percent(t.changed_once[m], &t) - percent(t.changed[m], &t), -100, 3);
		check("  of a power of", percent(t.changed_once[m], &t), 0, 100);
	}
	good &= check("boots taken, of 12 + 12", percent(t.blocks, &t) / MOST, 0, most);
	return good & check_coverage(&t);
}

int main(int argc, char **argv)
{
	size_t draws = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	struct decider *decider;
	struct looks *looks;
	bool good = true;

	if (!draws || decider_create(1, &decider) < 0 || looks_create(MOST, METRICS, 1, &looks) < 0)
		return 2;
	for (int i = 0; i < 3; i++) {
		double factor = (const double[]){0.5, 1, 2}[i];

		good &= at_equal(decider, looks, factor, draws);
		good &= at_tolerance(decider, looks, factor, draws);
		good &= at_change(decider, looks, 1, factor, 60, draws);
		good &= at_change(decider, looks, 0.25, factor, 100, draws);
	}
	good &= at_change(decider, looks, 0.15, 1, 100, draws);
	looks_destroy(looks);
	decider_destroy(decider);
	return good ? 0 : 1;
}
