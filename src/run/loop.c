/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/loop.h"

#include "base/rng.h"

/*
 * When steps are due: pure arithmetic on a seeded generator.
 *
 * Paced arrivals lie on a grid of one period, each shifted by a uniform draw from [0, jitter *
 * period); jitter is at most 1, so due times never go back. Without jitter a paced writer can fall
 * into step with the kernel's own periods (ticks, grace periods) and see one phase of them only.
 * Poisson arrivals have exponential gaps. Workers of one actor start their grids at different
 * phases.
 */
struct schedule {
	bool poisson;
	double period_ns; /* above 0 */
	double jitter;    /* [0, 1] */
	double at; /* paced: the next grid point, in periods; poisson: the last arrival, in ns */
	uint64_t origin; /* the time the grid is laid out from */
	struct rng rng;
};

static void schedule_init(struct schedule *s, const struct slot *slot)
{
	const struct slot_orders *orders = &slot->orders;
	bool poisson = orders->arrival == SLOT_POISSON;

	*s = (struct schedule){
		.poisson = poisson,
		.period_ns = 1e9 / orders->per_second,
		.jitter = orders->jitter,
		.at = poisson ? 0 : orders->phase,
		.origin = slot->start_ns,
		.rng = slot->worker.rng,
	};
}

/* The next due time, never before the last one. */
static uint64_t schedule_next(struct schedule *s)
{
	double offset_ns;

	if (s->poisson) {
		s->at += rng_exponential(&s->rng) * s->period_ns;
		return s->origin + (uint64_t)s->at;
	}
	offset_ns = (s->at + s->jitter * rng_double(&s->rng)) * s->period_ns;
	s->at += 1;
	return s->origin + (uint64_t)offset_ns;
}

static bool stopped(struct slot *slot)
{
	return atomic_load_explicit(&slot->stop, memory_order_relaxed) != 0;
}

/*
 * Steps that begin after the window are not recorded, but go on as load until all schedules are
 * worked off and the supervisor says stop; `end` bounds that should the supervisor be gone.
 */
static void run_closed(struct slot *slot, const struct stressor *stressor, uint64_t end)
{
	struct worker *w = &slot->worker;
	uint64_t pause_ns = slot->orders.pause_ns;

	w->intended = 0;
	while (!stopped(slot)) {
		stressor->step(w);
		if (w->started >= end)
			break;
		if (pause_ns)
			clock_sleep_until(clock_now_ns() + pause_ns);
	}
}

/*
 * A step belongs to the window in which it was due, whenever it begins: late starts queue. What has
 * not begun when the overrun is over is missed, with all that was due after it.
 */
static void run_scheduled(struct slot *slot, const struct stressor *stressor, uint64_t end)
{
	struct worker *w = &slot->worker;
	uint64_t window_end = w->window_start + w->window_ns, due;
	struct schedule s;

	schedule_init(&s, slot);
	while ((due = schedule_next(&s)) < window_end) {
		w->recording = due >= w->window_start;
		slot->planned += w->recording;
		if (stopped(slot) || clock_now_ns() >= end) {
			slot->missed += w->recording;
			continue;
		}
		clock_sleep_until(due);
		w->intended = due;
		w->offset = due - w->window_start;
		stressor->step(w);
		slot->late += w->recording && w->started - due > SLOT_LATE_NS;
	}
}

void loop_run(struct slot *slot, const struct stressor *stressor)
{
	struct worker *w = &slot->worker;
	uint64_t end;

	w->window_start = slot->start_ns + slot->orders.warmup_ns;
	w->window_ns = slot->orders.window_ns;
	end = w->window_start + w->window_ns + slot->orders.overrun_ns;
	clock_sleep_until(slot->start_ns);
	if (slot->orders.arrival == SLOT_CLOSED)
		run_closed(slot, stressor, end);
	else
		run_scheduled(slot, stressor, end);
}
