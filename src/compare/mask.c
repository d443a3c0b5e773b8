/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/mask.h"

#include <stdio.h>
#include <string.h>

void mask_text(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)) {
			if (*c == 0xc2)
				c[1] = '?';
			*c = '?';
		}
}

char *mask_dup(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (copy)
		mask_text(copy);
	return copy;
}

void mask_copy(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
	mask_text(to);
}
