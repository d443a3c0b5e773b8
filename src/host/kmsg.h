/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log, /dev/kmsg (Documentation/ABI/testing/dev-kmsg). */
#ifndef CGCHURN_HOST_KMSG_H
#define CGCHURN_HOST_KMSG_H

#include <stdbool.h>

/*
 * Gives `visit` each record of the kernel's own, not of programs, below the folder `root`,
 * "priority,sequence,time,flags;text", until it returns true or there are no more. `ret_whole`: the
 * log was whole since boot, as far as it was read. 0, or a negative errno where the log may not be
 * read.
 */
int kmsg_visit(int root, bool (*visit)(const char *record, void *opaque), void *opaque,
	       bool *ret_whole);

#endif
