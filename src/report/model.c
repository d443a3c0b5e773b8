/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_kernel(const struct host *a, const struct host *b)
{
	return same_text(a->kernel_release, b->kernel_release) &&
	       same_text(a->kernel_version, b->kernel_version) &&
	       same_text(a->lock_regime, b->lock_regime);
}

int model_place(struct report *r, size_t argument, const struct result *result, size_t *ret,
		struct err *e)
{
	struct report_group *g;

	for (size_t i = 0; i < r->n_groups; i++) {
		g = &r->groups[i];
		if (g->argument == argument && same_text(g->first->label, result->label) &&
		    same_kernel(g->host, &result->host)) {
			g->n++;
			*ret = i;
			return 0;
		}
	}
	if (r->n_groups == REPORT_GROUPS_MAX) {
		err_set(e, EXIT_USAGE, EINVAL,
			"more than %d kinds of results (argument, label, kernel, regime) in one "
			"report",
			REPORT_GROUPS_MAX);
		err_hint(e, "`cgchurn history` shows results over many kernels.");
		return -EINVAL;
	}
	g = &r->groups[r->n_groups];
	*g = (struct report_group){
		.argument = argument, .host = &result->host, .first = result, .n = 1};
	*ret = r->n_groups++;
	return 0;
}

static const char *known(const char *text)
{
	return text && text[0] ? text : "unknown kernel";
}

/* Whether a group other than `i` has the same label; the same kernel and regime. */
static bool shares_label(const struct report *r, size_t i)
{
	for (size_t k = 0; k < r->n_groups; k++)
		if (k != i && same_text(r->groups[i].first->label, r->groups[k].first->label))
			return true;
	return false;
}

static bool shares_kernel(const struct report *r, size_t i)
{
	const struct host *h = r->groups[i].host;

	for (size_t k = 0; k < r->n_groups; k++)
		if (k != i && same_text(h->kernel_release, r->groups[k].host->kernel_release) &&
		    same_text(h->lock_regime, r->groups[k].host->lock_regime))
			return true;
	return false;
}

/*
 * The label if no other group has it; else the kernel, with the regime if the groups differ in it,
 * and with a number if another group has both.
 */
static char *make_name(const struct report *r, size_t i)
{
	const struct report_group *g = &r->groups[i];
	char number[24] = "", *name = NULL;
	bool regime = false;

	if (g->first->label && g->first->label[0] && !shares_label(r, i))
		return strdup(g->first->label);
	for (size_t k = 1; k < r->n_groups; k++)
		regime |=
			!same_text(r->groups[0].host->lock_regime, r->groups[k].host->lock_regime);
	if (shares_kernel(r, i))
		snprintf(number, sizeof(number), " (%zu)", i + 1);
	if (asprintf(&name, "%s%s%s%s", known(g->host->kernel_release), regime ? ", " : "",
		     regime ? host_regime_word(g->host) : "", number) < 0)
		return NULL;
	return name;
}

static int name_groups(struct report *r)
{
	for (size_t i = 0; i < r->n_groups; i++) {
		r->groups[i].name = make_name(r, i);
		if (!r->groups[i].name)
			return -ENOMEM;
	}
	return 0;
}

static struct report_workload *find_workload(struct report *r, const struct result_run *run)
{
	struct report_workload *w;
	size_t variants = 0;

	for (size_t i = 0; i < r->n_workloads; i++) {
		w = &r->workloads[i];
		if (strcmp(w->name, run->workload) != 0)
			continue;
		if (strcmp(w->sha256, run->sha256) == 0)
			return w;
		variants++;
	}
	w = array_grow(&r->workloads, &r->n_workloads, sizeof(*w));
	if (!w)
		return NULL;
	strcpy(w->name, run->workload);
	w->sha256 = run->sha256;
	w->run = run;
	w->variant = variants;
	return w;
}

static bool is_primary(const struct result_run *run, const struct series_id *id)
{
	for (size_t i = 0; i < run->n_primaries; i++)
		if (primary_is_of(&run->primaries[i], id))
			return true;
	return false;
}

static struct report_series *find_series(struct report_workload *w, const struct result_run *run,
					 const struct series *like)
{
	struct report_series *s;

	for (size_t i = 0; i < w->n_series; i++)
		if (series_id_equal(&w->series[i].id, &like->id))
			return &w->series[i];
	s = array_grow(&w->series, &w->n_series, sizeof(*s));
	if (!s)
		return NULL;
	s->id = like->id;
	strcpy(s->stressor, like->stressor);
	s->primary = is_primary(run, &like->id);
	return s;
}

static const struct series *find_example(const struct result_run *run, const struct series_id *id)
{
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].valid)
			return series_find(run->trials[i].series, run->trials[i].n_series, id);
	return NULL;
}

/* Adds to what the cell holds already. */
static int add_to_cell(struct report_cell *cell, const struct pool *p,
		       const struct pooled_series *s)
{
	int r = series_merge(&cell->all, &s->all);

	cell->n_trials += p->n_valid;
	cell->window_s += s->window_s;
	if (cell->window_s > 0)
		cell->all.rate_per_s = (double)cell->all.histogram.count / cell->window_s;
	if (!cell->example)
		cell->example = find_example(p->run, &s->all.id);
	return r;
}

static const char *trouble_of(const struct result_run *run)
{
	if (run->failure)
		return run->failure;
	for (size_t i = 0; i < run->n_trials; i++)
		if (run->trials[i].n_reasons)
			return run->trials[i].reasons[0];
	return NULL;
}

static int add_pool(struct report_workload *w, size_t group, const struct pool *p)
{
	int r = 0;

	w->n_valid[group] += p->n_valid;
	w->n_invalid[group] += p->n_invalid;
	if (!w->trouble[group])
		w->trouble[group] = trouble_of(p->run);
	for (size_t i = 0; r == 0 && i < p->n; i++) {
		struct report_series *s = find_series(w, p->run, &p->series[i].all);

		r = s ? add_to_cell(&s->cells[group], p, &p->series[i]) : -ENOMEM;
	}
	return r;
}

static int add_run(struct report *r, size_t group, const struct result_run *run)
{
	struct report_workload *w = find_workload(r, run);
	struct pool p;
	int error = w ? pool_init(&p, run, POOL_VALID) : -ENOMEM;

	if (error < 0)
		return error;
	error = add_pool(w, group, &p);
	pool_finish(&p);
	return error;
}

int model_arrange(struct report *r)
{
	int error = name_groups(r);

	for (size_t i = 0; i < r->n_results; i++) {
		const struct report_result *result = &r->results[i];

		for (size_t k = 0; error == 0 && k < result->result->n_runs; k++)
			error = add_run(r, result->group, &result->result->runs[k]);
	}
	return error;
}

static void finish_workload(struct report_workload *w)
{
	for (size_t i = 0; i < w->n_series; i++)
		for (size_t g = 0; g < REPORT_GROUPS_MAX; g++)
			series_finish(&w->series[i].cells[g].all);
	free(w->series);
}

void model_finish(struct report *r)
{
	for (size_t i = 0; i < r->n_workloads; i++)
		finish_workload(&r->workloads[i]);
	free(r->workloads);
	for (size_t i = 0; i < r->n_groups; i++)
		free(r->groups[i].name);
	for (size_t i = 0; i < r->n_results; i++) {
		result_destroy(r->results[i].result);
		free(r->results[i].origin);
	}
	free(r->results);
	for (size_t i = 0; i < r->n_sweeps; i++)
		sweep_view_finish(&r->sweeps[i]);
	free(r->sweeps);
}

const char *model_workload_name(const struct report_workload *w, char buf[MODEL_NAME_SIZE])
{
	if (w->variant)
		snprintf(buf, MODEL_NAME_SIZE, "%s (variant %zu)", w->name, w->variant + 1);
	else
		snprintf(buf, MODEL_NAME_SIZE, "%s", w->name);
	return buf;
}
