/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/array.h"

#include <errno.h>
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

int array_add_text(char ***list, size_t *n, const char *text)
{
	char *copy = strdup(text), **added;

	added = copy ? array_grow(list, n, sizeof(*added)) : NULL;
	if (!added) {
		free(copy);
		return -ENOMEM;
	}
	*added = copy;
	return 0;
}
