/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An actor's options, as its kind describes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "workload/parse.h"

static int parse_choice(const struct json_at *at, const struct kind_option *option, uint64_t *ret)
{
	size_t n = 0, index;
	int r;

	while (option->choices[n])
		n++;
	r = json_get_choice(at, option->choices, n, &index);
	if (r == 0)
		*ret = index;
	return r;
}

static int parse_flag(const struct json_at *at, uint64_t *ret)
{
	bool on;
	int r = json_get_bool(at, &on);

	if (r == 0)
		*ret = on;
	return r;
}

static int parse_path(const struct json_at *at, char *ret)
{
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "?";
	size_t length = strlen(text);

	if (length >= KIND_PATH_SIZE || (length && text[0] != '/'))
		return json_refuse(at, "an absolute path of at most %d bytes, or \"\"",
				   KIND_PATH_SIZE - 1);
	memcpy(ret, text, length + 1);
	return 0;
}

static int parse_option(const struct json_at *at, const struct kind_option *option,
			unsigned char *options)
{
	struct json_field field = {
		.offset = option->offset, .min = option->min, .max = option->max};
	void *where = options + option->offset;

	switch (option->type) {
	case KIND_COUNT:
		return json_field_u64(at, &field, options);
	case KIND_FLAG:
		return parse_flag(at, where);
	case KIND_DURATION:
		return take_duration(at, &field, options);
	case KIND_BYTES:
		return take_bytes(at, &field, options);
	case KIND_CHOICE:
		return parse_choice(at, option, where);
	case KIND_PATH:
		return parse_path(at, where);
	}
	return json_refuse(at, "nothing: its type is unknown");
}

static int want_known_options(const struct json_at *at, const struct kind *kind)
{
	_cleanup_free const char **names = calloc(kind->n_options + 1, sizeof(*names));

	if (!names)
		return json_fail_memory(at);
	for (size_t i = 0; i < kind->n_options; i++)
		names[i] = kind->options[i].name;
	return json_want_object(at, names, kind->n_options);
}

/* "red" or "blue" */
static void print_choices(const struct kind_option *option, uint32_t which, FILE *to)
{
	const char *separator = "";

	for (size_t i = 0; option->choices[i]; i++) {
		if (!(which >> i & 1))
			continue;
		fprintf(to, "%s\"%s\"", separator, option->choices[i]);
		separator = " or ";
	}
}

static int refuse_idle(const struct json_at *at, const struct kind *kind,
		       const struct kind_option *option)
{
	const struct kind_option *other = kind_find_option(kind, option->with);
	char text[256] = "a value of its own";
	FILE *to = other->type == KIND_CHOICE ? fmemopen(text, sizeof(text), "w") : NULL;

	if (to) {
		print_choices(other, option->with_choices, to);
		fclose(to);
	}
	return json_complain(at, "\"%s\" does nothing here; it goes with \"%s\": %s", option->name,
			     other->name, text);
}

/* What is given and has no effect is a mistake of whoever wrote it. */
static int want_effects(const struct json_at *at, const struct kind *kind, const void *options)
{
	for (size_t i = 0; i < kind->n_options; i++) {
		struct json_at option = json_member(at, kind->options[i].name);

		if (option.present && !kind_option_counts(kind, &kind->options[i], options))
			return refuse_idle(&option, kind, &kind->options[i]);
	}
	return 0;
}

int parse_options(const struct json_at *at, const struct kind *kind, unsigned char *ret)
{
	const char *problem;
	int r = at->present ? want_known_options(at, kind) : 0;

	kind_defaults(kind, ret);
	for (size_t i = 0; r == 0 && i < kind->n_options; i++) {
		struct json_at option = json_member(at, kind->options[i].name);

		if (option.present)
			r = parse_option(&option, &kind->options[i], ret);
	}
	if (r == 0)
		r = want_effects(at, kind, ret);
	if (r < 0)
		return r;
	problem = kind->refuse ? kind->refuse(ret) : NULL;
	return problem ? json_complain(at, "%s", problem) : 0;
}
