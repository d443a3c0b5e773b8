/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/schedule.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/rng.h"
#include "base/suggest.h"

const struct schedule_key_info schedule_keys[SCHEDULE_KEYS] = {
	[SCHEDULE_MOVERS] = {.name = "movers", .least = 1, .most = 3},
	[SCHEDULE_SUBJECTS] = {.name = "subjects", .least = 1, .most = 3},
	[SCHEDULE_GROUPS] = {.name = "groups", .least = 2, .most = 6, .floor = 2},
	[SCHEDULE_THREADS] = {.name = "threads", .least = 1, .most = 12, .floor = 1},
	[SCHEDULE_CLONERS] = {.name = "cloners", .most = 3},
	[SCHEDULE_FORKERS] = {.name = "forkers", .most = 2},
	[SCHEDULE_EXECS] = {.name = "execs", .most = 1, .one_in = 2},
	[SCHEDULE_LEADERLESS] = {.name = "leaderless", .most = 1, .one_in = 3},
	[SCHEDULE_SPAWNERS] = {.name = "spawners", .most = 2},
	[SCHEDULE_KILLERS] = {.name = "killers", .most = 2},
	[SCHEDULE_FREEZERS] = {.name = "freezers", .most = 1, .one_in = 2},
	[SCHEDULE_BUILDERS] = {.name = "builders", .most = 2},
	[SCHEDULE_CONTROLLER_TOGGLERS] = {.name = "controller-togglers", .most = 1, .one_in = 2},
	[SCHEDULE_LIMIT_SETTERS] = {.name = "limit-setters", .most = 1, .one_in = 3},
	[SCHEDULE_MEMORY_HOGS] = {.name = "memory-hogs", .most = 1, .one_in = 3},
	[SCHEDULE_INTERRUPTERS] = {.name = "interrupters", .most = 1, .one_in = 4},
	[SCHEDULE_PINNED] = {.name = "pinned", .most = 1, .one_in = 2},
	[SCHEDULE_UNPLUGGERS] = {.name = "unpluggers", .most = 1, .one_in = 2},
	[SCHEDULE_NAMESPACERS] = {.name = "namespacers", .most = 1, .one_in = 2},
	[SCHEDULE_MS] = {.name = "ms", .least = 1000, .most = 4000, .floor = 50},
};

/* From back to back, where the lock's grace period is never waited for, to well beyond it. */
static const uint64_t paces_ns[] = {0, 0, 200 * NS_PER_US, 2 * NS_PER_MS, 20 * NS_PER_MS};
enum { N_PACES = sizeof(paces_ns) / sizeof(paces_ns[0]) };

void schedule_limits_none(struct schedule_limits *l)
{
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		l->at_most[k] = UINT64_MAX;
	l->may_unplug = false;
}

static uint64_t draw_key(struct rng *rng, int key, const struct schedule_limits *limits)
{
	const struct schedule_key_info *info = &schedule_keys[key];
	/* Both are always drawn: what is drawn later must not depend on the limits. */
	uint64_t value = info->least + rng_below(rng, info->most - info->least + 1);

	if (info->one_in)
		value = rng_below(rng, info->one_in) == 0 ? info->most : info->least;
	if (value > limits->at_most[key])
		value = limits->at_most[key];
	return value > info->floor ? value : info->floor;
}

void schedule_draw(struct schedule *s, uint64_t seed, const struct schedule_limits *limits)
{
	struct rng rng;

	*s = (struct schedule){.seed = seed};
	rng_init(&rng, seed, 0);
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (k != SCHEDULE_UNPLUGGERS && k != SCHEDULE_NAMESPACERS)
			s->value[k] = draw_key(&rng, k, limits);
	s->pace_ns = paces_ns[rng_below(&rng, N_PACES)];
	/* What is new is drawn last, so that the round of a seed that was printed stays the same. */
	s->value[SCHEDULE_UNPLUGGERS] = draw_key(&rng, SCHEDULE_UNPLUGGERS, limits);
	s->value[SCHEDULE_NAMESPACERS] = draw_key(&rng, SCHEDULE_NAMESPACERS, limits);
	if (!limits->may_unplug)
		s->value[SCHEDULE_UNPLUGGERS] = 0;
}

static int key_of(const char *name)
{
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (strcmp(schedule_keys[k].name, name) == 0)
			return k;
	return -ENOENT;
}

static int unknown_key(const char *name, struct err *e)
{
	const char *names[SCHEDULE_KEYS], *near;
	char list[400] = "";
	size_t used = 0;

	for (int k = 0; k < SCHEDULE_KEYS; k++)
		names[k] = schedule_keys[k].name;
	near = suggest_name(name, names, SCHEDULE_KEYS);
	for (int k = 0; k < SCHEDULE_KEYS && used < sizeof(list); k++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", k ? ", " : "",
					 names[k]);
	err_set(e, EXIT_USAGE, EINVAL, "--at-most: unknown key '%s', allowed: %s", name, list);
	if (near)
		err_hint(e, "Did you mean '%s'?", near);
	return -EINVAL;
}

static int parse_one(const char *word, struct schedule_limits *ret, struct err *e)
{
	const char *equals = strchr(word, '=');
	char name[32];
	uint64_t value;
	int key;

	if (!equals || (size_t)(equals - word) >= sizeof(name))
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--at-most: '%s' is not of the form NAME=NUMBER", word);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - word), word);
	key = key_of(name);
	if (key < 0)
		return unknown_key(name, e);
	if (num_parse_u64(equals + 1, &value) < 0 || value > schedule_keys[key].most)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--at-most: %s: found '%s', allowed: 0 to %" PRIu64, name,
			       equals + 1, schedule_keys[key].most);
	ret->at_most[key] = value;
	return 0;
}

int schedule_limits_parse(const char *text, struct schedule_limits *ret, struct err *e)
{
	struct schedule_limits found;
	char copy[SCHEDULE_TEXT_SIZE], *save = NULL;
	int r = 0;

	schedule_limits_none(&found);
	found.may_unplug = ret->may_unplug;
	if (strlen(text) >= sizeof(copy))
		return err_set(e, EXIT_USAGE, EINVAL, "--at-most: longer than %zu bytes",
			       sizeof(copy) - 1);
	strcpy(copy, text);
	for (char *at = copy, *word; r == 0 && (word = strtok_r(at, ",", &save)); at = NULL)
		r = parse_one(word, &found, e);
	if (r == 0)
		*ret = found;
	return r;
}

/* All but those of the value `without`. */
static void format(const uint64_t values[SCHEDULE_KEYS], uint64_t without, const char *separator,
		   char sign, char ret[SCHEDULE_TEXT_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (values[k] != without)
			used += (size_t)snprintf(ret + used, SCHEDULE_TEXT_SIZE - used,
						 "%s%s%c%" PRIu64, used ? separator : "",
						 schedule_keys[k].name, sign, values[k]);
}

void schedule_limits_format(const struct schedule_limits *l, char ret[SCHEDULE_TEXT_SIZE])
{
	format(l->at_most, UINT64_MAX, ",", '=', ret);
}

void schedule_format(const struct schedule *s, char ret[SCHEDULE_TEXT_SIZE])
{
	format(s->value, 0, ", ", ' ', ret);
}

/* A shrinking under way. */
struct shrinking {
	uint64_t seed;
	unsigned tries;
	int (*fails)(void *opaque, const struct schedule *s);
	void *opaque;
};

/* 1 and `limits` changed where the schedule still fails with at most `value` of the key. */
static int try_limit(struct shrinking *sh, struct schedule_limits *limits, int key, uint64_t value)
{
	struct schedule_limits tried = *limits;
	struct schedule s;
	int r;

	if (!sh->tries)
		return 0;
	sh->tries--;
	tried.at_most[key] = value;
	schedule_draw(&s, sh->seed, &tried);
	r = sh->fails(sh->opaque, &s);
	if (r > 0)
		*limits = tried;
	return r;
}

static int shrink_key(struct shrinking *sh, struct schedule_limits *limits, int key)
{
	struct schedule s;
	uint64_t least = schedule_keys[key].floor;
	int r;

	schedule_draw(&s, sh->seed, limits);
	if (s.value[key] <= least)
		return 0;
	r = try_limit(sh, limits, key, least);
	if (r != 0)
		return r;
	for (uint64_t value = s.value[key] / 2; value > least; value /= 2) {
		r = try_limit(sh, limits, key, value);
		if (r <= 0)
			return r;
	}
	return 0;
}

int schedule_shrink(uint64_t seed, struct schedule_limits *limits, unsigned tries,
		    int (*fails)(void *opaque, const struct schedule *s), void *opaque)
{
	struct shrinking sh = {.seed = seed, .tries = tries, .fails = fails, .opaque = opaque};
	/* Whole kinds of actors first, the length last. */
	/* clang-format off */
	static const int order[] = {
		SCHEDULE_UNPLUGGERS, SCHEDULE_NAMESPACERS, SCHEDULE_INTERRUPTERS, SCHEDULE_MEMORY_HOGS, SCHEDULE_LIMIT_SETTERS,
		SCHEDULE_CONTROLLER_TOGGLERS, SCHEDULE_BUILDERS, SCHEDULE_FREEZERS, SCHEDULE_KILLERS,
		SCHEDULE_SPAWNERS, SCHEDULE_LEADERLESS, SCHEDULE_EXECS, SCHEDULE_FORKERS, SCHEDULE_CLONERS,
		SCHEDULE_PINNED, SCHEDULE_MOVERS, SCHEDULE_SUBJECTS, SCHEDULE_THREADS, SCHEDULE_GROUPS,
		SCHEDULE_MS,
	};
	/* clang-format on */
	int r = 0;

	_Static_assert(sizeof(order) / sizeof(order[0]) == SCHEDULE_KEYS, "every key once");
	for (int i = 0; r >= 0 && i < SCHEDULE_KEYS; i++)
		r = shrink_key(&sh, limits, order[i]);
	return r < 0 ? r : 0;
}
