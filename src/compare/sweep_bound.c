/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/sweep_bound.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	if (!take_word(&at, b.id.actor, sizeof(b.id.actor)) ||
	    !take_word(&at, b.id.span, sizeof(b.id.span)))
		return refuse(text, e);
	take_time(&at, &b.id.time);
	b.kind = metric_parse(at, &b.percentile, &threshold);
	if (b.kind != METRIC_PERCENTILE && b.kind != METRIC_MEAN && b.kind != METRIC_RATE)
		return refuse(text, e);
	snprintf(b.metric, sizeof(b.metric), "%.31s", at);
	if (parse_value(sign + 1, &b) < 0 || b.value <= 0)
		return refuse(text, e);
	*ret = b;
	return 0;
}

double bound_metric(const struct bound *b, const struct series *s)
{
	return s && s->histogram.count ? metric_of_series(b->kind, b->percentile, 0, s) : NAN;
}

bool bound_holds(const struct bound *b, double metric)
{
	return b->below ? metric < b->value : metric > b->value;
}
