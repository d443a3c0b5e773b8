/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"

enum { MOUNTINFO_SIZE_MAX = 64 << 20 };

void gather_set(struct gather *g, char **field, const char *text)
{
	if (*field || !text || !*text)
		return;
	*field = strdup(text);
	if (!*field)
		g->r = -ENOMEM;
}

void gather_setf(struct gather *g, char **field, const char *format, ...)
{
	va_list args;

	if (*field)
		return;
	va_start(args, format);
	if (vasprintf(field, format, args) < 0) {
		*field = NULL;
		g->r = -ENOMEM;
	}
	va_end(args);
}

const char *gather_read(struct gather *g, const char *path, char *buf, size_t size)
{
	return io_read_attr(g->root, path, buf, size) < 0 ? NULL : buf;
}

void gather_file(struct gather *g, char **field, const char *path)
{
	char buf[GATHER_TEXT_SIZE];

	gather_set(g, field, gather_read(g, path, buf, sizeof(buf)));
}

int64_t gather_number(struct gather *g, const char *path)
{
	char buf[64];
	uint64_t value;

	if (!gather_read(g, path, buf, sizeof(buf)) || num_parse_u64(buf, &value) < 0 ||
	    value > INT64_MAX)
		return -1;
	return (int64_t)value;
}

enum tristate gather_truth(struct gather *g, const char *path)
{
	int64_t value = gather_number(g, path);

	return value < 0 ? TRISTATE_UNKNOWN : value ? TRISTATE_YES : TRISTATE_NO;
}

int64_t gather_count_list(const char *list)
{
	uint32_t first, last;
	int64_t count = 0;

	while (num_list_next(&list, &first, &last))
		count += (int64_t)last - first + 1;
	return count && !*list ? count : -1;
}

const char *gather_chosen(const char *text, const char *brackets, char *buf, size_t size)
{
	const char *open = text ? strchr(text, brackets[0]) : NULL;
	const char *close = open ? strchr(open, brackets[1]) : NULL;
	size_t length = close ? (size_t)(close - open - 1) : 0;

	if (!close || length >= size)
		return NULL;
	memcpy(buf, open + 1, length);
	buf[length] = '\0';
	return buf;
}

/* "(none)" is what a kernel says before anybody gave it a name. */
static void gather_name(struct gather *g)
{
	char buf[GATHER_TEXT_SIZE];
	const char *name = gather_read(g, "proc/sys/kernel/hostname", buf, sizeof(buf));

	if (name && strcmp(name, "(none)") != 0)
		gather_set(g, &g->h->name, name);
}

static void gather_load(struct gather *g)
{
	char buf[256];

	if (gather_read(g, "proc/loadavg", buf, sizeof(buf)))
		g->h->load1 = strtod(buf, NULL);
	if (gather_read(g, "proc/uptime", buf, sizeof(buf)))
		g->h->uptime_s = strtod(buf, NULL);
}

static void gather_finish(struct gather *g)
{
	kernel_config_finish(&g->config);
	mounts_finish(&g->mounts);
}

static void gather_mounts(struct gather *g)
{
	_cleanup_free char *text = NULL;
	int r = io_read_all(g->root, "proc/self/mountinfo", MOUNTINFO_SIZE_MAX, &text, NULL);

	if (r == 0)
		r = mounts_parse(text, &g->mounts);
	g->has_mounts = r == 0;
	if (r == -ENOMEM)
		g->r = r;
}

int host_gather_from(int root, struct host *h, const char *cgroup_root, struct err *e)
{
	struct gather g = {.root = root, .h = h, .cgroup_root = cgroup_root};

	host_init(h);
	gather_name(&g);
	gather_file(&g, &h->boot_id, "proc/sys/kernel/random/boot_id");
	gather_load(&g);
	gather_mounts(&g);
	gather_kernel(&g);
	gather_cpu(&g);
	gather_platform(&g);
	gather_inherited(&g);
	gather_cgroup(&g);
	gather_lock(&g);
	gather_finish(&g);
	if (g.r < 0)
		host_finish(h);
	return g.r < 0 ? err_no_memory(e) : 0;
}

int host_gather(struct host *h, const char *cgroup_root, struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return err_sys(e, EXIT_CANNOT, errno, "/");
	return host_gather_from(root, h, cgroup_root, e);
}

bool host_lock_certain(const struct host *h)
{
	static const char word[] = "certain";

	return h->lock_confidence && strncmp(h->lock_confidence, word, strlen(word)) == 0;
}

static void clear_lock(struct host *h)
{
	for (size_t i = 0; i < h->n_lock_evidence; i++)
		free(h->lock_evidence[i]);
	free(h->lock_evidence);
	free(h->lock_confidence);
	free(h->lock_regime);
	h->lock_evidence = NULL;
	h->n_lock_evidence = 0;
	h->lock_confidence = h->lock_regime = NULL;
	h->lock_patch_present = TRISTATE_UNKNOWN;
}

int host_judge_lock(struct host *h, const struct probe_verdict *probe, struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct gather g = {.root = root, .h = h, .probe = probe};

	if (root < 0)
		return err_sys(e, EXIT_CANNOT, errno, "/");
	clear_lock(h);
	gather_mounts(&g);
	if (h->kernel_release)
		kernel_config_read(root, h->kernel_release, &g.config);
	gather_lock(&g);
	gather_finish(&g);
	if (g.r < 0)
		clear_lock(h);
	return g.r < 0 ? err_no_memory(e) : 0;
}
