/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of one side, opened before the process is confined and read after. Descriptors and not
 * texts are kept, so that a thousand results are never in memory at once.
 */
#ifndef CGCHURN_COMPARE_INPUTS_H
#define CGCHURN_COMPARE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "compare/data.h"

struct input {
	char *path;
	int fd;
	dev_t device;
	ino_t inode;
};

struct inputs {
	bool repeats; /* set by who takes the same file twice, as a link in a folder */
	struct input *items;
	size_t n;
	char **skipped; /* sentences about what may be a result and was passed over in a folder */
	size_t n_skipped;
};

/*
 * Opens `path`: a regular file, or the files of a folder whose names end in ".json" and do not
 * begin with a dot, in the order of their names. Compressed ones and folders in it that hold such
 * files are passed over, which inputs_print_skipped() says. Appends to `inputs`. A folder without
 * such a file, a FIFO, a device, a file too large to be a result, or one
 * that `inputs` already holds (except where `repeats`) are refused with EXIT_USAGE in `e`. The
 * limit on open files is raised as far as the process may.
 */
int inputs_open(struct inputs *inputs, const char *path, struct err *e);
void inputs_finish(struct inputs *inputs);

/* A line for each kind of thing that was passed over in a folder. */
void inputs_print_skipped(const struct inputs *inputs, FILE *to);

/* A file that both have, under whatever names, is refused with EXIT_USAGE in `e`. */
int inputs_check_distinct(const struct inputs *a, const struct inputs *b, struct err *e);

/*
 * The text of one, whose descriptor is closed; the caller frees. EXIT_USAGE in `e`, also where it
 * is compressed.
 */
int input_read(struct input *input, char **ret_text, size_t *ret_size, struct err *e);

/* The result that one holds, checked; the caller destroys it. EXIT_USAGE in `e`. */
int load_result(struct input *input, struct result **ret, struct err *e);

/* Reads, checks and adds each file to a side in turn, holding one at a time. EXIT_USAGE in `e`. */
int load_side(struct data *d, int side, struct inputs *inputs, struct err *e);

#endif
