/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random labels and signs for sampled laws. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rng.h"
#include "stats/law.h"

/* Streams of the seed, so that labels and signs of one comparison are independent. */
enum { STREAM_LABELS = 0x6c6162, STREAM_SIGNS = 0x736967 };

static int arrangements_init(struct arrangements *a, size_t units, size_t chosen)
{
	size_t draws = LAW_SAMPLE_BYTES / (units ? units : 1);

	draws = draws < LAW_DRAWS_MAX ? draws : LAW_DRAWS_MAX;
	*a = (struct arrangements){.units = units, .chosen = chosen, .draws = draws};
	a->mask = calloc(draws ? draws : 1, units ? units : 1);
	return a->mask ? 0 : -ENOMEM;
}

void arrangements_finish(struct arrangements *a)
{
	free(a->mask);
	*a = (struct arrangements){0};
}

/* The first `chosen` steps of a Fisher-Yates shuffle; `order` may start in any order. */
static void draw_labels(struct rng *rng, uint32_t *order, const struct arrangements *a,
			uint8_t *mask)
{
	for (size_t i = 0; i < a->chosen; i++) {
		size_t j = i + (size_t)rng_below(rng, a->units - i);
		uint32_t taken = order[j];

		order[j] = order[i];
		order[i] = taken;
		mask[taken] = UINT8_MAX;
	}
}

int arrangements_of_labels(size_t units, size_t chosen, uint64_t seed, struct arrangements *ret)
{
	_cleanup_free uint32_t *order = malloc((units + 1) * sizeof(*order));
	struct arrangements a;
	struct rng rng;

	if (!order || arrangements_init(&a, units, chosen) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < units; i++)
		order[i] = (uint32_t)i;
	rng_init(&rng, seed, STREAM_LABELS);
	for (size_t d = 0; d < a.draws; d++)
		draw_labels(&rng, order, &a, a.mask + d * units);
	*ret = a;
	return 0;
}

int arrangements_of_signs(size_t units, uint64_t seed, struct arrangements *ret)
{
	struct arrangements a;
	struct rng rng;

	if (arrangements_init(&a, units, SIZE_MAX) < 0)
		return -ENOMEM;
	rng_init(&rng, seed, STREAM_SIGNS);
	for (size_t i = 0; i < a.draws * units; i++)
		a.mask[i] = rng_u64(&rng) >> 63 ? UINT8_MAX : 0;
	*ret = a;
	return 0;
}
