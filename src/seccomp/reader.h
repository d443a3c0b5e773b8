/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Confinement of a process that parses files of strangers. Result files come from CI jobs that
 * anyone may have started; a parser's mistake must not open, send or start anything.
 */
#ifndef CGCHURN_SECCOMP_READER_H
#define CGCHURN_SECCOMP_READER_H

#include <stdio.h>

#include "base/err.h"

/*
 * From here on this process can read and write descriptors that it already has, allocate memory and
 * exit; open, socket, exec, fork and all else fail with EPERM. Not to be undone. To be called while
 * single-threaded, after all inputs are open. EXIT_CANNOT in `e` where the kernel has no seccomp.
 */
int sandbox_confine_reader(struct err *e);

/*
 * Work on strangers' files in a process of its own, so that whoever asked for it can still write
 * files and start programs afterwards, and never held anything but the finished bytes.
 *
 * Forks, confines the child (sandbox_confine_reader) and calls `work` there, and waits for it. What
 * `work` returns and the `e` that it fills come back; nothing else that it changes does. It prints
 * what it makes into files that the caller opened, such as confined_output(); it cannot open any.
 * A child that dies of a signal is EXIT_FAULT in `e`. To be called while single-threaded.
 */
int confined_run(int (*work)(void *data, struct err *e), void *data, struct err *e);

/* A file in memory for `work` to print to; the caller closes it. NULL and EXIT_FAULT in `e`. */
FILE *confined_output(struct err *e);

/* All that was printed to it, once `work` is done; the caller frees. EXIT_FAULT in `e`. */
int confined_output_read(FILE *output, char **ret_text, size_t *ret_size, struct err *e);

#endif
