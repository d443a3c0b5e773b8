/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/cleanup.h"
#include "base/cpus.h"
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

const char *gather_value(const char *table, const char *key, char *buf, size_t size)
{
	size_t length = strlen(key);

	for (const char *line = table; line; line = strchr(line, '\n')) {
		const char *value;
		size_t n;

		line += *line == '\n';
		value = line + length;
		if (strncmp(line, key, length) != 0 || !strchr("\t :", *value))
			continue;
		value += strspn(value, "\t ");
		if (*value != ':')
			continue;
		value += 1 + strspn(value + 1, "\t ");
		n = strcspn(value, "\n");
		n = n < size ? n : size - 1;
		memcpy(buf, value, n);
		buf[n] = '\0';
		return buf;
	}
	return NULL;
}

/* Priorities are facility * 8 + level. What a program writes never has the kernel's facility, 0. */
enum { RECORD_SIZE = 8192, FIRST_OF_USERS = 8 };

/* One record a read. The log is whole where the first that is still there has sequence number 0. */
int kmsg_visit(int root, bool (*visit)(const char *record, void *opaque), void *opaque,
	       bool *ret_whole)
{
	_cleanup_fd int fd = openat(root, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free char *record = malloc(RECORD_SIZE);
	bool first = true, whole = false, found = false;
	ssize_t n = 0;

	if (fd < 0 || !record)
		return fd < 0 ? -errno : -ENOMEM;
	/* EPIPE: records were overwritten under our hands; those that follow can still be read. */
	while (!found &&
	       ((n = read(fd, record, RECORD_SIZE - 1)) > 0 || (n < 0 && errno == EPIPE))) {
		unsigned long long sequence;

		if (n < 0) {
			whole = first = false;
			continue;
		}
		record[n] = '\0';
		if (first)
			whole = sscanf(record, "%*u,%llu,", &sequence) == 1 && sequence == 0;
		first = false;
		found = strtoul(record, NULL, 10) < FIRST_OF_USERS && visit(record, opaque);
	}
	/* EINVAL: a record that is longer than ours may be. */
	if (n < 0 && errno != EAGAIN)
		whole = false;
	*ret_whole = whole;
	return 0;
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

static bool lies_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The v2 mount that holds the run group's parent, else the one a run would choose. */
static const struct cgroup_mount *choose_mount(const struct gather *g)
{
	const struct cgroup_mount *best = NULL;

	for (size_t i = 0; g->cgroup_root && i < g->mounts.n; i++) {
		const struct cgroup_mount *m = &g->mounts.items[i];

		if (m->v2 && lies_below(g->cgroup_root, m->path) &&
		    (!best || strlen(m->path) >= strlen(best->path)))
			best = m;
	}
	if (!best)
		best = mounts_find_v2(&g->mounts);
	for (size_t i = 0; !best && i < g->mounts.n; i++)
		if (g->mounts.items[i].v2)
			best = &g->mounts.items[i];
	return best;
}

static const char *layout_of(const struct cgroup_mounts *m)
{
	bool v1 = false, v2 = false;

	for (size_t i = 0; i < m->n; i++)
		*(m->items[i].v2 ? &v2 : &v1) = true;
	if (v1)
		return v2 ? "hybrid" : "v1";
	return v2 ? "unified" : "none";
}

static void gather_cgroup(struct gather *g)
{
	const struct cgroup_mount *m = g->has_mounts ? choose_mount(g) : NULL;
	struct host *h = g->h;
	char path[4096];

	gather_set(g, &h->cgroup_root, g->cgroup_root);
	if (g->has_mounts)
		gather_set(g, &h->cgroup_layout, layout_of(&g->mounts));
	if (!m)
		return;
	gather_set(g, &h->cgroup_mount, m->path);
	gather_set(g, &h->cgroup_mount_options, m->super_options);
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 g->cgroup_root ? g->cgroup_root : m->path);
	gather_file(g, &h->cgroup_controllers, path + strspn(path, "/"));
}

static void gather_libc(struct gather *g)
{
#ifdef __GLIBC__
	gather_setf(g, &g->h->libc, "glibc %s", gnu_get_libc_version());
#endif
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

static int64_t allowed_cpus(void)
{
	struct cpus set;

	return cpus_usable(&set) == 0 ? (int64_t)cpus_count(&set) : -1;
}

/*
 * How time passes: as on the host, or, in a guest of scripts/guest and scripts/vm-compare, as the
 * count of instructions that the emulator has executed (QEMU's -icount). A guest cannot see the
 * difference, so whoever starts it says so on the kernel's command line, which every process of the
 * guest can read: cgchurn.clock=instructions,NANOSECONDS,EMULATOR-VERSION.
 */
static void gather_clock(struct gather *g)
{
	static const char word[] = "cgchurn.clock=instructions,";
	char cmdline[GATHER_TEXT_SIZE], emulator[64];
	const char *at = NULL;
	int ns;

	if (gather_read(g, "proc/cmdline", cmdline, sizeof(cmdline)))
		at = strstr(cmdline, word);
	if (at && sscanf(at + strlen(word), "%9d,%63[^ \n]", &ns, emulator) == 2) {
		if (strchr(emulator, '-'))
			*strchr(emulator, '-') = ' ';
		gather_set(g, &g->h->clock_kind, "instructions");
		gather_set(g, &g->h->clock_emulator, emulator);
		g->h->clock_ns_per_instruction = ns;
		g->h->clock_busy_cpus = allowed_cpus();
	}
	gather_set(g, &g->h->clock_kind, "host");
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
	gather_virtualisation(&g);
	gather_clock(&g);
	gather_file(&g, &h->clock_source,
		    "sys/devices/system/clocksource/clocksource0/current_clocksource");
	gather_libc(&g);
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
	return h->lock_confidence && strncmp(h->lock_confidence, "certain", 7) == 0;
}

int host_judge_lock(struct host *h, const struct probe_verdict *probe, struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct gather g = {.root = root, .h = h, .probe = probe};

	if (root < 0)
		return err_sys(e, EXIT_CANNOT, errno, "/");
	host_clear(h, "lock.");
	gather_mounts(&g);
	if (h->kernel_release)
		kernel_config_read(root, h->kernel_release, &g.config);
	gather_lock(&g);
	gather_finish(&g);
	if (g.r < 0)
		host_clear(h, "lock.");
	return g.r < 0 ? err_no_memory(e) : 0;
}
