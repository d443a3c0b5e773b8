/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/run_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/replace.h"
#include "command/interrupted.h"
#include "result/json.h"
#include "result/table.h"

static bool wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR");

	return isatty(fileno(to)) && !(no && *no);
}

static void print_json(const struct result *r)
{
	_cleanup_free char *text = NULL;
	size_t size;

	if (result_to_json(r, &text, &size) == 0)
		fwrite(text, 1, size, stdout);
}

/* Rather than to lose it, standard output gets what `output` did not take. */
static int print_to(const struct result *r, const char *output)
{
	struct err e;
	int k = strcmp(output, "-") == 0 ? 0 : result_write(r, output, &e);

	if (k < 0 || strcmp(output, "-") == 0)
		print_json(r);
	return k;
}

int run_show(const struct result *r, const char *output, bool quiet, bool lost, bool in_part)
{
	bool printed = output && (strcmp(output, "-") == 0 || !io_is_replaced(output));
	FILE *to = printed || lost ? stderr : stdout;

	bool measured = interrupted_count(r).finished > 0;

	if (!quiet && measured)
		result_print_table(r, to, wants_colour(to));
	/* What follows goes to the other stream, which may end in the same file. */
	fflush(to);
	if (printed || lost)
		return print_to(r, lost ? "-" : output);
	if (quiet || !measured || in_part)
		return 0;
	if (!output)
		fputs("Not kept; `-o FILE` keeps a result for `cgchurn compare`.\n", stderr);
	else
		fprintf(stderr, "The result is in %s.\n", output);
	return 0;
}
