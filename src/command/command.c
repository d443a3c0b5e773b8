/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

enum { HELP_VALUE = 256 }; /* long options without a letter get values from here on */

/* Prints `text` with each line indented. */
static void print_indented(const char *text, int indent, FILE *to)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		fprintf(to, "%*s%.*s\n", length ? indent : 0, "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

const struct command_option command_help_option = {
	.name = "help",
	.letter = 'h',
	.type = OPTION_FLAG,
	.help = "Show this text.",
};

static void print_option(const struct command_option *o, FILE *to)
{
	fprintf(to, "  %c%c%s --%s%s%s\n", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		o->letter ? "," : " ", o->name, o->argument ? " " : "",
		o->argument ? o->argument : "");
	print_indented(o->help, 10, to);
}

void command_print_help(const struct command *command, FILE *to)
{
	fprintf(to, "Usage: cgchurn %s [OPTION...]%s%s\n\n", command->name,
		command->arguments[0] ? " " : "", command->arguments);
	fprintf(to, "%s\n\nOptions:\n", command->help);
	for (size_t i = 0; i < command->n_options; i++)
		print_option(&command->options[i], to);
	print_option(&command_help_option, to);
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

static int store(const struct command_option *option, void *where, const char *value)
{
	struct option_u64 *u64 = where;
	struct option_double *number = where;
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
	case OPTION_DOUBLE:
		number->given = true;
		return num_parse_double(value, &number->value);
	}
	return -EINVAL;
}

static const char *expectation(const struct command_option *option, char buf[256])
{
	size_t used = 0;

	switch (option->type) {
	case OPTION_U64:
		return "a whole number";
	case OPTION_DOUBLE:
		return "a number";
	case OPTION_DURATION:
		return "a duration such as 500ms, 5s or 2m";
	case OPTION_CHOICE:
		strcpy(buf, "one of");
		used = strlen(buf);
		for (size_t i = 0; option->choices[i] && used < 256; i++)
			used += (size_t)snprintf(buf + used, 256 - used, "%s %s", i ? "," : "",
						 option->choices[i]);
		return buf;
	default:
		return "another value";
	}
}

static int store_option(const struct command *command, int value, void *options, struct err *e)
{
	char buf[256];

	for (size_t i = 0; i < command->n_options; i++) {
		const struct command_option *o = &command->options[i];

		if (value != (o->letter ? o->letter : HELP_VALUE + 1 + (int)i))
			continue;
		if (store(o, (char *)options + o->offset, optarg) < 0)
			return err_set(e, EXIT_USAGE, EINVAL, "--%s: '%s' is not %s", o->name,
				       optarg, expectation(o, buf));
		return 0;
	}
	err_set(e, EXIT_USAGE, EINVAL, "unknown or incomplete option");
	err_hint(e, "`cgchurn %s --help` lists the options.", command->name);
	return -EINVAL;
}

/* The getopt tables of a command: `longs` has room for n_options + 2, `letters` for 2 * n + 4. */
static void fill_tables(const struct command *command, struct option *longs, char *letters)
{
	char *l = letters;

	*l++ = 'h';
	for (size_t i = 0; i < command->n_options; i++) {
		const struct command_option *o = &command->options[i];
		bool takes = o->type != OPTION_FLAG;

		longs[i] = (struct option){.name = o->name,
					   .has_arg = takes ? required_argument : no_argument,
					   .val = o->letter ? o->letter : HELP_VALUE + 1 + (int)i};
		if (o->letter)
			*l++ = o->letter;
		if (o->letter && takes)
			*l++ = ':';
	}
	*l = '\0';
	longs[command->n_options] = (struct option){.name = "help", .val = 'h'};
	longs[command->n_options + 1] = (struct option){0};
}

/* 1: help was asked for. */
static int parse(const struct command *command, int argc, char **argv, void *options, struct err *e)
{
	_cleanup_free struct option *longs = calloc(command->n_options + 2, sizeof(*longs));
	_cleanup_free char *letters = malloc(2 * command->n_options + 4);
	int value, r;

	if (!longs || !letters)
		return err_no_memory(e);
	fill_tables(command, longs, letters);
	optind = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (value == 'h')
			return 1;
		r = store_option(command, value, options, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_arguments(const struct command *command, size_t n, struct err *e)
{
	if (n >= command->min_arguments && n <= command->max_arguments)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "%s: %s", command->name,
		n < command->min_arguments ? "an argument is missing" : "too many arguments");
	err_hint(e, "Usage: cgchurn %s [OPTION...] %s", command->name, command->arguments);
	return -EINVAL;
}

static int parse_and_run(const struct command *command, int argc, char **argv, void *options,
			 struct err *e)
{
	struct command_call call = {.options = options};
	int r = parse(command, argc, argv, options, e);

	if (r == 1) {
		command_print_help(command, stdout);
		return EXIT_DONE;
	}
	if (r < 0)
		return r;
	call.arguments = argv + optind;
	call.n_arguments = (size_t)(argc - optind);
	r = check_arguments(command, call.n_arguments, e);
	return r < 0 ? r : command->main(&call, e);
}

static void free_strings(const struct command *command, void *options)
{
	for (size_t i = 0; i < command->n_options; i++) {
		const struct command_option *o = &command->options[i];
		struct option_strings *strings = (void *)((char *)options + o->offset);

		if (o->type == OPTION_STRINGS)
			free(strings->items);
	}
}

int command_execute(const struct command *command, int argc, char **argv)
{
	_cleanup_free void *options = calloc(1, command->options_size + 1);
	struct err e = {.exit_code = EXIT_FAULT};
	int r;

	if (!options) {
		fputs("cgchurn: out of memory\n", stderr);
		return EXIT_FAULT;
	}
	r = parse_and_run(command, argc, argv, options, &e);
	free_strings(command, options);
	if (r < 0) {
		err_print(&e, stderr);
		r = e.exit_code;
	}
	return r;
}
