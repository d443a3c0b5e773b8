/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/json.h"
#include "json/write.h"
#include "json/read.h"
#include "result/json.h"

enum { TEXT_MAX = 4096 };

/* A list of strings and its length, which stands behind it in each struct. */
struct strings {
	char ***items;
	size_t *n;
};

static int read_element(const struct json_at *at, void *to)
{
	const struct strings *s = to;
	_cleanup_free char *text = NULL;
	int r = json_dup_string(at, TEXT_MAX, &text);

	if (r == 0 && result_add_string(s->items, s->n, "%s", text) < 0)
		r = json_fail_memory(at);
	return r;
}

static int read_strings(const struct json_at *at, char ***items, size_t *n)
{
	struct strings s = {items, n};

	return json_each_element(at, RESULT_STRINGS_MAX, read_element, &s);
}

static int read_reasons(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_trial *trial = to;

	return read_strings(at, &trial->reasons, &trial->n_reasons);
}

static int read_throttled(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_trial_env *env = to;

	env->has_throttled = true;
	return json_get_u64(at, 0, UINT64_MAX, &env->throttled_ns);
}

static int read_psi(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_trial_env *env = to;

	env->has_psi = true;
	return json_get_u64(at, 0, UINT64_MAX, &env->psi_cpu_ns);
}

static int read_cpu(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_trial_env *env = to;

	env->has_cpu = true;
	return json_get_u64(at, 0, UINT64_MAX, (uint64_t *)((char *)to + field->offset));
}

static int read_env(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("clock_source", json_field_text, struct result_trial_env, clock_source,
		      .max = 31, .nullable = true),
		FIELD("load1", json_field_double, struct result_trial_env, load1, .nullable = true),
		FIELD("steal_ns", json_field_u64, struct result_trial_env, steal_ns,
		      .max = UINT64_MAX),
		{.key = "throttled_ns", .take = read_throttled, .nullable = true},
		{.key = "psi_cpu_ns", .take = read_psi, .nullable = true},
		FIELD("own_cpu_ns", read_cpu, struct result_trial_env, own_cpu_ns),
		FIELD("foreign_cpu_ns", read_cpu, struct result_trial_env, foreign_cpu_ns),
		FIELD("taint", json_field_u64, struct result_trial_env, taint, .max = UINT64_MAX),
		FIELD("dying_groups", json_field_u64, struct result_trial_env, dying_groups,
		      .max = UINT64_MAX),
	};
	struct result_trial *trial = to;

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), &trial->env);
}

static int read_one_series(const struct json_at *at, void *to)
{
	struct result_trial *trial = to;
	char word[sizeof(trial->unknown_time)];
	struct series *s;
	int r;

	if (is_of_unknown_time(at, word)) {
		if (!trial->unknown_series++)
			strcpy(trial->unknown_time, word);
		return 0;
	}
	s = result_add_series(trial);
	r = s ? read_series(at, s) : json_fail_memory(at);
	if (r == 0 && series_find(trial->series, trial->n_series, &s->id) != s)
		r = json_complain(at, "found the series %s, %s, %s again, allowed: each once",
				  s->id.actor, s->id.span, span_time_names[s->id.time]);
	return r;
}

static int read_series_list(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, RESULT_SERIES_MAX, read_one_series, to);
}

#define TIME_TEXT_MAX 23 /* an RFC 3339 time in UTC, and some room */

static int read_trial(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		FIELD("index", json_field_u64, struct result_trial, index, .max = UINT64_MAX,
		      .required = true),
		FIELD("started_at", json_field_text, struct result_trial, started_at,
		      .max = TIME_TEXT_MAX, .required = true),
		FIELD("duration_ns", json_field_u64, struct result_trial, duration_ns,
		      .max = UINT64_MAX, .required = true),
		FIELD("setup_ns", json_field_u64, struct result_trial, setup_ns, .max = UINT64_MAX),
		FIELD("teardown_ns", json_field_u64, struct result_trial, teardown_ns,
		      .max = UINT64_MAX),
		FIELD("valid", json_field_bool, struct result_trial, valid, .required = true),
		{.key = "reasons", .take = read_reasons},
		{.key = "env", .take = read_env},
		{.key = "series", .take = read_series_list, .required = true},
		{.key = "looks", .take = read_stack_samples},
	};
	struct result_trial *trial = result_add_trial(to);

	return trial ? json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), trial)
		     : json_fail_memory(at);
}

static int read_trials(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, RESULT_TRIALS_MAX, read_trial, to);
}

/* A message about the specification stands behind the place of the specification. */
static int read_primaries(const struct json_at *at, struct result_run *run)
{
	struct err e = {0};
	int r = workload_primaries_from_spec(run->spec, run->primaries, &run->n_primaries, &e);
	const char *path = strstr(e.text, "$.");

	if (r == -ENOMEM)
		return json_fail_memory(at);
	return r < 0 ? json_complain(at, "%s", path ? path : e.text) : 0;
}

static int read_spec(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_run *run = to;
	int r = json_want_object(at, NULL, 0);

	if (r < 0)
		return r;
	run->spec = json_canonical(at->value);
	if (!run->spec)
		return json_fail_memory(at);
	r = workload_outline_read(at, &run->outline);
	return r == 0 ? read_primaries(at, run) : r;
}

static int read_workload(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("name", read_name, struct result_run, workload, .max = WORKLOAD_NAME_SIZE - 1,
		      .required = true),
		FIELD("sha256", json_field_text, struct result_run, sha256, .max = 64,
		      .required = true),
		{.key = "spec", .take = read_spec, .required = true, .nullable = true},
	};

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), to);
}

static int read_controllers(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_hierarchy *h = to;

	return read_strings(at, &h->controllers, &h->n_controllers);
}

static int read_skipped(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result_hierarchy *h = to;

	return read_strings(at, &h->skipped, &h->n_skipped);
}

static int read_hierarchy(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("groups", json_field_u64, struct result_hierarchy, groups, .max = UINT64_MAX),
		{.key = "controllers", .take = read_controllers},
		{.key = "skipped", .take = read_skipped},
	};
	struct result_run *run = to;

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), &run->hierarchy);
}

static int read_run(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		{.key = "workload", .take = read_workload, .required = true},
		FIELD("trials_planned", json_field_u64, struct result_run, trials_planned,
		      .max = UINT64_MAX),
		FIELD("failure", json_field_string, struct result_run, failure, .max = TEXT_MAX,
		      .nullable = true),
		{.key = "hierarchy", .take = read_hierarchy},
		{.key = "trials", .take = read_trials, .required = true},
	};
	struct result_run *run = result_add_run(to);

	return run ? json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), run)
		   : json_fail_memory(at);
}

static int read_runs(const struct json_at *at, const struct json_field *field, void *to)
{
	return json_each_element(at, RESULT_RUNS_MAX, read_run, to);
}

static int read_tool(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("name", json_field_string, struct result, tool_name, .max = TEXT_MAX,
		      .nullable = true),
		FIELD("version", json_field_string, struct result, tool_version, .max = TEXT_MAX,
		      .nullable = true),
	};

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), to);
}

static int read_sequence(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("block", json_field_u64, struct result, sequence_block, .max = UINT64_MAX,
		      .required = true),
		FIELD("position", json_field_u64, struct result, sequence_position,
		      .max = UINT64_MAX, .required = true),
	};
	struct result *r = to;

	r->has_sequence = true;
	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), r);
}

static int read_instrument(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field fields[] = {
		FIELD("clock_ns", json_field_double, struct result_instrument, clock_ns,
		      .nullable = true),
		FIELD("null_step_ns", json_field_double, struct result_instrument, null_step_ns,
		      .nullable = true),
		FIELD("record_ns", json_field_double, struct result_instrument, record_ns,
		      .nullable = true),
	};
	struct result *r = to;

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), &r->instrument);
}

static int read_host(const struct json_at *at, const struct json_field *field, void *to)
{
	struct result *r = to;

	return host_take_json(at, &r->host);
}

static int read_root(const struct json_at *at, struct result *ret)
{
	static const struct json_field fields[] = {
		{.key = "tool", .take = read_tool},
		FIELD("id", json_field_text, struct result, id, .max = sizeof(ret->id) - 1,
		      .required = true),
		FIELD("label", json_field_string, struct result, label, .max = TEXT_MAX,
		      .nullable = true),
		FIELD("started_at", json_field_text, struct result, started_at,
		      .max = TIME_TEXT_MAX, .required = true),
		FIELD("complete", json_field_bool, struct result, complete, .required = true),
		FIELD("attributed", json_field_bool, struct result, attributed),
		FIELD("raw", json_field_bool, struct result, raw),
		FIELD("seed", json_field_u64, struct result, seed, .max = UINT64_MAX),
		{.key = "sequence", .take = read_sequence, .nullable = true},
		{.key = "host", .take = read_host, .required = true},
		{.key = "instrument", .take = read_instrument, .required = true},
		{.key = "runs", .take = read_runs, .required = true},
	};

	return json_get_fields(at, fields, sizeof(fields) / sizeof(fields[0]), ret);
}

/* First, because the keys of another version or of another kind of file are not ours to judge. */
static int check_schema(const struct json_at *root)
{
	static const char *const schemas[] = {RESULT_SCHEMA, RESULT_SCHEMA_1};
	struct json_at schema = json_member(root, "schema");
	size_t index;
	int r = json_want_object(root, NULL, 0);

	if (r < 0)
		return r;
	if (!schema.present)
		return json_complain(root,
				     "found no key \"schema\", allowed: one that says \"%s\" or "
				     "\"%s\"",
				     RESULT_SCHEMA, RESULT_SCHEMA_1);
	return json_get_choice(&schema, schemas, 2, &index);
}

static int read_document(const struct json_doc *doc, struct result **ret, struct err *e)
{
	struct json_at root = json_root(doc, e);
	struct result *result;
	int r = check_schema(&root);

	if (r < 0)
		return r;
	result = result_create();
	if (!result)
		return json_fail_memory(&root);
	r = read_root(&root, result);
	if (r == 0)
		*ret = result;
	else
		result_destroy(result);
	return r;
}

int result_from_json(const char *text, size_t size, const char *origin, struct result **ret,
		     struct err *e)
{
	struct json_doc doc;
	size_t blank = 0;
	int r;

	while (blank < size && strchr(" \t\r\n", text[blank]) && text[blank])
		blank++;
	if (blank == size || text[blank] != '{')
		return err_set(e, EXIT_USAGE, EINVAL, "%s: not a result file (JSON expected)",
			       json_origin(origin, (char[JSON_ORIGIN_SIZE]){0}));
	r = json_doc_init(&doc, text, size, origin, e);
	if (r < 0)
		return r;
	r = read_document(&doc, ret, e);
	json_doc_finish(&doc);
	return r;
}

int result_read(const char *path, struct result **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = json_read_file(path, RESULT_FILE_SIZE_MAX, &text, &size, e);

	return r < 0 ? r : result_from_json(text, size, path, ret, e);
}
