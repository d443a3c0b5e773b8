/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's command line. */
#ifndef CGCHURN_HOST_KERNEL_H
#define CGCHURN_HOST_KERNEL_H

#include <stddef.h>

/*
 * The value of "NAME=VALUE" on a kernel command line (NULL is an empty one), the last where there
 * are several; what stands behind "--" is init's. Returns `buf`, or NULL.
 */
const char *kernel_parameter(const char *cmdline, const char *name, char *buf, size_t size);

#endif
