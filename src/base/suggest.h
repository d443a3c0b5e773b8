/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody may have meant: the known name nearest to a mistyped one, for hints in messages. */
#ifndef CGCHURN_BASE_SUGGEST_H
#define CGCHURN_BASE_SUGGEST_H

#include <stddef.h>

/*
 * The name that `word` most likely stands for, or NULL where none is near: at most a third of its
 * length in edits (a character inserted, dropped, changed, or swapped with its neighbour), or a
 * name that `word` begins. Names of up to 63 bytes.
 */
const char *suggest_name(const char *word, const char *const *names, size_t n);

/* "depth, fanout, optional", cut to `size`; "none" where there are none. Returns `buf`. */
const char *suggest_list(const char *const *names, size_t n, char *buf, size_t size);

#endif
