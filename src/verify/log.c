/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Where a line begins with it. */
static const char *const starts[] = {
	"WARNING: CPU:",
	"WARNING: ", /* lockdep, and warnings since 6.19 */
	"BUG: ",     /* KASAN and KCSAN reports, bad pages, null pointers */
	"kernel BUG at ",
	"Oops",
	"INFO: task ", /* ... blocked for more than N seconds */
	"INFO: rcu_",
	"rcu: INFO: ", /* stalls */
	"INFO: possible ",
	"INFO: inconsistent ",
	"INFO: trying to register non-static key",
	"UBSAN: ",
	"list_add corruption",
	"list_del corruption",
	"refcount_t: ",
	"general protection fault",
	"unable to handle ",
	"Kernel panic",
	"DEBUG_LOCKS_WARN_ON",
	"Modules linked in:", /* of any trace whose first line is not known here */
	"------------[ cut here ]------------",
};

/* Wherever in a line; watchdog lines begin with the CPU's or the watchdog's name. */
static const char *const anywhere[] = {
	"BUG: soft lockup",
	"BUG: workqueue lockup",
	"hard LOCKUP",
	"possible recursive locking detected",
	"possible circular locking dependency detected",
	"inconsistent lock state",
	"suspicious RCU usage",
	"self-detected stall on CPU",
	"detected stalls on CPUs/tasks",
};

static bool tells_of_fault(const char *text)
{
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++)
		if (strstr(text, anywhere[i]))
			return true;
	return false;
}

bool log_is_fault(const char *record, char ret[LOG_LINE_SIZE])
{
	char *end;
	unsigned long priority = strtoul(record, &end, 10);
	const char *text = strchr(record, ';');

	/* The facility is above the lowest three bits; the kernel's own is 0. */
	if (end == record || *end != ',' || !text || priority >> 3)
		return false;
	/* Lines of properties follow it ("SUBSYSTEM=..."). */
	snprintf(ret, LOG_LINE_SIZE, "%.*s", (int)strcspn(text + 1, "\n"), text + 1);
	return tells_of_fault(ret);
}

int log_open(struct log_watch *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	*l = (struct log_watch){.fd = -1};
	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int r = -errno;

		close_fd(fd);
		return r;
	}
	l->fd = fd;
	return 0;
}

/* One record a read(2). EPIPE: records were overwritten; the next read goes on behind them. */
void log_read(struct log_watch *l)
{
	char record[8192], text[LOG_LINE_SIZE];
	ssize_t n;

	while (l->fd >= 0) {
		n = read(l->fd, record, sizeof(record) - 1);
		if (n < 0 && (errno == EPIPE || errno == EINTR)) {
			l->missed += errno == EPIPE;
			continue;
		}
		if (n <= 0)
			return;
		record[n] = '\0';
		l->lines++;
		if (log_is_fault(record, text) && !l->fault[0])
			strcpy(l->fault, text);
	}
}

void log_close(struct log_watch *l)
{
	l->fd = close_fd(l->fd);
}
