/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/proc_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

static bool is_gone(ssize_t r)
{
	return r == 0 || r == -ENOENT || r == -ESRCH || r == -ENODEV;
}

int proc_stat_read(int proc_fd, const char *task, struct proc_stat *ret)
{
	struct proc_stat found = {0};
	char path[64], text[4096];
	const char *open, *close;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/stat", task) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	n = io_read_attr(proc_fd, path, text, sizeof(text));
	if (n <= 0)
		return is_gone(n) ? -ESRCH : (int)n;
	/* "PID (NAME) STATE ...": the name may hold anything, parentheses too. */
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return -EPROTO;
	snprintf(found.name, sizeof(found.name), "%.*s", (int)(close - open - 1), open + 1);
	/* From field 3: state, parent, four more, flags (9), twelve more, start time (22). */
	if (sscanf(close + 1,
		   " %c %d %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
		   "%" SCNu64,
		   &found.state, &found.parent, &found.flags, &found.started) != 4)
		return -EPROTO;
	*ret = found;
	return 0;
}

int proc_stat_of(pid_t pid, struct proc_stat *ret)
{
	char task[32];

	snprintf(task, sizeof(task), "/proc/%d", (int)pid);
	return proc_stat_read(AT_FDCWD, task, ret);
}

pid_t proc_self(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}
