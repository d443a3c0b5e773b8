/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of the objects that are open while a JSON text is read, as a stack, so that a duplicate
 * is found when its object closes: by sorting, for a file of one object with a million keys must
 * not cost a million squared.
 */
#ifndef CGCHURN_JSON_KEYS_H
#define CGCHURN_JSON_KEYS_H

#include <stddef.h>

#include <json-c/printbuf.h>

struct json_key {
	size_t name;  /* offset in names->buf, NUL-terminated */
	size_t where; /* offset in the text */
};

struct json_keys {
	struct printbuf *names;
	struct json_key *keys;
	size_t n, room;
};

int json_keys_init(struct json_keys *keys); /* -ENOMEM */
void json_keys_finish(struct json_keys *keys);

/* Pushes the key that was appended to `names` from offset `name` on. -ENOMEM. */
int json_keys_push(struct json_keys *keys, size_t name, size_t where);

/* The later one of two equal keys among those from index `first` on; NULL where all differ. Their
 * order is lost. */
const struct json_key *json_keys_duplicate(struct json_keys *keys, size_t first);

/* Drops the keys from index `first` on. */
void json_keys_pop(struct json_keys *keys, size_t first);

#endif
