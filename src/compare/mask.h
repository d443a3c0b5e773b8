/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of strangers' files, made fit for a terminal. */
#ifndef CGCHURN_COMPARE_MASK_H
#define CGCHURN_COMPARE_MASK_H

#include <stddef.h>

/* Control characters, those of C1 in UTF-8 too, become '?'. In place. */
void mask_text(char *text);

/* A masked copy; the caller frees. NULL where memory ran out, or `text` is NULL. */
char *mask_dup(const char *text);

/* A masked copy cut to `size`. */
void mask_copy(char *to, size_t size, const char *text);

#endif
