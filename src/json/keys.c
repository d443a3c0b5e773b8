/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int json_keys_init(struct json_keys *keys)
{
	*keys = (struct json_keys){.names = printbuf_new()};
	return keys->names ? 0 : -ENOMEM;
}

void json_keys_finish(struct json_keys *keys)
{
	printbuf_free(keys->names);
	free(keys->keys);
}

int json_keys_push(struct json_keys *keys, size_t name, size_t where)
{
	if (printbuf_memappend(keys->names, "", 1) < 0)
		return -ENOMEM;
	if (keys->n == keys->room) {
		size_t room = keys->room ? keys->room * 2 : 64;
		struct json_key *grown = reallocarray(keys->keys, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		keys->keys = grown;
		keys->room = room;
	}
	keys->keys[keys->n++] = (struct json_key){.name = name, .where = where};
	return 0;
}

static int compare(const void *a, const void *b, void *names)
{
	const struct json_key *x = a, *y = b;
	int order = strcmp((char *)names + x->name, (char *)names + y->name);

	return order ? order : (x->where > y->where) - (x->where < y->where);
}

const struct json_key *json_keys_duplicate(struct json_keys *keys, size_t first)
{
	const char *names = keys->names->buf;

	if (keys->n - first < 2)
		return NULL;
	qsort_r(keys->keys + first, keys->n - first, sizeof(*keys->keys), compare,
		keys->names->buf);
	for (size_t i = first + 1; i < keys->n; i++)
		if (strcmp(names + keys->keys[i].name, names + keys->keys[i - 1].name) == 0)
			return &keys->keys[i];
	return NULL;
}

void json_keys_pop(struct json_keys *keys, size_t first)
{
	if (keys->n == first)
		return;
	/* Sorting may have moved it, but the object's names all lie behind those before it. */
	for (size_t i = first; i < keys->n; i++)
		if ((int)keys->keys[i].name < keys->names->bpos)
			keys->names->bpos = (int)keys->keys[i].name;
	keys->n = first;
}
