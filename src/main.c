/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program: a command and what is common to all. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/process.h"
#include "base/suggest.h"
#include "command/command.h"
#include "version.h"

#define COMMAND(name) extern const struct command command_##name;
#include "command/list.h"
#undef COMMAND

#define COMMAND(name) &command_##name,
static const struct command *const commands[] = {
#include "command/list.h"
	NULL, /* the end */
};
#undef COMMAND

static int print_usage(FILE *to, int exit_code)
{
	fputs("cgchurn measures the cost of container churn on this kernel and detects changes.\n\n"
	      "Usage: cgchurn COMMAND [OPTION...] [ARGUMENT...]\n"
	      "       cgchurn --version | --describe (commands and options as JSON)\n\n"
	      "Commands:\n",
	      to);
	for (size_t i = 0; commands[i]; i++)
		fprintf(to, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nTo begin, run `cgchurn run` as root (takes about a minute).\n\n"
	      "Exit status: 0 done, 1 a regression or a broken invariant, 2 usage or bad input,\n"
	      "3 no decision where one was required, or results with different clocks, 4 this\n"
	      "host or user cannot do it, 5 an internal error, 130 interrupted. cgchurn(1) and\n"
	      "`cgchurn COMMAND --help` have the details.\n",
	      to);
	return exit_code;
}

static void do_nothing(int signal_number)
{
}

/*
 * A write beyond RLIMIT_FSIZE fails with EFBIG, which is reported; it must not kill. By a handler,
 * because an exec resets it: what is started has the disposition that programs expect.
 */
static void survive_file_limit(void)
{
	const struct sigaction a = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};

	sigaction(SIGXFSZ, &a, NULL);
}

/* A failed write to standard output is a failure, whatever printed it. */
static int finish_output(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit_code;
	fprintf(stderr, "cgchurn: standard output: %s\n", strerror(errno));
	return exit_code ? exit_code : EXIT_FAULT;
}

static int refuse_command(const char *word)
{
	const char *names[sizeof(commands) / sizeof(commands[0])], *near;
	struct err e;
	size_t n = 0;

	for (; commands[n]; n++)
		names[n] = commands[n]->name;
	near = suggest_name(word, names, n);
	err_set(&e, EXIT_USAGE, EINVAL, "unknown command '%.64s'", word);
	err_hint(&e, "%s%s%s`cgchurn --help` lists them.", near ? "Did you mean '" : "",
		 near ? near : "", near ? "'? " : "");
	err_print(&e, stderr);
	return EXIT_USAGE;
}

static int carry_out(int argc, char **argv)
{
	if (argc < 2)
		return print_usage(stderr, EXIT_USAGE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return print_usage(stdout, EXIT_DONE);
	if (strcmp(argv[1], "--version") == 0) {
		printf("cgchurn %s (%s)\n", CGCHURN_VERSION, CGCHURN_COMMIT);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--describe") == 0)
		return command_describe(commands, CGCHURN_VERSION, stdout) < 0 ? EXIT_FAULT
									       : EXIT_DONE;
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return command_execute(commands[i], argc - 1, argv + 1);
	return refuse_command(argv[1]);
}

int main(int argc, char **argv)
{
	child_undo_inherited();
	survive_file_limit();
	return finish_output(carry_out(argc, argv));
}
