/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes before the first trial of an invocation, for every command that measures. */
#ifndef CGCHURN_RUN_PREPARE_H
#define CGCHURN_RUN_PREPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "run/list.h"
#include "run/session.h"
#include "result/result.h"

/*
 * Tool, id, label (may be NULL), time, and a seed: `*seed`, or where `seed` is NULL a random one.
 * EXIT_FAULT in `e`.
 */
int prepare_result(struct result *r, const char *label, const uint64_t *seed, struct err *e);

/*
 * The host's facts and what measuring costs, after session_find(). `name`: see host_rename().
 */
int prepare_host(const struct session *s, const char *name, struct result *r, struct err *e);

/* session_begin() with the bounds and controllers that the planned list asks for. */
int prepare_session(struct session *s, const struct run_list *l, bool enable_controllers,
		    struct result *r, struct err *e);

#endif
