/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/controller_list.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"

bool controller_list_have(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; length && (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

void controller_list_append(char *text, size_t size, const char *separator, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? separator : "", word);
}

bool controller_list_next(const char **at, char *ret, size_t size)
{
	size_t length;

	*at += strspn(*at, " ");
	length = strcspn(*at, " ");
	if (!length)
		return false;
	snprintf(ret, size, "%.*s", (int)length, *at);
	*at += length;
	return true;
}

int controller_list_switch(int fd, char sign, const char *word)
{
	char text[80];

	snprintf(text, sizeof(text), "%c%s", sign, word);
	return io_write_attr(fd, "cgroup.subtree_control", text);
}
