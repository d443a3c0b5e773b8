/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by one element at a time. */
#ifndef CGCHURN_BASE_ARRAY_H
#define CGCHURN_BASE_ARRAY_H

#include <stddef.h>

/*
 * Appends a zeroed element of `size` bytes to `*items`, a pointer to an array of `*n`, and returns
 * it. NULL where memory ran out; the array is then as before. Room doubles, so the array must never
 * have been allocated by other means; free() releases it.
 */
void *array_grow(void *items, size_t *n, size_t size);

/* Appends a copy of `text` to such an array of strings. 0 or -ENOMEM. */
int array_add_text(char ***list, size_t *n, const char *text);

#endif
