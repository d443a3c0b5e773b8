/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a host as JSON, by the table host_fields; unknown facts are null. */
#ifndef CGCHURN_HOST_JSON_H
#define CGCHURN_HOST_JSON_H

#include "host/host.h"
#include "json/build.h"
#include "json/read.h"

/* Adds each fact to the object `to`, nested by its dotted path. */
void host_put_json(struct json_build *b, struct json_object *to, const struct host *h);

/*
 * Fills `ret`, which host_init() has prepared, from such an object. A fact that is absent or null
 * stays unknown; one of another type is refused (-EINVAL, json/read.h); -ENOMEM. Strings are at
 * most HOST_STRING_MAX bytes long, lists HOST_STRINGS_MAX.
 */
#define HOST_STRING_MAX 65536
#define HOST_STRINGS_MAX 1000
int host_from_json(const struct json_at *at, struct host *ret);

#endif
