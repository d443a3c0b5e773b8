/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run has switched on in its parent's cgroup.subtree_control, noted on the run group before
 * it is done, so that whoever comes when the owner is dead can undo it. An extended attribute:
 * "user.cgchurn.enabled", "trusted." before 5.7.
 *
 * Runs side by side share what the first of them switched on: each notes it, and the last one
 * switches it off.
 */
#ifndef CGCHURN_CGROUP_RUN_NOTE_H
#define CGCHURN_CGROUP_RUN_NOTE_H

#include <stdbool.h>
#include <stddef.h>

/* `controllers` are blank-separated. -ENOTSUP where the kernel keeps no notes. */
int run_note_write(int fd, const char *controllers);

/* "" where there is no note. */
void run_note_read(int fd, char *ret, size_t size);

void run_note_remove(int fd);

/* Whether a run group in `parent_fd` has a note with this controller. */
bool run_note_found(int parent_fd, const char *controller);

#endif
