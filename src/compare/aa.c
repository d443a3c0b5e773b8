/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/aa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rng.h"
#include "base/escape.h"
#include "compare/print.h"

enum { STREAM_AA = 0x6161, UNITS_MIN = 4 };

void aa_finish(struct aa *aa)
{
	comparison_finish(&aa->later);
	data_resample_finish(&aa->later_data);
}

static int check(const struct data *d, struct err *e)
{
	size_t primaries = 0;

	for (size_t i = 0; i < d->n_workloads; i++)
		primaries += d->workloads[i].n_primaries;
	if (!primaries)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--aa: no workload here has a primary metric");
	if (d->side[0].n_units >= UNITS_MIN)
		return 0;
	return err_set(e, EXIT_USAGE, EINVAL, "--aa: found %zu %s, needed: at least %d",
		       d->side[0].n_units, data_unit_name(d, d->side[0].n_units), UNITS_MIN);
}

/* Fisher and Yates; then the first half, the second half, and one left over where n is odd. */
static void deal(struct rng *rng, size_t *order, size_t n, uint8_t *side_of_unit)
{
	for (size_t i = n; rng && i > 1; i--) {
		size_t k = (size_t)rng_below(rng, i), taken = order[k];

		order[k] = order[i - 1];
		order[i - 1] = taken;
	}
	for (size_t i = 0; i < n; i++)
		side_of_unit[order[i]] = i < n / 2 ? 0 : i < n / 2 * 2 ? 1 : 2;
}

static void count(struct aa *aa, const struct comparison *c)
{
	aa->draws++;
	aa->alarms +=
		comparison_count(c, VERDICT_REGRESSION) + comparison_count(c, VERDICT_IMPROVEMENT) >
		0;
	aa->equivalent += comparison_count(c, VERDICT_EQUIVALENT);
	aa->verdicts += c->metrics.n_primaries;
}

static int draw(const struct data *d, const struct comparison_options *options,
		const uint8_t *side_of_unit, struct aa *aa, struct err *e)
{
	struct comparison c;
	struct data split;
	int r = data_resample(d, side_of_unit, &split);

	if (r < 0)
		return err_no_memory(e);
	r = comparison_make(&split, options, &c, e);
	if (r == 0) {
		count(aa, &c);
		comparison_finish(&c);
	}
	data_resample_finish(&split);
	return r;
}

static void sort_by_start(const struct data_side *side, size_t *order, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && side->units[order[k - 1]].started_at_s >
						side->units[order[k]].started_at_s;
		     k--) {
			size_t taken = order[k];

			order[k] = order[k - 1];
			order[k - 1] = taken;
		}
}

static int compare_later(const struct data *d, const struct comparison_options *options,
			 const uint8_t *side_of_unit, struct aa *aa, struct err *e)
{
	struct data split;
	int r = data_resample(d, side_of_unit, &split);

	if (r < 0)
		return err_no_memory(e);
	aa->later_data = split; /* the comparison points into it, at its place in `aa` */
	return comparison_make(&aa->later_data, options, &aa->later, e);
}

static int run(const struct data *d, const struct comparison_options *options, struct aa *aa,
	       struct err *e)
{
	size_t n = d->side[0].n_units;
	_cleanup_free size_t *order = calloc(n, sizeof(*order));
	_cleanup_free uint8_t *side_of_unit = calloc(n, sizeof(*side_of_unit));
	struct rng rng;
	int r = 0;

	if (!order || !side_of_unit)
		return err_no_memory(e);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	rng_init(&rng, options->seed, STREAM_AA);
	aa->half = n / 2;
	sort_by_start(&d->side[0], order, n);
	deal(NULL, order, n, side_of_unit);
	r = compare_later(d, options, side_of_unit, aa, e);
	for (int i = 0; r == 0 && i < AA_DRAWS; i++) {
		deal(&rng, order, n, side_of_unit);
		r = draw(d, options, side_of_unit, aa, e);
	}
	return r;
}

int aa_run(const struct data *d, const struct comparison_options *options, struct aa *ret,
	   struct err *e)
{
	struct comparison_options shared = *options;
	struct decider *decider = NULL;
	int r = check(d, e);

	*ret = (struct aa){0};
	if (r < 0)
		return r;
	if (decider_create(options->seed, &decider) < 0)
		return err_no_memory(e);
	shared.primaries_only = true;
	shared.decider = decider;
	r = run(d, &shared, ret, e);
	decider_destroy(decider);
	if (r < 0)
		aa_finish(ret);
	return r;
}

void aa_print_text(const struct aa *aa, FILE *to)
{
	const struct comparison *c = &aa->later;
	const char *units = data_unit_name(c->data, 2);
	char text[PRINT_CLAUSE_SIZE];

	fprintf(to,
		"A/A: %zu + %zu %s, dealt at random %zu times, %zu primary metrics each.\n"
		"False alarms: %zu of %zu comparisons (%.1f %%; at most 5 %% are meant).\n"
		"Called equivalent: %zu of %zu verdicts (%.1f %%).\n",
		aa->half, aa->half, units, aa->draws, c->metrics.n_primaries, aa->alarms, aa->draws,
		100. * (double)aa->alarms / (double)aa->draws, aa->equivalent, aa->verdicts,
		100. * (double)aa->equivalent / (double)aa->verdicts);
	if (print_limits(c, text))
		text_print_wrapped("", 0, text, to);
	fputs("\nThe earlier half (base) against the later half (new), once:\n", to);
	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		text_print_wrapped("", 2, print_clause(c, i, text), to);
}
