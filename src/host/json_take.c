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

static int take_element(struct json_cursor *c, const char *key, void *to)
{
	struct strings *s = to;
	char *text, **grown;
	int r = json_take_string(c, HOST_STRING_MAX, &text);

	if (r < 0)
		return r;
	grown = reallocarray(s->items, s->n + 1, sizeof(*grown));
	if (!grown) {
		free(text);
		return err_set(c->e, EXIT_FAULT, ENOMEM, "out of memory");
	}
	grown[s->n++] = text;
	s->items = grown;
	return 0;
}

static int take_strings(struct json_cursor *c, char ***ret, size_t *ret_n)
{
	struct strings s = {0};
	int r = json_take_array(c, HOST_STRINGS_MAX, take_element, &s);

	/* Also where it failed: the host's owner frees them. */
	*ret = s.items;
	*ret_n = s.n;
	return r;
}

static int take_int(struct json_cursor *c, int64_t *ret)
{
	uint64_t value;
	int r = json_take_u64(c, 0, INT64_MAX, &value);

	if (r == 0)
		*ret = (int64_t)value;
	return r;
}

static int take_tristate(struct json_cursor *c, enum tristate *ret)
{
	bool value;
	int r = json_take_bool(c, &value);

	if (r == 0)
		*ret = value ? TRISTATE_YES : TRISTATE_NO;
	return r;
}

static int take_field(struct json_cursor *c, const struct host_field *field, struct host *h)
{
	void *member = (char *)h + field->offset;

	switch (field->type) {
	case HOST_STRING:
		return json_take_string(c, HOST_STRING_MAX, member);
	case HOST_INT:
		return take_int(c, member);
	case HOST_DOUBLE:
		return json_take_double(c, 0, 1e15, member);
	case HOST_TRISTATE:
		return take_tristate(c, member);
	case HOST_STRINGS:
		return take_strings(c, member, (size_t *)((char *)h + field->count_offset));
	}
	return json_cursor_refuse(c, "nothing: its type is unknown");
}

static int visit(struct json_cursor *c, const char *key, void *to)
{
	const struct place *place = to;
	struct place inner = {.h = place->h};
	int n = snprintf(inner.path, sizeof(inner.path), "%s%s.", place->path, key);

	if (n >= (int)sizeof(inner.path) || json_take_null(c))
		return 0;
	for (size_t i = 0; i < host_n_fields; i++) {
		const char *path = host_fields[i].path;

		if (strncmp(path, inner.path, (size_t)n) == 0)
			return json_take_object(c, visit, &inner);
		if (strncmp(path, inner.path, (size_t)n - 1) == 0 && path[n - 1] == '\0')
			return take_field(c, &host_fields[i], place->h);
	}
	return 0;
}

int host_take_json(struct json_cursor *c, struct host *ret)
{
	struct place place = {.h = ret};
	int r = json_take_object(c, visit, &place);

	if (r == 0 && host_derive_grace_periods(ret) < 0)
		return err_set(c->e, EXIT_FAULT, ENOMEM, "out of memory");
	return r;
}
