/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up what a process does not need. */
#ifndef CGCHURN_SECCOMP_PRIVILEGES_H
#define CGCHURN_SECCOMP_PRIVILEGES_H

/*
 * Gives up all capabilities of the calling thread for good, and every way to gain some by an exec
 * (no_new_privs; capabilities(7)). A process of user 0 still owns the files of user 0: it can write
 * to groups that root made, and signal other processes of root's. Two system calls, safe in a child
 * after fork. 0 or a negative errno.
 */
int privileges_drop(void);

#endif
