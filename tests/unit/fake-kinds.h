/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of kinds that has every sort of option and refusal, apart from the real stressors. */
#ifndef CGCHURN_TESTS_FAKE_KINDS_H
#define CGCHURN_TESTS_FAKE_KINDS_H

#include "workload/kind.h"

struct fake_options {
	uint64_t count, flag, duration, bytes, choice, shade, room;
	char path[KIND_PATH_SIZE];
};

static const char *const fake_choices[] = {"red", "green", "blue", NULL};

static const struct kind_option fake_option_table[] = {
	{"count", KIND_COUNT, offsetof(struct fake_options, count), 3, 1, 10},
	{"flag", KIND_FLAG, offsetof(struct fake_options, flag), 0},
	{"duration", KIND_DURATION, offsetof(struct fake_options, duration), 10000000, 0,
	 1000000000},
	{"bytes", KIND_BYTES, offsetof(struct fake_options, bytes), 4096, 0, UINT64_C(1) << 40},
	{"choice", KIND_CHOICE, offsetof(struct fake_options, choice), 1, .choices = fake_choices},
	{"path", KIND_PATH, offsetof(struct fake_options, path)},
	{"shade", KIND_COUNT, offsetof(struct fake_options, shade), 0, 0, 9, .with = "choice",
	 .with_choices = 1 << 0 | 1 << 2},
	{"room", KIND_COUNT, offsetof(struct fake_options, room), 0, 0, 9, .with = "bytes"},
};

static const struct kind_span fake_spans[] = {
	{"write", true, ""}, {"reap", false, ""}, {"extra", true, ""}};

/* "extra" is timed with the flag only. */
static inline uint32_t fake_spans_on(const void *options)
{
	return ((const struct fake_options *)options)->flag ? 7 : 3;
}

static inline const char *fake_refuse(const void *options)
{
	const struct fake_options *o = options;

	return o->choice == 2 && o->flag ? "\"blue\" does not go with \"flag\"" : NULL;
}

static inline const char *fake_wants_threaded(const void *options)
{
	return ((const struct fake_options *)options)->count == 7 ? "seven goes by threads" : NULL;
}

static const struct kind fake_mover = {
	.name = "mover",
	.spans = fake_spans,
	.n_spans = 3,
	.options = fake_option_table,
	.n_options = sizeof(fake_option_table) / sizeof(fake_option_table[0]),
	.options_size = sizeof(struct fake_options),
	.spans_on = fake_spans_on,
	.refuse = fake_refuse,
	.moves_tasks = true,
	.wants_threaded = fake_wants_threaded,
};

static const struct kind fake_idle = {.name = "idle", .spans = fake_spans, .n_spans = 1};

static const struct kind fake_maker = {
	.name = "maker", .spans = fake_spans, .n_spans = 1, .makes_groups = true};

static const struct kind *const fake_kind_list[] = {&fake_mover, &fake_idle, &fake_maker};
static const struct kind_table fake_kinds = {.kinds = fake_kind_list, .n = 3};

#endif
