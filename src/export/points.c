/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/points.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void free_point(struct point *point)
{
	free(point->series);
	free(point->lines);
}

static int join(struct point *to, const char *lines)
{
	size_t used = strlen(to->lines), size = strlen(lines) + 1;
	char *grown = realloc(to->lines, used + size);

	if (!grown)
		return -ENOMEM;
	memcpy(grown + used, lines, size);
	to->lines = grown;
	return 0;
}

int points_add(struct points *p, const struct point *line)
{
	struct point *last = p->n ? &p->items[p->n - 1] : NULL, *added, taken = *line;
	int r;

	if (last && last->family == line->family && last->result == line->result &&
	    strcmp(last->series, line->series) == 0) {
		r = join(last, line->lines);
		free_point(&taken);
		return r;
	}
	added = array_grow(&p->items, &p->n, sizeof(*added));
	if (!added) {
		free_point(&taken);
		return -ENOMEM;
	}
	*added = taken;
	added->order = p->n - 1;
	return 0;
}

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_series(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int r = compare(x->family, y->family);

	if (r == 0)
		r = strcmp(x->series, y->series);
	return r ? r : compare(x->order, y->order);
}

static int by_group(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int r = compare(x->family, y->family);

	if (r == 0)
		r = compare(x->group, y->group);
	if (r == 0)
		r = (x->time_s > y->time_s) - (x->time_s < y->time_s);
	return r ? r : compare(x->order, y->order);
}

const struct point *points_arrange(struct points *p, bool timed)
{
	if (p->n)
		qsort(p->items, p->n, sizeof(*p->items), by_series);
	for (size_t i = 0; i < p->n; i++) {
		struct point *point = &p->items[i];
		const struct point *before = i ? point - 1 : NULL;

		point->group = before && before->family == point->family &&
					       strcmp(before->series, point->series) == 0
				       ? before->group
				       : point->order;
	}
	if (p->n)
		qsort(p->items, p->n, sizeof(*p->items), by_group);
	for (size_t i = 1; i < p->n; i++) {
		const struct point *point = &p->items[i], *before = point - 1;

		if (before->family == point->family && before->group == point->group &&
		    (!timed || before->time_s == point->time_s))
			return point;
	}
	return NULL;
}

void points_finish(struct points *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_point(&p->items[i]);
	free(p->items);
	*p = (struct points){0};
}
