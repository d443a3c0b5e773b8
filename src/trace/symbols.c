/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/*
 * "ffffffff86134220 D cgroup_mutex", with a tab and a module's name behind those of modules. There
 * are some 200 000 of them.
 */
static void take(char *line, struct symbol *symbols, size_t n)
{
	char *name = strrchr(line, ' ');

	if (!name)
		return;
	name++;
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < n; i++)
		if (strcmp(symbols[i].name, name) == 0)
			symbols[i].address = strtoull(line, NULL, 16);
}

int symbols_find(int root, struct symbol *symbols, size_t n)
{
	_cleanup_fd int fd = openat(root, "proc/kallsyms", O_RDONLY | O_CLOEXEC);
	_cleanup_file FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_free char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	fd = -1; /* the file's now */
	while (getline(&line, &size, file) > 0)
		take(line, symbols, n);
	return 0;
}
