/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/sweep_bound.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

static int refuse(const char *text, struct err *e)
{
	return err_set(
		e, EXIT_USAGE, EINVAL,
		"--bound %.200s: allowed: ACTOR.SPAN[.service|.response].METRIC<VALUE, or >, "
		"with a METRIC such as p99, mean or rate "
		"(\"migrator.write.response.p99<1ms\")",
		text);
}

/* Takes the word before the first dot of `*at`, and moves behind it. */
static bool take_word(char **at, char *ret, size_t size)
{
	char *dot = strchr(*at, '.');

	if (!dot || dot == *at || (size_t)(dot - *at) >= size)
		return false;
	*dot = '\0';
	strcpy(ret, *at);
	*at = dot + 1;
	return true;
}

static void take_time(char **at, enum span_time *ret)
{
	for (int time = 0; time < 2; time++) {
		size_t length = strlen(span_time_names[time]);

		if (strncmp(*at, span_time_names[time], length) == 0 && (*at)[length] == '.') {
			*ret = time;
			*at += length + 1;
			return;
		}
	}
}

static int parse_value(const char *text, struct bound *b)
{
	uint64_t ns;
	int r;

	if (b->kind == METRIC_RATE)
		return num_parse_double(text, &b->value);
	r = num_parse_duration(text, &ns);
	if (r == 0)
		b->value = (double)ns;
	return r;
}

int bound_parse(const char *text, struct bound *ret, struct err *e)
{
	struct bound b = {0};
	uint64_t threshold;
	char copy[256];
	char *at = copy, *sign;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return refuse(text, e);
	sign = strpbrk(copy, "<>");
	if (!sign)
		return refuse(text, e);
	b.below = *sign == '<';
	*sign = '\0';
	if (!take_word(&at, b.actor, sizeof(b.actor)) || !take_word(&at, b.span, sizeof(b.span)))
		return refuse(text, e);
	take_time(&at, &b.time);
	b.kind = metric_parse(at, &b.percentile, &threshold);
	if (b.kind != METRIC_PERCENTILE && b.kind != METRIC_MEAN && b.kind != METRIC_RATE)
		return refuse(text, e);
	snprintf(b.metric, sizeof(b.metric), "%.31s", at);
	if (parse_value(sign + 1, &b) < 0 || b.value <= 0)
		return refuse(text, e);
	*ret = b;
	return 0;
}

double bound_metric(const struct bound *b, const struct result_trial *trial)
{
	const struct result_series *s = result_find_series(trial, b->actor, b->span, b->time);

	if (!s || !s->histogram.count)
		return NAN;
	if (b->kind == METRIC_RATE)
		return s->rate_per_s;
	if (b->kind == METRIC_MEAN)
		return sparse_histogram_mean(&s->histogram);
	return sparse_histogram_percentile_supported(&s->histogram, b->percentile)
		       ? sparse_histogram_percentile(&s->histogram, b->percentile)
		       : NAN;
}

double bound_metric_pooled(const struct bound *b, const struct result_run *run)
{
	_cleanup_free struct histogram *all = calloc(1, sizeof(*all));

	if (!all || b->kind != METRIC_PERCENTILE)
		return NAN;
	for (size_t i = 0; i < run->n_trials; i++) {
		const struct result_series *s =
			result_find_series(&run->trials[i], b->actor, b->span, b->time);

		if (s)
			sparse_histogram_add_to(&s->histogram, all);
	}
	return histogram_percentile_supported(all, b->percentile)
		       ? histogram_percentile(all, b->percentile)
		       : NAN;
}

bool bound_holds(const struct bound *b, double metric)
{
	return b->below ? metric < b->value : metric > b->value;
}
