/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/rng.h"
#include "stats/distribution.h"
#include "stats/order.h"

enum { STREAM_BOOTSTRAP = 0x626f6f };

static double share_of(const struct bootstrap_unit *u)
{
	double above = 0, count = 0;

	for (size_t i = 0; i < u->n_trials; i++) {
		above += u->above[i];
		count += u->count[i];
	}
	return above / count;
}

double bootstrap_share(const struct bootstrap_unit *units, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += share_of(&units[i]);
	return sum / (double)n;
}

static double draw_boot(const struct bootstrap_unit *u, struct rng *rng)
{
	double above = 0, count = 0;

	for (size_t i = 0; i < u->n_trials; i++) {
		size_t drawn = (size_t)rng_below(rng, u->n_trials);

		above += u->above[drawn];
		count += u->count[drawn];
	}
	return above / count;
}

struct sum {
	double value;
	size_t n;
};

/* As many boots as the list has, drawn from it. */
static void draw_list(const struct bootstrap_unit *const *list, size_t n, struct rng *rng,
		      struct sum *sum)
{
	for (size_t i = 0; i < n; i++)
		sum->value += draw_boot(list[rng_below(rng, n)], rng);
	sum->n += n;
}

/* The boots of one side, those of a block side by side: block k is [start[k], start[k + 1]). */
struct layout {
	const struct bootstrap_unit **list;
	size_t *start;
	size_t n_blocks; /* 1 where there are no blocks */
};

static void layout_finish(struct layout *l)
{
	free(l->list);
	free(l->start);
}

static int layout_init(struct layout *l, const struct bootstrap_unit *units, size_t n,
		       size_t n_blocks)
{
	size_t filled = 0;

	*l = (struct layout){
		.list = malloc(n * sizeof(*l->list)),
		.start = calloc((n_blocks ? n_blocks : 1) + 1, sizeof(*l->start)),
		.n_blocks = n_blocks ? n_blocks : 1,
	};
	if (!l->list || !l->start)
		return -ENOMEM;
	for (size_t k = 0; k < l->n_blocks; k++) {
		l->start[k] = filled;
		for (size_t i = 0; i < n; i++)
			if (!n_blocks || units[i].block == k)
				l->list[filled++] = &units[i];
	}
	l->start[l->n_blocks] = filled;
	return filled == n ? 0 : -EINVAL;
}

static double draw_ratio(const struct layout sides[2], struct rng *rng)
{
	struct sum sums[2];
	double base, new;

	/* A draw of blocks that leaves a side without boots says nothing: draw again. */
	do {
		sums[0] = sums[1] = (struct sum){0};
		for (size_t k = 0; k < sides[0].n_blocks; k++) {
			size_t block = (size_t)rng_below(rng, sides[0].n_blocks);

			for (int s = 0; s < 2; s++)
				draw_list(sides[s].list + sides[s].start[block],
					  sides[s].start[block + 1] - sides[s].start[block], rng,
					  &sums[s]);
		}
	} while (!sums[0].n || !sums[1].n);
	base = sums[0].value / (double)sums[0].n;
	new = sums[1].value / (double)sums[1].n;
	if (base == 0)
		return new == 0 ? 1 : INFINITY;
	return new / base;
}

/* The tail that a percentile interval must leave out to be as wide as a t interval of n. */
static double expanded_tail(double level, size_t n)
{
	double t = student_quantile((1 - level) / 2, (unsigned)(n - 1));

	return normal_probability(t * sqrt((double)n / (double)(n - 1)));
}

static size_t draws_for(size_t boots)
{
	size_t draws = BOOTSTRAP_BOOTS_DRAWN / boots + 100;

	return draws < BOOTSTRAP_DRAWS_MAX ? draws : BOOTSTRAP_DRAWS_MAX;
}

int bootstrap_ratio(const struct bootstrap_input *in, double *ret_low, double *ret_high)
{
	size_t draws = draws_for(in->n_units[0] + in->n_units[1]);
	_cleanup_free double *ratios = malloc(draws * sizeof(*ratios));
	_cleanup_(layout_finish) struct layout base = {0}, new = {0};
	size_t smaller = in->n_units[0] < in->n_units[1] ? in->n_units[0] : in->n_units[1];
	struct rng rng;
	size_t cut;
	int r;

	if (!ratios)
		return -ENOMEM;
	if (smaller < 2)
		return -EINVAL;
	r = layout_init(&base, in->units[0], in->n_units[0], in->n_blocks);
	if (r == 0)
		r = layout_init(&new, in->units[1], in->n_units[1], in->n_blocks);
	if (r < 0)
		return r;
	rng_init(&rng, in->seed, STREAM_BOOTSTRAP);
	for (size_t i = 0; i < draws; i++)
		ratios[i] = draw_ratio((const struct layout[2]){base, new}, &rng);
	order_sort(ratios, draws);
	cut = (size_t)(expanded_tail(in->level, smaller) * (double)draws);
	*ret_low = ratios[cut];
	*ret_high = ratios[draws - 1 - cut];
	return 0;
}
