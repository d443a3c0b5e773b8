/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/adjust.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

static int compare_pointed(const void *a, const void *b)
{
	double x = **(double *const *)a, y = **(double *const *)b;

	return (x > y) - (x < y);
}

/* Pointers to the values, ascending by value. The caller frees; NULL where memory ran out. */
static double **sorted_pointers(double *p, size_t n)
{
	double **sorted = malloc((n + 1) * sizeof(*sorted));

	if (!sorted)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &p[i];
	qsort(sorted, n, sizeof(*sorted), compare_pointed);
	return sorted;
}

int adjust_holm(double *p, size_t n)
{
	_cleanup_free double **sorted = sorted_pointers(p, n);
	double highest = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		double adjusted = *sorted[i] * (double)(n - i);

		highest = adjusted > highest ? adjusted : highest;
		*sorted[i] = highest < 1 ? highest : 1;
	}
	return 0;
}

int adjust_benjamini_hochberg(double *p, size_t n)
{
	_cleanup_free double **sorted = sorted_pointers(p, n);
	double lowest = 1;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = n; i--;) {
		double adjusted = *sorted[i] * (double)n / (double)(i + 1);

		lowest = adjusted < lowest ? adjusted : lowest;
		*sorted[i] = lowest;
	}
	return 0;
}
