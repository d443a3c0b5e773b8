/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `cgchurn host` says to people. Pure: from the facts alone. */
#ifndef CGCHURN_COMMAND_HOST_TEXT_H
#define CGCHURN_COMMAND_HOST_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "host/host.h"
#include "host/noise.h"
#include "base/mounts.h"

struct host_view {
	const struct host *host;
	const struct cgroup_mounts *mounts; /* NULL where they could not be read */
	const struct noise_finding *noise;  /* NOISE_SOURCES of them */
	const char *not_probed;             /* why the regime was not probed, or NULL */
};

/* `colour`: terminal attributes for the headings. */
void host_print(const struct host_view *v, FILE *to, bool colour);

#endif
