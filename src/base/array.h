/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by one element at a time, and texts that are put together. */
#ifndef CGCHURN_BASE_ARRAY_H
#define CGCHURN_BASE_ARRAY_H

#include <stddef.h>

/*
 * Appends a zeroed element of `size` bytes to `*items`, a pointer to an array of `*n`, and returns
 * it. NULL where memory ran out; the array is then as before. Room doubles, so the array must never
 * have been allocated by other means; free() releases it.
 */
void *array_grow(void *items, size_t *n, size_t size);

/* Appends a formatted text to such an array of strings, which is freed by the other. 0 or -ENOMEM. */
int array_add_text(char ***list, size_t *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void array_free_texts(char **list, size_t n); /* NULL is fine */

/* A formatted text, which the caller frees; NULL where memory ran out. */
char *text_create(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Appends to a text in a buffer of `size` bytes, as much as there is room for. */
void text_append(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
