/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/json.h"

/* Where in the object the cursor is. */
struct place {
	struct host *h;
	char path[64]; /* "", or with a dot at its end: "kernel." */
};

struct strings {
	char **items;
	size_t n;
};

static int take_element(const struct json_at *at, void *to)
{
	struct strings *s = to;
	char *text, **grown;
	int r = json_dup_string(at, HOST_STRING_MAX, &text);

	if (r < 0)
		return r;
	grown = reallocarray(s->items, s->n + 1, sizeof(*grown));
	if (!grown) {
		free(text);
		return json_fail_memory(at);
	}
	grown[s->n++] = text;
	s->items = grown;
	return 0;
}

static int take_strings(const struct json_at *at, char ***ret, size_t *ret_n)
{
	struct strings s = {0};
	int r = json_each_element(at, HOST_STRINGS_MAX, take_element, &s);

	/* Also where it failed: the host's owner frees them. */
	*ret = s.items;
	*ret_n = s.n;
	return r;
}

static int take_int(const struct json_at *at, int64_t *ret)
{
	uint64_t value;
	int r = json_get_u64(at, 0, INT64_MAX, &value);

	if (r == 0)
		*ret = (int64_t)value;
	return r;
}

static int take_tristate(const struct json_at *at, enum tristate *ret)
{
	bool value;
	int r = json_get_bool(at, &value);

	if (r == 0)
		*ret = value ? TRISTATE_YES : TRISTATE_NO;
	return r;
}

static int take_field(const struct json_at *at, const struct host_field *field, struct host *h)
{
	void *member = (char *)h + field->offset;

	switch (field->type) {
	case HOST_STRING:
		return json_dup_string(at, HOST_STRING_MAX, member);
	case HOST_INT:
		return take_int(at, member);
	case HOST_DOUBLE:
		return json_get_double(at, 0, 1e15, member);
	case HOST_TRISTATE:
		return take_tristate(at, member);
	case HOST_STRINGS:
		return take_strings(at, member, (size_t *)((char *)h + field->count_offset));
	}
	return json_refuse(at, "nothing: its type is unknown");
}

static int visit(const struct json_at *at, void *to)
{
	const struct place *place = to;
	struct place inner = {.h = place->h};
	int n = snprintf(inner.path, sizeof(inner.path), "%s%s.", place->path, at->key);

	if (n >= (int)sizeof(inner.path) || !at->value)
		return 0;
	for (size_t i = 0; i < host_n_fields; i++) {
		const char *path = host_fields[i].path;

		if (strncmp(path, inner.path, (size_t)n) == 0)
			return json_each_member(at, visit, &inner);
		if (strncmp(path, inner.path, (size_t)n - 1) == 0 && path[n - 1] == '\0')
			return take_field(at, &host_fields[i], place->h);
	}
	return 0;
}

int host_take_json(const struct json_at *at, struct host *ret)
{
	struct place place = {.h = ret};
	int r = json_each_member(at, visit, &place);

	return r == 0 && host_derive_grace_periods(ret) < 0 ? json_fail_memory(at) : r;
}
