/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/history_identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
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

int identity_take(struct history *h, struct history_result *kept, const char *origin,
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

bool identity_same(const struct history *h, const char *workload, size_t a, size_t b, bool lenient)
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

const char *history_beside(const struct history *h, const struct history_series *s, size_t before,
			   size_t after, bool cuts_only, char buf[HISTORY_BESIDE_SIZE])
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
