/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result/write.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/replace.h"
#include "host/json.h"
#include "json/read.h"
#include "json/write.h"
#include "result/json.h"

static void write_env(struct json_build *b, struct json_object *to,
		      const struct result_trial_env *env)
{
	json_put_string(b, to, "clock_source", env->clock_source[0] ? env->clock_source : NULL);
	json_put_double(b, to, "load1", env->load1);
	json_put_u64(b, to, "steal_ns", env->steal_ns);
	if (env->has_throttled)
		json_put_u64(b, to, "throttled_ns", env->throttled_ns);
	else
		json_put_value(b, to, "throttled_ns", NULL);
	if (env->has_psi)
		json_put_u64(b, to, "psi_cpu_ns", env->psi_cpu_ns);
	else
		json_put_value(b, to, "psi_cpu_ns", NULL);
	if (env->has_cpu) {
		json_put_u64(b, to, "own_cpu_ns", env->own_cpu_ns);
		json_put_u64(b, to, "foreign_cpu_ns", env->foreign_cpu_ns);
	}
	json_put_u64(b, to, "taint", env->taint);
	if (env->dying_groups)
		json_put_u64(b, to, "dying_groups", env->dying_groups);
}

static void write_trial(struct json_build *b, struct json_object *array,
			const struct result_trial *trial)
{
	struct json_object *to = json_put_object(b, array, NULL), *series;

	json_put_u64(b, to, "index", trial->index);
	json_put_string(b, to, "started_at", trial->started_at);
	json_put_u64(b, to, "duration_ns", trial->duration_ns);
	json_put_u64(b, to, "setup_ns", trial->setup_ns);
	json_put_u64(b, to, "teardown_ns", trial->teardown_ns);
	json_put_bool(b, to, "valid", trial->valid);
	json_put_strings(b, to, "reasons", trial->reasons, trial->n_reasons);
	write_env(b, json_put_object(b, to, "env"), &trial->env);
	write_stack_samples(b, to, trial);
	series = json_put_array(b, to, "series");
	for (size_t i = 0; i < trial->n_series; i++)
		write_series(b, series, &trial->series[i]);
}

/* The specification is JSON already; it stands in the file as what it is, not as a string of it. */
static int write_workload(struct json_build *b, struct json_object *to,
			  const struct result_run *run, struct err *e)
{
	struct json_object *workload = json_put_object(b, to, "workload"), *spec = NULL;
	struct json_doc doc = {0};
	int r = 0;

	json_put_string(b, workload, "name", run->workload);
	json_put_string(b, workload, "sha256", run->sha256);
	if (run->spec)
		r = json_doc_init(&doc, run->spec, strlen(run->spec), run->workload, NULL);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "%s: the specification", run->workload);
	spec = json_object_get(doc.root);
	json_doc_finish(&doc);
	json_put_value(b, workload, "spec", spec);
	return 0;
}

static int write_run(struct json_build *b, struct json_object *array, const struct result_run *run,
		     struct err *e)
{
	struct json_object *to = json_put_object(b, array, NULL), *hierarchy, *trials;
	const struct result_hierarchy *h = &run->hierarchy;
	int r = write_workload(b, to, run, e);

	if (r < 0)
		return r;
	json_put_u64(b, to, "trials_planned", run->trials_planned);
	json_put_string(b, to, "failure", run->failure);
	hierarchy = json_put_object(b, to, "hierarchy");
	json_put_u64(b, hierarchy, "groups", h->groups);
	json_put_strings(b, hierarchy, "controllers", h->controllers, h->n_controllers);
	json_put_strings(b, hierarchy, "skipped", h->skipped, h->n_skipped);
	trials = json_put_array(b, to, "trials");
	for (size_t i = 0; i < run->n_trials && !b->failed; i++)
		write_trial(b, trials, &run->trials[i]);
	return 0;
}

static void write_instrument(struct json_build *b, struct json_object *to,
			     const struct result_instrument *instrument)
{
	json_put_double(b, to, "clock_ns", instrument->clock_ns);
	json_put_double(b, to, "null_step_ns", instrument->null_step_ns);
	json_put_double(b, to, "record_ns", instrument->record_ns);
}

static void write_sequence(struct json_build *b, struct json_object *to, const struct result *r)
{
	struct json_object *sequence;

	if (!r->has_sequence) {
		json_put_value(b, to, "sequence", NULL);
		return;
	}
	sequence = json_put_object(b, to, "sequence");
	json_put_u64(b, sequence, "block", r->sequence_block);
	json_put_u64(b, sequence, "position", r->sequence_position);
}

static void write_envelope(struct json_build *b, struct json_object *to, const struct result *r)
{
	struct json_object *tool;

	json_put_string(b, to, "schema", RESULT_SCHEMA);
	tool = json_put_object(b, to, "tool");
	json_put_string(b, tool, "name", r->tool_name);
	json_put_string(b, tool, "version", r->tool_version);
	json_put_string(b, to, "id", r->id);
	json_put_string(b, to, "label", r->label);
	json_put_string(b, to, "started_at", r->started_at);
	json_put_bool(b, to, "complete", r->complete);
	json_put_bool(b, to, "attributed", r->attributed);
	json_put_bool(b, to, "raw", r->raw);
	json_put_u64(b, to, "seed", r->seed);
	write_sequence(b, to, r);
	host_put_json(b, json_put_object(b, to, "host"), &r->host);
	write_instrument(b, json_put_object(b, to, "instrument"), &r->instrument);
}

static int put_result(struct json_build *b, struct json_object *to, const struct result *r,
		      struct err *e)
{
	struct json_object *runs;
	int k = 0;

	write_envelope(b, to, r);
	runs = json_put_array(b, to, "runs");
	for (size_t i = 0; i < r->n_runs && !b->failed && k == 0; i++)
		k = write_run(b, runs, &r->runs[i], e);
	return k;
}

void result_put_json(struct json_build *b, struct json_object *to, const struct result *r)
{
	b->failed |= put_result(b, to, r, NULL) < 0;
}

static int to_json(const struct result *r, char **ret_text, size_t *ret_size, struct err *e)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b);
	int k = put_result(&b, root, r, e);

	if (k < 0) {
		json_object_put(root);
		return k;
	}
	return json_build_text(&b, root, ret_text, ret_size) < 0 ? err_no_memory(e) : 0;
}

int result_to_json(const struct result *r, char **ret_text, size_t *ret_size)
{
	return to_json(r, ret_text, ret_size, NULL);
}

int result_write(const struct result *r, const char *path, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int k = to_json(r, &text, &size, e);

	if (k < 0)
		return k;
	k = io_replace_file(path, text, size);
	return k < 0 ? err_sys(e, EXIT_FAULT, -k, "cannot write %s", path) : 0;
}
