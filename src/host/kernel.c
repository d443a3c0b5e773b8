/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/gather.h"

enum { CMDLINE_SIZE_MAX = 64 << 10 };
enum { CONFIG_SIZE_MAX = 4 << 20 }; /* distributions' are some 300 KiB */

/* zlib reads files that are not compressed as they are. */
static int read_maybe_compressed(int fd, struct kernel_config *ret)
{
	_cleanup_free char *text = malloc(CONFIG_SIZE_MAX);
	gzFile gz = gzdopen(fd, "r");
	char *fitted;
	int n;

	if (!gz)
		close_fd(fd);
	if (!gz || !text) {
		gzclose(gz); /* refuses NULL */
		return -ENOMEM;
	}
	n = gzread(gz, text, CONFIG_SIZE_MAX - 1);
	gzclose(gz);
	if (n <= 0 || n == CONFIG_SIZE_MAX - 1)
		return -EIO;
	text[n] = '\0';
	fitted = realloc(text, (size_t)n + 1);
	if (fitted)
		text = fitted;
	*ret = (struct kernel_config){.text = steal_ptr(text), .size = (size_t)n};
	return 0;
}

int kernel_config_read(int root, const char *release, struct kernel_config *ret)
{
	/* What the kernel itself says comes first: the others are files that somebody put there. */
	static const struct {
		const char *before, *after; /* the release; NULL: without it */
	} places[] = {
		{"proc/config.gz", NULL},           {"boot/config-", ""},
		{"lib/modules/", "/config"},        {"usr/lib/modules/", "/config"},
		{"lib/modules/", "/build/.config"},
	};
	char path[512];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *after = places[i].after;
		int fd;

		snprintf(path, sizeof(path), "%s%s%s", places[i].before, after ? release : "",
			 after ? after : "");
		fd = openat(root, path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read_maybe_compressed(fd, ret) == 0)
			return 0;
	}
	return -ENOENT;
}

void kernel_config_finish(struct kernel_config *c)
{
	free(c->text);
	*c = (struct kernel_config){0};
}

const char *kernel_config_get(const struct kernel_config *c, const char *option, char *buf,
			      size_t size)
{
	size_t length = strlen(option);

	for (const char *line = c->text; line; line = strchr(line, '\n')) {
		size_t value;

		line += *line == '\n';
		if (strncmp(line, option, length) != 0 || line[length] != '=')
			continue;
		line += length + 1;
		value = strcspn(line, "\n");
		if (value >= size)
			return NULL;
		memcpy(buf, line, value);
		buf[value] = '\0';
		return buf;
	}
	return NULL;
}

bool kernel_config_on(const struct kernel_config *c, const char *option)
{
	char buf[8];
	const char *value = kernel_config_get(c, option, buf, sizeof(buf));

	return value && (strcmp(value, "y") == 0 || strcmp(value, "m") == 0);
}

const char *kernel_parameter(const char *cmdline, const char *name, char *buf, size_t size)
{
	size_t length = strlen(name);
	const char *found = NULL;

	/* The last one wins, as in the kernel; what follows " -- " belongs to init. */
	for (const char *word = cmdline ? cmdline : ""; *word; word += strspn(word, " ")) {
		size_t n = strcspn(word, " ");

		if (n == 2 && memcmp(word, "--", 2) == 0)
			break;
		if (n > length && word[length] == '=' && strncmp(word, name, length) == 0 &&
		    n - length - 1 < size) {
			memcpy(buf, word + length + 1, n - length - 1);
			buf[n - length - 1] = '\0';
			found = buf;
		}
		word += n;
	}
	return found;
}

static void gather_cmdline(struct gather *g)
{
	_cleanup_free char *text = NULL;

	if (io_read_all(g->root, "proc/cmdline", CMDLINE_SIZE_MAX, &text, NULL) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	gather_set(g, &g->h->kernel_cmdline, text);
}

static void gather_config(struct gather *g)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	if (!g->h->kernel_release ||
	    kernel_config_read(g->root, g->h->kernel_release, &g->config) < 0)
		return;
	SHA256Data((const uint8_t *)g->config.text, g->config.size, hex);
	gather_set(g, &g->h->kernel_config_sha256, hex);
}

/*
 * Without the configuration, the coarse clock shows it: it advances once a tick, and
 * its resolution is the tick's length, rounded to a nanosecond.
 */
static void gather_hz(struct gather *g)
{
	char buf[32];
	const char *hz = kernel_config_get(&g->config, "CONFIG_HZ", buf, sizeof(buf));
	struct timespec tick;

	if (!hz && clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0 && tick.tv_sec == 0 &&
	    tick.tv_nsec > 0) {
		snprintf(buf, sizeof(buf), "%ld", (1000000000 + tick.tv_nsec / 2) / tick.tv_nsec);
		hz = buf;
	}
	gather_set(g, &g->h->kernel_hz, hz);
}

/* The model the configuration chose; under PREEMPT_DYNAMIC the default. */
static const char *configured_preemption(const struct kernel_config *c)
{
	static const struct {
		const char *option, *model;
	} models[] = {
		{"CONFIG_PREEMPT_RT", "rt"},     {"CONFIG_PREEMPT_NONE", "none"},
		{"CONFIG_PREEMPT_LAZY", "lazy"}, {"CONFIG_PREEMPT_VOLUNTARY", "voluntary"},
		{"CONFIG_PREEMPT", "full"},
	};

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (kernel_config_on(c, models[i].option))
			return models[i].model;
	return NULL;
}

/* What the version string gives away where there is no configuration. */
static const char *versioned_preemption(const char *version)
{
	if (strstr(version, "PREEMPT_RT"))
		return "rt";
	if (strstr(version, "PREEMPT ") || strstr(version, "PREEMPT\n"))
		return "full";
	return NULL;
}

/*
 * The model in force: debugfs says it, where one may look (root, and mounted); else the boot
 * parameter; else the configuration. Whoever asks, the text is the same.
 */
static void gather_preemption(struct gather *g)
{
	const char *version = g->h->kernel_version ? g->h->kernel_version : "";
	bool dynamic = strstr(version, "PREEMPT_DYNAMIC") ||
		       kernel_config_on(&g->config, "CONFIG_PREEMPT_DYNAMIC");
	char text[128], word[32];
	const char *model = NULL;

	if (dynamic) {
		model = gather_chosen(
			gather_read(g, "sys/kernel/debug/sched/preempt", text, sizeof(text)), "()",
			word, sizeof(word));
		if (!model)
			model = kernel_parameter(g->h->kernel_cmdline, "preempt", word,
						 sizeof(word));
	}
	if (!model)
		model = configured_preemption(&g->config);
	if (!model)
		model = versioned_preemption(version);
	if (model)
		gather_setf(g, &g->h->kernel_preemption, "%s%s", model, dynamic ? ", dynamic" : "");
	else if (dynamic)
		gather_set(g, &g->h->kernel_preemption, "dynamic");
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* "Mitigation: Retpolines" becomes "Retpolines"; what the CPU is not affected by is left out. */
static void add_vulnerability(FILE *to, const char *name, const char *text)
{
	static const char mitigated[] = "Mitigation: ";

	if (strcmp(text, "Not affected") == 0)
		return;
	if (strncmp(text, mitigated, strlen(mitigated)) == 0)
		text += strlen(mitigated);
	fprintf(to, "%s%s: %s", ftell(to) ? " | " : "", name, text);
}

static void gather_mitigations(struct gather *g)
{
	static const char folder[] = "sys/devices/system/cpu/vulnerabilities";
	struct dirent **entries = NULL;
	_cleanup_free char *text = NULL;
	char path[512], buf[512];
	size_t size;
	int n = scandirat(g->root, folder, &entries, is_file, alphasort);
	FILE *to = n < 0 ? NULL : open_memstream(&text, &size);

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (to && gather_read(g, path, buf, sizeof(buf)))
			add_vulnerability(to, entries[i]->d_name, buf);
		free(entries[i]);
	}
	free(entries);
	if (to && fclose(to) == 0)
		gather_set(g, &g->h->kernel_mitigations, *text ? text : "none needed");
	else if (n >= 0)
		g->r = -ENOMEM;
}

int host_read_grace_periods(int root, struct host *h)
{
	struct gather g = {.root = root, .h = h};

	h->kernel_rcu_expedited = gather_truth(&g, "sys/kernel/rcu_expedited");
	h->kernel_rcu_normal = gather_truth(&g, "sys/kernel/rcu_normal");
	return host_derive_grace_periods(h);
}

void gather_kernel(struct gather *g)
{
	struct host *h = g->h;

	gather_file(g, &h->kernel_release, "proc/sys/kernel/osrelease");
	gather_file(g, &h->kernel_version, "proc/sys/kernel/version");
	gather_cmdline(g);
	gather_config(g);
	gather_hz(g);
	gather_preemption(g);
	gather_mitigations(g);
	if (host_read_grace_periods(g->root, h) < 0)
		g->r = -ENOMEM;
	h->kernel_tainted = gather_number(g, "proc/sys/kernel/tainted");
}
