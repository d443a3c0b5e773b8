/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be told beside a figure, because the figure alone would mislead. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "compare/metric.h"

struct notes {
	char (*text)[METRIC_TEXT_SIZE];
	size_t n;
};

static void note(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct notes *notes, const char *format, ...)
{
	va_list ap;

	if (notes->n == METRIC_NOTES_MAX)
		return;
	va_start(ap, format);
	vsnprintf(notes->text[notes->n++], METRIC_TEXT_SIZE, format, ap);
	va_end(ap);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

/* One side has it and the other does not, or they are more than a tenth apart. */
static bool rates_differ(double a, double b)
{
	return fabs(a - b) > 0.1 * fmax(a, b);
}

static void note_errors(const struct data_series_side side[2], struct notes *notes)
{
	double base = share(side[0].errors, side[0].errors + side[0].count),
	       new = share(side[1].errors, side[1].errors + side[1].count);
	const char *names = side[1].error_names[0] ? side[1].error_names : side[0].error_names;

	if (rates_differ(base, new))
		note(notes, "failed operations differ: base %.3g %%, new %.3g %% (%s)", 100 * base,
		     100 * new, names);
}

static void note_starts(const struct data_series_side side[2], struct notes *notes)
{
	double missed[2], late[2];

	for (int s = 0; s < 2; s++) {
		missed[s] = share(side[s].missed, side[s].planned);
		late[s] = share(side[s].late, side[s].planned);
	}
	if (rates_differ(missed[0], missed[1]))
		note(notes, "missed starts differ: base %.3g %%, new %.3g %%", 100 * missed[0],
		     100 * missed[1]);
	/* A late start is part of the response time, and says nothing where both are rare. */
	if (rates_differ(late[0], late[1]) && fmax(late[0], late[1]) > 0.01)
		note(notes, "late starts differ: base %.3g %%, new %.3g %%", 100 * late[0],
		     100 * late[1]);
}

static void note_clipped(const struct data_series_side side[2], struct notes *notes)
{
	if (side[0].clipped || side[1].clipped)
		note(notes, "samples beyond the histogram: base %llu, new %llu",
		     (unsigned long long)side[0].clipped, (unsigned long long)side[1].clipped);
}

bool metric_note_invalid(const struct data *d, size_t workload, char text[METRIC_TEXT_SIZE])
{
	const struct data_workload *w = &d->workloads[workload];
	const char *reason; /* of the side that has more of them */

	if (!w->invalid[0] && !w->invalid[1])
		return false;
	reason = w->invalid_reason[w->invalid[1] >= w->invalid[0]];
	snprintf(text, METRIC_TEXT_SIZE,
		 "invalid trials left out: base %zu of %zu, new %zu of %zu (%s)", w->invalid[0],
		 w->invalid[0] + w->valid[0], w->invalid[1], w->invalid[1] + w->valid[1],
		 reason[0] ? reason : "no reason given");
	return true;
}

bool metric_note_scatter(const struct metric *m, char text[METRIC_TEXT_SIZE])
{
	const struct decision *c = &m->decision;
	int few = c->n[SIDE_NEW] < c->n[SIDE_BASE] ? SIDE_NEW : SIDE_BASE;

	if (!c->estimated || !decide_scatter_is_unequal(c))
		return false;
	snprintf(text, METRIC_TEXT_SIZE,
		 "%s has fewer units than %s, and they scatter more (%.2g %% against %.2g %%): p "
		 "alone, %.2g, is too small for that; Welch's test is asked as well, p %.2g",
		 few == SIDE_BASE ? "base" : "new", few == SIDE_BASE ? "new" : "base",
		 100 * c->scatter[few], 100 * c->scatter[!few], c->p, c->p_welch);
	return true;
}

size_t metric_notes(const struct metric *m, char text[METRIC_NOTES_MAX][METRIC_TEXT_SIZE])
{
	struct notes notes = {.text = text};

	if (m->series) {
		note_errors(m->series->side, &notes);
		note_starts(m->series->side, &notes);
		note_clipped(m->series->side, &notes);
	}
	if (notes.n < METRIC_NOTES_MAX)
		notes.n += metric_note_scatter(m, text[notes.n]);
	return notes.n;
}
