/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text a workload is remembered by, and its digest. */
#include <stdlib.h>
#include <string.h>

#include <sha2.h>

#include "base/cleanup.h"
#include "json/print.h"
#include "workload/parse.h"

/* As in the file, but with what was chosen spelt out: a reader has neither kinds nor plan. */
static struct json_object *primary_object(const struct workload_primary *p)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "actor", json_object_new_string(p->actor));
	json_object_object_add(object, "span", json_object_new_string(p->span));
	json_object_object_add(object, "time", json_object_new_string(span_time_names[p->time]));
	json_object_object_add(object, "metric", json_object_new_string(p->metric));
	json_object_object_add(object, "tolerance", json_object_new_double(p->tolerance));
	json_object_object_add(object, "direction",
			       json_object_new_string(p->direction == METRIC_HIGHER_IS_BETTER
							      ? "higher"
							      : "lower"));
	if (primary_samples_needed(p))
		json_object_object_add(object, "from",
				       json_object_new_string(primary_from_names[p->from]));
	if (p->unreachable)
		json_object_object_add(object, "reachable", json_object_new_boolean(false));
	return object;
}

static void replace_primaries(const struct workload *w, struct json_object *root)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < w->n_primaries; i++)
		json_object_array_add(list, primary_object(&w->primaries[i]));
	json_object_object_add(root, "primary", list);
}

int fill_spec(struct workload *w, struct json_object *root)
{
	_cleanup_free char *digested = NULL;

	replace_primaries(w, root);
	w->spec = json_canonical(root);
	json_object_object_del(root, "primary");
	json_object_object_del(root, "trials");
	json_object_object_del(root, "why");
	digested = json_canonical(root);
	if (!w->spec || !digested)
		return -ENOMEM;
	SHA256Data((const uint8_t *)digested, strlen(digested), w->sha256);
	return 0;
}
