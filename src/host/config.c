/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"

enum { CONFIG_SIZE_MAX = 4 << 20 }; /* distributions' are some 300 KiB */

/* zlib reads files that are not compressed as they are. */
static int read_maybe_compressed(int fd, struct kernel_config *ret)
{
	gzFile gz = gzdopen(fd, "r");
	char *text = malloc(CONFIG_SIZE_MAX), *fitted;
	int n;

	if (!gz || !text) {
		if (gz)
			gzclose(gz);
		else
			close_fd(fd);
		free(text);
		return -ENOMEM;
	}
	n = gzread(gz, text, CONFIG_SIZE_MAX - 1);
	gzclose(gz);
	if (n <= 0 || n == CONFIG_SIZE_MAX - 1) {
		free(text);
		return -EIO;
	}
	text[n] = '\0';
	fitted = realloc(text, (size_t)n + 1);
	*ret = (struct kernel_config){.text = fitted ? fitted : text, .size = (size_t)n};
	return 0;
}

int kernel_config_read(int root, const char *release, struct kernel_config *ret)
{
	/* What the kernel itself says comes first: the others are files that somebody put there. */
	static const char *const places[] = {
		"proc/config.gz",
		"boot/config-%s",
		"lib/modules/%s/config",
		"usr/lib/modules/%s/config",
		"lib/modules/%s/build/.config",
	};
	char path[512];

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *release_at = strstr(places[i], "%s");
		int prefix = release_at ? (int)(release_at - places[i]) : (int)strlen(places[i]);
		int fd;

		snprintf(path, sizeof(path), "%.*s%s%s", prefix, places[i],
			 release_at ? release : "", release_at ? release_at + 2 : "");
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
