/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/read.h"

enum { PATH_SIZE = 128 };

struct differences {
	FILE *to[2];
	size_t n;
};

static const char *text_of(struct json_object *value, bool present)
{
	if (!present)
		return "-";
	return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
							     JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void put(struct differences *d, const char *path, struct json_object *const values[2],
		const bool present[2])
{
	for (int side = 0; side < 2; side++)
		fprintf(d->to[side], "%s%s %.60s", d->n ? "; " : "", path,
			text_of(values[side], present[side]));
	d->n++;
}

static void compare(struct differences *d, const char *path, struct json_object *const values[2],
		    const bool present[2]);

static bool changes_nothing(const char *path, const char *key)
{
	return !*path && (strcmp(key, "trials") == 0 || strcmp(key, "why") == 0 ||
			  strcmp(key, "primary") == 0);
}

static void compare_member(struct differences *d, const char *path, const char *key,
			   struct json_object *const objects[2])
{
	struct json_object *values[2] = {NULL, NULL};
	bool present[2];
	char inner[PATH_SIZE];

	for (int side = 0; side < 2; side++)
		present[side] = json_object_object_get_ex(objects[side], key, &values[side]);
	snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
	if (!changes_nothing(path, key))
		compare(d, inner, values, present);
}

static void compare_objects(struct differences *d, const char *path,
			    struct json_object *const objects[2])
{
	for (int side = 0; side < 2; side++) {
		json_object_object_foreach(objects[side], key, value)
		{
			(void)value;
			if (side == 0 || !json_object_object_get_ex(objects[0], key, NULL))
				compare_member(d, path, key, objects);
		}
	}
}

/* An actor by its name, another element by its place. */
static void element_path(const char *path, size_t index, struct json_object *element,
			 char ret[PATH_SIZE])
{
	struct json_object *name;

	if (json_object_object_get_ex(element, "name", &name))
		snprintf(ret, PATH_SIZE, "%s", json_object_get_string(name));
	else
		snprintf(ret, PATH_SIZE, "%s[%zu]", path, index);
}

static void compare_arrays(struct differences *d, const char *path,
			   struct json_object *const arrays[2])
{
	const bool present[2] = {true, true};

	for (size_t i = 0; i < json_object_array_length(arrays[0]); i++) {
		struct json_object *elements[2] = {json_object_array_get_idx(arrays[0], i),
						   json_object_array_get_idx(arrays[1], i)};
		char inner[PATH_SIZE];

		element_path(path, i, elements[0], inner);
		compare(d, inner, elements, present);
	}
}

static void compare(struct differences *d, const char *path, struct json_object *const values[2],
		    const bool present[2])
{
	enum json_type type = json_object_get_type(values[0]);

	if (present[0] && present[1] && json_object_equal(values[0], values[1]))
		return;
	if (type == json_type_object && json_object_is_type(values[1], json_type_object))
		compare_objects(d, path, values);
	else if (type == json_type_array && json_object_is_type(values[1], json_type_array) &&
		 json_object_array_length(values[0]) == json_object_array_length(values[1]))
		compare_arrays(d, path, values);
	else
		put(d, path, values, present);
}

static int print_differences(struct json_object *const roots[2], char *ret[2])
{
	const bool present[2] = {true, true};
	char *texts[2] = {NULL, NULL};
	size_t sizes[2];
	struct differences d = {
		{open_memstream(&texts[0], &sizes[0]), open_memstream(&texts[1], &sizes[1])}};
	bool good = d.to[0] && d.to[1];

	if (good)
		compare(&d, "", roots, present);
	for (int side = 0; side < 2; side++)
		good &= d.to[side] && fclose(d.to[side]) == 0;
	if (good && d.n) {
		memcpy(ret, texts, sizeof(texts));
		return 0;
	}
	free(texts[0]);
	free(texts[1]);
	return good ? -EINVAL : -ENOMEM;
}

int settings_differences(const char *const specs[2], char *ret[2])
{
	struct json_doc docs[2];
	int r = json_doc_init(&docs[0], specs[0], strlen(specs[0]), "spec", NULL);

	if (r < 0)
		return r;
	r = json_doc_init(&docs[1], specs[1], strlen(specs[1]), "spec", NULL);
	if (r == 0) {
		struct json_object *roots[2] = {docs[0].root, docs[1].root};

		r = print_differences(roots, ret);
		json_doc_finish(&docs[1]);
	}
	json_doc_finish(&docs[0]);
	return r;
}
