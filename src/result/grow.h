/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The growing arrays of a result; inside src/result/ only. */
#ifndef CGCHURN_RESULT_GROW_H
#define CGCHURN_RESULT_GROW_H

#include <stddef.h>

/*
 * Appends a zeroed element of `size` bytes to `*items`, a pointer to an array of `*n`, and returns
 * it. NULL where memory ran out; the array is then as before. Room doubles, so the array must never
 * have been allocated by other means.
 */
void *result_grow(void *items, size_t *n, size_t size);

#endif
