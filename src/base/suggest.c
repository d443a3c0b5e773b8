/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"

enum { LENGTH_MAX = 63 };

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edit distance with swaps of neighbours (optimal string alignment), three rows at a time. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][LENGTH_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = min3(last[j] + 1, row[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min3(row[j], before[j - 2] + 1, row[j]);
		}
		before = last;
		last = row;
		row = spare;
	}
	return last[m];
}

const char *suggest_name(const char *word, const char *const *names, size_t n)
{
	size_t length = strlen(word), best = length / 3 + 1;
	const char *found = NULL;

	if (length == 0 || length > LENGTH_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(names[i]), d;

		if (other > LENGTH_MAX)
			continue;
		d = distance(word, length, names[i], other);
		if (d < best) {
			best = d;
			found = names[i];
		}
	}
	for (size_t i = 0; !found && i < n; i++)
		if (strncmp(names[i], word, length) == 0)
			found = names[i];
	return found;
}

const char *suggest_list(const char *const *names, size_t n, char *buf, size_t size)
{
	snprintf(buf, size, "%s", n ? "" : "none");
	for (size_t i = 0; i < n; i++)
		text_append(buf, size, "%s%s", i ? ", " : "", names[i]);
	return buf;
}
