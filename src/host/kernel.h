/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the running kernel was built, and its command line. */
#ifndef CGCHURN_HOST_KERNEL_H
#define CGCHURN_HOST_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_config {
	char *text; /* uncompressed, terminated; NULL where none was found */
	size_t size;
};

/*
 * Looks for the configuration of `release` below the folder `root`: /proc/config.gz,
 * /boot/config-RELEASE, or beside the kernel's modules. -ENOENT where there is none that may be
 * read. The caller frees with kernel_config_finish().
 */
int kernel_config_read(int root, const char *release, struct kernel_config *ret);
void kernel_config_finish(struct kernel_config *c); /* a zeroed struct is fine */

/*
 * The value of an option ("CONFIG_HZ") as it stands there: "y", "250", quotes and all. Returns
 * `buf`, or NULL where the option is not set or the configuration is not known.
 */
const char *kernel_config_get(const struct kernel_config *c, const char *option, char *buf,
			      size_t size);

/* Whether the option is "y" (or "m"). */
bool kernel_config_on(const struct kernel_config *c, const char *option);

/*
 * The value of "NAME=VALUE" on a kernel command line (NULL is an empty one), the last where there
 * are several; what stands behind "--" is init's. Returns `buf`, or NULL.
 */
const char *kernel_parameter(const char *cmdline, const char *name, char *buf, size_t size);

#endif
