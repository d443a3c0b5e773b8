/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Priorities are facility * 8 + level. What a program writes never has the kernel's facility, 0. */
enum { RECORD_SIZE = 8192, FIRST_OF_USERS = 8 };

/* One record a read. The log is whole where the first that is still there has sequence number 0. */
int kmsg_visit(int root, bool (*visit)(const char *record, void *opaque), void *opaque,
	       bool *ret_whole)
{
	_cleanup_fd int fd = openat(root, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free char *record = malloc(RECORD_SIZE);
	bool first = true, whole = false, found = false;
	ssize_t n;

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
	*ret_whole = whole;
	return 0;
}
