/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "compare/looks.h"
#include "stats/sequential.h"

void comparison_finish(struct comparison *c)
{
	metrics_finish(&c->metrics);
	remarks_finish(&c->remarks);
}

static bool is_paired_once(const struct data_side *side, uint64_t block)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_units; i++)
		n += side->units[i].has_block && side->units[i].block == block;
	return n == 1;
}

static bool all_paired(const struct data_side *side, const struct data_side *other)
{
	for (size_t i = 0; i < side->n_units; i++)
		if (!side->units[i].has_block || !is_paired_once(side, side->units[i].block) ||
		    !is_paired_once(other, side->units[i].block))
			return false;
	return side->n_units > 0;
}

/* Both sides have trials of it: what is missing on one is not tested. */
static bool is_comparable(const struct metric *m)
{
	const struct data_series *s = m->series;

	return s && !m->primary->later_key && s->side[0].n_trials && s->side[1].n_trials;
}

static size_t count_comparable(const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		n += is_comparable(&c->metrics.items[i]);
	return n;
}

static int check_pairs(const struct comparison *c, struct err *e)
{
	const struct data *d = c->data;
	size_t n = d->side[0].n_units, m = count_comparable(c);

	if (!all_paired(&d->side[0], &d->side[1]) || !all_paired(&d->side[1], &d->side[0])) {
		err_set(e, EXIT_USAGE, EINVAL,
			"--paired: not every block of the sequence holds one %s of each side",
			data_unit_name(d, 1));
		err_hint(e, "Without --paired, the order of the runs does not matter.");
		return -EINVAL;
	}
	if (n >= decide_units_needed(m ? m : 1, true))
		return 0;
	err_set(e, EXIT_USAGE, EINVAL,
		"--paired: %zu pairs cannot decide %zu primary metrics, %zu "
		"pairs can",
		n, m, decide_units_needed(m ? m : 1, true));
	err_hint(e, "Without --paired, %zu + %zu %s can.", decide_units_needed(m ? m : 1, false),
		 decide_units_needed(m ? m : 1, false), data_unit_name(d, 2));
	return -EINVAL;
}

static size_t count_estimated(const struct metric *m, size_t n)
{
	size_t estimated = 0;

	for (size_t i = 0; i < n; i++)
		estimated += m[i].decision.estimated;
	return estimated;
}

static int decide(const struct comparison *c, struct decider *decider, struct metric *m, size_t n,
		  enum family family)
{
	_cleanup_free struct decision **list = calloc(n + 1, sizeof(*list));
	/* Benjamini's and Hochberg's leaves the smallest p as it is where all are as small. */
	size_t hardest = family == FAMILY_HOLM ? count_estimated(m, n) : 1;
	int r;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		list[i] = &m[i].decision;
	r = decider_decide(decider, list, n, family);
	for (size_t i = 0; r == 0 && i < n; i++)
		estimate_explain(c->data, &m[i], hardest);
	return r;
}

static void cleanup_looks(struct looks **l)
{
	looks_destroy(*l);
}

/* The primaries at one look: as far as they are open, estimated from what there was then. */
static int estimate_open(struct comparison *c, struct decider *decider, uint64_t last, double level,
			 struct look *looks)
{
	struct data then;
	int r = data_until(c->data, last, &then);

	if (r < 0)
		return r;
	for (size_t i = 0, k = 0; r == 0 && i < c->metrics.n_primaries; i++) {
		struct metric *m = &c->metrics.items[i];
		const struct data_series *all = m->series;

		if (!is_comparable(m) || !looks[k++].decision)
			continue;
		m->decision.level = level;
		m->series = &then.series[all - c->data->series];
		r = estimate_metric(&then, &c->options, decider, m);
		m->series = all;
	}
	data_until_finish(&then);
	return r;
}

static void explain_look(struct comparison *c, struct metric *m, const struct look *look)
{
	size_t most = c->options.max_blocks;

	m->decided_at = look->decided_at;
	m->futile = look->futile;
	if (!m->decision.estimated && !m->reason[0])
		snprintf(m->reason, sizeof(m->reason), "no look after %zu of %zu blocks can decide",
			 c->blocks, most);
	estimate_explain(c->data, m, 1);
	if (m->decision.estimated && m->decision.verdict == VERDICT_INCONCLUSIVE)
		snprintf(m->reason, sizeof(m->reason),
			 look->futile
				 ? "given up after %zu of %zu blocks: the rest would hardly decide"
			 : c->blocks < most
				 ? "not decided after %zu of %zu blocks"
				 : "not decided by %zu blocks, the most that were allowed (%zu)",
			 look->decided_at ? look->decided_at : c->blocks, most);
}

static int run_looks(struct comparison *c, struct decider *decider, const uint64_t *blocks)
{
	size_t family = count_comparable(c);
	_cleanup_free struct look *looks = calloc(family + 1, sizeof(*looks));
	_cleanup_(cleanup_looks) struct looks *rule = NULL;
	size_t open = 0;
	int r = looks ? looks_create(c->options.max_blocks, family, c->options.seed, &rule)
		      : -ENOMEM;

	for (size_t i = 0; r == 0 && i < c->metrics.n_primaries; i++)
		if (is_comparable(&c->metrics.items[i]))
			looks[open++].decision = &c->metrics.items[i].decision;
	for (size_t k = 1; r == 0 && k <= c->blocks; k++) {
		double level = looks_level(rule, k);

		if (!(level > 0))
			continue;
		r = estimate_open(c, decider, blocks[k - 1], level, looks);
		if (r == 0)
			r = looks_judge(rule, k, looks);
	}
	open = 0;
	for (size_t i = 0; r == 0 && i < c->metrics.n_primaries; i++)
		if (is_comparable(&c->metrics.items[i]))
			explain_look(c, &c->metrics.items[i], &looks[open++]);
	return r;
}

/* The blocks that both sides have a unit of, ascending. */
static int list_blocks(struct comparison *c, uint64_t **ret, struct err *e)
{
	const struct data *d = c->data;
	size_t most = c->options.max_blocks, n = 0;
	uint64_t *blocks;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < d->side[side].n_units; i++) {
			const struct data_unit *u = &d->side[side].units[i];

			if (!u->has_block || (i > 0 && u->block <= u[-1].block))
				return err_set(e, EXIT_USAGE, EINVAL,
					       "--max-boots: the %s are not of blocks in ascending "
					       "order, one of each side",
					       data_unit_name(d, 2));
		}
	blocks = calloc(d->side[0].n_units + 1, sizeof(*blocks));
	if (!blocks)
		return err_no_memory(e);
	for (size_t i = 0, k = 0; i < d->side[0].n_units; i++) {
		uint64_t block = d->side[0].units[i].block;

		while (k < d->side[1].n_units && d->side[1].units[k].block < block)
			k++;
		if (k < d->side[1].n_units && d->side[1].units[k].block == block)
			blocks[n++] = block;
	}
	*ret = blocks;
	c->blocks = n;
	return n <= most ? 0
			 : err_set(e, EXIT_USAGE, EINVAL,
				   "--max-boots %zu: there are %zu blocks, and looks were planned "
				   "for "
				   "%zu at most",
				   most, n, most);
}

static void cleanup_decider(struct decider **d)
{
	decider_destroy(*d);
}

/* `blocks`: NULL, or those to be looked at one after the other. */
static int run(struct comparison *c, struct decider *decider, const uint64_t *blocks)
{
	struct metric *items = c->metrics.items;
	size_t n = c->metrics.n, primaries = c->metrics.n_primaries;
	int r = 0;

	for (size_t i = blocks ? primaries : 0; r == 0 && i < n; i++)
		r = estimate_metric(c->data, &c->options, decider, &items[i]);
	if (r == 0 && blocks)
		r = run_looks(c, decider, blocks);
	if (r < 0)
		return r;
	c->n_tested = count_estimated(items, primaries);
	if (!blocks)
		r = decide(c, decider, items, primaries, FAMILY_HOLM);
	if (r == 0)
		r = decide(c, decider, items + primaries, n - primaries, FAMILY_BENJAMINI_HOCHBERG);
	for (size_t i = 0; r == 0 && i < primaries; i++)
		estimate_doubt_selection(c->data, &items[i]);
	return r;
}

static int run_with_decider(struct comparison *c, const uint64_t *blocks, struct err *e)
{
	_cleanup_(cleanup_decider) struct decider *own = NULL;
	int r = c->options.decider ? 0 : decider_create(c->options.seed, &own);

	if (r == 0)
		r = run(c, c->options.decider ? c->options.decider : own, blocks);
	if (r == -EINVAL)
		return err_set(e, EXIT_USAGE, EINVAL, "more units than a comparison takes");
	return r < 0 ? err_no_memory(e) : 0;
}

static bool has_common_workload(const struct data *d)
{
	for (size_t i = 0; i < d->n_workloads; i++)
		if (d->workloads[i].seen[0] && d->workloads[i].seen[1])
			return true;
	return false;
}

int comparison_make(const struct data *d, const struct comparison_options *options,
		    struct comparison *ret, struct err *e)
{
	struct comparison c = {.data = d, .options = *options};
	_cleanup_free uint64_t *blocks = NULL;
	size_t n[2] = {d->side[0].n_units, d->side[1].n_units};
	int r;

	if (!has_common_workload(d))
		return err_set(e, EXIT_USAGE, EINVAL, "the two sides have no workload in common");
	c.smallest_p = decide_smallest_p(n, options->paired);
	if (metrics_list(d, options->tolerance, &c.metrics) < 0)
		return err_no_memory(e);
	if (options->primaries_only)
		c.metrics.n = c.metrics.n_primaries;
	r = options->paired ? check_pairs(&c, e) : 0;
	if (r == 0 && options->max_blocks)
		r = list_blocks(&c, &blocks, e);
	if (r == 0)
		r = run_with_decider(&c, blocks, e);
	if (r == 0 && !options->primaries_only && remarks_list(&c) < 0)
		r = err_no_memory(e);
	if (r < 0)
		comparison_finish(&c);
	else
		*ret = c;
	return r;
}

size_t comparison_units_needed(const struct comparison *c)
{
	return decide_units_needed(c->n_tested ? c->n_tested : 1, c->options.paired);
}

bool comparison_is_open(const struct comparison *c)
{
	bool open = false;

	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		open |= is_comparable(&c->metrics.items[i]) && !c->metrics.items[i].decided_at;
	return c->blocks < c->options.max_blocks && open;
}

size_t comparison_count(const struct comparison *c, enum verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < c->metrics.n_primaries; i++)
		n += c->metrics.items[i].decision.verdict == verdict;
	return n;
}

enum exit_code comparison_exit_code(const struct comparison *c, bool decision_required)
{
	if (decision_required && c->data->scope != SCOPE_BOOTS)
		return EXIT_INCONCLUSIVE;
	if (comparison_count(c, VERDICT_REGRESSION))
		return EXIT_REGRESSION;
	if (decision_required &&
	    (!c->metrics.n_primaries || comparison_count(c, VERDICT_INCONCLUSIVE)))
		return EXIT_INCONCLUSIVE;
	return EXIT_DONE;
}
