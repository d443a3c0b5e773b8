/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/json.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/replace.h"
#include "host/json.h"
#include "result/fields.h"

#define TEXT_MAX 4096
#define STRING(key, type, member) BOTH(key, string, type, member, .max = TEXT_MAX, .nullable = true)
#define STRINGS(key, type, member, counter)                         \
	BOTH(key, strings, type, member, .max = RESULT_STRINGS_MAX, \
	     .count = offsetof(type, counter))
#define TIME(key, type, member) \
	BOTH(key, text, type, member, .max = sizeof(((type *)0)->member) - 1, .required = true)

#define COST(key, type, member) BOTH(key, double, type, member, .nullable = true)

static const struct json_field env_fields[] = {
	BOTH("clock_source", text, struct result_trial_env, clock_source, .max = 31,
	     .nullable = true),
	BOTH("load1", double, struct result_trial_env, load1, .nullable = true),
	NUMBER("steal_ns", struct result_trial_env, steal_ns),
	NUMBER("throttled_ns", struct result_trial_env, throttled_ns, .nullable = true,
	       .has = offsetof(struct result_trial_env, has_throttled)),
	NUMBER("psi_cpu_ns", struct result_trial_env, psi_cpu_ns, .nullable = true,
	       .has = offsetof(struct result_trial_env, has_psi)),
	NUMBER("own_cpu_ns", struct result_trial_env, own_cpu_ns,
	       .has = offsetof(struct result_trial_env, has_cpu)),
	NUMBER("foreign_cpu_ns", struct result_trial_env, foreign_cpu_ns,
	       .has = offsetof(struct result_trial_env, has_cpu)),
	NUMBER("taint", struct result_trial_env, taint),
	NUMBER("dying_groups", struct result_trial_env, dying_groups,
	       .nonzero = offsetof(struct result_trial_env, dying_groups)),
};
static const struct json_table env_table = JSON_TABLE(struct result_trial_env, env_fields);

static void put_looks(struct json_build *b, struct json_object *to, const struct json_field *field,
		      const void *from)
{
	if (((const struct result_trial *)from)->n_stack_samples)
		json_put_field_list(b, to, field, from);
}

static const struct json_field trial_fields[] = {
	NUMBER("index", struct result_trial, index, .required = true),
	TIME("started_at", struct result_trial, started_at),
	NUMBER("duration_ns", struct result_trial, duration_ns, .required = true),
	NUMBER("setup_ns", struct result_trial, setup_ns),
	NUMBER("teardown_ns", struct result_trial, teardown_ns),
	BOTH("valid", bool, struct result_trial, valid, .required = true),
	STRINGS("reasons", struct result_trial, reasons, n_reasons),
	BOTH("env", object, struct result_trial, env, .of = &env_table),
	FIELD("looks", json_field_list, struct result_trial, stack_samples, .put = put_looks,
	      .of = &stack_samples_table, .max = RESULT_SERIES_MAX,
	      .count = offsetof(struct result_trial, n_stack_samples)),
	FIELD("series", take_series, struct result_trial, series, .put = json_put_field_list,
	      .of = &series_table, .count = offsetof(struct result_trial, n_series),
	      .required = true),
};
static const struct json_table trial_table = JSON_TABLE(struct result_trial, trial_fields);

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

static int take_spec(const struct json_at *at, const struct json_field *field, void *to)
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

/* It is JSON already, and stands in the file as what it is, not as a string of it. */
static void put_spec(struct json_build *b, struct json_object *to, const struct json_field *field,
		     const void *from)
{
	const struct result_run *run = from;
	struct json_doc doc = {0};

	if (run->spec)
		b->failed |=
			json_doc_init(&doc, run->spec, strlen(run->spec), run->workload, NULL) < 0;
	json_put_value(b, to, field->key, json_object_get(doc.root));
	json_doc_finish(&doc);
}

static const struct json_field workload_fields[] = {
	NAME("name", struct result_run, workload),
	BOTH("sha256", text, struct result_run, sha256, .max = 64, .required = true),
	{.key = "spec", .take = take_spec, .put = put_spec, .required = true, .nullable = true},
};
static const struct json_table workload_table = JSON_TABLE(struct result_run, workload_fields);

static const struct json_field hierarchy_fields[] = {
	NUMBER("groups", struct result_hierarchy, groups),
	STRINGS("controllers", struct result_hierarchy, controllers, n_controllers),
	STRINGS("skipped", struct result_hierarchy, skipped, n_skipped),
};
static const struct json_table hierarchy_table =
	JSON_TABLE(struct result_hierarchy, hierarchy_fields);

static const struct json_field run_fields[] = {
	NESTED("workload", &workload_table, .required = true),
	NUMBER("trials_planned", struct result_run, trials_planned),
	STRING("failure", struct result_run, failure),
	BOTH("hierarchy", object, struct result_run, hierarchy, .of = &hierarchy_table),
	BOTH("trials", list, struct result_run, trials, .of = &trial_table,
	     .max = RESULT_TRIALS_MAX, .count = offsetof(struct result_run, n_trials),
	     .required = true),
};
static const struct json_table run_table = JSON_TABLE(struct result_run, run_fields);

static const struct json_field tool_fields[] = {
	STRING("name", struct result, tool_name),
	STRING("version", struct result, tool_version),
};
static const struct json_table tool_table = JSON_TABLE(struct result, tool_fields);

static const struct json_field sequence_fields[] = {
	NUMBER("block", struct result, sequence_block, .required = true),
	NUMBER("position", struct result, sequence_position, .required = true),
};
static const struct json_table sequence_table = JSON_TABLE(struct result, sequence_fields);

static const struct json_field instrument_fields[] = {
	COST("clock_ns", struct result_instrument, clock_ns),
	COST("null_step_ns", struct result_instrument, null_step_ns),
	COST("record_ns", struct result_instrument, record_ns),
};
static const struct json_table instrument_table =
	JSON_TABLE(struct result_instrument, instrument_fields);

static int take_host(const struct json_at *at, const struct json_field *field, void *to)
{
	return host_take_json(at, &((struct result *)to)->host);
}

static void put_host(struct json_build *b, struct json_object *to, const struct json_field *field,
		     const void *from)
{
	host_put_json(b, json_put_object(b, to, field->key), &((const struct result *)from)->host);
}

static void put_schema(struct json_build *b, struct json_object *to, const struct json_field *field,
		       const void *from)
{
	json_put_string(b, to, field->key, RESULT_SCHEMA);
}

static const struct json_field result_fields[] = {
	{.key = "schema", .put = put_schema}, /* read before all else */
	NESTED("tool", &tool_table),
	TIME("id", struct result, id),
	STRING("label", struct result, label),
	TIME("started_at", struct result, started_at),
	BOTH("complete", bool, struct result, complete, .required = true),
	BOTH("attributed", bool, struct result, attributed),
	BOTH("raw", bool, struct result, raw),
	NUMBER("seed", struct result, seed),
	NESTED("sequence", &sequence_table, .has = offsetof(struct result, has_sequence),
	       .nullable = true),
	{.key = "host", .take = take_host, .put = put_host, .required = true},
	BOTH("instrument", object, struct result, instrument, .of = &instrument_table,
	     .required = true),
	BOTH("runs", list, struct result, runs, .of = &run_table, .max = RESULT_RUNS_MAX,
	     .count = offsetof(struct result, n_runs), .required = true),
};
static const struct json_table result_table = JSON_TABLE(struct result, result_fields);

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

/* Two runs of one name would be taken for one with more trials. `run` refuses them, too. */
static int check_workloads(const struct json_at *root, const struct result *result)
{
	struct json_at runs = json_member(root, "runs");

	for (size_t i = 0; i < result->n_runs; i++)
		for (size_t k = 0; k < i; k++) {
			struct json_at run = json_element(&runs, i);

			if (strcmp(result->runs[i].workload, result->runs[k].workload) == 0)
				return json_complain(&run,
						     "found the workload of $.runs[%zu] again, "
						     "allowed: each once",
						     k);
		}
	return 0;
}

static int read_document(const struct json_at *root, void *to)
{
	_cleanup_(cleanup_result) struct result *result = NULL;
	struct result **ret = to;
	int r = check_schema(root);

	if (r < 0)
		return r;
	result = result_create();
	r = result ? json_get_table(root, &result_table, result) : json_fail_memory(root);
	if (r == 0)
		r = check_workloads(root, result);
	if (r == 0)
		*ret = steal_ptr(result);
	return r;
}

int result_from_json(const char *text, size_t size, const char *origin, struct result **ret,
		     struct err *e)
{
	size_t blank = 0;

	while (blank < size && strchr(" \t\r\n", text[blank]) && text[blank])
		blank++;
	if (blank == size || text[blank] != '{')
		return err_set(e, EXIT_USAGE, EINVAL, "%s: not a result file (JSON expected)",
			       json_origin(origin, (char[JSON_ORIGIN_SIZE]){0}));
	return json_visit_text(text, size, origin, read_document, ret, e);
}

int result_read(const char *path, struct result **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = json_read_file(path, RESULT_FILE_SIZE_MAX, &text, &size, e);

	return r < 0 ? r : result_from_json(text, size, path, ret, e);
}

void result_put_json(struct json_build *b, struct json_object *to, const struct result *r)
{
	json_put_table(b, to, &result_table, r);
}

int result_to_json(const struct result *r, char **ret_text, size_t *ret_size)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b);

	result_put_json(&b, root, r);
	return json_build_text(&b, root, ret_text, ret_size);
}

int result_write(const struct result *r, const char *path, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int k = result_to_json(r, &text, &size);

	if (k < 0)
		return err_no_memory(e);
	k = io_replace_file(path, text, size);
	return k < 0 ? err_sys(e, EXIT_FAULT, -k, "cannot write %s", path) : 0;
}
