/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

void progress_init(struct progress *p, bool quiet)
{
	*p = (struct progress){.line = !quiet && isatty(STDERR_FILENO)};
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}

static void show(struct progress *p, const char *phase, uint64_t elapsed_ns)
{
	uint64_t left = p->left_ns > elapsed_ns ? p->left_ns - elapsed_ns : 0;
	uint64_t seconds = (left + NS_PER_S - 1) / NS_PER_S;

	if (!p->line)
		return;
	fprintf(stderr,
		"\r\033[K%s, trial %" PRIu64 " of %" PRIu64 ": %s; %" PRIu64 ":%02" PRIu64 " left",
		p->workload->name, p->trial + 1, p->workload->trials, phase, seconds / 60,
		seconds % 60);
	fflush(stderr);
	p->shown = true;
}

static void begins(void *opaque, const struct workload *w, uint64_t trial, uint64_t left_ns)
{
	struct progress *p = opaque;

	p->workload = w;
	p->trial = trial;
	p->left_ns = left_ns;
	show(p, "setting up", 0);
}

static void goes_on(void *opaque, uint64_t elapsed_ns)
{
	struct progress *p = opaque;
	uint64_t end = p->workload->warmup_ns + p->workload->duration_ns;

	show(p,
	     elapsed_ns < p->workload->warmup_ns ? "warming up"
	     : elapsed_ns < end                  ? "measuring"
						 : "ending",
	     elapsed_ns);
}

static void tells(void *opaque, const char *sentence)
{
	struct err e = {0};

	progress_clear(opaque);
	snprintf(e.text, sizeof(e.text), "%s", sentence);
	err_print(&e, stderr);
}

struct invocation_listener progress_listener(struct progress *p)
{
	return (struct invocation_listener){
		.opaque = p,
		.begins = begins,
		.progress = p->line ? goes_on : NULL,
		.tells = tells,
	};
}
