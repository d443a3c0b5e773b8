/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text a workload is remembered by, its digest, and what a reader finds in it. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sha2.h>

#include "base/cleanup.h"
#include "json/write.h"
#include "workload/parse.h"

/* As in the file, but with what was chosen spelt out: a reader has neither kinds nor plan. */
static void put_primary(struct json_build *b, struct json_object *list,
			const struct workload_primary *p)
{
	struct json_object *to = json_put_object(b, list, NULL);

	json_put_string(b, to, "actor", p->id.actor);
	json_put_string(b, to, "span", p->id.span);
	json_put_string(b, to, "time", span_time_names[p->id.time]);
	json_put_string(b, to, "metric", p->metric);
	json_put_double(b, to, "tolerance", p->tolerance);
	json_put_string(b, to, "direction", metric_direction_names[p->direction]);
	if (primary_samples_needed(p))
		json_put_string(b, to, "from", primary_from_names[p->from]);
	if (p->unreachable)
		json_put_bool(b, to, "reachable", false);
}

int fill_spec(struct workload *w, struct json_object *root)
{
	_cleanup_free char *digested = NULL;
	struct json_build b = {0};
	struct json_object *list = json_put_array(&b, root, "primary");

	for (size_t i = 0; i < w->n_primaries; i++)
		put_primary(&b, list, &w->primaries[i]);
	w->spec = json_canonical(root);
	json_object_object_del(root, "primary");
	json_object_object_del(root, "trials");
	json_object_object_del(root, "why");
	digested = json_canonical(root);
	if (b.failed || !w->spec || !digested)
		return -ENOMEM;
	SHA256Data((const uint8_t *)digested, strlen(digested), w->sha256);
	return 0;
}

static int primaries_of(const struct json_doc *doc, struct workload_primary *ret, size_t *ret_n,
			struct err *e)
{
	struct json_at root = json_root(doc, e), list = json_member(&root, "primary");
	size_t n = 0;
	int r = list.present ? json_want_array(&list, 0, WORKLOAD_PRIMARIES_MAX, &n)
			     : json_want_object(&root, NULL, 0);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(&list, i);

		r = parse_primary(&element, true, &ret[i]);
	}
	if (r == 0)
		*ret_n = n;
	return r;
}

int workload_primaries_from_spec(const char *spec, struct workload_primary *ret, size_t *ret_n,
				 struct err *e)
{
	struct json_doc doc;
	int r = json_doc_init(&doc, spec, strlen(spec), "spec", e);

	if (r < 0)
		return r;
	r = primaries_of(&doc, ret, ret_n, e);
	json_doc_finish(&doc);
	return r;
}

static void read_actor(const struct json_at *at, struct workload_outline_actor *ret)
{
	struct json_at stressor = json_member(at, "stressor"), workers = json_member(at, "workers");
	const char *name;

	ret->workers = (struct workload_workers){.add = 1};
	if (json_get_string(&stressor, sizeof(ret->stressor) - 1, &name) < 0 ||
	    (workers.present && take_workers(&workers, &(struct json_field){0}, &ret->workers) < 0))
		return; /* its stressor stays "" */
	strcpy(ret->stressor, name);
}

static int read_actors(const struct json_at *at, struct workload_outline *ret)
{
	size_t n;

	if (json_want_array(at, 1, WORKLOAD_ACTORS_MAX, &n) < 0)
		return 0;
	ret->actors = calloc(n, sizeof(*ret->actors));
	if (!ret->actors)
		return -ENOMEM;
	for (; ret->n_actors < n; ret->n_actors++) {
		struct json_at actor = json_element(at, ret->n_actors);

		read_actor(&actor, &ret->actors[ret->n_actors]);
	}
	return 0;
}

static double planned_rate(const struct json_at *root, const char *actor, uint64_t cpus)
{
	static const struct json_field ignored = {0};
	struct json_at actors = json_member(root, "actors");
	struct workload_workers workers = {.add = 1};
	double per_second;
	const char *name;
	size_t n;

	if (json_want_array(&actors, 1, WORKLOAD_ACTORS_MAX, &n) < 0)
		return NAN;
	for (size_t i = 0; i < n; i++) {
		struct json_at at = json_element(&actors, i), of_name = json_member(&at, "name"),
			       count = json_member(&at, "workers"),
			       arrival = json_member(&at, "arrival"),
			       rate = json_member(&arrival, "per_second");

		if (json_get_string(&of_name, SERIES_NAME_SIZE, &name) < 0 ||
		    strcmp(name, actor) != 0)
			continue;
		if ((count.present && take_workers(&count, &ignored, &workers) < 0) ||
		    json_get_double(&rate, 0, DBL_MAX, &per_second) < 0)
			return NAN;
		return per_second * (double)workload_count_workers(&workers, cpus);
	}
	return NAN;
}

double workload_planned_rate(const char *spec, const char *actor, uint64_t cpus)
{
	struct json_doc doc;
	struct json_at root;
	double rate;

	if (json_doc_init(&doc, spec, strlen(spec), "spec", NULL) < 0)
		return NAN;
	root = json_root(&doc, NULL);
	rate = planned_rate(&root, actor, cpus);
	json_doc_finish(&doc);
	return rate;
}

int workload_outline_read(const struct json_at *spec, struct workload_outline *ret)
{
	/* What cannot be read stays unknown, so nobody wants to hear why. */
	static const struct json_field warmup = {.max = WORKLOAD_WARMUP_MAX_MS};
	struct json_at quiet = *spec;
	struct json_at why, actors, warmup_s;
	int r;

	quiet.e = NULL;
	why = json_member(&quiet, "why");
	actors = json_member(&quiet, "actors");
	warmup_s = json_member(&quiet, "warmup_s");
	*ret = (struct workload_outline){.warmup_ns = WORKLOAD_WARMUP_NS};
	take_seconds(&warmup_s, &warmup, &ret->warmup_ns);
	r = json_dup_string(&why, WORKLOAD_WHY_MAX, &ret->why);
	if (r != -ENOMEM)
		r = read_actors(&actors, ret);
	if (r == 0)
		return 0;
	workload_outline_finish(ret);
	return json_fail_memory(spec);
}

void workload_outline_finish(struct workload_outline *o)
{
	free(o->why);
	free(o->actors);
	*o = (struct workload_outline){0};
}
