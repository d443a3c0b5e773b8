/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/describe.h"

#include "json/build.h"
#include "stressor/stressor.h"

static void put_option(struct json_build *b, struct json_object *to, const struct command_option *o)
{
	struct json_object *object = json_put_object(b, to, NULL), *choices;
	const char letter[2] = {o->letter, '\0'};

	json_put_string(b, object, "name", o->name);
	json_put_string(b, object, "letter", o->letter ? letter : NULL);
	json_put_string(b, object, "argument", o->argument);
	json_put_string(b, object, "help", o->help);
	json_put_bool(b, object, "repeats", o->type == OPTION_STRINGS);
	choices = json_put_array(b, object, "choices");
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		json_put_string(b, choices, NULL, o->choices[i]);
}

static void put_command(struct json_build *b, struct json_object *to, const struct command *c)
{
	struct json_object *object = json_put_object(b, to, NULL), *options;

	json_put_string(b, object, "name", c->name);
	json_put_string(b, object, "summary", c->summary);
	json_put_string(b, object, "arguments", c->arguments);
	json_put_string(b, object, "help", c->help);
	options = json_put_array(b, object, "options");
	for (size_t i = 0; i < c->n_options; i++)
		put_option(b, options, &c->options[i]);
	put_option(b, options, &command_help_option);
}

static void put_stressors(struct json_build *b, struct json_object *to)
{
	const struct kind_table *kinds = stressor_kinds();

	for (size_t i = 0; i < kinds->n; i++) {
		struct json_object *object = json_put_object(b, to, NULL);

		json_put_string(b, object, "name", kinds->kinds[i]->name);
		json_put_string(b, object, "summary", kinds->kinds[i]->summary);
	}
}

int command_describe(const struct command *const *commands, const char *version, FILE *to)
{
	struct json_build b = {0};
	struct json_object *list, *root = json_build_object(&b);

	json_put_string(&b, root, "version", version);
	list = json_put_array(&b, root, "commands");
	for (size_t i = 0; commands[i]; i++)
		put_command(&b, list, commands[i]);
	put_stressors(&b, json_put_array(&b, root, "stressors"));
	return json_build_print(&b, root, to);
}
