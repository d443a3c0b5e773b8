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
#include "host/lock.h"

enum { BTF_SIZE_MAX = 256 << 20, LOG_RECORD_SIZE = 8192 };

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

/*
 * /dev/kmsg gives one record a read, "priority,sequence,time,flags;text". The log is whole where
 * the first record that is still there has sequence number 0.
 */
static enum lock_log read_log(int root)
{
	_cleanup_fd int fd = openat(root, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free char *record = malloc(LOG_RECORD_SIZE);
	bool first = true, whole = false;
	ssize_t n;

	if (fd < 0 || !record)
		return LOCK_LOG_UNKNOWN;
	/* EPIPE: records were overwritten under our hands; those that follow can still be read. */
	while ((n = read(fd, record, LOG_RECORD_SIZE - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		unsigned long long sequence;

		if (n < 0) {
			whole = first = false;
			continue;
		}
		record[n] = '\0';
		if (strstr(record, switched_off))
			return LOCK_LOG_SWITCHED_OFF;
		if (first)
			whole = sscanf(record, "%*u,%llu,", &sequence) == 1 && sequence == 0;
		first = false;
	}
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
