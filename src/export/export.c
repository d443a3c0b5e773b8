/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

#define EXPORTER(symbol, name, summary) extern const struct exporter exporter_##symbol;
#include "export/list.h"
#undef EXPORTER

#define EXPORTER(symbol, name, summary) {name, &exporter_##symbol},
static const struct {
	const char *name;
	const struct exporter *exporter;
} exporters[] = {
#include "export/list.h"
};
#undef EXPORTER

const struct exporter *exporter_find(const char *name)
{
	for (size_t i = 0; i < sizeof(exporters) / sizeof(exporters[0]); i++)
		if (strcmp(exporters[i].name, name) == 0)
			return exporters[i].exporter;
	return NULL;
}

/* Exporters need not look: every time of the result is one. */
static int check_times(const char *path, const struct result *result, int64_t *ret_started_at_s,
		       struct err *e)
{
	const char *bad = NULL;
	int64_t s;

	if (clock_parse_rfc3339(result->started_at, ret_started_at_s) < 0)
		bad = result->started_at;
	for (size_t i = 0; !bad && i < result->n_runs; i++)
		for (size_t k = 0; !bad && k < result->runs[i].n_trials; k++)
			if (clock_parse_rfc3339(result->runs[i].trials[k].started_at, &s) < 0)
				bad = result->runs[i].trials[k].started_at;
	if (!bad)
		return 0;
	return err_set(e, EXIT_USAGE, EINVAL,
		       "%s: started_at: found \"%s\", allowed: a time like 2026-01-31T23:59:59Z",
		       path, bad);
}

static int fail(const struct export *x, int r, struct err *e)
{
	if (r == -ENOMEM)
		return err_no_memory(e);
	if (r == -EINVAL)
		return err_set(e, EXIT_USAGE, -r,
			       "%s: --origin or --build is not what the format allows",
			       x->exporter->name);
	return r; /* with its sentence */
}

int export_check(const struct exporter *exporter, const struct export_settings *settings,
		 size_t n_results, struct err *e)
{
	if (exporter->single && n_results > 1)
		return err_set(e, EXIT_USAGE, E2BIG,
			       "--to %s: found %zu results, allowed: one, whose series it knows "
			       "by their names alone",
			       exporter->name, n_results);
	if (settings->timestamps && !exporter->timestamps)
		return err_set(e, EXIT_USAGE, EINVAL,
			       "--timestamps goes with --to openmetrics, not with --to %s",
			       exporter->name);
	return 0;
}

int export_begin(struct export *x, const struct exporter *exporter,
		 const struct export_settings *settings, size_t n_results, FILE *to, struct err *e)
{
	int r;

	*x = (struct export){.exporter = exporter,
			     .settings = *settings,
			     .to = to,
			     .n_results = n_results,
			     .e = e};
	r = exporter->begin ? exporter->begin(x) : 0;
	return r < 0 ? fail(x, r, e) : 0;
}

/* A copy would count twice in whatever reads the output. */
static int remember(struct export *x, const char *path, const struct result *result)
{
	int r;

	for (size_t i = 0; i < x->n_ids; i++)
		if (strcmp(x->ids[i], result->id) == 0)
			return err_set(x->e, EXIT_USAGE, EEXIST,
				       "%s: the same result as %s (id %s)", path, x->paths[i],
				       result->id);
	r = array_add_text(&x->paths, &x->n_paths, "%s", path);
	return r == 0 ? array_add_text(&x->ids, &x->n_ids, "%s", result->id) : r;
}

static int add_run(struct export *x, const struct result *result, const struct pool *p)
{
	const struct exporter *to = x->exporter;
	int r = 0;

	for (size_t i = 0; r == 0 && to->trial && i < p->run->n_trials; i++)
		r = to->trial(x, result, p->run, &p->run->trials[i]);
	for (size_t i = 0; to->series && i < p->n; i++)
		to->series(x, result, p, &p->series[i]);
	return r;
}

static int add_pooled(struct export *x, struct export_source *source)
{
	const struct result *result = source->result;
	struct pool *pools = calloc(result->n_runs + 1, sizeof(*pools));
	int r = pools ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = pool_init(&pools[i], &result->runs[i], POOL_VALID);
	source->pools = pools;
	if (r == 0)
		r = x->exporter->add ? x->exporter->add(x, source) : 0;
	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = add_run(x, result, &pools[i]);
	for (size_t i = 0; pools && i < result->n_runs; i++)
		pool_finish(&pools[i]);
	free(pools);
	return r;
}

int export_add(struct export *x, const char *path, const struct result *result, struct err *e)
{
	struct export_source source = {.result = result, .index = x->n_paths};
	int r = check_times(path, result, &source.started_at_s, e);

	if (r < 0)
		return r;
	x->e = e;
	r = remember(x, path, result);
	if (r == 0)
		r = add_pooled(x, &source);
	return r < 0 ? fail(x, r, e) : 0;
}

int export_end(struct export *x, struct err *e)
{
	int r;

	x->e = e;
	r = x->exporter->end ? x->exporter->end(x) : 0;
	if (r == 0 && x->root) {
		r = json_build_print(&x->json, x->root, x->to);
		x->root = NULL;
	}
	return r < 0 ? fail(x, r, e) : 0;
}

void export_finish(struct export *x)
{
	if (x->exporter && x->exporter->finish && x->state)
		x->exporter->finish(x);
	free(x->state);
	json_object_put(x->root);
	array_free_texts(x->paths, x->n_paths);
	array_free_texts(x->ids, x->n_ids);
	*x = (struct export){0};
}
