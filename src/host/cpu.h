/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of "key : value" lines, as /proc/cpuinfo and /proc/meminfo have them. */
#ifndef CGCHURN_HOST_CPU_H
#define CGCHURN_HOST_CPU_H

#include <stddef.h>

/* The value of the first line with this key, cut to fit. Returns `buf`, or NULL. */
const char *cpuinfo_value(const char *cpuinfo, const char *key, char *buf, size_t size);

#endif
