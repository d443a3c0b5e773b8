/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single values at a cursor. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/near.h"
#include "json/path.h"
#include "json/quoted.h"
#include "json/token.h"

static int fail_memory(struct json_cursor *c)
{
	char origin[JSON_ORIGIN_SIZE];

	return err_set(c->e, EXIT_FAULT, ENOMEM, "%s: out of memory",
		       json_origin(c->origin, origin));
}

ssize_t json_decode_quoted(struct json_cursor *c, char *buf, size_t size)
{
	struct printbuf *decoded = printbuf_new();
	size_t length, kept;
	bool failed = !decoded || json_quoted_scan(&c->p, c->end, decoded);

	if (failed) {
		printbuf_free(decoded);
		return fail_memory(c);
	}
	length = (size_t)decoded->bpos;
	kept = length < size ? length : size - 1;
	memcpy(buf, decoded->buf, kept);
	buf[kept] = '\0';
	printbuf_free(decoded);
	return (ssize_t)length;
}

static bool is_number(const struct json_cursor *c)
{
	return *c->p == '-' || (*c->p >= '0' && *c->p <= '9');
}

/* json_lint() bounds a number's length, but for integers, which it bounds in size. */
static double number(const struct json_cursor *c, const char **ret_end)
{
	char buf[JSON_NUMBER_MAX + 1];
	size_t n = 0;

	while (c->p + n < c->end && n < JSON_NUMBER_MAX && !json_is_delimiter(c->p[n])) {
		buf[n] = c->p[n];
		n++;
	}
	buf[n] = '\0';
	*ret_end = c->p + n;
	return strtod(buf, NULL);
}

/* As whole_number() of read.c: what a double holds exactly. */
static bool whole_double(const struct json_cursor *c, uint64_t *ret, const char **ret_end)
{
	double d = number(c, ret_end);

	if (!(d >= 0 && d <= 0x1.0p53) || d != floor(d))
		return false;
	*ret = (uint64_t)d;
	return true;
}

static bool whole_number(const struct json_cursor *c, uint64_t *ret, const char **ret_end)
{
	const char *p = c->p;
	uint64_t value = 0;

	while (p < c->end && *p >= '0' && *p <= '9')
		value = value * 10 + (uint64_t)(*p++ - '0'); /* fits: json_lint() */
	if (p > c->p && (p == c->end || json_is_delimiter(*p))) {
		*ret = value;
		*ret_end = p;
		return true;
	}
	return is_number(c) && whole_double(c, ret, ret_end);
}

int json_take_u64(struct json_cursor *c, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *end;
	uint64_t value;

	if (!whole_number(c, &value, &end) || value < min || value > max)
		return json_cursor_refuse(c, "a whole number from %llu to %llu",
					  (unsigned long long)min, (unsigned long long)max);
	c->p = end;
	*ret = value;
	return 0;
}

/* Every bucket of every histogram comes through here. */
int json_take_pair(struct json_cursor *c, uint64_t ret[2])
{
	const char *start = c->p, *p = start + 1;

	if (*start != '[')
		return json_cursor_refuse(c, "an array of two whole numbers");
	for (int i = 0; i < 2; i++) {
		c->p = p;
		json_skip_space(c);
		if (!whole_number(c, &ret[i], &p))
			break;
		c->p = p;
		json_skip_space(c);
		p = c->p + 1;
		if (*c->p != (i ? ']' : ','))
			break;
		if (i) {
			c->p = p;
			return 0;
		}
	}
	return json_cursor_complain(c, start,
				    "found something else, allowed: an array of two "
				    "whole numbers");
}

int json_take_double(struct json_cursor *c, double min, double max, double *ret)
{
	const char *end;
	double value = is_number(c) ? number(c, &end) : NAN;

	if (!(value >= min && value <= max))
		return json_cursor_refuse(c, "a number from %.15g to %.15g", min, max);
	c->p = end;
	*ret = value;
	return 0;
}

int json_take_bool(struct json_cursor *c, bool *ret)
{
	if (*c->p != 't' && *c->p != 'f')
		return json_cursor_refuse(c, "true or false");
	*ret = *c->p == 't';
	c->p += *ret ? 4 : 5;
	return 0;
}

bool json_take_null(struct json_cursor *c)
{
	if (*c->p != 'n')
		return false;
	c->p += 4;
	return true;
}

int json_take_text(struct json_cursor *c, char *buf, size_t size)
{
	const char *start = c->p;
	ssize_t length;

	if (*start != '"')
		return json_cursor_refuse(c, "a string of at most %zu bytes", size - 1);
	c->p++;
	length = json_decode_quoted(c, buf, size);
	if (length < 0)
		return (int)length;
	if ((size_t)length < size)
		return 0;
	c->p = start;
	return json_cursor_refuse(c, "a string of at most %zu bytes", size - 1);
}

int json_take_string(struct json_cursor *c, size_t max, char **ret)
{
	const char *start = c->p;
	size_t raw;
	char *text;
	int r;

	if (*start != '"')
		return json_cursor_refuse(c, "a string of at most %zu bytes", max);
	/* Decoding makes no string longer. */
	json_take_raw(c, &start, &raw);
	c->p = start;
	if (raw > max + 1)
		raw = max + 1;
	text = malloc(raw);
	if (!text)
		return fail_memory(c);
	r = json_take_text(c, text, raw);
	if (r < 0)
		free(text);
	else
		*ret = text;
	return r;
}

int json_take_choice(struct json_cursor *c, const char *const *words, size_t n, size_t *ret)
{
	const char *start = c->p, *near;
	char text[64] = "", list[256] = "";
	size_t used = 0;

	if (*start == '"') {
		c->p++;
		if (json_decode_quoted(c, text, sizeof(text)) < 0)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++)
			if (strcmp(words[i], text) == 0) {
				*ret = i;
				return 0;
			}
	}
	for (size_t i = 0; i < n && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 words[i]);
	near = text[0] ? near_name(text, words, n) : NULL;
	c->p = start;
	json_cursor_refuse(c, "%s", list);
	if (near)
		err_hint(c->e, "Did you mean \"%s\"?", near);
	return -EINVAL;
}
