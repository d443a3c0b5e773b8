/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/escape.h"
#include "compare/print.h"
#include "stats/power.h"
#include "stats/welch.h"

const unsigned plan_trials[PLAN_TRIALS] = {1, 3, 5, 10, 20};

void needs_finish(struct needs *n)
{
	metrics_finish(&n->metrics);
	free(n->rows);
	*n = (struct needs){0};
}

int needs_parse_effect(const char *text, double *ret, struct err *e)
{
	char digits[32];
	size_t length = strlen(text);
	double value, ratio = 0;

	if (length && length < sizeof(digits)) {
		bool times = text[length - 1] == 'x';

		strcpy(digits, text);
		if (times || text[length - 1] == '%')
			digits[length - 1] = '\0';
		if (num_parse_double(digits, &value) == 0 && value > 0)
			ratio = times ? value : 1 + value / 100;
	}
	if (!(ratio > 1 && ratio <= 1e6))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--plan: '%s' is no effect such as 10%%, 10 or 1.5x (above 1x)",
			       text);
	*ret = log(ratio);
	return 0;
}

static bool find_spread(const struct metric_sample *s, struct plan_row *row)
{
	double of_units, of_trials = 0;

	if (s->n < 2)
		return false;
	of_units = pow(welch_deviation(s->values, s->n), 2);
	if (s->within_degrees)
		of_trials = s->within_squares / (double)s->within_degrees;
	row->within = s->within_degrees ? sqrt(of_trials) : NAN;
	row->between = sqrt(fmax(
		0, of_units - of_trials * power_median_variance((double)s->trials / (double)s->n)));
	return true;
}

struct search {
	struct decider *decider;
	double alpha, effect, deviation, threshold;
};

static int suffices(const struct search *s, size_t units, bool *ret)
{
	const size_t n[2] = {units, units};
	double power;
	int r = decider_power(s->decider, n, false, s->alpha, s->effect, s->deviation, s->threshold,
			      &power);

	if (r == 0)
		*ret = power >= DECIDE_POWER;
	return r;
}

/* By halving: power grows with the units. */
static int find_units(const struct search *s, size_t *ret)
{
	size_t low = 1, high = PLAN_UNITS_MAX;
	bool enough = false;
	int r = suffices(s, high, &enough);

	if (r < 0 || !enough) {
		*ret = 0;
		return r;
	}
	while (r == 0 && high - low > 1) {
		size_t middle = (low + high) / 2;

		r = suffices(s, middle, &enough);
		if (enough)
			high = middle;
		else
			low = middle;
	}
	*ret = high;
	return r;
}

static double samples_of_trial(const struct metric *m)
{
	const struct data_series_side *of = &m->series->side[0];

	return of->n_trials ? (double)of->all.histogram.count / (double)of->n_trials : 0;
}

static int fill_row(struct needs *n, struct decider *decider, const struct metric *m,
		    struct plan_row *row)
{
	struct search s = {.decider = decider,
			   .alpha = DECIDE_ALPHA / (double)n->metrics.n,
			   .effect = n->effect,
			   .threshold = decide_threshold(&m->decision)};
	double within = isnan(row->within) ? 0 : row->within;
	double needed = (double)histogram_samples_needed(m->percentile);
	int r = 0;

	for (size_t i = 0; r == 0 && i < PLAN_TRIALS; i++) {
		if (m->pooled && plan_trials[i] * samples_of_trial(m) < needed) {
			n->units[i] = 0;
			continue;
		}
		s.deviation = sqrt(row->between * row->between +
				   within * within * power_median_variance(plan_trials[i]));
		r = find_units(&s, &row->units[i]);
		if (!row->units[i] || !n->units[i])
			n->units[i] = 0;
		else if (row->units[i] > n->units[i])
			n->units[i] = row->units[i];
	}
	return r;
}

static int make_row(struct needs *n, struct decider *decider, size_t index)
{
	struct metric *m = &n->metrics.items[index];
	struct plan_row *row = &n->rows[index];
	struct metric_sample s;
	int r;

	row->between = row->within = NAN;
	if (!m->series || m->primary->later_key || m->kind == METRIC_SHARE_ABOVE)
		return 0;
	r = metric_sample(m, 0, &s);
	if (r < 0)
		return r;
	m->decision.resolution = metric_resolution(m, 0, &s);
	if (find_spread(&s, row)) {
		n->planned++;
		r = fill_row(n, decider, m, row);
	}
	metric_sample_finish(&s);
	return r;
}

static int make_rows(struct needs *n, uint64_t seed)
{
	struct decider *decider;
	int r = decider_create(seed, &decider);

	if (r < 0)
		return r;
	for (size_t i = 0; i < PLAN_TRIALS; i++)
		n->units[i] = 1;
	for (size_t i = 0; r == 0 && i < n->metrics.n; i++)
		r = make_row(n, decider, i);
	for (size_t i = 0; i < PLAN_TRIALS && !n->planned; i++)
		n->units[i] = 0;
	decider_destroy(decider);
	return r;
}

int needs_find(const struct data *d, double effect, double tolerance, uint64_t seed,
	       struct needs *ret, struct err *e)
{
	struct needs n = {.data = d, .effect = effect};

	if (d->side[0].n_units < 2)
		return err_set(e, EXIT_USAGE, EINVAL, "--plan: found 1 %s, needed: at least 2",
			       data_unit_name(d, 1));
	if (metrics_list(d, tolerance, &n.metrics) < 0)
		return err_no_memory(e);
	n.metrics.n = n.metrics.n_primaries;
	n.rows = calloc(n.metrics.n + 1, sizeof(*n.rows));
	for (size_t i = 0; i < d->n_workloads; i++)
		n.trial_s += d->workloads[i].trial_s;
	if (!n.metrics.n) {
		needs_finish(&n);
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--plan: no workload here has a primary metric");
	}
	if (!n.rows || make_rows(&n, seed) < 0) {
		needs_finish(&n);
		return err_no_memory(e);
	}
	*ret = n;
	return 0;
}

static void print_units(const size_t units[PLAN_TRIALS], FILE *to)
{
	for (size_t i = 0; i < PLAN_TRIALS; i++)
		if (units[i])
			fprintf(to, " %8zu", units[i]);
		else
			fprintf(to, " %8s", "-");
}

static void print_row(const struct needs *n, size_t index, FILE *to)
{
	const struct metric *m = &n->metrics.items[index];
	const struct plan_row *row = &n->rows[index];
	char label[PRINT_LABEL_SIZE];

	if (!index || m->workload != m[-1].workload)
		fprintf(to, "%s\n", n->data->workloads[m->workload].name);
	print_label(m, label);
	fprintf(to, " %-30.30s", label);
	if (isnan(row->between)) {
		fputs("  cannot be planned from these results\n", to);
		return;
	}
	fprintf(to, " %6.1f %%", 100 * row->between);
	if (isnan(row->within))
		fprintf(to, " %8s", "?");
	else
		fprintf(to, " %6.1f %%", 100 * row->within);
	print_units(row->units, to);
	if (n->effect <= log1p(m->decision.tolerance) + 1e-12)
		fputs(" (within its tolerance)", to);
	putc('\n', to);
}

/* "1 h 20 min", "4 min", "38 s" */
static void print_duration(double s, FILE *to)
{
	if (s >= 3600)
		fprintf(to, "%.0f h %02.0f min", floor(s / 3600), floor(fmod(s, 3600) / 60));
	else if (s >= 60)
		fprintf(to, "%.0f min", ceil(s / 60));
	else
		fprintf(to, "%.0f s", ceil(s));
}

static void print_times(const struct needs *n, FILE *to)
{
	for (size_t i = 0; i < PLAN_TRIALS; i++) {
		double s = 2. * (double)n->units[i] * plan_trials[i] * n->trial_s;

		if (!n->units[i])
			continue;
		fprintf(to, "  %zu + %zu %s of %u trial%s: ", n->units[i], n->units[i],
			data_unit_name(n->data, 2), plan_trials[i], plan_trials[i] == 1 ? "" : "s");
		print_duration(s, to);
		fprintf(to, " of measuring%s\n",
			n->data->scope == SCOPE_BOOTS ? ", and the boots themselves" : "");
	}
}

void needs_print_text(const struct needs *n, FILE *to)
{
	char change[PRINT_CELL_SIZE];

	fprintf(to,
		"To call a change of %s with a chance of %.0f %%, by how %zu %s scatter: %s a "
		"side,\nby the trials in each.\n\n %-30s %17s  %s\n %-30s %8s %8s",
		print_change(n->effect, change), 100 * DECIDE_POWER, n->data->side[0].n_units,
		data_unit_name(n->data, 2), data_unit_name(n->data, 2), "", "spread between",
		"needed, with so many trials in each:", "",
		n->data->scope == SCOPE_BOOTS ? "boots" : "invoc.", "trials");
	for (size_t i = 0; i < PLAN_TRIALS; i++)
		fprintf(to, " %8u", plan_trials[i]);
	putc('\n', to);
	for (size_t i = 0; i < n->metrics.n; i++)
		print_row(n, i, to);
	fprintf(to, " %-48s",
		n->planned == n->metrics.n ? "all of them" : "those that can be planned");
	print_units(n->units, to);
	fputs("\n\n", to);
	print_times(n, to);
	fprintf(to,
		"-: more than %d, or no number suffices: a change within the tolerance is not "
		"called, nor a\npercentile of too few samples. ?: unknown, with one trial in "
		"each.\n",
		PLAN_UNITS_MAX);
	if (n->data->scope != SCOPE_BOOTS)
		text_print_wrapped(
			"", 0,
			"All results are of one boot, so how boots scatter is unknown: this "
			"plans invocations within a boot. Add results of more boots.",
			to);
}
