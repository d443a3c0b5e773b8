/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/suggest.h"
#include "command/script.h"
#include "json/write.h"
#include "stressor/stressor.h"

enum { OPTIONS_MAX = 40, VALUE_OF_FIRST = 256 }; /* what getopt_long() returns for option 0 */

/* The options of a command with those of its groups, and --help. */
struct option_list {
	struct command_option items[OPTIONS_MAX];
	size_t n;
};

static void add_options(struct option_list *list, const struct command_option *table, size_t offset)
{
	for (; table && (table->name || table->group); table++) {
		if (table->group) {
			add_options(list, table->group, offset + table->offset);
			continue;
		}
		if (list->n == OPTIONS_MAX)
			abort(); /* OPTIONS_MAX is too small for the tables */
		list->items[list->n] = *table;
		list->items[list->n++].offset += offset;
	}
}

static void list_options(const struct command *command, struct option_list *ret)
{
	static const struct command_option help[] = {
		{.name = "help", .letter = 'h', .type = OPTION_HELP, .help = "Show this text."},
		{0}};

	ret->n = 0;
	add_options(ret, command->options, 0);
	add_options(ret, help, 0);
}

/* Prints `text` with each line indented. */
static void print_indented(const char *text, int indent)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		printf("%*s%.*s\n", length ? indent : 0, "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void print_help(const struct command *command, const struct option_list *list)
{
	/* A script may want its options elsewhere than in front. */
	const char *first = strstr(command->arguments, "[OPTION...]") ? "" : " [OPTION...]";

	printf("Usage: cgchurn %s%s%s%s\n\n%s\n\nOptions:\n", command->name, first,
	       command->arguments[0] ? " " : "", command->arguments, command->help);
	for (size_t i = 0; i < list->n; i++) {
		const struct command_option *o = &list->items[i];

		printf("  %c%c%s --%s%s%s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		       o->letter ? "," : " ", o->name, o->argument ? " " : "",
		       o->argument ? o->argument : "");
		print_indented(o->help, 10);
	}
}

static int add_string(struct option_strings *strings, const char *value)
{
	const char **grown = reallocarray(strings->items, strings->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[strings->n++] = value;
	strings->items = grown;
	return 0;
}

static int check_choice(const struct command_option *option, const char *value)
{
	for (size_t i = 0; option->choices[i]; i++)
		if (strcmp(option->choices[i], value) == 0)
			return 0;
	return -EINVAL;
}

static int store_percent(double *where, const char *value)
{
	double percent;
	char digits[32];
	size_t length = strlen(value);

	if (length >= sizeof(digits))
		return -EINVAL;
	strcpy(digits, value);
	if (length && digits[length - 1] == '%')
		digits[length - 1] = '\0';
	if (num_parse_double(digits, &percent) < 0 || !(percent > 0 && percent <= 100))
		return -EINVAL;
	*where = percent / 100;
	return 0;
}

static int store(const struct command_option *option, void *where, const char *value)
{
	struct option_u64 *u64 = where;
	int r = 0;

	switch (option->type) {
	case OPTION_FLAG:
		*(bool *)where = true;
		return 0;
	case OPTION_CHOICE:
		r = check_choice(option, value);
		/* fall through */
	case OPTION_STRING:
		if (r == 0)
			*(const char **)where = value;
		return r;
	case OPTION_STRINGS:
		return add_string(where, value);
	case OPTION_U64:
		u64->given = true;
		return num_parse_u64(value, &u64->value);
	case OPTION_DURATION:
		u64->given = true;
		return num_parse_duration(value, &u64->value);
	case OPTION_PERCENT:
		return store_percent(where, value);
	case OPTION_HELP:
		return 1;
	}
	return -EINVAL;
}

static const char *expectation(const struct command_option *option, char buf[256])
{
	size_t used = 0;

	switch (option->type) {
	case OPTION_U64:
		return "a whole number";
	case OPTION_PERCENT:
		return "a percentage above 0 and at most 100 (5 or 5%)";
	case OPTION_DURATION:
		return "a duration such as 500ms, 5s or 2m";
	case OPTION_CHOICE:
		used = strlen(strcpy(buf, "one of"));
		for (size_t i = 0; option->choices[i] && used < 256; i++)
			used += (size_t)snprintf(buf + used, 256 - used, "%s %s", i ? "," : "",
						 option->choices[i]);
		return buf;
	default:
		return "another value";
	}
}

static bool takes_value(const struct command_option *o)
{
	return o->type != OPTION_FLAG && o->type != OPTION_HELP;
}

/*
 * The tables of getopt_long(): `letters` has room for two an option, a colon in front (a missing
 * value is reported as ':'), and the end.
 */
static void fill_tables(const struct option_list *list, struct option *longs, char *letters)
{
	*letters++ = ':';
	for (size_t i = 0; i < list->n; i++) {
		const struct command_option *o = &list->items[i];

		longs[i] =
			(struct option){o->name, takes_value(o) ? required_argument : no_argument,
					.val = VALUE_OF_FIRST + (int)i};
		if (o->letter)
			*letters++ = o->letter;
		if (o->letter && takes_value(o))
			*letters++ = ':';
	}
	*letters = '\0';
	longs[list->n] = (struct option){0};
}

static const struct command_option *find_option(const struct option_list *list, int value)
{
	for (size_t i = 0; i < list->n; i++)
		if (value == VALUE_OF_FIRST + (int)i || value == list->items[i].letter)
			return &list->items[i];
	return NULL;
}

static size_t count_beginning_with(const struct option_list *list, const char *word, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += strncmp(list->items[i].name, word, length) == 0;
	return n;
}

/* `word`: without the dashes. */
static int refuse_long(const struct command *command, const struct option_list *list,
		       const char *word, struct err *e)
{
	int length = (int)strcspn(word, "=");
	const char *names[OPTIONS_MAX], *near;
	char name[64];

	for (size_t i = 0; i < list->n; i++)
		names[i] = list->items[i].name;
	snprintf(name, sizeof(name), "%.*s", length, word);
	near = suggest_name(name, names, list->n);
	if (count_beginning_with(list, word, (size_t)length) > 1)
		err_set(e, EXIT_USAGE, EINVAL, "%s: more than one option begins with --%s",
			command->name, name);
	else
		err_set(e, EXIT_USAGE, EINVAL, "%s: unknown option --%s", command->name, name);
	err_hint(e, "%s%s%s`cgchurn %s --help` lists the options.", near ? "Did you mean --" : "",
		 near ? near : "", near ? "? " : "", command->name);
	return -EINVAL;
}

/* `value`: what getopt_long() returned, '?' or ':'. */
static int refuse_option(const struct command *command, const struct option_list *list, int value,
			 char **argv, struct err *e)
{
	const struct command_option *o = optopt ? find_option(list, optopt) : NULL;

	if (!optopt)
		return refuse_long(command, list, argv[optind - 1] + strlen("--"), e);
	if (o)
		err_set(e, EXIT_USAGE, EINVAL, "%s: --%s %s", command->name, o->name,
			value == ':' ? "needs a value" : "takes no value");
	else
		err_set(e, EXIT_USAGE, EINVAL, "%s: unknown option -%c", command->name, optopt);
	err_hint(e, "`cgchurn %s --help` lists the options.", command->name);
	return -EINVAL;
}

/* 1: help was asked for. */
static int parse(const struct command *command, const struct option_list *list, int argc,
		 char **argv, void *options, struct err *e)
{
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2], buf[256];
	int value;

	fill_tables(list, longs, letters);
	optind = opterr = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct command_option *o = find_option(list, value);
		int r = o ? store(o, (char *)options + o->offset, optarg) : -EINVAL;

		if (r > 0)
			return r;
		if (r == -ENOMEM)
			return err_no_memory(e);
		if (r < 0 && o)
			return err_set(e, EXIT_USAGE, EINVAL, "--%s: '%s' is not %s", o->name,
				       optarg, expectation(o, buf));
		if (r < 0)
			return refuse_option(command, list, value, argv, e);
	}
	return 0;
}

static int check_arguments(const struct command *command, size_t n, struct err *e)
{
	if (n >= command->min_arguments && n <= command->max_arguments)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "%s: %s", command->name,
		n < command->min_arguments ? "an argument is missing" : "too many arguments");
	err_hint(e, "Usage: cgchurn %s [OPTION...]%s%s", command->name,
		 command->arguments[0] ? " " : "", command->arguments);
	return -EINVAL;
}

static bool asks_for_help(const char *word)
{
	return word && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0);
}

static int parse_and_run(const struct command *command, const struct option_list *list, int argc,
			 char **argv, void *options, struct err *e)
{
	struct command_call call = {.options = options};
	int r;

	if (command->main)
		r = parse(command, list, argc, argv, options, e);
	else
		r = asks_for_help(argv[1]) ? 1 : script_execute(argv, e);
	if (r == 1) {
		print_help(command, list);
		return EXIT_DONE;
	}
	if (r < 0)
		return r;
	call.arguments = argv + optind;
	call.n_arguments = (size_t)(argc - optind);
	r = check_arguments(command, call.n_arguments, e);
	return r < 0 ? r : command->main(&call, e);
}

static void set_fallbacks(const struct option_list *list, char *options)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].fallback)
			((struct option_u64 *)(void *)(options + list->items[i].offset))->value =
				list->items[i].fallback;
}

static void free_strings(const struct option_list *list, char *options)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].type == OPTION_STRINGS)
			free(((struct option_strings *)(void *)(options + list->items[i].offset))
				     ->items);
}

int command_execute(const struct command *command, int argc, char **argv)
{
	_cleanup_free void *options = calloc(1, command->options_size + 1);
	struct err e = {.exit_code = EXIT_FAULT};
	struct option_list list;
	int r = options ? 0 : err_no_memory(&e);

	if (r == 0) {
		list_options(command, &list);
		set_fallbacks(&list, options);
		r = parse_and_run(command, &list, argc, argv, options, &e);
		free_strings(&list, options);
	}
	if (r < 0) {
		err_print(&e, stderr);
		r = e.exit_code;
	}
	return r;
}

bool command_wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(to)) && !(no && *no);
}

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

static void put_command(struct json_build *b, struct json_object *to, const struct command *c,
			const struct option_list *list)
{
	struct json_object *object = json_put_object(b, to, NULL), *options;

	json_put_string(b, object, "name", c->name);
	json_put_string(b, object, "summary", c->summary);
	json_put_string(b, object, "arguments", c->arguments);
	json_put_string(b, object, "help", c->help);
	options = json_put_array(b, object, "options");
	for (size_t i = 0; i < list->n; i++)
		put_option(b, options, &list->items[i]);
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
	struct json_object *array, *root = json_build_object(&b);
	struct option_list list;

	json_put_string(&b, root, "version", version);
	array = json_put_array(&b, root, "commands");
	for (size_t i = 0; commands[i]; i++) {
		list_options(commands[i], &list);
		put_command(&b, array, commands[i], &list);
	}
	put_stressors(&b, json_put_array(&b, root, "stressors"));
	return json_build_print(&b, root, to);
}
