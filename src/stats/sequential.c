/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/sequential.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "stats/distribution.h"
#include "stats/law.h"

enum { STREAM_SEQUENTIAL = 0x736571, DRAWS = 200000 };

/* How far the two samples are apart at each look: 0 where one lies below all of the other. */
typedef uint16_t overlap_t;

struct sequential {
	size_t most;
	overlap_t *overlap; /* DRAWS x most: the smaller of U and k * k - U (Mann and Whitney) */
	bool *stopped;      /* of each path, by an earlier look */
};

static void draw_path(struct rng *rng, size_t most, overlap_t *ret)
{
	double a[SEQUENTIAL_UNITS_MAX], b[SEQUENTIAL_UNITS_MAX];
	size_t u = 0;

	for (size_t k = 0; k < most; k++) {
		size_t all = (k + 1) * (k + 1);

		a[k] = rng_double(rng);
		b[k] = rng_double(rng);
		for (size_t i = 0; i < k; i++)
			u += (b[k] > a[i]) + (b[i] > a[k]);
		u += b[k] > a[k];
		ret[k] = (overlap_t)(u < all - u ? u : all - u);
	}
}

static double may_be_spent(double alpha, double time)
{
	return alpha * expm1(4 * time) / expm1(4);
}

/* How many paths at most may have been stopped by look k. */
static size_t budget(const struct sequential *s, size_t k, double alpha)
{
	double expected = DRAWS * may_be_spent(alpha, (double)k / (double)s->most);

	return (size_t)fmax(expected - 2 * sqrt(expected), 0);
}

/* Stops those that overlap by less than `bound` at look k; returns how many there were. */
static size_t stop(struct sequential *s, size_t k, size_t bound)
{
	size_t n = 0;

	for (size_t i = 0; i < DRAWS; i++)
		if (!s->stopped[i] && s->overlap[i * s->most + k - 1] < bound) {
			s->stopped[i] = true;
			n++;
		}
	return n;
}

/* The largest bound at look k that stops at most `left` more. */
static size_t find_bound(const struct sequential *s, size_t k, size_t left)
{
	size_t count[SEQUENTIAL_UNITS_MAX * SEQUENTIAL_UNITS_MAX / 2 + 1] = {0};
	size_t bound = 0, n = 0;

	for (size_t i = 0; i < DRAWS; i++)
		if (!s->stopped[i])
			count[s->overlap[i * s->most + k - 1]]++;
	while (bound <= k * k / 2 && n + count[bound] <= left)
		n += count[bound++];
	return bound;
}

/* The two-sided p of an overlap of bound - 1 in k + k units without ties. */
static int find_level(size_t k, size_t bound, double *ret)
{
	uint32_t ranks[2 * SEQUENTIAL_UNITS_MAX];
	struct law law;
	int r;

	*ret = 0;
	if (bound == 0)
		return 0;
	for (size_t i = 0; i < 2 * k; i++)
		ranks[i] = 2 * (uint32_t)(i + 1);
	r = law_count_labels(ranks, 2 * k, k, &law);
	if (r < 0)
		return r;
	*ret = law_two_sided(&law, k * (k + 1) + 2 * (bound - 1));
	law_finish(&law);
	return 0;
}

int sequential_create(size_t most, uint64_t seed, struct sequential **ret)
{
	struct sequential *s;
	struct rng rng;

	if (most < 2 || most > SEQUENTIAL_UNITS_MAX)
		return -EINVAL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->most = most;
	s->overlap = calloc(DRAWS * most, sizeof(*s->overlap));
	s->stopped = calloc(DRAWS, sizeof(*s->stopped));
	if (!s->overlap || !s->stopped) {
		sequential_destroy(s);
		return -ENOMEM;
	}
	rng_init(&rng, seed, STREAM_SEQUENTIAL);
	for (size_t i = 0; i < DRAWS; i++)
		draw_path(&rng, most, s->overlap + i * most);
	*ret = s;
	return 0;
}

void sequential_destroy(struct sequential *s)
{
	if (!s)
		return;
	free(s->overlap);
	free(s->stopped);
	free(s);
}

int sequential_levels(struct sequential *s, double alpha, double *ret_levels)
{
	size_t n_stopped = 0;
	int r = 0;

	memset(s->stopped, 0, DRAWS * sizeof(*s->stopped));
	for (size_t k = 1; r == 0 && k <= s->most; k++) {
		size_t may = budget(s, k, alpha);
		size_t bound = find_bound(s, k, may > n_stopped ? may - n_stopped : 0);

		n_stopped += stop(s, k, bound);
		r = find_level(k, bound, &ret_levels[k]);
	}
	return r;
}

/* P(low < Z * scale + mean < high) */
static double between(double low, double high, double mean, double scale)
{
	return normal_probability((high - mean) / scale) - normal_probability((low - mean) / scale);
}

double sequential_prospect(const struct sequential *s, size_t k, double shift, double deviation,
			   double tolerance, double level, double interval_level)
{
	double most = (double)s->most, error = deviation * sqrt(2 / most);
	double scale = deviation * sqrt(2 / (double)k - 2 / most);
	double needed = fmax(error * normal_quantile(1 - level / 2), tolerance);
	double room = tolerance - error * normal_quantile(1 - interval_level / 2);
	double equivalent;

	if (!(scale > 0))
		return 1;
	equivalent = room > 0 ? between(-room, room, shift, scale) : 0;
	return 1 - between(-needed, needed, shift, scale) + equivalent;
}
