/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/attribution.h"

#include <errno.h>
#include <stdlib.h>

const char *const attribution_band_names[BANDS] = {
	[BAND_ALL] = "all", [BAND_MIDDLE] = "middle", [BAND_SLOWEST] = "slowest"};

static const struct {
	double low, high;
} limits[BANDS] = {[BAND_ALL] = {0, 100}, [BAND_MIDDLE] = {45, 55}, [BAND_SLOWEST] = {99, 100}};

int result_attribution_create(struct result_attribution **ret, const struct part_recorder *from)
{
	struct result_attribution *a = calloc(1, sizeof(*a));
	int r = a ? 0 : -ENOMEM;

	for (unsigned i = 0; i < PARTS && r == 0; i++)
		if (from->parts[i].max_ns)
			r = sparse_histogram_init_from(&a->parts[i], &from->parts[i]);
	if (r < 0) {
		result_attribution_destroy(a);
		return r;
	}
	a->count = from->parts[0].count;
	a->lost = from->lost;
	for (unsigned i = 0; i < BANDS; i++)
		part_recorder_band(from, limits[i].low, limits[i].high, &a->bands[i]);
	*ret = a;
	return 0;
}

void result_attribution_destroy(struct result_attribution *a)
{
	if (!a)
		return;
	for (unsigned i = 0; i < PARTS; i++)
		sparse_histogram_finish(&a->parts[i]);
	free(a);
}

uint64_t part_band_total(const struct part_band *band)
{
	uint64_t sum = band->part_ns[PART_RUNNING] + band->part_ns[PART_LATE];

	for (unsigned i = 0; i < PART_TRACED; i++)
		sum += band->part_ns[i];
	return sum;
}
