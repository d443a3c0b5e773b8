/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "run/plan.h"

static void print_hierarchy(const struct plan *p, FILE *to)
{
	const struct workload_hierarchy *h = &p->workload->hierarchy;

	fprintf(to, "hierarchy   %llu group%s, %llu lea%s (depth %llu, fanout %llu)%s",
		(unsigned long long)p->n_groups, p->n_groups == 1 ? "" : "s",
		(unsigned long long)p->n_leaves, p->n_leaves == 1 ? "f" : "ves",
		(unsigned long long)h->depth, (unsigned long long)h->fanout,
		h->threaded ? ", threaded" : "");
	for (size_t i = 0; i < h->n_controllers; i++)
		fprintf(to, "%s%s", i ? ", " : "; controllers ", h->controllers[i]);
	fputs(h->n_controllers && h->optional ? " (where there are)\n" : "\n", to);
}

static void print_arrival(const struct workload_arrival *a, FILE *to)
{
	char buf[NUM_TEXT_SIZE];

	if (a->kind == WORKLOAD_PACED)
		fprintf(to, "paced, %g a second each, jitter %g", a->per_second, a->jitter);
	else if (a->kind == WORKLOAD_POISSON)
		fprintf(to, "poisson, %g a second each", a->per_second);
	else if (a->pause_ns)
		fprintf(to, "closed loop, pause %s", num_format_ns((double)a->pause_ns, buf));
	else
		fputs("closed loop", to);
}

static void print_value(const struct kind_option *o, const void *options, FILE *to)
{
	const void *at = (const char *)options + o->offset;
	char buf[NUM_TEXT_SIZE];
	uint64_t value;

	if (o->type == KIND_PATH) {
		fputs(*(const char *)at ? (const char *)at : "none", to);
		return;
	}
	memcpy(&value, at, sizeof(value));
	if (o->type == KIND_CHOICE)
		fputs(o->choices[value], to);
	else if (o->type == KIND_DURATION)
		fputs(num_format_ns((double)value, buf), to);
	else if (o->type == KIND_BYTES)
		fputs(num_format_bytes(value, buf), to);
	else if (o->type == KIND_FLAG)
		fputs(value ? "yes" : "no", to);
	else
		fprintf(to, "%llu", (unsigned long long)value);
}

static void print_place(const struct plan_worker *w, FILE *to)
{
	if (w->leaf == PLAN_SIDE)
		fputs("beside the tree", to);
	else if (w->leaf == PLAN_TOP)
		fputs("in the top group", to);
	else
		fprintf(to, "in leaf %lld", (long long)w->leaf);
}

/* A machine with hundreds of CPUs has hundreds of workers; the first few show the pattern. */
enum { WORKERS_SHOWN = 8 };

static void print_workers(const struct plan *p, uint32_t actor, FILE *to)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_workers; i++) {
		const struct plan_worker *w = &p->workers[i];

		if (w->actor != actor || n++ >= WORKERS_SHOWN)
			continue;
		fprintf(to, "  worker %-4u ", w->index);
		if (w->cpu == PLAN_NOT_PINNED)
			fputs("any CPU, ", to);
		else
			fprintf(to, "CPU %d, ", w->cpu);
		print_place(w, to);
		fputc('\n', to);
	}
	if (n > WORKERS_SHOWN)
		fprintf(to, "  and %llu more\n", (unsigned long long)(n - WORKERS_SHOWN));
}

static void print_actor(const struct plan *p, uint32_t index, FILE *to)
{
	const struct workload_actor *a = &p->workload->actors[index];
	uint32_t spans = kind_spans_on(a->kind, a->options);

	fprintf(to, "\n%s   %s; ", a->name, a->kind->summary);
	print_arrival(&a->arrival, to);
	fputs("\n  options    ", to);
	for (size_t i = 0; i < a->kind->n_options; i++) {
		fprintf(to, "%s%s ", i ? ", " : "", a->kind->options[i].name);
		print_value(&a->kind->options[i], a->options, to);
	}
	fputs(a->kind->n_options ? "\n  times      " : "none\n  times      ", to);
	for (size_t i = 0, n = 0; i < a->kind->n_spans; i++)
		if (spans & (UINT32_C(1) << i))
			fprintf(to, "%s%s", n++ ? ", " : "", a->kind->spans[i].name);
	fputs(a->arrival.kind == WORKLOAD_CLOSED ? " (service)\n" : " (service and response)\n",
	      to);
	print_workers(p, index, to);
}

/* Where a percentile comes from, and whether the samples suffice. */
static void print_samples(const struct plan *p, const struct workload_primary *primary, FILE *to)
{
	double planned = workload_planned_samples(p->workload, primary, cpus_count(&p->usable));
	uint64_t needed = primary_samples_needed(primary);
	bool pooled = primary->from == PRIMARY_FROM_POOLED;

	if (!needed)
		return;
	fprintf(to, "            %s %llu samples, ",
		pooled ? "from pooled trials; needs" : "median of trials; each needs",
		(unsigned long long)needed);
	if (isinf(planned))
		fputs("a closed loop plans no number\n", to);
	else
		fprintf(to, "%.0f are planned%s\n", planned,
			plan_reaches(p, primary) ? "" : ": it cannot be decided");
}

static void print_primaries(const struct plan *p, FILE *to)
{
	const struct workload *w = p->workload;
	char label[SERIES_LABEL_SIZE];

	for (size_t i = 0; i < w->n_primaries; i++) {
		fprintf(to, "%-11s %s of %s; a change below %g %% does not matter\n",
			i ? "" : "decides by", w->primaries[i].metric,
			primary_label(&w->primaries[i], label), 100 * w->primaries[i].tolerance);
		print_samples(p, &w->primaries[i], to);
	}
}

size_t plan_warn(const struct plan *p, FILE *to)
{
	const struct workload *w = p->workload;
	char label[SERIES_LABEL_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < w->n_primaries; i++) {
		const struct workload_primary *primary = &w->primaries[i];

		if (plan_reaches(p, primary))
			continue;
		n++;
		if (!to)
			continue;
		fprintf(to,
			"%s: no decision by %s of %s: it needs %llu samples, planned are %.0f%s\n",
			w->name, primary->metric, primary_label(primary, label),
			(unsigned long long)primary_samples_needed(primary),
			workload_planned_samples(w, primary, cpus_count(&p->usable)),
			primary->from == PRIMARY_FROM_POOLED ? "" : " a trial");
	}
	return n;
}

void plan_print(const struct plan *p, FILE *to)
{
	const struct workload *w = p->workload;
	char warmup[NUM_TEXT_SIZE], window[NUM_TEXT_SIZE], total[NUM_TEXT_SIZE];

	fprintf(to, "%s\n%s\n\n", w->name, w->why);
	print_hierarchy(p, to);
	fprintf(to, "time        %llu trials of %s warm-up and %s window: about %s\n",
		(unsigned long long)w->trials, num_format_ns((double)w->warmup_ns, warmup),
		num_format_ns((double)w->duration_ns, window),
		num_format_ns((double)(w->trials * p->trial_ns), total));
	fprintf(to, "tasks       at most %llu at once, workers included\n",
		(unsigned long long)p->max_tasks);
	print_primaries(p, to);
	for (uint32_t i = 0; i < w->n_actors; i++)
		print_actor(p, i, to);
}
