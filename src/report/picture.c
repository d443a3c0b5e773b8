/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/picture.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct picture_series *picture_add_series(struct picture *p, enum picture_style style,
					  size_t colour)
{
	size_t n = p->n;
	struct picture_series *s;

	if (n >= PICTURE_SERIES_MAX)
		return NULL;
	s = array_grow(&p->series, &n, sizeof(*s));
	if (!s)
		return NULL;
	p->n = (uint32_t)n;
	s->style = style;
	s->colour = (uint32_t)(colour % PICTURE_COLOURS);
	return s;
}

int picture_add_point(struct picture_series *s, double x, double y)
{
	size_t n = s->n;
	struct picture_point *point;

	if (!isfinite(x) || !isfinite(y))
		return 0;
	point = n < PICTURE_POINTS_MAX ? array_grow(&s->points, &n, sizeof(*point)) : NULL;
	if (!point)
		return -ENOMEM;
	s->n = (uint32_t)n;
	*point = (struct picture_point){x, y};
	return 0;
}

void picture_finish(struct picture *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		free(p->series[i].points);
	free(p->series);
	*p = (struct picture){0};
}

void picture_write(const struct picture *p, FILE *to)
{
	const uint32_t head[] = {p->kind, p->n};

	fwrite(head, sizeof(head), 1, to);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct picture_series *s = &p->series[i];
		const uint32_t about[] = {s->style, s->colour, s->n};

		fwrite(about, sizeof(about), 1, to);
		if (s->n)
			fwrite(s->points, sizeof(*s->points), s->n, to);
	}
}

static bool take(const char **at, const char *end, void *to, size_t size)
{
	if ((size_t)(end - *at) < size)
		return false;
	memcpy(to, *at, size);
	*at += size;
	return true;
}

/* 0, -EPROTO or -ENOMEM. */
static int read_series(const char **at, const char *end, struct picture *p)
{
	struct picture_series *s;
	struct picture_point point;
	uint32_t about[3];
	int r = 0;

	if (!take(at, end, about, sizeof(about)) || about[0] >= PICTURE_STYLES ||
	    about[1] >= PICTURE_COLOURS || about[2] > PICTURE_POINTS_MAX)
		return -EPROTO;
	s = picture_add_series(p, (enum picture_style)about[0], about[1]);
	if (!s)
		return -ENOMEM;
	for (uint32_t i = 0; r == 0 && i < about[2]; i++)
		r = take(at, end, &point, sizeof(point)) ? picture_add_point(s, point.x, point.y)
							 : -EPROTO;
	return r;
}

int picture_read(const char **at, const char *end, struct picture *ret)
{
	struct picture p = {0};
	uint32_t head[2];
	int r = 0;

	if (!take(at, end, head, sizeof(head)) || head[0] >= PICTURE_KINDS ||
	    head[1] > PICTURE_SERIES_MAX)
		return -EPROTO;
	p.kind = head[0];
	for (uint32_t i = 0; r == 0 && i < head[1]; i++)
		r = read_series(at, end, &p);
	if (r == 0)
		*ret = p;
	else
		picture_finish(&p);
	return r;
}
