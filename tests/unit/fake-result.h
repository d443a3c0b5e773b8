/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A result that looks like one of a run: a storm without end and a paced migrator, some failures, a
 * trial that does not count. The figures are drawn from a seed.
 */
#ifndef CGCHURN_TESTS_FAKE_RESULT_H
#define CGCHURN_TESTS_FAKE_RESULT_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "record/recorder.h"
#include "base/array.h"
#include "result/result.h"

#define FAKE_SPEC                                                                             \
	"{\"actors\":[],\"hierarchy\":{\"depth\":1},\"name\":\"migrate-under-fork\","         \
	"\"primary\":[{\"actor\":\"migrator\",\"direction\":\"lower\",\"metric\":\"p50\","    \
	"\"span\":\"write\",\"time\":\"response\",\"tolerance\":0.05}],\"schema\":\"cgchurn-" \
	"workload/1\"}"

#define FAKE_WINDOW_NS UINT64_C(5000000000)

struct fake_series {
	const char *actor, *stressor, *span;
	enum span_time time;
	int count;
	double p50_ns, sigma; /* log-normal */
};

static char *fake_text(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	return copy;
}

/* Where each sample is told, a line each; NULL: nowhere. */
static FILE *fake_raw;

static void fake_record(struct rng *rng, const struct fake_series *like, uint64_t trial,
			struct recorder *r)
{
	const uint64_t thresholds[] = {100000, 10000000};

	recorder_init(r, FAKE_WINDOW_NS, thresholds, 2);
	for (int i = 0; i < like->count; i++) {
		uint64_t ns = (uint64_t)(like->p50_ns * exp(like->sigma * rng_normal(rng)));

		recorder_add(r, FAKE_WINDOW_NS / (uint64_t)like->count * (uint64_t)i, ns);
		if (fake_raw)
			fprintf(fake_raw, "%llu %s %s %s %llu\n", (unsigned long long)trial,
				like->actor, like->span, span_time_names[like->time],
				(unsigned long long)ns);
	}
}

static struct series *fake_series(struct rng *rng, struct result_trial *trial,
				  const struct fake_series *like)
{
	struct series *s = result_add_series(trial);
	struct recorder *r = calloc(1, sizeof(*r));

	assert_non_null(s);
	assert_non_null(r);
	fake_record(rng, like, trial->index, r);
	assert_int_equal(series_from_recorder(s, r), 0);
	strcpy(s->id.actor, like->actor);
	strcpy(s->id.span, like->span);
	strcpy(s->stressor, like->stressor);
	s->id.time = like->time;
	s->rate_per_s = like->count / ((double)FAKE_WINDOW_NS / 1e9);
	free(r);
	return s;
}

static void fake_trial(struct rng *rng, struct result_run *run, uint64_t index)
{
	static const struct fake_series all[] = {
		{"storm", "fork", "spawn", SPAN_SERVICE, 20000, 61e3, 0.3},
		{"storm", "fork", "reap", SPAN_SERVICE, 20000, 9e3, 0.2},
		{"storm", "fork", "cycle", SPAN_SERVICE, 20000, 75e3, 0.3},
		{"migrator", "migrate", "write", SPAN_SERVICE, 100, 6.0e6, 0.2},
		{"migrator", "migrate", "write", SPAN_RESPONSE, 100, 6.1e6, 0.25},
		{"idle", "null", "step", SPAN_SERVICE, 0, 1, 0},
	};
	struct result_trial *trial = result_add_trial(run);

	assert_non_null(trial);
	trial->index = index;
	strcpy(trial->started_at, "2026-01-31T23:59:59Z");
	trial->duration_ns = FAKE_WINDOW_NS;
	trial->setup_ns = 4100000;
	trial->teardown_ns = 21000000;
	trial->valid = true;
	strcpy(trial->env.clock_source, "tsc");
	trial->env.load1 = 0.37;
	trial->env.has_psi = true;
	trial->env.psi_cpu_ns = 123000;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fake_series(rng, trial, &all[i]);
	for (size_t i = 3; i < 5; i++) {
		trial->series[i].planned = 104;
		trial->series[i].late = 3;
		trial->series[i].missed = 1;
		assert_int_equal(series_add_errno(&trial->series[i], EAGAIN, 2), 0);
		assert_int_equal(series_add_errno(&trial->series[i], 4711, 1), 0);
	}
}

static void fake_host(struct host *h)
{
	h->boot_id = fake_text("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
	h->kernel_release = fake_text("6.18.0");
	h->kernel_version = fake_text("#1 SMP PREEMPT_DYNAMIC Sat Jan 31 12:00:00 UTC 2026");
	h->kernel_cmdline = fake_text("root=/dev/vda ro label=\xff\"quoted\"");
	h->kernel_tainted = 0;
	h->lock_patch_present = TRISTATE_YES;
	host_set_regime(h, LOCK_REGIME_GLOBAL);
	h->lock_confidence = fake_text("certain: paced migrations wait for a grace period");
	assert_int_equal(array_add_text(&h->lock_evidence, &h->n_lock_evidence, "BTF: %s",
					"signal_struct has cgroup_threadgroup_rwsem"),
			 0);
	h->cpu_model = fake_text("Some CPU @ 2.10GHz");
	h->cpu_count = 2;
	h->cpu_smt = TRISTATE_NO;
	h->memory_total_bytes = INT64_C(8) << 30;
	h->accelerator = fake_text("kvm");
	h->clock_kind = fake_text("host");
	h->load1 = 0.25;
	h->uptime_s = 1234.5;
}

static void fake_run(struct rng *rng, struct result *r)
{
	struct result_run *run = result_add_run(r);
	struct result_hierarchy *h;

	assert_non_null(run);
	strcpy(run->workload, "migrate-under-fork");
	memset(run->sha256, 'a', 64);
	run->spec = fake_text(FAKE_SPEC);
	run->trials_planned = 4;
	h = &run->hierarchy;
	h->groups = 13;
	assert_int_equal(array_add_text(&h->controllers, &h->n_controllers, "pids"), 0);
	assert_int_equal(array_add_text(&h->skipped, &h->n_skipped,
					"memory: not available below /sys/fs/cgroup/unified"),
			 0);
	for (uint64_t i = 0; i < 3; i++)
		fake_trial(rng, run, i);
	assert_int_equal(result_trial_invalidate(&run->trials[2],
						 "the hypervisor stole 3.0 %% of the CPU time"),
			 0);
}

/* The caller destroys it. */
static struct result *fake_result(uint64_t seed)
{
	struct result *r = result_create();
	struct rng rng;

	assert_non_null(r);
	rng_init(&rng, seed, 0);
	r->tool_name = fake_text("cgchurn");
	r->tool_version = fake_text("0.1.0");
	strcpy(r->id, "4f9c2b7e");
	r->label = fake_text("baseline");
	strcpy(r->started_at, "2026-01-31T23:59:00Z");
	r->seed = UINT64_MAX;
	r->has_sequence = true;
	r->sequence_block = 2;
	r->sequence_position = 1;
	fake_host(&r->host);
	r->instrument = (struct result_instrument){
		.clock_ns = 21.3, .null_step_ns = 55.1, .record_ns = 3.2};
	fake_run(&rng, r);
	return r;
}

#endif
