/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare-simulation TRIALS [DRAWS]: how often comparisons are right, by comparing what is known to
 * be equal, or to differ by a known factor: 6 boots of 3 trials a side, two primary metrics.
 *
 * Two sources. "synthetic": heavy tails (Student's t with 3 degrees), boots that scatter more than
 * trials, each trial and each boot resembling the one before it. "recorded": TRIALS, a file of
 * tests/golden/compare/record-trials; 12 invocations that followed each other. In both the sides
 * are dealt in shuffled blocks of two, as runs are laid out.
 *
 * Beside it what others do with the same trials: a Mann-Whitney test on all lines (benchstat),
 * intervals of the mean that do not overlap (mmtests), Welch's t-test on all lines. Exit 1 where
 * cgchurn misses what doc/method.md says of it.
 */
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/rng.h"
#include "compare/decide.h"
#include "record/histogram.h"
#include "stats/bootstrap.h"
#include "stats/distribution.h"
#include "stats/order.h"

#include "simulation.h"

enum { METRICS = 2, UNITS = 6, TRIALS = 3, LINES = UNITS * TRIALS, RECORDED_MAX = 1000 };
enum { MIGRATION, FORK };
enum method { CGCHURN, MANN_WHITNEY, OVERLAP, WELCH, METHODS };

static const char *const method_names[METHODS] = {"cgchurn", "Mann-Whitney on lines (benchstat)",
						  "interval overlap (mmtests)",
						  "Welch's t-test on lines"};
static const char *const metric_names[METRICS] = {"migration p50", "fork p50"};
static const double tolerances[METRICS] = {0.10, 0.05};

/* Logarithms of trials' figures. */
struct sample {
	double resolution; /* of the figures; 0: exact */
	double trials[2][METRICS][UNITS][TRIALS];
};

struct recorded {
	double trials[METRICS][RECORDED_MAX][TRIALS];
	size_t n;
};

static struct recorded recorded;

struct tally {
	size_t draws;
	size_t alarms[METHODS];          /* any metric called different, either way */
	size_t slower[METHODS][METRICS]; /* called slower */
	size_t by_p_alone;               /* the same for cgchurn if there were no tolerances */
	size_t equivalent[METRICS], covered[METRICS];
};

static void draw_synthetic(struct rng *rng, struct sample *s)
{
	static const double between[METRICS] = {0.10, 0.03}, within[METRICS] = {0.08, 0.02};
	double boot[METRICS] = {heavy(rng), heavy(rng)}, trial[METRICS];
	int first[UNITS];

	s->resolution = 0;
	deal(rng, first, UNITS);
	for (int i = 0; i < 2 * UNITS; i++) {
		int side = i % 2 ? !first[i / 2] : first[i / 2];

		for (int m = 0; m < METRICS; m++) {
			boot[m] = follow(rng, boot[m], 0.3);
			trial[m] = heavy(rng);
			for (int t = 0; t < TRIALS; t++) {
				trial[m] = follow(rng, trial[m], 0.5);
				s->trials[side][m][i / 2][t] =
					between[m] * boot[m] + within[m] * trial[m];
			}
		}
	}
}

static void draw_recorded(struct rng *rng, struct sample *s)
{
	size_t from = (size_t)rng_below(rng, recorded.n - 2 * UNITS + 1);
	int first[UNITS];

	s->resolution = log1p(histogram_resolution(1e3)); /* all are above 1 us */
	deal(rng, first, UNITS);
	for (int i = 0; i < 2 * UNITS; i++) {
		int side = i % 2 ? !first[i / 2] : first[i / 2];

		for (int m = 0; m < METRICS; m++)
			memcpy(s->trials[side][m][i / 2], recorded.trials[m][from + (size_t)i],
			       sizeof(s->trials[side][m][i / 2]));
	}
}

static int decide(struct decider *decider, const struct sample *s, struct decision c[METRICS])
{
	struct decision *list[METRICS];

	for (int m = 0; m < METRICS; m++) {
		double units[2][UNITS], trials[TRIALS];

		for (int side = 0; side < 2; side++)
			for (int i = 0; i < UNITS; i++) {
				memcpy(trials, s->trials[side][m][i], sizeof(trials));
				units[side][i] = order_median(trials, TRIALS);
			}
		c[m] = (struct decision){.tolerance = tolerances[m],
					 .n = {UNITS, UNITS},
					 .resolution = s->resolution};
		list[m] = &c[m];
		if (decider_estimate(decider, &c[m], units[0], units[1]) < 0)
			return -1;
	}
	return decider_decide(decider, list, METRICS, FAMILY_HOLM);
}

struct moments {
	double mean, variance; /* of times, not of logarithms */
};

static struct moments moments_of(const double *logs)
{
	struct moments r = {0};

	for (int i = 0; i < LINES; i++)
		r.mean += exp(logs[i]) / LINES;
	for (int i = 0; i < LINES; i++)
		r.variance += pow(exp(logs[i]) - r.mean, 2) / (LINES - 1);
	return r;
}

/* All return 1: new is slower, -1: faster, 0: no difference at 5 %. */
static int mann_whitney(const double *base, const double *new)
{
	double u = 0, ties = 0, n = 2 * LINES, variance, z;

	for (int i = 0; i < LINES; i++)
		for (int k = 0; k < LINES; k++)
			u += new[i] > base[k] ? 1 : new[i] == base[k] ? 0.5 : 0;
	/* The sum of t^3 - t over groups of t ties is the sum of t^2 - 1 over all values. */
	for (int i = 0; i < 2 * LINES; i++) {
		double value = i < LINES ? base[i] : new[i - LINES], t = 0;

		for (int k = 0; k < LINES; k++)
			t += (base[k] == value) + (new[k] == value);
		ties += t * t - 1;
	}
	variance = LINES * LINES / 12. * (n + 1 - ties / (n * (n - 1)));
	z = u - LINES * LINES / 2.;
	if (fabs(z) - 0.5 <= normal_quantile(0.975) * sqrt(variance))
		return 0;
	return z > 0 ? 1 : -1;
}

static int overlap(const double *base, const double *new)
{
	struct moments a = moments_of(base), b = moments_of(new);
	double t = student_quantile(0.975, LINES - 1), half_a = t * sqrt(a.variance / LINES),
	       half_b = t * sqrt(b.variance / LINES);

	if (a.mean + half_a < b.mean - half_b)
		return 1;
	return b.mean + half_b < a.mean - half_a ? -1 : 0;
}

static int welch(const double *base, const double *new)
{
	struct moments a = moments_of(base), b = moments_of(new);
	double va = a.variance / LINES, vb = b.variance / LINES,
	       degrees = pow(va + vb, 2) / ((va * va + vb * vb) / (LINES - 1)),
	       t = (b.mean - a.mean) / sqrt(va + vb);

	if (fabs(t) <= student_quantile(0.975, (unsigned)degrees))
		return 0;
	return t > 0 ? 1 : -1;
}

static void count_others(const struct sample *s, struct tally *tally)
{
	int (*const methods[METHODS])(const double *, const double *) = {
		[MANN_WHITNEY] = mann_whitney, [OVERLAP] = overlap, [WELCH] = welch};

	for (int i = MANN_WHITNEY; i < METHODS; i++) {
		bool alarm = false;

		for (int m = 0; m < METRICS; m++) {
			int found = methods[i](s->trials[0][m][0], s->trials[1][m][0]);

			alarm |= found != 0;
			tally->slower[i][m] += found > 0;
		}
		tally->alarms[i] += alarm;
	}
}

static void count_decisions(const struct decision *c, const double *shift, struct tally *tally)
{
	bool alarm = false, by_p = false;

	for (int m = 0; m < METRICS; m++) {
		by_p |= c[m].p_adjusted <= DECIDE_ALPHA;
		alarm |= c[m].verdict == VERDICT_REGRESSION || c[m].verdict == VERDICT_IMPROVEMENT;
		tally->slower[CGCHURN][m] += c[m].verdict == VERDICT_REGRESSION;
		tally->equivalent[m] += c[m].verdict == VERDICT_EQUIVALENT;
		tally->covered[m] += c[m].low <= shift[m] && shift[m] <= c[m].high;
	}
	tally->alarms[CGCHURN] += alarm;
	tally->by_p_alone += by_p;
}

typedef void draw_function(struct rng *rng, struct sample *s);

static struct tally run(struct decider *decider, draw_function *draw, const double *shift,
			size_t draws)
{
	struct tally tally = {.draws = draws};
	struct rng rng;

	rng_init(&rng, 1, 0);
	for (size_t i = 0; i < draws; i++) {
		struct decision c[METRICS];
		struct sample s;

		draw(&rng, &s);
		for (int m = 0; m < METRICS; m++)
			for (int k = 0; k < LINES; k++)
				s.trials[1][m][k / TRIALS][k % TRIALS] += shift[m];
		if (decide(decider, &s, c) < 0)
			exit(2);
		count_decisions(c, shift, &tally);
		count_others(&s, &tally);
	}
	return tally;
}

static double percent(size_t n, const struct tally *t)
{
	return 100 * (double)n / (double)t->draws;
}

/* Exactly the tolerance: what is called equivalent then is not. */
static bool check_equivalents(struct decider *decider, draw_function *draw, size_t draws)
{
	double worst = 0;

	for (int sign = -1; sign <= 1; sign += 2) {
		const double shift[METRICS] = {sign * log1p(tolerances[0]),
					       sign * log1p(tolerances[1])};
		struct tally t = run(decider, draw, shift, draws);

		for (int m = 0; m < METRICS; m++)
			worst = fmax(worst, percent(t.equivalent[m], &t));
	}
	return check("false `equivalent` at a shift of just the tolerance", worst, 0, 5);
}

static bool simulate(const char *name, draw_function *draw, size_t draws)
{
	static const double none[METRICS] = {0}, twice[METRICS] = {M_LN2, 0};
	const double tenth[METRICS] = {0, log(1.1)};
	struct decider *decider;
	struct tally equal, slower, little;
	bool good = true;

	if (decider_create(1, &decider) < 0)
		exit(2);
	equal = run(decider, draw, none, draws);
	slower = run(decider, draw, twice, draws);
	little = run(decider, draw, tenth, draws);
	printf("%s, %zu comparisons a figure\n\n  %-36s %12s %12s %12s\n", name, draws, "",
	       "false alarms", "2x migration", "10 % fork");
	for (int i = 0; i < METHODS; i++)
		printf("  %-36s %10.1f %% %10.1f %% %10.1f %%\n", method_names[i],
		       percent(equal.alarms[i], &equal),
		       percent(slower.slower[i][MIGRATION], &slower),
		       percent(little.slower[i][FORK], &little));
	printf("\n  cgchurn, as promised:\n");
	good &= check("false alarms among both primaries (at most 6.4)",
		      percent(equal.alarms[CGCHURN], &equal), 0, 6.4);
	good &= check("the same by p alone, without tolerances", percent(equal.by_p_alone, &equal),
		      0, 6.4);
	good &= check_equivalents(decider, draw, draws);
	good &= check("power: migration p50 doubled (at least 99)",
		      percent(slower.slower[CGCHURN][MIGRATION], &slower), 99, 100);
	good &= check("power: fork p50 a tenth slower (at least 80)",
		      percent(little.slower[CGCHURN][FORK], &little), 80, 100);
	for (int m = 0; m < METRICS; m++) {
		char what[80];

		snprintf(what, sizeof(what), "intervals that hold the truth, %s (at least 93)",
			 metric_names[m]);
		good &= check(what, percent(equal.covered[m], &equal), 93, 100);
		printf("  %-60s %5.1f %%\n", "  of equal ones called equivalent",
		       percent(equal.equivalent[m], &equal));
	}
	putchar('\n');
	decider_destroy(decider);
	return good;
}

/* Shares above a threshold: about 2 % of 2 000 samples a trial, boots a third apart. */
static bool simulate_shares(size_t draws)
{
	double count[UNITS * TRIALS], above[2][UNITS * TRIALS], low, high;
	struct bootstrap_unit units[2][UNITS];
	size_t covered = 0;
	struct rng rng;

	rng_init(&rng, 1, 1);
	for (size_t d = 0; d < draws; d++) {
		struct bootstrap_input in = {.units = {units[0], units[1]},
					     .n_units = {UNITS, UNITS},
					     .level = 0.95,
					     .seed = d};

		for (int i = 0; i < 2 * UNITS; i++) {
			double *a = above[i / UNITS] + i % UNITS * TRIALS,
			       *c = count + i % UNITS * TRIALS,
			       share = 0.02 * exp(0.3 * heavy(&rng));

			units[i / UNITS][i % UNITS] =
				(struct bootstrap_unit){.above = a, .count = c, .n_trials = TRIALS};
			for (int t = 0; t < TRIALS; t++) {
				double mean = 2000 * fmin(share, 1);

				c[t] = 2000;
				a[t] = fmax(0, round(mean + sqrt(mean) * rng_normal(&rng)));
			}
		}
		if (bootstrap_ratio(&in, &low, &high) < 0)
			exit(2);
		covered += low <= 1 && 1 <= high;
	}
	printf("shares above a threshold, %zu comparisons\n\n", draws);
	return check("bootstrap intervals that hold the truth (at least 93)",
		     100 * (double)covered / (double)draws, 93, 100);
}

struct line {
	size_t invocation;
	int valid;
	double ns[METRICS];
};

/* Invocations all of whose trials are valid; three each. */
static void keep_invocation(const struct line *lines, size_t n)
{
	if (n < TRIALS || recorded.n == RECORDED_MAX)
		return;
	for (size_t t = 0; t < TRIALS; t++)
		for (int m = 0; m < METRICS; m++)
			recorded.trials[m][recorded.n][t] = log(lines[t].ns[m]);
	recorded.n++;
}

static void load(const char *path)
{
	_cleanup_free char *text = NULL;
	struct line lines[TRIALS] = {0}, line;
	char *rest = NULL;
	size_t n = 0;

	if (io_read_all(AT_FDCWD, path, 1 << 20, &text, NULL) < 0)
		exit(2);
	for (char *word = strtok_r(text, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest)) {
		size_t trial;

		if (word[0] == '#' || sscanf(word, "%zu %zu %d %lf %lf", &line.invocation, &trial,
					     &line.valid, &line.ns[0], &line.ns[1]) != 5)
			continue;
		if (n && line.invocation != lines[0].invocation) {
			keep_invocation(lines, n);
			n = 0;
		}
		if (line.valid && n < TRIALS)
			lines[n++] = line;
	}
	keep_invocation(lines, n);
}

int main(int argc, char **argv)
{
	size_t draws = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	bool good;

	if (argc < 2 || !draws)
		return 2;
	load(argv[1]);
	if (recorded.n < 4 * UNITS) {
		fprintf(stderr, "%s: found %zu whole invocations, needed: at least %d\n", argv[1],
			recorded.n, 4 * UNITS);
		return 2;
	}
	good = simulate("synthetic", draw_synthetic, draws);
	printf("%zu invocations, ", recorded.n);
	good &= simulate("recorded", draw_recorded, draws);
	good &= simulate_shares(draws);
	return good ? 0 : 1;
}
