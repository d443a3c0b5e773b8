/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of words with a blank between them, as cgroup.controllers and cgroup.subtree_control are.
 */
#ifndef CGCHURN_CGROUP_CONTROLLER_LIST_H
#define CGCHURN_CGROUP_CONTROLLER_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `word` is one of them, whole; the empty word never is. */
bool controller_list_have(const char *words, const char *word);

/* Appends `word`, after `separator` where `text` is not empty. What does not fit is cut. */
void controller_list_append(char *text, size_t size, const char *separator, const char *word);

/*
 * Takes the next word from `*at`, which starts at the list and moves on. false at the end. A word
 * longer than `size` - 1 is cut.
 */
bool controller_list_next(const char **at, char *ret, size_t size);

/* Writes "+word" or "-word" to the cgroup.subtree_control of a group. 0 or a negative errno. */
int controller_list_switch(int fd, char sign, const char *word);

#endif
