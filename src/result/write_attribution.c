/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/write.h"

static void write_parts(struct json_build *b, struct json_object *to,
			const struct series_attribution *a)
{
	struct json_object *parts = json_put_object(b, to, "parts");

	for (unsigned i = 0; i < PARTS && !b->failed; i++) {
		const struct sparse_histogram *h = &a->parts[i];
		struct json_object *part;

		if (!h->count)
			continue;
		part = json_put_object(b, parts, part_names[i]);
		json_put_u64(b, part, "clipped", h->clipped);
		json_put_u64(b, part, "min_ns", h->min_ns);
		json_put_u64(b, part, "max_ns", h->max_ns);
		json_put_u64(b, part, "sum_ns", h->sum_ns);
		write_histogram(b, part, h);
	}
}

static void write_bands(struct json_build *b, struct json_object *to,
			const struct series_attribution *a)
{
	struct json_object *bands = json_put_object(b, to, "bands");

	for (unsigned i = 0; i < BANDS && !b->failed; i++) {
		struct json_object *band = json_put_object(b, bands, attribution_band_names[i]);
		struct json_object *parts;

		json_put_u64(b, band, "count", a->bands[i].count);
		parts = json_put_object(b, band, "parts_ns");
		for (unsigned k = 0; k < PARTS; k++)
			if (a->bands[i].part_ns[k])
				json_put_u64(b, parts, part_names[k], a->bands[i].part_ns[k]);
	}
}

static void write_plain(struct json_build *b, struct json_object *to,
			const struct series_attribution *a)
{
	struct json_object *plain;

	if (!a->plain_count) {
		json_put_value(b, to, "plain", NULL);
		return;
	}
	plain = json_put_object(b, to, "plain");
	json_put_u64(b, plain, "count", a->plain_count);
	json_put_double(b, plain, "p50_ns", a->plain_p50_ns);
	json_put_double(b, plain, "rate_per_s", a->plain_rate_per_s);
}

void write_attribution(struct json_build *b, struct json_object *series,
		       const struct series_attribution *a)
{
	struct json_object *to = json_put_object(b, series, "attribution");

	json_put_u64(b, to, "count", a->count);
	json_put_u64(b, to, "lost", a->lost);
	write_plain(b, to, a);
	write_bands(b, to, a);
	write_parts(b, to, a);
}

void write_stack_samples(struct json_build *b, struct json_object *trial,
			 const struct result_trial *t)
{
	struct json_object *stack_samples =
		t->n_stack_samples ? json_put_array(b, trial, "looks") : NULL;

	for (size_t i = 0; i < t->n_stack_samples && !b->failed; i++) {
		struct json_object *of = json_put_object(b, stack_samples, NULL), *parts;

		json_put_string(b, of, "actor", t->stack_samples[i].actor);
		parts = json_put_object(b, of, "parts");
		for (unsigned k = 0; k < PARTS; k++)
			if (t->stack_samples[i].parts[k])
				json_put_u64(b, parts, part_names[k], t->stack_samples[i].parts[k]);
	}
}
