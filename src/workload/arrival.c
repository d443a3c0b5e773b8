/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/clock.h"
#include "workload/parse.h"

#define PER_SECOND_MAX 1e6
#define PAUSE_MAX (3600 * NS_PER_S)

/* By enum workload_arrival_kind: the keys that mean something with it. */
static const struct {
	const char *const *keys;
	size_t n;
} allowed[] = {
	[WORKLOAD_CLOSED] = {(const char *const[]){"kind", "pause"}, 2},
	[WORKLOAD_PACED] = {(const char *const[]){"kind", "per_second", "jitter", "max_missed"}, 4},
	[WORKLOAD_POISSON] = {(const char *const[]){"kind", "per_second", "max_missed"}, 3},
};
static const char *const words[] = {"closed", "paced", "poisson"};

static int parse_rate(const struct json_at *object, double *ret)
{
	struct json_at at = json_member(object, "per_second");
	double rate = json_is_number(&at) ? json_object_get_double(at.value) : 0;

	if (!(rate > 0 && rate <= PER_SECOND_MAX))
		return json_refuse(&at, "a number above 0 and at most %.0f", PER_SECOND_MAX);
	*ret = rate;
	return 0;
}

static int parse_pause(const struct json_at *object, uint64_t *ret)
{
	struct json_at at = json_member(object, "pause");

	return at.present ? parse_duration(&at, 0, PAUSE_MAX, ret) : 0;
}

static int parse_kind(const struct json_at *object, enum workload_arrival_kind *ret)
{
	struct json_at at = json_member(object, "kind");
	size_t kind;
	int r;

	if (!json_object_is_type(object->value, json_type_object))
		return json_refuse(object, "an object");
	r = json_get_choice(&at, words, 3, &kind);
	if (r == 0)
		r = json_want_object(object, allowed[kind].keys, allowed[kind].n);
	if (r == 0)
		*ret = (enum workload_arrival_kind)kind;
	return r;
}

int parse_arrival(const struct json_at *at, struct workload_arrival *ret)
{
	struct workload_arrival a = {.kind = WORKLOAD_CLOSED, .jitter = 0.5, .max_missed = 0.01};
	int r = at->present ? parse_kind(at, &a.kind) : 0;

	if (r == 0 && a.kind == WORKLOAD_CLOSED)
		r = parse_pause(at, &a.pause_ns);
	if (r == 0 && a.kind != WORKLOAD_CLOSED)
		r = parse_rate(at, &a.per_second);
	if (r == 0)
		r = optional_double(at, "jitter", 0, 1, &a.jitter);
	if (r == 0)
		r = optional_double(at, "max_missed", 0, 1, &a.max_missed);
	if (r == 0)
		*ret = a;
	return r;
}
