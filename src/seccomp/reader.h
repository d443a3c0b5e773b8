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
 * Forks, confines the child (sandbox_confine_reader), calls `work` there with a file in memory to
 * print to, and waits for it. What `work` returns, the `e` that it fills and, where it did not fail,
 * the text that it printed come back; nothing else that it changes does. It cannot open any file.
 * The caller frees the text. A child that dies of a signal is EXIT_FAULT in `e`. To be called while
 * single-threaded.
 */
int confined_make(int (*work)(void *data, FILE *to, struct err *e), void *data, char **ret_text,
		  size_t *ret_size, struct err *e);

#endif
