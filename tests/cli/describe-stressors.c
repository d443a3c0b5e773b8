/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the options of every stressor as JSON Schemas, by name of the stressor: what the schema of
 * workloads must say of them (options-of-schema.py).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "json/write.h"
#include "stressor/stressor.h"

static void put_range(struct json_build *b, struct json_object *to, uint64_t min, uint64_t max)
{
	json_put_string(b, to, "type", "integer");
	json_put_u64(b, to, "minimum", min);
	json_put_u64(b, to, "maximum", max);
}

static void put_choices(struct json_build *b, struct json_object *to,
			const struct kind_option *option)
{
	struct json_object *words = json_put_array(b, to, "enum");

	for (size_t i = 0; option->choices[i]; i++)
		json_put_string(b, words, NULL, option->choices[i]);
	json_put_string(b, to, "default", option->choices[option->fallback]);
}

/* Durations are strings with their unit; the bounds can only be told. */
static void put_duration(struct json_build *b, struct json_object *to,
			 const struct kind_option *option)
{
	char low[NUM_TEXT_SIZE], high[NUM_TEXT_SIZE], text[256];

	snprintf(text, sizeof(text), "%s. A number with its unit (\"1.5ms\"), from %s to %s.",
		 option->help, num_format_ns((double)option->min, low),
		 num_format_ns((double)option->max, high));
	json_put_string(b, to, "description", text);
	json_put_string(b, to, "type", "string");
	json_put_string(b, to, "pattern", "^[0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h)$");
	snprintf(text, sizeof(text), "%" PRIu64 "ns", option->fallback);
	json_put_string(b, to, "default", text);
}

static void put_bytes(struct json_build *b, struct json_object *to,
		      const struct kind_option *option)
{
	struct json_object *either = json_put_array(b, to, "oneOf"), *text;

	put_range(b, json_put_object(b, either, NULL), option->min, option->max);
	text = json_put_object(b, either, NULL);
	json_put_string(b, text, "type", "string");
	json_put_string(b, text, "pattern", "^[0-9]+[KMG]?$");
	json_put_u64(b, to, "default", option->fallback);
}

static void put_option(struct json_build *b, struct json_object *to,
		       const struct kind_option *option)
{
	json_put_string(b, to, "description", option->help);
	switch (option->type) {
	case KIND_COUNT:
		put_range(b, to, option->min, option->max);
		json_put_u64(b, to, "default", option->fallback);
		break;
	case KIND_FLAG:
		json_put_string(b, to, "type", "boolean");
		json_put_bool(b, to, "default", option->fallback);
		break;
	case KIND_DURATION:
		put_duration(b, to, option);
		break;
	case KIND_BYTES:
		put_bytes(b, to, option);
		break;
	case KIND_CHOICE:
		put_choices(b, to, option);
		break;
	case KIND_PATH:
		json_put_string(b, to, "type", "string");
		json_put_u64(b, to, "maxLength", KIND_PATH_SIZE - 1);
		json_put_string(b, to, "pattern", "^(/.*)?$");
		json_put_string(b, to, "default", "");
		break;
	}
}

static void put_kind(struct json_build *b, struct json_object *to, const struct kind *kind)
{
	struct json_object *options, *object = json_put_object(b, to, kind->name);

	json_put_string(b, object, "description", kind->summary);
	json_put_string(b, object, "type", "object");
	json_put_bool(b, object, "additionalProperties", false);
	options = json_put_object(b, object, "properties");
	for (size_t i = 0; i < kind->n_options; i++)
		put_option(b, json_put_object(b, options, kind->options[i].name),
			   &kind->options[i]);
}

int main(void)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b);
	const struct kind_table *kinds = stressor_kinds();

	for (size_t i = 0; i < kinds->n; i++)
		put_kind(&b, root, kinds->kinds[i]);
	return json_build_print(&b, root, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
