/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of results: their facts, which tell series apart, and their values. */
#include "compare/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/escape.h"
#include "compare/facts.h"

enum { SHOWN_MAX = 40 }; /* longer values are named, not shown */

static struct history_fact *find(const struct history *h, const char *name)
{
	for (size_t i = 0; i < h->n_facts; i++)
		if (strcmp(h->facts[i].name, name) == 0)
			return &h->facts[i];
	return NULL;
}

/* The regime is under test where two are compared; over time it is another question. */
static struct history_fact *find_or_add(struct history *h, const char *name, const char *label,
					bool must_match, bool fixed)
{
	struct history_fact *fact = find(h, name);

	if (fact)
		return fact;
	fact = array_grow(&h->facts, &h->n_facts, sizeof(*fact));
	if (!fact)
		return NULL;
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	fact->label = label;
	fact->cuts = must_match || strcmp(name, "lock.regime") == 0;
	fact->fixed = fixed;
	return fact;
}

/* The index of a value, plus 1; 0 where memory ran out. */
static size_t value_number(struct history_fact *fact, const char *text)
{
	_cleanup_free char *masked = escape_dup(text);
	char **added;

	for (size_t i = 0; masked && i < fact->n_values; i++)
		if (strcmp(fact->values[i], masked) == 0)
			return i + 1;
	added = masked ? array_grow(&fact->values, &fact->n_values, sizeof(*added)) : NULL;
	if (!added)
		return 0;
	*added = steal_ptr(masked);
	return fact->n_values;
}

static int keep(struct history *h, struct history_result *kept, struct history_fact *fact,
		const char *text)
{
	size_t index, *number;

	if (!fact)
		return -ENOMEM;
	index = (size_t)(fact - h->facts);
	while (kept->n_facts <= index)
		if (!array_grow(&kept->facts, &kept->n_facts, sizeof(*kept->facts)))
			return -ENOMEM;
	number = &kept->facts[index];
	*number = value_number(fact, text);
	return *number ? 0 : -ENOMEM;
}

static int take_facts(struct history *h, struct history_result *kept, const char *origin,
		      const struct result *result)
{
	struct facts facts = {0};
	int r = facts_add(&facts, 0, origin, result);

	for (size_t i = 0; r == 0 && i < facts.n; i++) {
		const struct fact *f = &facts.items[i];

		if (f->n_values[0])
			r = keep(h, kept,
				 find_or_add(h, f->name, f->label, f->role == HOST_MUST_MATCH,
					     f->fixed),
				 f->values[0][0].text);
	}
	if (r == 0)
		r = keep(h, kept, find_or_add(h, "host", "host", true, false),
			 result->host.name ? result->host.name : "unknown");
	facts_finish(&facts);
	return r;
}

static size_t number_of(const struct history *h, size_t result, size_t fact)
{
	const struct history_result *r = &h->results[result];

	return fact < r->n_facts ? r->facts[fact] : 0;
}

/* Whether it is about every workload, or about this one. */
static bool concerns(const struct history_fact *fact, const char *workload)
{
	const char *colon = strchr(fact->name, ':');

	return !colon || strcmp(colon + 1, workload) == 0;
}

bool history_same_series(const struct history *h, const char *workload, size_t a, size_t b,
			 bool lenient)
{
	for (size_t i = 0; i < h->n_facts; i++) {
		size_t x = number_of(h, a, i), y = number_of(h, b, i);

		if (!h->facts[i].cuts || !concerns(&h->facts[i], workload))
			continue;
		if (x != y && !(lenient && (!x || !y)))
			return false;
	}
	return true;
}

int history_allow(struct history *h, const char *name, struct err *e)
{
	size_t length = strlen(name);
	bool found = false;

	for (size_t i = 0; i < h->n_facts; i++) {
		struct history_fact *fact = &h->facts[i];

		if (strncmp(fact->name, name, length) == 0 &&
		    (fact->name[length] == '\0' || fact->name[length] == ':')) {
			fact->cuts &= fact->fixed;
			found = true;
		}
	}
	if (found)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "--allow-different: unknown fact '%s'", name);
	err_hint(e, "The names are those of `cgchurn compare`, and \"host\".");
	return -EINVAL;
}

const char *history_fact(const struct history *h, size_t result, const char *name)
{
	const struct history_fact *fact = find(h, name);
	size_t number = fact ? number_of(h, result, (size_t)(fact - h->facts)) : 0;

	return number ? fact->values[number - 1] : "unknown";
}

static size_t print_difference(const struct history_fact *fact, size_t x, size_t y, char *to,
			       size_t size)
{
	const char *from = x ? fact->values[x - 1] : "none";
	const char *then = y ? fact->values[y - 1] : "none";
	int n;

	if (strlen(from) > SHOWN_MAX || strlen(then) > SHOWN_MAX)
		n = snprintf(to, size, "%s", fact->label);
	else
		n = snprintf(to, size, "%s %s to %s", fact->label, from, then);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

static const char *print_differences(const struct history *h, const struct history_series *s,
				     size_t before, size_t after, bool cuts_only,
				     char buf[HISTORY_BESIDE_SIZE])
{
	const char *workload = h->metrics[s->metric].workload;
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < h->n_facts && used < HISTORY_BESIDE_SIZE - 3; i++) {
		const struct history_fact *fact = &h->facts[i];
		size_t x = number_of(h, before, i), y = number_of(h, after, i);

		if (x == y || !concerns(fact, workload) || (cuts_only && !fact->cuts))
			continue;
		if (used)
			used += (size_t)sprintf(buf + used, ", ");
		used += print_difference(fact, x, y, buf + used, HISTORY_BESIDE_SIZE - used);
	}
	return buf;
}

const char *history_apart(const struct history *h, size_t series, char buf[HISTORY_BESIDE_SIZE])
{
	const struct history_series *s = &h->series[series];

	if (history_is_first(h, series))
		return NULL;
	return print_differences(h, s, s[-1].like, s->like, true, buf);
}

/* Of the points before and after `at`; "" for nothing. */
static const char *beside_point(const struct history *h, const struct history_series *s, size_t at,
				char buf[HISTORY_BESIDE_SIZE])
{
	size_t before = s->points[at - 1].result, after = s->points[at].result;
	size_t used = strlen(print_differences(h, s, before, after, false, buf));

	if (s->shared_boots && strcmp(h->results[before].boot, h->results[after].boot) != 0)
		snprintf(buf + used, HISTORY_BESIDE_SIZE - used, "%sanother boot",
			 used ? ", " : "");
	return buf;
}

const char *history_beside_change(const struct history *h, const struct history_series *s,
				  size_t segment, char buf[HISTORY_BESIDE_SIZE])
{
	size_t at = s->segments[segment].first;
	char found[HISTORY_BESIDE_SIZE];
	const char *where = NULL;

	if (*beside_point(h, s, at, buf))
		return buf;
	/* A change of two standard deviations is often found one point off. */
	if (at > 1 && *beside_point(h, s, at - 1, found))
		where = "earlier";
	else if (at + 1 < s->n && *beside_point(h, s, at + 1, found))
		where = "later";
	snprintf(buf, HISTORY_BESIDE_SIZE, "nothing that is recorded%s%s%s%.900s",
		 where ? "; one point " : "", where ? where : "", where ? ": " : "",
		 where ? found : "");
	return buf;
}

static struct history_metric *find_metric(struct history *h, const char *workload,
					  const struct workload_primary *p)
{
	struct history_metric *m;

	for (size_t i = 0; i < h->n_metrics; i++)
		if (strcmp(h->metrics[i].workload, workload) == 0 &&
		    primary_same(&h->metrics[i].primary, p))
			return &h->metrics[i];
	m = array_grow(&h->metrics, &h->n_metrics, sizeof(*m));
	if (m) {
		strcpy(m->workload, workload);
		m->primary = *p;
	}
	return m;
}

static int add_run(struct history *h, const struct result *result, const struct result_run *run)
{
	for (size_t i = 0; i < run->n_primaries; i++) {
		struct history_metric *m = find_metric(h, run->workload, &run->primaries[i]);
		struct history_point *point =
			m ? array_grow(&h->seen, &h->n_seen, sizeof(*point)) : NULL;
		int r;

		if (!point)
			return -ENOMEM;
		point->metric = (size_t)(m - h->metrics);
		point->result = h->n_results - 1;
		point->n = 1;
		r = history_value_of(result, run, &run->primaries[i], &point->value,
				     &point->missing);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

static int add_copy(struct history *h, const char *origin, const char *of)
{
	struct history_copy *added = array_grow(&h->copies, &h->n_copies, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = (struct history_copy){copy(origin), copy(of)};
	return added->origin && added->of ? 0 : -ENOMEM;
}

static int add_result(struct history *h, const char *origin, const struct result *result,
		      int64_t started_at_s)
{
	struct history_result *kept = array_grow(&h->results, &h->n_results, sizeof(*kept));
	int r;

	if (!kept)
		return -ENOMEM;
	*kept = (struct history_result){
		.started_at_s = started_at_s,
		.order = h->n_results - 1,
		.origin = copy(origin),
		.id = copy(result->id),
		.label = copy(result->label),
		.boot = copy(result->host.boot_id),
		.complete = result->complete,
	};
	if (!kept->origin || !kept->id || !kept->label || !kept->boot)
		return -ENOMEM;
	r = take_facts(h, kept, origin, result);
	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = add_run(h, result, &result->runs[i]);
	return r;
}

int history_add(struct history *h, const char *origin, const struct result *result, struct err *e)
{
	const char *of = NULL;
	int64_t started_at_s;
	int r;

	if (clock_parse_rfc3339(result->started_at, &started_at_s) < 0)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "%s: $.started_at: found \"%s\", allowed: a time like "
			       "2026-01-31T23:59:59Z",
			       origin, result->started_at);
	for (size_t i = 0; !of && i < h->n_results; i++)
		if (strcmp(h->results[i].id, result->id) == 0)
			of = h->results[i].origin;
	r = of ? add_copy(h, origin, of) : add_result(h, origin, result, started_at_s);
	return r < 0 ? err_no_memory(e) : 0;
}

static void free_points(struct history_point *points, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(points[i].missing);
	free(points);
}

static void finish_result(struct history_result *r)
{
	free(r->origin);
	free(r->id);
	free(r->label);
	free(r->boot);
	free(r->facts);
}

static void finish_fact(struct history_fact *fact)
{
	for (size_t i = 0; i < fact->n_values; i++)
		free(fact->values[i]);
	free(fact->values);
}

static void finish_series(struct history_series *s)
{
	free_points(s->points, s->n);
	free_points(s->missing, s->n_missing);
	free(s->segments);
}

void history_finish(struct history *h)
{
	for (size_t i = 0; i < h->n_facts; i++)
		finish_fact(&h->facts[i]);
	for (size_t i = 0; i < h->n_results; i++)
		finish_result(&h->results[i]);
	for (size_t i = 0; i < h->n_copies; i++) {
		free(h->copies[i].origin);
		free(h->copies[i].of);
	}
	for (size_t i = 0; i < h->n_series; i++)
		finish_series(&h->series[i]);
	free_points(h->seen, h->n_seen);
	free(h->facts);
	free(h->results);
	free(h->copies);
	free(h->metrics);
	free(h->series);
	*h = (struct history){0};
}
