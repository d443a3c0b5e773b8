/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/results.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/replace.h"
#include "seccomp/reader.h"
#include "stats/sequential.h"

int results_open(struct inputs *inputs, char *const *paths, size_t n, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = inputs_open(inputs, paths[i], e);
	inputs_print_skipped(inputs, stderr);
	return r;
}

int results_make(int (*work)(void *data, FILE *to, struct err *e), void *data, const char *output,
		 struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = confined_make(work, data, &text, &size, e);

	if (r < 0)
		return r;
	r = output ? io_replace_file(output, text, size) : io_write_all(STDOUT_FILENO, text, size);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "cannot write %s",
			       output ? output : "standard output")
		     : EXIT_DONE;
}

int results_check_max_boots(const struct option_u64 *max_boots, bool paired, struct err *e)
{
	if (!max_boots->given ||
	    (max_boots->value >= 2 && max_boots->value <= SEQUENTIAL_UNITS_MAX && !paired))
		return 0;
	return err_set(e, EXIT_USAGE, EINVAL, "--max-boots takes 2 to %d, and no --paired",
		       SEQUENTIAL_UNITS_MAX);
}
