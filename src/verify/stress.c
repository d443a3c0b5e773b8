/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/stress.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/rng.h"

enum { TRIES_OF_A_CASE = 3 }; /* how often a smaller case may pass before it counts as passing */

/* Within what a person can copy and every reader of JSON holds exactly. */
uint64_t stress_round_seed(uint64_t seed, uint64_t round)
{
	struct rng rng;

	rng_init(&rng, seed, round);
	return rng_u64(&rng) >> 11;
}

static void tick(void *opaque)
{
	struct stress *s = opaque;

	log_read(&s->log);
	if (s->listener.tick)
		s->listener.tick(s->listener.opaque, s);
}

/* Told once; the next round begins where this one was looked at. What could not be read then is
 * compared with what was before. */
static void take_over(struct kernel_counts *before, const struct kernel_counts *now)
{
	if (now->taint >= 0)
		before->taint = now->taint;
	if (now->warnings >= 0)
		before->warnings = now->warnings;
	if (now->oopses >= 0)
		before->oopses = now->oopses;
}

/* Judged by the supervisor, for the whole machine; the first breach of a round wins. */
static void check_kernel(struct stress *s, struct round_outcome *o)
{
	static const enum invariant_id ids[] = {INVARIANT_KERNEL_LOG, INVARIANT_TAINT};
	struct scene scene = {.log = s->log.fault[0] ? s->log.fault : NULL, .before = s->before};

	kernel_counts_read(s->root_fd, &scene.now);

	for (size_t i = 0; i < 2; i++) {
		struct evidence evidence = {0};
		int r = ids[i] == INVARIANT_KERNEL_LOG && s->log_error < 0
				? 0
				: invariants[ids[i]].check(&scene, &evidence);

		if (r > 0)
			o->counts.checks[ids[i]] += (uint64_t)r;
		if (r != -EBADMSG || o->broken)
			continue;
		o->broken = true;
		o->invariant = ids[i];
		o->evidence = evidence;
	}
	take_over(&s->before, &scene.now);
}

static int run_one(struct stress *s, const struct schedule *schedule, struct round_outcome *o,
		   struct err *e)
{
	int r;

	s->schedule = *schedule;
	r = round_run(schedule, &s->around, o, e);
	log_read(&s->log);
	check_kernel(s, o);
	s->log.fault[0] = '\0';
	/* The kernel kills a process that it fails in, and the round cannot go on without it. */
	if (r < 0 && r != -EINTR && o->broken) {
		evidence_add(&o->evidence, "\nThe round ended: %s", e->text);
		r = 0;
	}
	return r;
}

/* A shrinking's question, and where its answers go. */
struct question {
	struct stress *s;
	struct err *e;
};

static int still_fails(void *opaque, const struct schedule *schedule)
{
	struct question *q = opaque;
	struct stress *s = q->s;
	struct round_outcome o;

	for (int i = 0; i < TRIES_OF_A_CASE; i++) {
		int r = run_one(s, schedule, &o, q->e);

		if (r < 0)
			return r;
		s->shrunk_runs++;
		if (s->listener.shrinks)
			s->listener.shrinks(s->listener.opaque, s);
		if (o.broken && o.invariant == s->invariant) {
			s->shrunk_failed++;
			s->evidence = o.evidence;
			return 1;
		}
	}
	return 0;
}

static int shrink(struct stress *s, struct err *e)
{
	struct question q = {s, e};

	/* A hung kernel fails everything from now on, or is not to be touched again. */
	if (s->invariant == INVARIANT_RESPONDS)
		return 0;
	s->state = "shrinking";
	return schedule_shrink(s->broken_seed, &s->broken_limits, s->shrink_tries, still_fails, &q);
}

void stress_hung(struct stress *s, const char *evidence)
{
	if (s->broken)
		return;
	s->broken = true;
	s->broken_ns = clock_now_ns();
	s->invariant = INVARIANT_RESPONDS;
	s->broken_seed = s->schedule.seed;
	s->broken_limits = s->limits;
	evidence_set(&s->evidence, "%s", evidence);
}

static void note(struct stress *s, const struct round_outcome *o)
{
	round_counts_add(&s->counts, &o->counts);
	if (!o->broken)
		return;
	s->broken = true;
	s->broken_ns = clock_now_ns();
	s->invariant = o->invariant;
	s->evidence = o->evidence;
	s->broken_seed = s->schedule.seed;
	s->broken_limits = s->limits;
}

static int run_rounds(struct stress *s, struct err *e)
{
	int r = 0;

	do {
		uint64_t seed = s->replay ? s->seed : stress_round_seed(s->seed, s->rounds);
		struct schedule schedule;
		struct round_outcome o;

		schedule_draw(&schedule, seed, &s->limits);
		r = run_one(s, &schedule, &o, e);
		s->rounds += r == 0;
		note(s, &o);
		if (r == 0 && s->listener.round_ended &&
		    s->listener.round_ended(s->listener.opaque, s))
			break;
	} while (r == 0 && !s->broken && clock_now_ns() - s->begun_ns < s->duration_ns);
	return r;
}

int stress_run(struct stress *s, struct err *e)
{
	int r;

	s->around.opaque = s;
	s->around.tick = tick;
	s->log_error = log_open(&s->log, "/dev/kmsg");
	s->root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	kernel_counts_read(s->root_fd, &s->before);
	s->begun_ns = clock_now_ns();
	r = run_rounds(s, e);
	if (r == 0 && s->broken)
		r = shrink(s, e);
	/* A case that could not be made smaller is still a case. */
	if (r < 0 && r != -EINTR && s->broken) {
		evidence_add(&s->evidence, "\nThe search for a smaller case ended: %s", e->text);
		r = 0;
	}
	log_close(&s->log);
	s->root_fd = close_fd(s->root_fd);
	return r;
}
