/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workload/workload.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "workload/parse.h"

static int check_unique_name(const struct json_at *actor, const struct workload *w, size_t i)
{
	struct json_at name = json_member(actor, "name");

	if (strcmp(w->actors[i].name, "hierarchy") == 0)
		return json_refuse(&name, "another name: --set takes this one for the hierarchy");
	for (size_t j = 0; j < i; j++)
		if (strcmp(w->actors[i].name, w->actors[j].name) == 0)
			return json_refuse(&name, "a name that no other actor has");
	return 0;
}

static int parse_actors(const struct json_at *at, const struct kind_table *kinds,
			struct workload *w)
{
	size_t n;
	int r = json_want_array(at, 1, WORKLOAD_ACTORS_MAX, &n);

	if (r < 0)
		return r;
	w->actors = calloc(n, sizeof(*w->actors));
	if (!w->actors)
		return json_fail_memory(at);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);

		r = parse_actor(&element, kinds, &w->hierarchy, &w->actors[i]);
		if (r == 0)
			r = check_unique_name(&element, w, i);
	}
	w->n_actors = n;
	return r;
}

/* Checked first, because the keys of another version are not ours to judge. */
static int check_schema(const struct json_at *root)
{
	static const char *const schemas[] = {WORKLOAD_SCHEMA};
	struct json_at schema = json_member(root, "schema");
	size_t index;
	int r = json_want_object(root, NULL, 0);

	return r == 0 ? json_get_choice(&schema, schemas, 1, &index) : r;
}

static int parse_workload(const struct json_at *root, const struct kind_table *kinds,
			  bool overridden, struct workload *w)
{
	static const struct json_field fields[] = {
		{.key = "schema"},
		FIELD("name", take_name, struct workload, name, .required = true),
		FIELD("why", take_sentence, struct workload, why, .max = WORKLOAD_WHY_MAX,
		      .required = true),
		FIELD("hierarchy", take_hierarchy, struct workload, hierarchy),
		{.key = "actors"},
		{.key = "primary"},
		FIELD("warmup_s", take_seconds, struct workload, warmup_ns,
		      .max = WORKLOAD_WARMUP_MAX_MS),
		FIELD("duration_s", take_seconds, struct workload, duration_ns,
		      .min = WORKLOAD_DURATION_MIN_MS, .max = WORKLOAD_DURATION_MAX_MS),
		FIELD("trials", json_field_u64, struct workload, trials, .min = 1,
		      .max = WORKLOAD_TRIALS_MAX),
	};
	struct json_at actors = json_member(root, "actors"), primary = json_member(root, "primary");
	int r = check_schema(root);

	if (r == 0)
		r = json_get_known_fields(root, fields, sizeof(fields) / sizeof(fields[0]), w);
	if (r == 0)
		r = parse_actors(&actors, kinds, w);
	return r == 0 ? parse_primaries(&primary, overridden, w) : r;
}

static bool changes_plan(const struct workload_overrides *o)
{
	return o && (o->n_sets || o->has_duration || o->has_trials);
}

static int fill_workload(struct json_doc *doc, const struct kind_table *kinds,
			 const struct workload_overrides *overrides, struct workload *w,
			 struct err *e)
{
	_cleanup_(override_log_finish) struct override_log log = {0};
	struct json_at root;
	int r = 0;

	if (overrides && json_object_is_type(doc->root, json_type_object))
		r = apply_overrides(doc, kinds, overrides, &log, e);
	if (r < 0)
		return r;
	root = json_root(doc, e);
	r = parse_workload(&root, kinds, changes_plan(overrides), w);
	if (r == 0 && fill_spec(w, doc->root) < 0)
		r = err_no_memory(e);
	return r;
}

static int parse_once(const char *text, size_t size, const char *origin,
		      const struct kind_table *kinds, const struct workload_overrides *overrides,
		      struct workload **ret, struct err *e)
{
	struct workload *w;
	struct json_doc doc;
	int r = json_doc_init(&doc, text, size, origin, e);

	if (r < 0)
		return r;
	w = calloc(1, sizeof(*w));
	if (!w) {
		json_doc_finish(&doc);
		return err_no_memory(e);
	}
	*w = (struct workload){
		.hierarchy = {.depth = 1, .fanout = 2},
		.warmup_ns = WORKLOAD_WARMUP_NS,
		.duration_ns = 5 * NS_PER_S,
		.trials = 3,
	};
	r = fill_workload(&doc, kinds, overrides, w, e);
	json_doc_finish(&doc);
	if (r == 0)
		*ret = w;
	else
		workload_destroy(w);
	return r;
}

static bool all_reachable(const struct workload *w)
{
	for (size_t i = 0; i < w->n_primaries; i++)
		if (w->primaries[i].unreachable)
			return false;
	return true;
}

/*
 * The command line may cut a plan so short that a primary cannot be decided; what the file by
 * itself cannot reach is refused all the same.
 */
int workload_parse(const char *text, size_t size, const char *origin,
		   const struct kind_table *kinds, const struct workload_overrides *overrides,
		   struct workload **ret, struct err *e)
{
	struct workload *w = NULL, *plain = NULL;
	int r = parse_once(text, size, origin, kinds, overrides, &w, e);

	if (r == 0 && changes_plan(overrides) && !all_reachable(w))
		r = parse_once(text, size, origin, kinds, NULL, &plain, e);
	workload_destroy(plain);
	if (r == 0)
		*ret = w;
	else
		workload_destroy(w);
	return r;
}

int workload_load(const char *path, const struct kind_table *kinds,
		  const struct workload_overrides *overrides, struct workload **ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = json_read_file(path, WORKLOAD_FILE_SIZE_MAX, &text, &size, e);

	return r < 0 ? r : workload_parse(text, size, path, kinds, overrides, ret, e);
}

void workload_destroy(struct workload *w)
{
	if (!w)
		return;
	free(w->actors);
	free(w->why);
	free(w->spec);
	free(w);
}
