/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history-simulation [SERIES]: how often the changes that `cgchurn history` finds are right, in
 * SERIES series (default 1000) of known truth, at the alpha of one series (0.05) and at that of one
 * out of a family of twenty.
 *
 * Neighbours correlate by phi (an autoregressive process of order one); "t3": its innovations have
 * the tails of Student's t with 3 degrees of freedom. Exit 1 where more false alarms come than
 * doc/method.md promises at phi <= 0.3.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "stats/changes.h"

enum { N_MAX = 400, FAMILY = 20, FAMILIES_PART = 2 };

static const double alpha = 0.05;

static double innovation(struct rng *rng, bool heavy)
{
	double z = rng_normal(rng), chi = 0;

	if (!heavy)
		return z;
	for (int i = 0; i < 3; i++)
		chi += pow(rng_normal(rng), 2);
	return z / sqrt(chi / 3) / sqrt(3);
}

/* With a standard deviation of 1. */
static void draw(double *x, size_t n, double phi, bool heavy, uint64_t seed)
{
	double value = 0;
	struct rng rng;

	rng_init(&rng, seed, 1);
	for (size_t i = 0; i < n + 50; i++) {
		value = phi * value + sqrt(1 - phi * phi) * innovation(&rng, heavy);
		if (i >= 50)
			x[i - 50] = value;
	}
}

static size_t find(const double *x, size_t n, double level, struct change **ret)
{
	size_t found = 0;

	if (changes_find(x, n, level, 1, ret, &found) < 0)
		abort();
	return found;
}

static bool any_found(size_t n, double phi, bool heavy, double level, uint64_t seed)
{
	struct change *changes = NULL;
	double x[N_MAX];
	size_t found;

	draw(x, n, phi, heavy, seed);
	found = find(x, n, level, &changes);
	free(changes);
	return found > 0;
}

/* Of a series; of twenty series at once, each held against a twentieth. */
static double share_of_alarms(size_t n, double phi, bool heavy, size_t family, size_t series)
{
	size_t alarms = 0;

	for (size_t i = 0; i < series; i++) {
		bool any = false;

		for (size_t k = 0; k < family; k++)
			any |= any_found(n, phi, heavy, alpha / (double)family, i * family + k + 1);
		alarms += any;
	}
	return (double)alarms / (double)series;
}

/* Three standard errors of a simulation above 5 %. */
static double bound(size_t n)
{
	return 0.05 + 3 * sqrt(0.05 * 0.95 / (double)n);
}

static bool print_false_alarms(size_t series)
{
	static const size_t lengths[] = {12, 40, 200};
	static const double phis[] = {0, 0.3, 0.5};
	bool kept = true;

	printf("| no change, points | phi | normal | t3 | any of %d series, normal |\n"
	       "|--:|--:|--:|--:|--:|\n",
	       FAMILY);
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++) {
			double normal = share_of_alarms(lengths[i], phis[k], false, 1, series);
			double heavy = share_of_alarms(lengths[i], phis[k], true, 1, series);
			double family = share_of_alarms(lengths[i], phis[k], false, FAMILY,
							series / FAMILIES_PART);

			printf("| %zu | %.1f | %.1f %% | %.1f %% | %.1f %% |\n", lengths[i],
			       phis[k], 100 * normal, 100 * heavy, 100 * family);
			fflush(stdout);
			kept &= phis[k] > 0.3 || (fmax(normal, heavy) <= bound(series) &&
						  family <= bound(series / FAMILIES_PART));
		}
	return kept;
}

/* Within one place of where it is, after `after` points of the new level. */
static double share_found(size_t after, double shift, double phi, double level, size_t series)
{
	size_t found = 0, before = 30;

	for (size_t i = 0; i < series; i++) {
		struct change *changes = NULL;
		bool near = false;
		double x[N_MAX];
		size_t n;

		draw(x, before + after, phi, false, i + 1);
		for (size_t k = before; k < before + after; k++)
			x[k] += shift;
		n = find(x, before + after, level, &changes);
		for (size_t k = 0; k < n; k++)
			near |= changes[k].index + 1 >= before && changes[k].index <= before + 1;
		found += near;
		free(changes);
	}
	return (double)found / (double)series;
}

static void print_power(size_t series)
{
	static const size_t after[] = {3, 6, 12, 30};

	puts("\n| 30 points, then a change by | phi | series | 3 later | 6 later | 12 later | 30 "
	     "later |\n"
	     "|--:|--:|--:|--:|--:|--:|--:|");
	for (double shift = 4; shift >= 2; shift -= 2)
		for (double phi = 0; phi < 0.5; phi += 0.3)
			for (size_t family = 1; family <= FAMILY; family += FAMILY - 1) {
				printf("| %g sd | %g | %zu |", shift, phi, family);
				for (size_t i = 0; i < 4; i++)
					printf(" %.0f %% |",
					       100 * share_found(after[i], shift, phi,
								 alpha / (double)family, series));
				puts("");
				fflush(stdout);
			}
}

/* How often a change of one kind is named so, where it is found at all. */
static void print_kinds(size_t series)
{
	size_t found[2] = {0}, right[2] = {0};

	for (size_t i = 0; i < series; i++)
		for (int kind = 0; kind < 2; kind++) {
			struct change *changes = NULL;
			double x[60];
			size_t n;

			draw(x, 60, 0.3, false, i + 1);
			for (size_t k = 30; k < 60; k++)
				x[k] = kind ? 4 * x[k] : x[k] + 3;
			n = find(x, 60, alpha, &changes);
			for (size_t k = 0; k < n; k++) {
				found[kind]++;
				right[kind] += changes[k].level == !kind;
			}
			free(changes);
		}
	printf("\nOf %zu changes found where the level rose by 3 sd, %.1f %% are named so; of %zu "
	       "where the spread grew fourfold, %.1f %%.\n",
	       found[0], 100.0 * (double)right[0] / (double)found[0], found[1],
	       100.0 * (double)right[1] / (double)found[1]);
}

int main(int argc, char **argv)
{
	size_t series = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	bool kept = print_false_alarms(series);

	print_power(series);
	print_kinds(series);
	return kept ? 0 : 1;
}
