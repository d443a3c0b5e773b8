/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of workload_parse(), one file each, private to this folder. All give 0, or -EINVAL with
 * the error that json/read.h fills.
 */
#ifndef CGCHURN_WORKLOAD_PARSE_H
#define CGCHURN_WORKLOAD_PARSE_H

#include "json/read.h"
#include "workload/workload.h"

/* value.c: what several parts read */
int parse_name(const struct json_at *at, char ret[WORKLOAD_NAME_SIZE]);
int parse_duration(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret_ns);
int parse_bytes(const struct json_at *at, uint64_t min, uint64_t max, uint64_t *ret);
/* These leave `ret`, which holds the default, as it is where the key is absent. */
int optional_u64(const struct json_at *object, const char *key, uint64_t min, uint64_t max,
		 uint64_t *ret);
int optional_double(const struct json_at *object, const char *key, double min, double max,
		    double *ret);
int optional_seconds(const struct json_at *object, const char *key, double min, double max,
		     uint64_t *ret_ns);
int optional_bool(const struct json_at *object, const char *key, bool *ret);

/* hierarchy.c */
int parse_hierarchy(const struct json_at *at, struct workload_hierarchy *ret);
uint64_t hierarchy_leaves(const struct workload_hierarchy *h);
bool hierarchy_has_domain_controllers(const struct workload_hierarchy *h);

/* actor.c, where.c, arrival.c, options.c */
int parse_actor(const struct json_at *at, const struct kind_table *kinds,
		const struct workload_hierarchy *hierarchy, struct workload_actor *ret);
int parse_workers(const struct json_at *at, struct workload_workers *ret);
int parse_cpus(const struct json_at *at, struct workload_cpus *ret);
int parse_place(const struct json_at *at, const struct workload_hierarchy *hierarchy,
		struct workload_place *ret);
int parse_arrival(const struct json_at *at, struct workload_arrival *ret);
int parse_options(const struct json_at *at, const struct kind *kind, unsigned char *ret);

/*
 * primary.c: after actors and times. What the plan cannot reach is refused, unless the command line
 * changed the plan.
 */
int parse_primaries(const struct json_at *at, bool overridden, struct workload *w);

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
