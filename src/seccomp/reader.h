/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Confinement of a process that parses files of strangers. Result files come from CI jobs that
 * anyone may have started; a parser's mistake must not open, send or start anything.
 */
#ifndef CGCHURN_SECCOMP_READER_H
#define CGCHURN_SECCOMP_READER_H

#include "base/err.h"

/*
 * From here on this process can read and write descriptors that it already has, allocate memory and
 * exit; open, socket, exec, fork and all else fail with EPERM. Not to be undone. To be called while
 * single-threaded, after all inputs are open. EXIT_CANNOT in `e` where the kernel has no seccomp.
 */
int sandbox_confine_reader(struct err *e);

#endif
