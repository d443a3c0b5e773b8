/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interference of forkers and migrators as a heat map: for a workload that was run with several
 * numbers of each (`--set storm.workers=4 --set migrator.workers=2`), a shaded table of the median
 * of a migration.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "report/html.h"
#include "report/section.h"
#include "stressor/stressor.h"

/* How many workers there are on this machine. */
struct grid_place {
	uint64_t forkers, migrators;
};

struct cell {
	struct grid_place place;
	const struct report_series *series; /* of migrations */
};

struct grid {
	struct cell *cells;
	size_t n;
	double low, high; /* of the medians of all groups, ns */
};

static enum kind_role role_of(const char *stressor)
{
	const struct kind *kind = kind_find(stressor_kinds(), stressor);

	return kind ? kind->role : KIND_OTHER;
}

/* False where the numbers of workers are not known, or nothing migrates. */
static bool find_place(const struct report *r, const struct workload_outline *o,
		       struct grid_place *ret)
{
	int64_t cpus = r->groups[0].host->cpu_count;
	struct grid_place place = {0};

	for (size_t i = 0; i < o->n_actors; i++) {
		const struct workload_outline_actor *actor = &o->actors[i];
		uint64_t n = workload_count_workers(&actor->workers, cpus > 0 ? (uint64_t)cpus : 1);
		enum kind_role role = role_of(actor->stressor);

		if (!actor->stressor[0] || (actor->workers.per_cpu && cpus < 1))
			return false;
		place.migrators += role == KIND_MIGRATES ? n : 0;
		place.forkers += role == KIND_FORKS ? n : 0;
	}
	*ret = place;
	return place.migrators;
}

/* The response time where there is one. */
static const struct report_series *find_migration(const struct report_workload *w)
{
	const struct report_series *found = NULL;

	for (size_t i = 0; i < w->n_series; i++) {
		const struct report_series *s = &w->series[i];

		if (role_of(s->stressor) == KIND_MIGRATES &&
		    strcmp(s->id.span, kind_find(stressor_kinds(), s->stressor)->noun_span) == 0 &&
		    (!found || s->id.time == SPAN_RESPONSE))
			found = s;
	}
	return found;
}

static bool median_of(const struct report_series *s, size_t group, double *ret)
{
	*ret = series_percentile(&s->cells[group].all, 50);
	return isfinite(*ret);
}

static void extend(struct grid *g, const struct report *r, const struct report_series *s)
{
	double ns;

	for (size_t i = 0; i < r->n_groups; i++) {
		if (!median_of(s, i, &ns))
			continue;
		g->low = g->low > 0 && g->low < ns ? g->low : ns;
		g->high = g->high > ns ? g->high : ns;
	}
}

/* All variants of the workload `name`. */
static void collect(struct report *r, const char *name, struct grid *g)
{
	for (size_t i = 0; i < r->n_workloads; i++) {
		const struct report_workload *w = &r->workloads[i];
		const struct report_series *s = find_migration(w);
		struct grid_place place;
		struct cell *cell;

		if (strcmp(w->name, name) != 0 || !s || !find_place(r, &w->run->outline, &place))
			continue;
		cell = array_grow(&g->cells, &g->n, sizeof(*cell));
		if (!cell) {
			r->failed = true;
			return;
		}
		*cell = (struct cell){place, s};
		extend(g, r, s);
	}
}

static uint64_t axis_value(const struct cell *c, bool migrators)
{
	return migrators ? c->place.migrators : c->place.forkers;
}

/* The next larger number of workers on an axis; UINT64_MAX: none. */
static uint64_t next_value(const struct grid *g, bool migrators, uint64_t last, bool any)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < g->n; i++) {
		uint64_t value = axis_value(&g->cells[i], migrators);

		if ((!any || value > last) && value < next)
			next = value;
	}
	return next;
}

static const struct cell *find_cell(const struct grid *g, uint64_t forkers, uint64_t migrators)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->cells[i].place.forkers == forkers &&
		    g->cells[i].place.migrators == migrators)
			return &g->cells[i];
	return NULL;
}

static void print_cell(struct report *r, const struct grid *g, const struct cell *c, size_t group)
{
	char text[NUM_TEXT_SIZE];
	double ns, heat = 0;

	if (!c || !median_of(c->series, group, &ns)) {
		html_time(r, NAN);
		return;
	}
	if (g->high > g->low)
		heat = log(ns / g->low) / log(g->high / g->low);
	fprintf(r->page, "<td class=\"number heat\" style=\"--heat:%.3f\">%s</td>\n", heat,
		num_format_ns(ns, text));
}

static void print_head(struct report *r, const struct grid *g)
{
	uint64_t m = next_value(g, true, 0, false);

	fputs("<thead><tr><th scope=\"col\">forkers \\ migrators</th>\n", r->page);
	for (; m != UINT64_MAX; m = next_value(g, true, m, true))
		fprintf(r->page, "<th scope=\"col\" class=\"number\">%llu</th>\n",
			(unsigned long long)m);
	fputs("</tr></thead>\n<tbody>\n", r->page);
}

static void print_grid(struct report *r, const struct grid *g, const char *name, size_t group)
{
	char caption[WORKLOAD_NAME_SIZE + 300];
	uint64_t f = next_value(g, false, 0, false);

	snprintf(caption, sizeof(caption), "%s on %.200s: median of a migration", name,
		 r->groups[group].name);
	html_table_begin(r, caption, NULL);
	print_head(r, g);
	for (; f != UINT64_MAX; f = next_value(g, false, f, true)) {
		uint64_t m = next_value(g, true, 0, false);

		fprintf(r->page, "<tr><th scope=\"row\">%llu</th>\n", (unsigned long long)f);
		for (; m != UINT64_MAX; m = next_value(g, true, m, true))
			print_cell(r, g, find_cell(g, f, m), group);
		fputs("</tr>\n", r->page);
	}
	html_table_end(r);
}

/* A grid needs more than one place. */
static bool has_places(const struct grid *g)
{
	for (size_t i = 1; i < g->n; i++)
		if (g->cells[i].place.forkers != g->cells[0].place.forkers ||
		    g->cells[i].place.migrators != g->cells[0].place.migrators)
			return true;
	return false;
}

void section_grids(struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->n_workloads; i++) {
		struct grid g = {0};

		if (!r->workloads[i].variant)
			collect(r, r->workloads[i].name, &g);
		if (has_places(&g)) {
			if (!any)
				fputs("<h2 id=\"grids\">Forkers against migrators</h2>\n", r->page);
			any = true;
			for (size_t k = 0; k < r->n_groups; k++)
				print_grid(r, &g, r->workloads[i].name, k);
		}
		free(g.cells);
	}
}
