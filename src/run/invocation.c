/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/invocation.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/trial.h"
#include "run/raw.h"
#include "run/record.h"
#include "result/json.h"

int invocation_prepare(struct invocation *in, struct err *e)
{
	for (size_t i = 0; i < in->list->n; i++)
		if (record_run(in->result, in->list->items[i].workload) < 0)
			return err_no_memory(e);
	return 0;
}

static void say(struct invocation *in, const char *sentence)
{
	if (in->listener.message)
		in->listener.message(in->listener.opaque, sentence);
}

/* A full disk must not end what is being measured: the next trial tries again, with all of them. */
static void save(struct invocation *in)
{
	struct err e = {0};

	if (!in->output)
		return;
	in->save_error = result_write(in->result, in->output, &e);
	if (in->save_error < 0)
		say(in, e.text);
}

static bool runs_trial(const struct run_item *item, uint64_t trial)
{
	return !item->given_up && trial < item->workload->trials;
}

/* Warm-ups and windows from this trial of this item on. */
static uint64_t left_ns(const struct run_list *l, uint64_t trial, size_t from)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->n; i++) {
		uint64_t first = i < from ? trial + 1 : trial,
			 trials = l->items[i].workload->trials;

		if (!l->items[i].given_up && trials > first)
			sum += (trials - first) * l->items[i].plan.trial_ns;
	}
	return sum;
}

/* A trial; beside it, where the invocation is traced, one without tracing. */
struct measured {
	struct trial_outcome outcome, plain;
	bool has_plain;
};

static int run_traced(struct attribution *a, const struct plan *plan, uint64_t index,
		      struct trial_surroundings around, struct trial_outcome *ret, struct err *e)
{
	int r = attribution_attach(a, e);

	if (r < 0)
		return r;
	around.attribution = a;
	r = trial_run(plan, index, &around, ret, e);
	attribution_detach(a);
	return r;
}

/*
 * An attributed trial, and next to it one of the same seed without tracing, so that the result can
 * say what the tracing itself cost. Which of the two comes first changes from trial to trial. On
 * failure neither is the caller's to finish.
 */
static int run_both(struct attribution *a, const struct plan *plan, uint64_t index,
		    const struct trial_surroundings *around, struct measured *ret, struct err *e)
{
	struct trial_surroundings plain = *around;
	bool plain_first = index % 2 == 0;
	int r = 0;

	plain.raw = NULL;
	if (plain_first)
		r = trial_run(plan, index, &plain, &ret->plain, e);
	if (r == 0)
		r = run_traced(a, plan, index, *around, &ret->outcome, e);
	if (r < 0 && plain_first)
		trial_outcome_finish(&ret->plain);
	if (r == 0 && !plain_first && (r = trial_run(plan, index, &plain, &ret->plain, e)) < 0)
		trial_outcome_finish(&ret->outcome);
	return r;
}

static int measure(struct invocation *in, const struct run_item *item, uint64_t trial,
		   struct measured *ret, struct err *e)
{
	struct raw_file raw = {0};
	struct trial_surroundings around = {
		.run_group_fd = in->session->group.fd,
		.lock_fd = in->session->group.lock_fd,
		.signal_fd = in->session->signal_fd,
		.guardian_fd = in->session->guardian.pidfd,
		.worker_path = in->session->helpers.worker,
		.child_path = in->session->helpers.child,
		.progress = in->listener.progress,
		.opaque = in->listener.opaque,
		.raw = in->raw_folder ? &raw : NULL,
		.sample_stacks = in->stack_samples,
	};
	int r = 0, closed;

	if (in->raw_folder)
		r = raw_file_open(&raw, in->raw_folder, &item->plan, trial, e);
	ret->has_plain = in->attribution != NULL;
	if (r == 0 && in->attribution)
		r = run_both(in->attribution, &item->plan, trial, &around, ret, e);
	else if (r == 0)
		r = trial_run(&item->plan, trial, &around, &ret->outcome, e);
	closed = raw_file_close(&raw);
	if (r == 0 && closed < 0)
		trial_invalidate(&ret->outcome, "raw samples could not be written (%s)",
				 strerrorname_np(-closed));
	return r;
}

/* The recorders have all of them, so the trial stays valid. */
static void tell_lost(struct invocation *in, size_t index, uint64_t trial, uint64_t lost)
{
	char sentence[256];

	if (!lost)
		return;
	snprintf(sentence, sizeof(sentence),
		 "%s, trial %llu: %llu raw samples came faster than they could be written and are "
		 "not "
		 "in the CSV file; the result has them all",
		 in->list->items[index].workload->name, (unsigned long long)trial + 1,
		 (unsigned long long)lost);
	say(in, sentence);
}

/* What was seen on the workers' stacks goes to the newest trial. */
static int record_stacks(struct result_run *run, const struct workload *w,
			 const struct part_counts *stacks)
{
	for (size_t i = 0; stacks && i < w->n_actors; i++) {
		struct result_stack_samples *to =
			result_add_stack_samples(&run->trials[run->n_trials - 1]);

		if (!to)
			return -ENOMEM;
		snprintf(to->actor, sizeof(to->actor), "%s", w->actors[i].name);
		memcpy(to->parts, stacks[i].of, sizeof(to->parts));
	}
	return 0;
}

static int keep(struct invocation *in, size_t index, uint64_t trial, struct measured *m,
		struct err *e)
{
	const struct run_item *item = &in->list->items[index];
	struct result_run *run = &in->result->runs[index];
	int r;

	tell_lost(in, index, trial, m->outcome.raw_lost);
	r = record_trial(run, &item->plan, trial, &m->outcome, m->has_plain ? &m->plain : NULL);
	if (r == 0)
		r = record_stacks(run, item->workload, m->outcome.stacks);
	trial_outcome_finish(&m->outcome);
	if (m->has_plain)
		trial_outcome_finish(&m->plain);
	if (r < 0)
		return err_no_memory(e);
	save(in);
	return 0;
}

static int run_one(struct invocation *in, size_t index, uint64_t trial, struct err *e)
{
	struct run_item *item = &in->list->items[index];
	struct measured measured = {.has_plain = false};
	int r = session_check(in->session, e);

	if (r < 0)
		return r;
	if (in->listener.begins)
		in->listener.begins(in->listener.opaque, item->workload, trial,
				    left_ns(in->list, trial, index) * (in->attribution ? 2 : 1));
	r = measure(in, item, trial, &measured, e);
	return r < 0 ? r : keep(in, index, trial, &measured, e);
}

static uint64_t most_trials(const struct run_list *l)
{
	uint64_t most = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].workload->trials > most)
			most = l->items[i].workload->trials;
	return most;
}

/* The host cannot do this workload: say why, remember it, go on with the others. */
static int give_up(struct invocation *in, size_t index, const struct err *why, struct err *first)
{
	const char *name = in->list->items[index].workload->name;
	char sentence[sizeof(why->text) + WORKLOAD_NAME_SIZE + 2];

	in->list->items[index].given_up = true;
	if (!first->text[0])
		*first = *why;
	if (result_run_fail(&in->result->runs[index], why->text) < 0)
		return err_no_memory(first);
	/* Most reasons are the hierarchy's or a worker's, which do not know whose they are. */
	snprintf(sentence, sizeof(sentence), "%s: %s", name, why->text);
	if (in->list->n > 1)
		say(in, sentence);
	return 0;
}

/* What hangs in the kernel lets no trial follow: the file says so behind the finished trials. */
static int give_up_all(struct invocation *in, size_t index, struct err *e)
{
	if (result_run_fail(&in->result->runs[index], e->text) < 0)
		return err_no_memory(e);
	err_hint(e, "No trial can follow it. Finished trials are kept.");
	save(in);
	return -ENOTRECOVERABLE;
}

int invocation_run(struct invocation *in, struct err *e)
{
	struct err given_up = {0};
	int r = 0;

	for (uint64_t trial = 0; trial < most_trials(in->list) && r == 0; trial++)
		for (size_t i = 0; i < in->list->n && r == 0; i++) {
			if (!runs_trial(&in->list->items[i], trial))
				continue;
			r = run_one(in, i, trial, e);
			if (r == -ENOTRECOVERABLE)
				r = give_up_all(in, i, e);
			else if (r < 0 && e->exit_code == EXIT_CANNOT)
				r = give_up(in, i, e, &given_up);
		}
	if (r < 0)
		return r;
	in->result->complete = true;
	save(in);
	if (!given_up.text[0])
		return 0;
	*e = given_up;
	return -ECANCELED;
}
