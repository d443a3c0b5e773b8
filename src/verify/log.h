/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own log, watched for reports of faults: a warning with a trace, a bug, a lock
 * report, a stall, a hung task. Lines of level warning are no fault by themselves.
 *
 * Reads records as /dev/kmsg gives them (Documentation/ABI/testing/dev-kmsg).
 */
#ifndef CGCHURN_VERIFY_LOG_H
#define CGCHURN_VERIFY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_LINE_SIZE 512

struct log_watch {
	int fd;                    /* -1: the log cannot be read */
	uint64_t lines;            /* of the kernel, read so far */
	uint64_t missed;           /* times that lines were lost before they were read */
	char fault[LOG_LINE_SIZE]; /* the first such line; "" */
};

/* From its end on, without waiting. 0, or a negative errno: then nothing is ever found. */
int log_open(struct log_watch *l, const char *path);

/* Reads what has come. Call it often: the log is a ring. */
void log_read(struct log_watch *l);

void log_close(struct log_watch *l);

/* Whether a record ("6,1234,5678,-;text\n KEY=value") is the kernel's own and its text reports a
 * fault; `ret` takes the text then, and anything otherwise. */
bool log_is_fault(const char *record, char ret[LOG_LINE_SIZE]);

#endif
