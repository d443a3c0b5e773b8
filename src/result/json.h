/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON form of a result, both ways. */
#ifndef CGCHURN_RESULT_JSON_H
#define CGCHURN_RESULT_JSON_H

#include "json/write.h"
#include "result/result.h"

/*
 * The whole file as text; the caller frees. -ENOMEM, also where a run's spec is not JSON.
 * Strings that are no UTF-8 are repaired; what is unknown is null.
 */
int result_to_json(const struct result *r, char **ret_text, size_t *ret_size);

/* The same as members of an object. Where a run's spec is not JSON the build has failed. */
void result_put_json(struct json_build *b, struct json_object *to, const struct result *r);

/* Replaces the file atomically (io_replace_file). EXIT_FAULT in `e`, with the path. */
int result_write(const struct result *r, const char *path, struct err *e);

/*
 * Reads and checks: schema version, types, ranges, that each histogram's buckets ascend, exist, and
 * add up to its count, that min, max and sum can be true of it. Keys it does not know are ignored.
 * -EINVAL and EXIT_USAGE in `e`, with `origin`, JSON path, what was found and what is allowed.
 */
int result_from_json(const char *text, size_t size, const char *origin, struct result **ret,
		     struct err *e);
int result_read(const char *path, struct result **ret, struct err *e);

#endif
