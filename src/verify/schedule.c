/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/schedule.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/suggest.h"
#include "base/num.h"
#include "base/rng.h"

const struct schedule_key_info schedule_keys[SCHEDULE_KEYS] = {
	[SCHEDULE_MOVERS] = {"movers", 1, 3, 0},
	[SCHEDULE_SUBJECTS] = {"subjects", 1, 3, 0},
	[SCHEDULE_GROUPS] = {"groups", 2, 6, 0},
	[SCHEDULE_THREADS] = {"threads", 1, 12, 0},
	[SCHEDULE_CLONERS] = {"cloners", 0, 3, 0},
	[SCHEDULE_FORKERS] = {"forkers", 0, 2, 0},
	[SCHEDULE_EXECS] = {"execs", 0, 1, 2},
	[SCHEDULE_LEADERLESS] = {"leaderless", 0, 1, 3},
	[SCHEDULE_SPAWNERS] = {"spawners", 0, 2, 0},
	[SCHEDULE_KILLERS] = {"killers", 0, 2, 0},
	[SCHEDULE_FREEZERS] = {"freezers", 0, 1, 2},
	[SCHEDULE_BUILDERS] = {"builders", 0, 2, 0},
	[SCHEDULE_TOGGLERS] = {"togglers", 0, 1, 2},
	[SCHEDULE_SQUEEZERS] = {"squeezers", 0, 1, 3},
	[SCHEDULE_HOGS] = {"hogs", 0, 1, 3},
	[SCHEDULE_INTERRUPTERS] = {"interrupters", 0, 1, 4},
	[SCHEDULE_PINNED] = {"pinned", 0, 1, 2},
	[SCHEDULE_UNPLUGGERS] = {"unpluggers", 0, 1, 2},
	[SCHEDULE_MS] = {"ms", 1000, 4000, 0},
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

/* What no limit goes below: a round needs somewhere to move to, and some time. */
static uint64_t least_allowed(int key)
{
	switch (key) {
	case SCHEDULE_GROUPS:
		return 2;
	case SCHEDULE_THREADS:
		return 1;
	case SCHEDULE_MS:
		return 50;
	default:
		return 0;
	}
}

static uint64_t draw_key(struct rng *rng, int key, const struct schedule_limits *limits)
{
	const struct schedule_key_info *info = &schedule_keys[key];
	/* Both are always drawn: what comes later must not depend on the limits. */
	uint64_t value = info->least + rng_below(rng, info->most - info->least + 1);
	bool at_all = info->one_in < 2 || rng_below(rng, info->one_in) == 0;

	if (!at_all)
		value = info->least;
	else if (info->one_in >= 2)
		value = info->most;
	if (value > limits->at_most[key])
		value = limits->at_most[key];
	return value > least_allowed(key) ? value : least_allowed(key);
}

void schedule_draw(struct schedule *s, uint64_t seed, const struct schedule_limits *limits)
{
	struct rng rng;

	*s = (struct schedule){.seed = seed};
	rng_init(&rng, seed, 0);
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (k != SCHEDULE_UNPLUGGERS)
			s->value[k] = draw_key(&rng, k, limits);
	s->pace_ns = paces_ns[rng_below(&rng, N_PACES)];
	/* From here on what is new comes last: the round of a seed that was printed stays as it
	 * was.
	 */
	s->value[SCHEDULE_UNPLUGGERS] = draw_key(&rng, SCHEDULE_UNPLUGGERS, limits);
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

	for (int k = 0; k < SCHEDULE_KEYS; k++)
		names[k] = schedule_keys[k].name;
	near = suggest_name(name, names, SCHEDULE_KEYS);
	err_set(e, EXIT_USAGE, EINVAL, "--at-most: there is nothing called '%s'", name);
	if (near)
		err_hint(e, "Perhaps '%s'.", near);
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

void schedule_limits_format(const struct schedule_limits *l, char ret[SCHEDULE_TEXT_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (l->at_most[k] != UINT64_MAX)
			used += (size_t)snprintf(ret + used, SCHEDULE_TEXT_SIZE - used,
						 "%s%s=%" PRIu64, used ? "," : "",
						 schedule_keys[k].name, l->at_most[k]);
}

void schedule_format(const struct schedule *s, char ret[SCHEDULE_TEXT_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		if (s->value[k])
			used += (size_t)snprintf(ret + used, SCHEDULE_TEXT_SIZE - used,
						 "%s%s %" PRIu64, used ? ", " : "",
						 schedule_keys[k].name, s->value[k]);
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
	uint64_t least = least_allowed(key);
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
	/* Whole kinds of actors first, the longest text last. */
	static const int order[] = {
		SCHEDULE_UNPLUGGERS, SCHEDULE_INTERRUPTERS, SCHEDULE_SQUEEZERS, SCHEDULE_TOGGLERS,
		SCHEDULE_BUILDERS,   SCHEDULE_FREEZERS,     SCHEDULE_KILLERS,   SCHEDULE_SPAWNERS,
		SCHEDULE_LEADERLESS, SCHEDULE_EXECS,        SCHEDULE_FORKERS,   SCHEDULE_CLONERS,
		SCHEDULE_PINNED,     SCHEDULE_MOVERS,       SCHEDULE_SUBJECTS,  SCHEDULE_THREADS,
		SCHEDULE_GROUPS,     SCHEDULE_MS,           SCHEDULE_HOGS,
	};
	int r = 0;

	_Static_assert(sizeof(order) / sizeof(order[0]) == SCHEDULE_KEYS, "every key once");
	for (int i = 0; r >= 0 && i < SCHEDULE_KEYS; i++)
		r = shrink_key(&sh, limits, order[i]);
	return r < 0 ? r : 0;
}
