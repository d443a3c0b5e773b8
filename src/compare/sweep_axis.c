/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { DEFAULT_POINTS = 7, OVER_SIZE = 1024 };

static const char allowed[] = "FROM..TO, FROM..TO,log|lin,N or V1,V2,... of numbers, times (10ms) "
			      "or sizes (64M), above 0 and ascending";

/* "64M" */
static int parse_size(const char *text, double *ret)
{
	size_t length = strlen(text);
	const char *units = "KMG", *unit = length ? strchr(units, text[length - 1]) : NULL;
	char digits[AXIS_TEXT_SIZE];
	uint64_t n;

	if (!unit || length > sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, length - 1);
	digits[length - 1] = '\0';
	if (num_parse_u64(digits, &n) < 0)
		return -EINVAL;
	*ret = ldexp((double)n, 10 * (int)(unit - units + 1));
	return 0;
}

static int parse_value(const char *text, double *ret, enum axis_unit *ret_unit)
{
	uint64_t ns;

	if (num_parse_double(text, ret) == 0)
		*ret_unit = AXIS_NUMBER;
	else if (parse_size(text, ret) == 0)
		*ret_unit = AXIS_SIZE;
	else if (num_parse_duration(text, &ns) == 0) {
		*ret = (double)ns;
		*ret_unit = AXIS_TIME;
	} else
		return -EINVAL;
	return isfinite(*ret) && *ret > 0 ? 0 : -ERANGE;
}

/* As a workload says it: times in whole nanoseconds, sizes in bytes unless they fit a unit. */
static void format_value(const struct axis *a, double number, char text[AXIS_TEXT_SIZE])
{
	unsigned long long n = (unsigned long long)llround(number);
	static const struct {
		unsigned long long size;
		const char *time, *bytes;
	} units[] = {{1000000000, "s", NULL}, {1000000, "ms", NULL}, {1000, "us", NULL},
		     {1 << 30, NULL, "G"},    {1 << 20, NULL, "M"},  {1 << 10, NULL, "K"}};

	for (size_t i = 0; i < 6 && a->unit != AXIS_NUMBER; i++) {
		const char *unit = a->unit == AXIS_TIME ? units[i].time : units[i].bytes;

		if (unit && n >= units[i].size && n % units[i].size == 0) {
			snprintf(text, AXIS_TEXT_SIZE, "%llu%s", n / units[i].size, unit);
			return;
		}
	}
	if (a->unit == AXIS_NUMBER)
		snprintf(text, AXIS_TEXT_SIZE, a->whole ? "%.0f" : "%.6g", number);
	else
		snprintf(text, AXIS_TEXT_SIZE, "%llu%s", n, a->unit == AXIS_TIME ? "ns" : "");
}

/* Three digits are enough for a grid, and easier to read; whole numbers stay whole. */
static double round_to_grid(const struct axis *a, double number)
{
	double scale;

	if (a->whole && a->unit == AXIS_NUMBER)
		return round(number);
	/* Sizes by the same share of a power of two. */
	scale = a->unit == AXIS_SIZE ? exp2(floor(log2(number)) - 6)
				     : pow(10, floor(log10(number)) - 2);
	number = round(number / scale) * scale;
	return a->unit == AXIS_NUMBER ? number : round(number);
}

static int compare_points(const void *a, const void *b)
{
	double x = ((const struct axis_point *)a)->number,
	       y = ((const struct axis_point *)b)->number;

	return (x > y) - (x < y);
}

static bool add_point(struct axis *a, double number)
{
	for (size_t i = 0; i < a->n; i++)
		if (fabs(a->points[i].number - number) <= 1e-9 * number)
			return false;
	if (a->n == AXIS_POINTS_MAX)
		return false;
	a->points[a->n].number = number;
	format_value(a, number, a->points[a->n].text);
	a->n++;
	return true;
}

static double between(const struct axis *a, double low, double high, double share)
{
	return a->logarithmic ? low * pow(high / low, share) : low + (high - low) * share;
}

size_t axis_refine(struct axis *a, double low, double high, size_t wanted, double *added)
{
	size_t n = 0;

	for (size_t i = 1; i <= wanted; i++) {
		double number =
			round_to_grid(a, between(a, low, high, (double)i / (double)(wanted + 1)));

		if (number > low && number < high && add_point(a, number))
			added[n++] = number;
	}
	qsort(a->points, a->n, sizeof(*a->points), compare_points);
	return n;
}

static int parse_list(const char *over, char *list, struct axis *a, struct err *e)
{
	char *save = NULL;

	for (char *word = strtok_r(list, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		enum axis_unit unit;
		double number;

		if (a->n == AXIS_POINTS_MAX || parse_value(word, &number, &unit) < 0 ||
		    (a->n && (unit != a->unit || number <= a->points[a->n - 1].number)))
			return err_set(e, EXIT_USAGE, EINVAL, "--over %s: found '%s', allowed: %s",
				       over, word, allowed);
		a->unit = unit;
		a->points[a->n].number = number;
		snprintf(a->points[a->n++].text, AXIS_TEXT_SIZE, "%.31s", word);
	}
	return a->n ? 0 : err_set(e, EXIT_USAGE, EINVAL, "--over %s: allowed: %s", over, allowed);
}

/* "log,12" behind a range; NULL: neither. */
static int parse_spacing(const char *text, struct axis *a, uint64_t *n)
{
	const char *comma;

	if (!text)
		return 0;
	comma = strchr(text, ',');
	if (strncmp(text, "lin", 3) == 0)
		a->logarithmic = false;
	else if (strncmp(text, "log", 3) != 0)
		return -EINVAL;
	if (text[3] != '\0' && text + 3 != comma)
		return -EINVAL;
	if (comma && (num_parse_u64(comma + 1, n) < 0 || *n < 2 || *n > AXIS_POINTS_MAX))
		return -EINVAL;
	return 0;
}

static int parse_range(const char *over, char *text, char *dots, struct axis *a, struct err *e)
{
	char *comma = strchr(dots, ',');
	enum axis_unit first, last;
	uint64_t n = DEFAULT_POINTS;
	double low, high;

	*dots = '\0';
	if (comma)
		*comma++ = '\0';
	if (parse_value(text, &low, &first) < 0 || parse_value(dots + 2, &high, &last) < 0 ||
	    first != last || low >= high || parse_spacing(comma, a, &n) < 0)
		return err_set(e, EXIT_USAGE, EINVAL, "--over %s: allowed: %s", over, allowed);
	a->unit = first;
	a->whole = first != AXIS_NUMBER || (low == floor(low) && high == floor(high));
	for (uint64_t i = 0; i < n; i++) {
		double share = (double)i / (double)(n - 1), number = between(a, low, high, share);

		add_point(a, i == 0 ? low : i + 1 == n ? high : round_to_grid(a, number));
	}
	return 0;
}

int axis_parse(const char *vary, const char *over, struct axis *ret, struct err *e)
{
	const char *dot = strchr(vary, '.');
	struct axis a = {.logarithmic = true};
	char text[OVER_SIZE];
	char *dots;
	int r;

	if (!dot || dot == vary || !dot[1] || dot - vary >= AXIS_NAME_SIZE ||
	    strlen(dot + 1) >= AXIS_NAME_SIZE || strchr(vary, '='))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--vary %.200s: allowed: ACTOR.KEY as in --set, ACTOR.gap, "
			       "ACTOR.rate, or hierarchy.KEY",
			       vary);
	snprintf(a.actor, sizeof(a.actor), "%.*s", (int)(dot - vary), vary);
	snprintf(a.key, sizeof(a.key), "%s", dot + 1);
	if (snprintf(text, sizeof(text), "%s", over) >= (int)sizeof(text))
		return err_set(e, EXIT_USAGE, E2BIG, "--over: too long");
	dots = strstr(text, "..");
	r = dots ? parse_range(over, text, dots, &a, e) : parse_list(over, text, &a, e);
	if (r == 0 && strcmp(a.key, "gap") == 0 && a.unit != AXIS_TIME)
		r = err_set(e, EXIT_USAGE, EINVAL,
			    "--over %s: a gap is a time; allowed: 100us..20ms and the like", over);
	if (r == 0)
		*ret = a;
	return r;
}

void axis_setting(const struct axis *a, const struct axis_point *p, char ret[AXIS_SETTING_SIZE])
{
	if (strcmp(a->key, "gap") == 0)
		snprintf(ret, AXIS_SETTING_SIZE,
			 "%s.arrival={\"kind\": \"closed\", \"pause\": \"%s\"}", a->actor, p->text);
	else if (strcmp(a->key, "rate") == 0)
		snprintf(ret, AXIS_SETTING_SIZE,
			 "%s.arrival={\"kind\": \"paced\", \"per_second\": %s, \"jitter\": 0.5}",
			 a->actor, p->text);
	else
		snprintf(ret, AXIS_SETTING_SIZE, "%s.%s=%s", a->actor, a->key, p->text);
}

const char *axis_format(const struct axis *a, double number, char buf[AXIS_TEXT_SIZE])
{
	if (a->unit == AXIS_TIME)
		return num_format_ns(number, buf);
	format_value(a, round_to_grid(a, number), buf);
	return buf;
}
_Static_assert(AXIS_TEXT_SIZE >= NUM_TEXT_SIZE, "times are formatted in place");
