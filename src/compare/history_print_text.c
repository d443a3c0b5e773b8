/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "compare/history.h"

/* The day. */
static const char *when(const struct history *h, size_t result, char buf[CLOCK_RFC3339_SIZE])
{
	clock_format_rfc3339(h->results[result].started_at_s, buf);
	buf[strlen("2026-01-31")] = '\0';
	return buf;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_values(const struct history *h, const struct history_series *s, size_t segment,
			 FILE *to)
{
	const struct history_metric *m = &h->metrics[s->metric];
	const struct history_segment *before = &s->segments[segment - 1], *after = before + 1;
	char value[2][HISTORY_VALUE_SIZE], spread[2][HISTORY_VALUE_SIZE];

	history_value(m, before->middle, value[0]);
	history_value(m, after->middle, value[1]);
	history_spread(m, before->spread, spread[0]);
	history_spread(m, after->spread, spread[1]);
	if (after->spread_changed)
		text_printf_wrapped("", 10, to, "median %s to %s, scatter %s to %s", value[0],
				    value[1], spread[0], spread[1]);
	else
		text_printf_wrapped("", 10, to, "median %s to %s, scatter %s", value[0], value[1],
				    spread[1]);
}

/*
 *   change  2026-03-04: 75x lower, better (p 0.001), 60 points since, the last before 2026-03-03
 *           median 6.05 ms to 81.0 us, scatter 2.1 %
 *           beside it: kernel 6.17.3 to 6.18.0
 */
static void print_change(const struct history *h, const struct history_series *s, size_t segment,
			 FILE *to)
{
	const struct history_segment *g = &s->segments[segment];
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE], change[HISTORY_VALUE_SIZE],
		beside[HISTORY_BESIDE_SIZE];
	enum history_direction direction;

	history_change(h, s, segment, change, &direction);
	text_printf_wrapped(
		"  change", 10, to, "%s: %s%s%s (p %.4f), %zu point%s since; the last before it %s",
		when(h, s->points[g->first].result, first), change,
		direction == HISTORY_NEITHER ? "" : ", ",
		direction == HISTORY_NEITHER ? "" : history_direction_names[direction], g->p, g->n,
		plural(g->n), when(h, s->points[g->first - 1].result, last));
	print_values(h, s, segment, to);
	text_printf_wrapped("", 10, to, "beside it: %s",
			    history_beside_change(h, s, segment, beside));
}

static void print_missing(const struct history *h, const struct history_series *s, FILE *to)
{
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE];

	for (size_t i = 0, end; i < s->n_missing; i = end) {
		end = history_missing_end(s, i);
		when(h, s->missing[i].result, first);
		when(h, s->missing[end - 1].result, last);
		if (end - i > 1)
			text_printf_wrapped("  missing", 11, to, "%s to %s, %zu results: %s", first,
					    last, end - i, s->missing[i].missing);
		else
			text_printf_wrapped("  missing", 11, to, "%s: %s", first,
					    s->missing[i].missing);
	}
}

static size_t results_of(const struct history_series *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->points[i].n;
	return n;
}

static void print_extent(const struct history *h, const struct history_series *s, FILE *to)
{
	char first[CLOCK_RFC3339_SIZE], last[CLOCK_RFC3339_SIZE], value[HISTORY_VALUE_SIZE],
		of[64] = "";
	size_t n = results_of(s);

	if (n > s->n)
		snprintf(of, sizeof(of), " of %zu results", n);
	text_printf_wrapped("", 2, to, "%zu point%s%s, %s to %s; now %s", s->n, plural(s->n), of,
			    when(h, s->points[0].result, first),
			    when(h, s->points[s->n - 1].result, last),
			    history_value(&h->metrics[s->metric],
					  s->segments[s->n_segments - 1].middle, value));
	if (s->shared_boots)
		text_print_wrapped("", 2,
				   "several points share a boot: a change at a reboot may be that "
				   "boot's own",
				   to);
	if (s->n_segments == 1)
		text_print_wrapped("", 2,
				   history_can_show(h, s) ? "no change"
							  : "too few points to tell a change",
				   to);
}

static void print_series(const struct history *h, size_t index, FILE *to)
{
	const struct history_series *s = &h->series[index];
	const struct history_metric *m = &h->metrics[s->metric];
	char label[HISTORY_LABEL_SIZE], beside[HISTORY_BESIDE_SIZE];

	if (history_is_first(h, index))
		fprintf(to, "\n%s: %s\n", m->workload, history_label(m, label));
	else
		text_printf_wrapped(
			"  apart", 10, to,
			"not judged together with what is above, because they differ: "
			"%s",
			history_beside(h, s, h->series[index - 1].like, s->like, true, beside));
	if (s->n)
		print_extent(h, s, to);
	else
		text_print_wrapped("", 2, "no value", to);
	for (size_t i = 1; i < s->n_segments; i++)
		print_change(h, s, i, to);
	print_missing(h, s, to);
}

void history_print_text(const struct history *h, FILE *to)
{
	fprintf(to, "%zu result%s, %zu metric%s in %zu series. ", h->n_results,
		plural(h->n_results), h->n_metrics, plural(h->n_metrics), h->n_series);
	fprintf(to, "Changes: E-divisive, chance of any false one at most %g %%.\n",
		100 * HISTORY_ALPHA);
	for (size_t i = 0; i < h->n_copies; i++)
		text_printf_wrapped("Counted once:", 14, to, "%s holds the same result as %s",
				    h->copies[i].origin, h->copies[i].of);
	for (size_t i = 0; i < h->n_series; i++)
		print_series(h, i, to);
}
