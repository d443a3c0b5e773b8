/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "record/sparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Room for the counts and, behind them, the indices of `n` buckets. */
static int make_room(struct sparse_histogram *s, size_t n, bool narrow)
{
	size_t count_size = narrow ? sizeof(*s->narrow) : sizeof(*s->wide);
	char *memory = n ? calloc(n, count_size + sizeof(*s->indices)) : NULL;

	if (n && !memory)
		return -ENOMEM;
	s->n = n;
	s->indices = n ? (uint16_t *)(void *)(memory + n * count_size) : NULL;
	s->narrow = narrow ? (uint16_t *)(void *)memory : NULL;
	s->wide = narrow ? NULL : (uint64_t *)(void *)memory;
	return 0;
}

static void free_room(const struct sparse_histogram *s)
{
	free(s->narrow);
	free(s->wide);
}

int sparse_histogram_init(struct sparse_histogram *s, size_t n)
{
	return make_room(s, n, false);
}

static bool is_narrow(const struct sparse_histogram *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (sparse_histogram_bucket(s, i) > UINT16_MAX)
			return false;
	return true;
}

int sparse_histogram_shrink(struct sparse_histogram *s)
{
	struct sparse_histogram small = *s;

	if (make_room(&small, s->n, is_narrow(s)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		small.indices[i] = s->indices[i];
		if (small.narrow)
			small.narrow[i] = (uint16_t)s->wide[i];
		else
			small.wide[i] = s->wide[i];
	}
	free_room(s);
	*s = small;
	return 0;
}

static size_t count_filled(const struct histogram *h)
{
	size_t n = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		n += h->buckets[i] != 0;
	return n;
}

int sparse_histogram_init_from(struct sparse_histogram *ret, const struct histogram *from)
{
	struct sparse_histogram s = {0};
	size_t n = 0;
	int r = sparse_histogram_init(&s, count_filled(from));

	if (r < 0)
		return r;
	s.count = from->count;
	s.clipped = from->clipped;
	s.sum_ns = from->sum_ns;
	s.min_ns = histogram_min(from);
	s.max_ns = from->max_ns;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!from->buckets[i])
			continue;
		s.indices[n] = (uint16_t)i;
		s.wide[n++] = from->buckets[i];
	}
	r = sparse_histogram_shrink(&s);
	if (r < 0)
		free_room(&s);
	else
		*ret = s;
	return r;
}

void sparse_histogram_finish(struct sparse_histogram *s)
{
	free_room(s);
	*s = (struct sparse_histogram){0};
}

/* Both lists of buckets into `ret`, which has room for all of them; n becomes what is filled. */
static void merge_buckets(struct sparse_histogram *ret, const struct sparse_histogram *a,
			  const struct sparse_histogram *b)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < a->n || k < b->n; n++) {
		bool of_a = i < a->n && (k == b->n || a->indices[i] <= b->indices[k]);
		bool of_b = k < b->n && (!of_a || a->indices[i] == b->indices[k]);

		ret->indices[n] = of_a ? a->indices[i] : b->indices[k];
		if (of_a)
			ret->wide[n] = sparse_histogram_bucket(a, i++);
		if (of_b)
			ret->wide[n] = histogram_sum(ret->wide[n], sparse_histogram_bucket(b, k++));
	}
	ret->n = n;
}

/* How many buckets of `from` are empty in `to`. */
static size_t count_new(const struct sparse_histogram *to, const struct sparse_histogram *from)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < from->n; i++) {
		while (k < to->n && to->indices[k] < from->indices[i])
			k++;
		n += k == to->n || to->indices[k] != from->indices[i];
	}
	return n;
}

static void add_counts(struct sparse_histogram *to, const struct sparse_histogram *from)
{
	for (size_t i = 0, k = 0; i < from->n; i++) {
		while (to->indices[k] < from->indices[i])
			k++;
		to->wide[k] = histogram_sum(to->wide[k], sparse_histogram_bucket(from, i));
	}
}

/* The buckets alone; `from` is not empty. */
static int add_buckets(struct sparse_histogram *to, const struct sparse_histogram *from)
{
	size_t n = to->n ? count_new(to, from) : from->n;
	struct sparse_histogram all = *to;

	/* A pool soon has all buckets, and is then not copied for each trial. */
	if (n == 0 && to->wide) {
		add_counts(to, from);
		return 0;
	}
	if (make_room(&all, to->n + n, !to->n && from->narrow) < 0)
		return -ENOMEM;
	if (all.narrow) { /* a copy, which is what most merges are; the indices lie behind */
		memcpy(all.narrow, from->narrow, 2 * n * sizeof(*all.narrow));
	} else {
		merge_buckets(&all, to, from);
	}
	free_room(to);
	*to = all;
	return 0;
}

int sparse_histogram_merge(struct sparse_histogram *to, const struct sparse_histogram *from)
{
	if (!from->count)
		return 0;
	if (add_buckets(to, from) < 0)
		return -ENOMEM;
	to->min_ns = to->count && to->min_ns < from->min_ns ? to->min_ns : from->min_ns;
	to->max_ns = to->max_ns > from->max_ns ? to->max_ns : from->max_ns;
	to->count = histogram_sum(to->count, from->count);
	to->clipped = histogram_sum(to->clipped, from->clipped);
	to->sum_ns = histogram_sum(to->sum_ns, from->sum_ns);
	return 0;
}

void sparse_histogram_add_to(const struct sparse_histogram *from, struct histogram *to)
{
	if (!from->count)
		return;
	to->count += from->count;
	to->clipped += from->clipped;
	to->sum_ns += from->sum_ns;
	if (from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	if (~from->min_ns > to->min_complement)
		to->min_complement = ~from->min_ns;
	for (size_t i = 0; i < from->n; i++)
		to->buckets[from->indices[i]] += sparse_histogram_bucket(from, i);
}

double sparse_histogram_mean(const struct sparse_histogram *s)
{
	return s->count ? (double)s->sum_ns / (double)s->count : 0;
}

double sparse_histogram_percentile(const struct sparse_histogram *s, double q)
{
	uint64_t rank, seen = 0;
	size_t i;

	if (!s->n)
		return 0;
	rank = histogram_rank(s->count, q);
	if (rank <= s->count / 2) {
		for (i = 0; i + 1 < s->n && seen + sparse_histogram_bucket(s, i) < rank; i++)
			seen += sparse_histogram_bucket(s, i);
		return histogram_value(s->indices[i], s->min_ns, s->max_ns);
	}
	/* From the nearer end: most percentiles that are asked for are high. */
	for (i = s->n - 1, seen = s->count; i && seen - sparse_histogram_bucket(s, i) >= rank; i--)
		seen -= sparse_histogram_bucket(s, i);
	return histogram_value(s->indices[i], s->min_ns, s->max_ns);
}

bool sparse_histogram_percentile_supported(const struct sparse_histogram *s, double q)
{
	return s->count >= histogram_samples_needed(q);
}

uint64_t sparse_histogram_count_above(const struct sparse_histogram *s, uint64_t ns)
{
	uint64_t above = 0;

	for (size_t i = s->n; i-- && histogram_lowest(s->indices[i]) > ns;)
		above += sparse_histogram_bucket(s, i);
	return above;
}
