/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/interrupted.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/replace.h"

struct interrupted_count interrupted_count(const struct result *r)
{
	struct interrupted_count n = {0};

	for (size_t i = 0; i < r->n_runs; i++) {
		n.finished += r->runs[i].n_trials;
		n.planned += r->runs[i].trials_planned;
	}
	return n;
}

const char *interrupted_by(const struct session *s)
{
	switch (s->signal) {
	case SIGINT:
		return "SIGINT";
	case SIGTERM:
		return "SIGTERM";
	case SIGHUP:
		return "SIGHUP";
	default:
		return "a signal";
	}
}

static void hint(uint64_t finished, const char *output, struct err *e)
{
	const char *what = finished ? "Finished trials are" : "A result without a trial is";

	if (output && strcmp(output, "-") == 0)
		err_hint(e, "%s on standard output.", what);
	else if (output)
		err_hint(e, "%s in %s.", what, output);
	else if (finished)
		err_hint(e, "Nothing is kept but the table; `-o FILE` keeps a result.");
}

void interrupted_explain(const struct session *s, const struct result *r, const char *output,
			 bool begun, struct err *e)
{
	struct interrupted_count n = interrupted_count(r);

	if (e->exit_code != EXIT_INTERRUPTED)
		return;
	if (n.planned)
		err_set(e, EXIT_INTERRUPTED, EINTR,
			"interrupted by %s: %" PRIu64 " of %" PRIu64 " trials are finished",
			interrupted_by(s), n.finished, n.planned);
	else
		err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted by %s before the first trial",
			interrupted_by(s));
	if (begun)
		hint(n.finished, output, e);
}
