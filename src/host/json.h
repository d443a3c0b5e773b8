/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a host as JSON, by the table host_fields; unknown facts are null. */
#ifndef CGCHURN_HOST_JSON_H
#define CGCHURN_HOST_JSON_H

#include "host/host.h"
#include "json/fields.h"

/* What a file may say of one fact: strings of JSON_STRING_MAX bytes. */
#define HOST_STRINGS_MAX 1000

/* Adds each fact to the object `to`, nested by its dotted path. */
void host_put_json(struct json_build *b, struct json_object *to, const struct host *h);

/*
 * Takes such an object into `ret`, which host_init() has prepared. A fact that is absent or null
 * stays unknown; one of another type is refused. Fails as the functions of json/read.h do.
 */
int host_take_json(const struct json_at *at, struct host *ret);

#endif
