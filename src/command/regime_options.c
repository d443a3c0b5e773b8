/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/regime_options.h"

#include <errno.h>
#include <string.h>

#include "trace/kernel_files.h"
#include "run/regime.h"

/* In the order of enum favor_wish. */
const char *const regime_options_choices[] = {"keep", "on", "off", NULL};

static enum regime_wish wish_of(const struct regime_options *o)
{
	enum regime_wish wish = REGIME_KEEP;

	while (o->favordynmods && regime_options_choices[wish] &&
	       strcmp(regime_options_choices[wish], o->favordynmods) != 0)
		wish++;
	return wish;
}

int regime_setup_check(const struct regime_options *o, const struct host *h, struct err *e)
{
	return regime_override_check(wish_of(o), o->allow_one_way, h, e);
}

int regime_setup_override(struct regime_setup *l, const struct regime_options *o, struct host *h,
			  struct err *e)
{
	int r = regime_override_apply(&l->override, wish_of(o), h, e);

	if (r < 0 || !l->override.changed)
		return r;
	fprintf(stderr, "favordynmods is %s for %s until the end of this run%s\n",
		l->override.was_on ? "off" : "on", l->override.path,
		l->override.one_way ? "; the lock per process stays until reboot" : "");
	return 0;
}

/* A probe that fails leaves the doubt, which the result states. */
static void settle(struct session *s, struct host *h)
{
	struct err e = {0};

	/* Behaviour is asked only where nothing better decides: it takes seconds. */
	if (!host_lock_certain(h) && session_probe_regime(s, h, &e) < 0 &&
	    e.exit_code != EXIT_INTERRUPTED)
		err_print(&e, stderr);
}

static size_t most_workers(const struct run_list *list)
{
	size_t most = 0;

	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].plan.n_workers > most)
			most = list->items[i].plan.n_workers;
	return most;
}

int regime_setup_begin(struct regime_setup *l, const struct regime_options *o, struct session *s,
		       const struct run_list *list, struct result *result, struct err *e)
{
	const char *gap;
	int r;

	settle(s, &result->host);
	if (!o->attribute)
		return 0;
	r = attribution_open(&l->attribution, most_workers(list), e);
	if (r == -ENOTSUP && stack_readable()) {
		err_print(e, stderr);
		fputs("Looking at the workers' stacks instead: that tells shares of the time that "
		      "passes, not of spans.\n",
		      stderr);
		l->stack_samples = true;
		r = 0;
	}
	if (r < 0)
		return r;
	result->attributed = true;
	if (l->stack_samples)
		return 0;
	gap = attribution_gap(l->attribution);
	if (gap)
		fprintf(stderr, "attribution: %s\n", gap);
	return 0;
}

void regime_setup_end(struct regime_setup *l)
{
	struct err e = {0};

	attribution_close(l->attribution);
	l->attribution = NULL;
	if (regime_override_undo(&l->override, &e) < 0)
		err_print(&e, stderr);
}
