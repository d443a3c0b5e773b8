/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock's regime by behaviour (host/probe.h), with groups of the session to try it on. */
#ifndef CGCHURN_RUN_PROBE_REGIME_H
#define CGCHURN_RUN_PROBE_REGIME_H

#include "host/host.h"
#include "run/session.h"

/*
 * Probes in two groups of the begun session's run group and judges the lock anew with what it
 * found; some 3 s. Worth it where host_lock_certain() is false. On failure the host's facts stay as
 * they were, and the groups are gone or go with the run group.
 */
int session_probe_regime(struct session *s, struct host *h, struct err *e);

#endif
