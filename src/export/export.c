/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

const struct exporter *const exporters[] = {
	&exporter_prometheus, &exporter_openmetrics,  &exporter_influx,
	&exporter_bmf,        &exporter_gh_benchmark, &exporter_gh_benchmark_rate,
	&exporter_kcidb,      &exporter_junit,        &exporter_ktap,
	&exporter_csv,        &exporter_hdr,          NULL, /* the end */
};

const struct exporter *exporter_find(const char *name)
{
	for (size_t i = 0; exporters[i]; i++)
		if (strcmp(exporters[i]->name, name) == 0)
			return exporters[i];
	return NULL;
}

/* Exporters need not look: every time of the result is one. */
static int check_times(const struct result *result, int64_t *ret_started_at_s, struct err *e)
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
		       "started_at: found \"%s\", allowed: a time like 2026-01-31T23:59:59Z", bad);
}

static int fail(const struct exporter *exporter, int r, struct err *e)
{
	if (r == -ENOMEM)
		return err_set(e, EXIT_FAULT, ENOMEM, "out of memory");
	return err_set(e, EXIT_USAGE, -r, "%s: --origin or --build is not what the format allows",
		       exporter->name);
}

int export_write(const struct exporter *exporter, const struct result *result,
		 const struct export_settings *settings, FILE *to, struct err *e)
{
	struct export_source source = {.result = result, .settings = *settings};
	struct pool *pools;
	int r = check_times(result, &source.started_at_s, e);

	if (r < 0)
		return r;
	pools = calloc(result->n_runs + 1, sizeof(*pools));
	if (!pools)
		return fail(exporter, -ENOMEM, e);
	for (size_t i = 0; r == 0 && i < result->n_runs; i++)
		r = pool_init(&pools[i], &result->runs[i]);
	source.pools = pools;
	if (r == 0)
		r = exporter->write(&source, to);
	for (size_t i = 0; i < result->n_runs; i++)
		pool_finish(&pools[i]);
	free(pools);
	return r < 0 ? fail(exporter, r, e) : 0;
}
