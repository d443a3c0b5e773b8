/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of a churn that never was, with known truths: a paced migrator and a fork storm whose
 * medians are scaled as asked, log-normal samples, boots that scatter about the truth and trials
 * that scatter about their boot. For tests of what reads results.
 */
#ifndef CGCHURN_TESTS_CHURN_RESULT_H
#define CGCHURN_TESTS_CHURN_RESULT_H

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "record/histogram.h"
#include "result/result.h"

struct churn {
	uint64_t seed;
	const char *name;    /* of the side: begins ids and boot ids */
	const char *release; /* of the kernel; NULL: "6.18.0" */
	const char *boot;    /* one boot id for all; NULL: one an invocation */
	unsigned trials, extra_series;
	unsigned samples;               /* a trial; 0: 400 */
	double migration, forks;        /* factors on the medians; 0: 1 */
	double boot_sigma, trial_sigma; /* of logarithms; 0: 0.01 */
	bool attributed;
	unsigned invalid; /* of the trials, the last ones */
	unsigned errors;  /* EAGAIN a trial */
	unsigned lost;    /* samples of the migrator in each first trial */
	unsigned month;   /* of 2026: a result a night from its first day on; 0: all of one day */
	const char *version, *model, *host, *regime; /* NULL: those below */
	const char *metric,
		*from; /* the migrator's primary; NULL: p50, of what "from" does without */
};

#define CHURN_SPEC(metric, from)                                                              \
	"{\"name\":\"migrate-under-fork\",\"primary\":["                                      \
	"{\"actor\":\"migrator\",\"direction\":\"lower\"," from "\"metric\":\"" metric "\","  \
	"\"span\":\"write\",\"time\":\"response\",\"tolerance\":0.1},"                        \
	"{\"actor\":\"storm\",\"direction\":\"lower\",\"metric\":\"p50\",\"span\":\"cycle\"," \
	"\"time\":\"service\",\"tolerance\":0.05}],\"schema\":\"cgchurn-workload/1\","        \
	"\"warmup_s\":0.5}"

static void *churn_need(void *p)
{
	if (!p)
		abort();
	return p;
}

static char *churn_text(const char *text)
{
	return churn_need(strdup(text));
}

static double churn_or(double value, double fallback)
{
	return value > 0 ? value : fallback;
}

static void churn_fill(struct series *s, struct rng *rng, unsigned samples, double p50_ns)
{
	struct histogram *h = churn_need(calloc(1, sizeof(*h)));
	uint64_t above = 0;

	for (unsigned i = 0; i < samples; i++) {
		uint64_t ns = (uint64_t)(p50_ns * exp(0.3 * rng_normal(rng)));

		histogram_record(h, ns);
		above += ns > 1000000;
	}
	if (sparse_histogram_init_from(&s->histogram, h) < 0)
		abort();
	free(h);
	s->rate_per_s = samples;
	s->n_thresholds = 1;
	s->thresholds[0] = (struct series_threshold){.ns = 1000000, .above = above};
}

static struct series *churn_series(struct result_trial *trial, const char *actor,
				   const char *stressor, const char *span, enum span_time time)
{
	struct series *s = churn_need(result_add_series(trial));

	snprintf(s->id.actor, sizeof(s->id.actor), "%s", actor);
	snprintf(s->stressor, sizeof(s->stressor), "%s", stressor);
	snprintf(s->id.span, sizeof(s->id.span), "%s", span);
	s->id.time = time;
	return s;
}

static void churn_trial(const struct churn *c, struct rng *rng, struct result_run *run,
			const double boot[2])
{
	struct result_trial *trial = churn_need(result_add_trial(run));
	unsigned samples = c->samples ? c->samples : 400;
	double sigma = churn_or(c->trial_sigma, 0.01);
	struct series *s;

	trial->index = run->n_trials - 1;
	strcpy(trial->started_at, "2026-01-31T12:00:00Z");
	trial->duration_ns = 1000000000;
	trial->valid = true;
	strcpy(trial->env.clock_source, "tsc");
	s = churn_series(trial, "migrator", "migrate", "write", SPAN_RESPONSE);
	churn_fill(s, rng, samples - (run->n_trials == 1 ? c->lost : 0),
		   6e6 * boot[0] * exp(sigma * rng_normal(rng)));
	s->planned = samples;
	if (c->errors && series_add_errno(s, EAGAIN, c->errors) < 0)
		abort();
	s = churn_series(trial, "storm", "fork", "cycle", SPAN_SERVICE);
	churn_fill(s, rng, samples, 75e3 * boot[1] * exp(sigma * rng_normal(rng)));
	for (unsigned i = 0; i < c->extra_series; i++) {
		char actor[32];

		snprintf(actor, sizeof(actor), "extra-%u", i);
		s = churn_series(trial, actor, "fork", "cycle", SPAN_SERVICE);
		churn_fill(s, rng, samples, 50e3 * (i + 1) * exp(sigma * rng_normal(rng)));
	}
	if (run->n_trials + c->invalid > c->trials &&
	    result_trial_invalidate(trial, "the hypervisor stole 3.0 %% of the CPU time") < 0)
		abort();
}

static char *churn_spec(const struct churn *c)
{
	char from[64] = "", *spec = NULL;

	if (c->from)
		snprintf(from, sizeof(from), "\"from\":\"%.20s\",", c->from);
	if (asprintf(&spec, CHURN_SPEC("%s", "%s"), from, c->metric ? c->metric : "p50") < 0)
		abort();
	return spec;
}

static void churn_run(const struct churn *c, struct rng *rng, struct result *r)
{
	double sigma = churn_or(c->boot_sigma, 0.01);
	double boot[2] = {churn_or(c->migration, 1) * exp(sigma * rng_normal(rng)),
			  churn_or(c->forks, 1) * exp(sigma * rng_normal(rng))};
	struct result_run *run = churn_need(result_add_run(r));

	strcpy(run->workload, "migrate-under-fork");
	memset(run->sha256, 'a', 64);
	run->spec = churn_spec(c);
	if (workload_primaries_from_spec(run->spec, run->primaries, &run->n_primaries, NULL) < 0)
		abort();
	run->trials_planned = c->trials;
	run->hierarchy.groups = 13;
	for (unsigned i = 0; i < c->trials; i++)
		churn_trial(c, rng, run, boot);
}

static void churn_date(const struct churn *c, unsigned index, char *buf, size_t size)
{
	if (c->month)
		snprintf(buf, size, "2026-%02u-%02uT02:00:00Z", c->month % 13, index % 31 + 1);
	else
		snprintf(buf, size, "2026-01-31T12:%02u:%02uZ", index / 60 % 60, index % 60);
}

/* Invocation `index` of a side; the caller destroys it. */
static struct result *churn_result(const struct churn *c, unsigned index)
{
	struct result *r = churn_need(result_create());
	char boot[64];
	struct rng rng;

	rng_init(&rng, c->seed, index);
	r->tool_name = churn_text("cgchurn");
	r->tool_version = churn_text(c->version ? c->version : "0.1.0");
	snprintf(r->id, sizeof(r->id), "%.20s-%u", c->name, index);
	churn_date(c, index, r->started_at, sizeof(r->started_at));
	r->complete = true;
	r->attributed = c->attributed;
	r->seed = c->seed;
	r->has_sequence = true;
	r->sequence_block = index;
	snprintf(boot, sizeof(boot), "%.20s-boot-%u", c->name, index);
	r->host.boot_id = churn_text(c->boot ? c->boot : boot);
	r->host.kernel_release = churn_text(c->release ? c->release : "6.18.0");
	r->host.cpu_model = churn_text(c->model ? c->model : "Some CPU @ 2.10GHz");
	r->host.name = c->host ? churn_text(c->host) : NULL;
	r->host.cpu_count = 2;
	r->host.lock_regime = strdup(c->regime ? c->regime : "global");
	r->host.accelerator = churn_text("kvm");
	churn_run(c, &rng, r);
	return r;
}

#endif
