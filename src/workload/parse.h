/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of workload_parse(), one file each, private to this folder. All give 0, or -EINVAL with
 * the error that json/read.h fills.
 */
#ifndef CGCHURN_WORKLOAD_PARSE_H
#define CGCHURN_WORKLOAD_PARSE_H

#include "json/fields.h"
#include "workload/workload.h"

/*
 * value.c: for tables of keys, with `field->min` and `field->max` where they have bounds. A name is
 * WORKLOAD_NAME_SIZE bytes, a duration ns; seconds become ns and have their bounds in ms.
 */
int take_name(const struct json_at *at, const struct json_field *field, void *to);
int take_duration(const struct json_at *at, const struct json_field *field, void *to);
int take_bytes(const struct json_at *at, const struct json_field *field, void *to);
int take_seconds(const struct json_at *at, const struct json_field *field, void *to);
int take_sentence(const struct json_at *at, const struct json_field *field, void *to);

/* hierarchy.c */
int take_hierarchy(const struct json_at *at, const struct json_field *field, void *to);
uint64_t hierarchy_leaves(const struct workload_hierarchy *h);
bool hierarchy_has_domain_controllers(const struct workload_hierarchy *h);

/* actor.c, options.c */
int parse_actor(const struct json_at *at, const struct kind_table *kinds,
		const struct workload_hierarchy *hierarchy, struct workload_actor *ret);
int take_workers(const struct json_at *at, const struct json_field *field, void *to);
int parse_options(const struct json_at *at, const struct kind *kind, unsigned char *ret);

/*
 * primary.c: after actors and times. What the plan cannot reach is refused, unless the command line
 * changed the plan. In a stored result unknown keys are ignored and unknown words kept.
 */
int parse_primaries(const struct json_at *at, bool overridden, struct workload *w);
int parse_primary(const struct json_at *at, bool stored, struct workload_primary *ret);

/*
 * override.c: changes the document, whose patches then are this log's. The log is zeroed before and
 * finished after the document's last use, whether that worked or not.
 */
struct override_log {
	struct json_patch *patches;
	size_t n;
	char **whats; /* the text of each --set, for messages */
	size_t n_whats;
	struct json_object *replaced; /* kept, so that no new value gets an old one's address */
};
int apply_overrides(struct json_doc *doc, const struct kind_table *kinds,
		    const struct workload_overrides *overrides, struct override_log *log,
		    struct err *e);
void override_log_finish(struct override_log *log);

/* spec.c: fills w->spec and w->sha256; the document is used up. -ENOMEM. */
int fill_spec(struct workload *w, struct json_object *root);

#endif
