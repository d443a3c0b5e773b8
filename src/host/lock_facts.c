/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the evidence of the lock's regime comes from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/gather.h"
#include "host/kmsg.h"
#include "host/lock.h"

enum { BTF_SIZE_MAX = 256 << 20 };

/* Printed once a boot, when favordynmods goes off after it was on (kernel/cgroup/cgroup.c). */
static const char switched_off[] = "per threadgroup rwsem mechanism can't be disabled";

static int read_types(int root, struct lock_types *ret)
{
	_cleanup_free char *data = NULL;
	size_t size;
	int r = io_read_all(root, "sys/kernel/btf/vmlinux", BTF_SIZE_MAX, &data, &size);

	return r < 0 ? r : lock_types_read(data, size, ret);
}

/* Since Linux 6.0; an older kernel has the file and not the line. */
static enum tristate read_knows_option(int root)
{
	char buf[4096];

	if (io_read_attr(root, "sys/kernel/cgroup/features", buf, sizeof(buf)) < 0)
		return TRISTATE_UNKNOWN;
	return strstr(buf, "favordynmods") ? TRISTATE_YES : TRISTATE_NO;
}

static bool says_switched_off(const char *record, void *opaque)
{
	bool *found = opaque;

	*found = strstr(record, switched_off) != NULL;
	return *found;
}

static enum lock_log read_log(int root)
{
	bool found = false, whole;

	if (kmsg_visit(root, says_switched_off, &found, &whole) < 0)
		return LOCK_LOG_UNKNOWN;
	if (found)
		return LOCK_LOG_SWITCHED_OFF;
	return whole ? LOCK_LOG_SILENT : LOCK_LOG_UNKNOWN;
}

void lock_facts_read(int root, struct lock_facts *ret)
{
	ret->types = (struct lock_types){
		.patch = TRISTATE_UNKNOWN, .has_mode = TRISTATE_UNKNOWN, .gp_count_offset = -1};
	ret->types_error = read_types(root, &ret->types);
	ret->variables = (struct lock_variables){.per_threadgroup = TRISTATE_UNKNOWN,
						 .favored = TRISTATE_UNKNOWN};
	ret->variables_error =
		lock_variables_read(root, ret->types.gp_count_offset, &ret->variables);
	ret->knows_option = read_knows_option(root);
	ret->log = read_log(root);
}

void gather_lock(struct gather *g)
{
	struct lock_facts f = {
		.release = g->h->kernel_release,
		.cmdline = g->h->kernel_cmdline,
		.mounts = g->has_mounts ? &g->mounts : NULL,
		.expedited = host_expedites(g->h),
		.config_default = TRISTATE_UNKNOWN,
	};

	if (g->config.text)
		f.config_default = kernel_config_on(&g->config, "CONFIG_CGROUP_FAVOR_DYNMODS")
					   ? TRISTATE_YES
					   : TRISTATE_NO;
	lock_facts_read(g->root, &f);
	if (lock_judge(&f, g->probe, g->h) < 0)
		g->r = -ENOMEM;
}
