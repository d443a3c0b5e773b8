/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/run_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "result/json.h"
#include "result/table.h"

static bool has_trials(const struct result *r)
{
	for (size_t i = 0; i < r->n_runs; i++)
		if (r->runs[i].n_trials)
			return true;
	return false;
}

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

void run_show(const struct result *r, const char *output, bool quiet, bool lost)
{
	bool to_stdout = lost || (output && strcmp(output, "-") == 0);
	FILE *to = to_stdout ? stderr : stdout;

	if (!has_trials(r))
		return;
	if (!quiet)
		result_print_table(r, to, wants_colour(to));
	/* What follows goes to the other stream, which may end in the same file. */
	fflush(to);
	if (to_stdout)
		print_json(r);
	else if (!output && !quiet)
		fputs("Not kept; `-o FILE` keeps a result for `cgchurn compare`.\n", stderr);
	else if (output && !quiet)
		fprintf(stderr, "The result is in %s.\n", output);
}
