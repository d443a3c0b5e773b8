/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KCIDB's I/O format, version 5.3 (kcidb_io/schema/v05_03.py): a test run for each workload of each
 * result, and one for each percentile of each series with its number. A measurement judges nothing:
 * its status is DONE. A workload without a valid trial is MISS: the machine, not the kernel, stood
 * in the way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/text.h"
#include "json/write.h"

enum { ID_SIZE = 512 };

/* One submission while it is built. */
struct submission {
	struct json_build *b;
	struct json_object *tests;
	const char *origin;
	/* of the result that is being added */
	const struct export_source *source;
	const char *build;
};

/* A path is words of [a-zA-Z0-9_-] with dots between: a percentile's own dot becomes "_". */
static void put_ids(struct submission *u, struct json_object *test, const char *path)
{
	char text[ID_SIZE];

	json_put_string(u->b, test, "build_id", u->build);
	snprintf(text, sizeof(text), "%s:%s/%s", u->origin, u->source->result->id, path);
	json_put_string(u->b, test, "id", text);
	json_put_string(u->b, test, "origin", u->origin);
	json_put_string(u->b, test, "path", path);
}

static void put_environment(struct submission *u, struct json_object *test)
{
	const struct host *h = &u->source->result->host;
	struct json_object *environment = json_put_object(u->b, test, "environment"), *misc;
	char comment[512];

	snprintf(comment, sizeof(comment), "%s, %lld CPUs, accelerator %s",
		 h->cpu_model ? h->cpu_model : "unknown CPU", (long long)h->cpu_count,
		 host_known(h->accelerator));
	json_put_string(u->b, environment, "comment", comment);
	misc = json_put_object(u->b, environment, "misc");
	if (h->name)
		json_put_string(u->b, misc, "host", h->name);
	if (h->kernel_release)
		json_put_string(u->b, misc, "kernel", h->kernel_release);
	json_put_string(u->b, misc, "lock_regime", host_regime_word(h));
}

static void put_run(struct submission *u, const struct pool *p)
{
	struct json_object *test = json_put_object(u->b, u->tests, NULL);
	char path[128];

	snprintf(path, sizeof(path), "cgchurn.%s", p->run->workload);
	put_ids(u, test, path);
	put_environment(u, test);
	json_put_string(u->b, test, "start_time",
			p->run->n_trials ? p->run->trials[0].started_at
					 : u->source->result->started_at);
	json_put_string(u->b, test, "status",
			p->run->failure ? "ERROR"
			: p->n_valid    ? "DONE"
					: "MISS");
	if (p->run->failure)
		json_put_string(u->b, test, "comment", p->run->failure);
}

static void put_percentiles(struct submission *u, const struct pool *p, const struct series *s)
{
	struct export_percentile shown[SERIES_PERCENTILES];
	size_t n = export_percentiles(s, true, shown);

	for (size_t i = 0; i < n; i++) {
		struct json_object *test = json_put_object(u->b, u->tests, NULL), *number;
		char path[384], *dot = strchr(shown[i].name, '.');

		if (dot)
			*dot = '_';
		snprintf(path, sizeof(path), "cgchurn.%s.%s.%s_%s.p%s", p->run->workload,
			 s->id.actor, s->id.span, span_time_names[s->id.time], shown[i].name);
		put_ids(u, test, path);
		json_put_string(u->b, test, "start_time", p->run->trials[0].started_at);
		json_put_string(u->b, test, "status", "DONE");
		number = json_put_object(u->b, test, "number");
		json_put_double(u->b, number, "value", shown[i].ns / 1e9);
		json_put_string(u->b, number, "unit", "s");
		json_put_string(u->b, number, "prefix", "metric");
	}
}

static void put_all(struct submission *u)
{
	for (size_t i = 0; i < u->source->result->n_runs; i++) {
		const struct pool *p = &u->source->pools[i];

		put_run(u, p);
		for (size_t k = 0; k < p->n; k++)
			put_percentiles(u, p, &p->series[k].all);
	}
}

static bool is_origin(const char *text, size_t length)
{
	return length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") >= length;
}

static int begin(struct export *x)
{
	struct submission *u = calloc(1, sizeof(*u));
	struct json_object *version;

	x->state = u;
	if (!u)
		return -ENOMEM;
	u->origin = x->settings.origin ? x->settings.origin : "cgchurn";
	if (!is_origin(u->origin, strlen(u->origin)))
		return -EINVAL;
	u->b = &x->json;
	x->root = json_build_object(u->b);
	version = json_put_object(u->b, x->root, "version");
	json_put_u64(u->b, version, "major", 5);
	json_put_u64(u->b, version, "minor", 3);
	u->tests = json_put_array(u->b, x->root, "tests");
	return 0;
}

static int add(struct export *x, const struct export_source *source)
{
	const struct host *h = &source->result->host;
	struct submission *u = x->state;
	char build[ID_SIZE];

	u->source = source;
	u->build = x->settings.build;
	if (!u->build) {
		snprintf(build, sizeof(build), "%s:%s-%.12s", u->origin,
			 host_known(h->kernel_release), host_known(h->kernel_config_sha256));
		u->build = build;
	}
	if (!strchr(u->build, ':') ||
	    !is_origin(u->build, (size_t)(strchr(u->build, ':') - u->build)))
		return -EINVAL;
	put_all(u);
	return 0;
}

const struct exporter exporter_kcidb = {
	.name = "kcidb",
	.begin = begin,
	.add = add,
};
