/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/array.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *array_grow(void *items, size_t *n, size_t size)
{
	void *array;

	memcpy(&array, items, sizeof(array));
	/* Full whenever n is a power of two, or nothing: double. */
	if ((*n & (*n - 1)) == 0) {
		array = reallocarray(array, *n ? *n * 2 : 1, size);
		if (!array)
			return NULL;
		memcpy(items, &array, sizeof(array));
	}
	return memset((char *)array + (*n)++ * size, 0, size);
}

static char *create(const char *format, va_list ap)
{
	char *text;

	/* Which leaves it undefined where it fails. */
	return vasprintf(&text, format, ap) < 0 ? NULL : text;
}

char *text_create(const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = create(format, ap);
	va_end(ap);
	return text;
}

int array_add_text(char ***list, size_t *n, const char *format, ...)
{
	char *text, **added;
	va_list ap;

	va_start(ap, format);
	text = create(format, ap);
	va_end(ap);
	added = text ? array_grow(list, n, sizeof(*added)) : NULL;
	if (!added) {
		free(text);
		return -ENOMEM;
	}
	*added = text;
	return 0;
}

void array_free_texts(char **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		free(list[i]);
	free(list);
}

void text_append(char *buf, size_t size, const char *format, ...)
{
	size_t used = strlen(buf);
	va_list ap;

	va_start(ap, format);
	vsnprintf(buf + used, size - used, format, ap);
	va_end(ap);
}
