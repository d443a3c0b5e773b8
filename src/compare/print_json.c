/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "compare/print.h"
#include "json/write.h"

/* Nine digits are more than any measurement has. */
static void put_number(struct json_build *b, struct json_object *to, const char *key, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.9g", value);
	json_put_double(b, to, key, isfinite(value) ? strtod(text, NULL) : value);
}

/*
 * What a ratio that is no number means. A share that was 0 has none, which is not the same as not
 * being known.
 */
static const char *ratio_state(const struct decision *d)
{
	if (!d->estimated || isnan(d->shift))
		return "unknown";
	if (isinf(d->shift))
		return d->shift > 0 ? "from_zero" : "to_zero";
	return "known";
}

/* An end without bound is null, also downwards. */
static void put_ratio(struct json_build *b, struct json_object *to, const char *key,
		      const struct decision *d, double shift)
{
	put_number(b, to, key, d->estimated && isfinite(shift) ? exp(shift) : NAN);
}

static void put_decision(struct json_build *b, struct json_object *to, const struct metric *m)
{
	const struct decision *d = &m->decision;

	put_number(b, to, "base", m->typical[0]);
	put_number(b, to, "new", m->typical[1]);
	json_put_string(b, to, "unit", metric_unit(m));
	put_ratio(b, to, "ratio", d, d->shift);
	json_put_string(b, to, "ratio_state", ratio_state(d));
	put_ratio(b, to, "low", d, d->low);
	put_ratio(b, to, "high", d, d->high);
	put_number(b, to, "p", d->estimated ? d->p : NAN);
	put_number(b, to, "p_adjusted", d->estimated ? d->p_adjusted : NAN);
	json_put_string(b, to, "verdict", verdict_names[d->verdict]);
	json_put_string(b, to, "reason", m->reason);
	put_number(b, to, "tolerance", d->tolerance);
	json_put_string(b, to, "better",
			primary_word(m->primary, "direction",
				     d->direction == METRIC_LOWER_IS_BETTER ? "lower" : "higher"));
	put_ratio(b, to, "detectable_ratio", d,
		  d->verdict == VERDICT_INCONCLUSIVE ? d->detectable : NAN);
	json_put_u64(b, to, "base_units", d->n[0]);
	json_put_u64(b, to, "new_units", d->n[1]);
	if (m->decided_at) {
		json_put_u64(b, to, "decided_at", m->decided_at);
		json_put_bool(b, to, "futile", m->futile);
	}
}

static void put_metric(struct json_build *b, struct json_object *list, const struct comparison *c,
		       const struct metric *m)
{
	char notes[METRIC_NOTES_MAX][METRIC_TEXT_SIZE];
	size_t n = metric_notes(m, notes);
	struct json_object *o = json_put_object(b, list, NULL), *told;

	json_put_string(b, o, "workload", c->data->workloads[m->workload].name);
	json_put_string(b, o, "actor", m->id.actor);
	json_put_string(b, o, "span", m->id.span);
	json_put_string(b, o, "time",
			primary_word(m->primary, "time", span_time_names[m->id.time]));
	json_put_string(b, o, "metric", m->metric);
	json_put_bool(b, o, "primary", m->primary != NULL);
	if (m->kind == METRIC_PERCENTILE)
		json_put_string(b, o, "from",
				primary_word(m->primary, "from",
					     primary_from_names[m->pooled ? PRIMARY_FROM_POOLED
									  : PRIMARY_FROM_TRIALS]));
	put_decision(b, o, m);
	told = json_put_array(b, o, "notes");
	for (size_t i = 0; i < n; i++)
		json_put_string(b, told, NULL, notes[i]);
	if (metric_note_invalid(c->data, m->workload, notes[0]))
		json_put_string(b, told, NULL, notes[0]);
}

static void put_side(struct json_build *b, struct json_object *to, const char *key,
		     const struct data *d, int side)
{
	struct json_object *o = json_put_object(b, to, key), *files;
	const struct data_side *s = &d->side[side];
	size_t valid = 0, invalid = 0;

	for (size_t i = 0; i < d->n_workloads; i++) {
		valid += d->workloads[i].valid[side];
		invalid += d->workloads[i].invalid[side];
	}
	json_put_u64(b, o, "units", s->n_units);
	json_put_u64(b, o, "boots", s->n_boots);
	json_put_u64(b, o, "invocations", s->n_invocations);
	json_put_u64(b, o, "interrupted", s->incomplete);
	json_put_u64(b, o, "trials", valid);
	json_put_u64(b, o, "invalid_trials", invalid);
	files = json_put_array(b, o, "files");
	for (size_t i = 0; i < s->n_invocations; i++)
		json_put_string(b, files, NULL, s->invocations[i].origin);
}

static void put_fact(struct json_build *b, struct json_object *list, const struct fact *fact)
{
	static const char *const sides[] = {"base", "new"};
	struct json_object *o = json_put_object(b, list, NULL);

	json_put_string(b, o, "name", fact->name);
	json_put_string(b, o, "label", fact->label);
	for (int s = 0; s < 2; s++) {
		struct json_object *values = json_put_array(b, o, sides[s]);

		for (size_t i = 0; i < fact->n_values[s]; i++)
			json_put_string(b, values, NULL, fact->values[s][i].text);
	}
	json_put_bool(b, o, "differs", fact->differs || fact->mixed);
}

static void put_facts(struct json_build *b, struct json_object *to, const struct facts *f)
{
	struct json_object *tested = json_put_array(b, to, "under_test"),
			   *allowed = json_put_array(b, to, "allowed_different");

	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];

		if (fact->role == HOST_UNDER_TEST)
			put_fact(b, tested, fact);
		else if (fact->allowed && (fact->differs || fact->mixed))
			put_fact(b, allowed, fact);
	}
}

static void put_distribution(struct json_build *b, struct json_object *list, const struct data *d,
			     const struct data_series *s)
{
	struct json_object *o = json_put_object(b, list, NULL), *points;

	json_put_string(b, o, "workload", d->workloads[s->workload].name);
	json_put_string(b, o, "actor", s->id.actor);
	json_put_string(b, o, "span", s->id.span);
	json_put_string(b, o, "time", span_time_names[s->id.time]);
	json_put_u64(b, o, "base_samples", s->side[0].all.histogram.count);
	json_put_u64(b, o, "new_samples", s->side[1].all.histogram.count);
	points = json_put_array(b, o, "shift_function");
	for (size_t i = 0; i < PRINT_QUANTILES; i++) {
		struct json_object *point = json_put_object(b, points, NULL);
		double base = series_percentile(&s->side[0].all, print_quantiles[i]),
		       new = series_percentile(&s->side[1].all, print_quantiles[i]);

		put_number(b, point, "percentile", print_quantiles[i]);
		put_number(b, point, "base_ns", base);
		put_number(b, point, "new_ns", new);
		put_number(b, point, "ratio", base > 0 ? new / base : NAN);
	}
}

static void put_words(struct json_build *b, struct json_object *to, const struct comparison *c)
{
	char text[PRINT_CLAUSE_SIZE], line[PRINT_CLAUSE_SIZE + 40];
	struct json_object *words = json_put_array(b, to, "words"),
			   *told = json_put_array(b, to, "remarks"),
			   *kinds = json_put_array(b, to, "remark_words");

	for (size_t i = 0; i < c->metrics.n_primaries; i++) {
		snprintf(line, sizeof(line), "%s%s", print_clause(c, i, text), print_scope(c));
		json_put_string(b, words, NULL, line);
	}
	for (size_t i = 0; i < c->remarks.n; i++) {
		json_put_string(b, told, NULL, c->remarks.items[i].text);
		json_put_string(b, kinds, NULL, c->remarks.items[i].word);
	}
}

static void put_head(struct json_build *b, struct json_object *to, const struct comparison *c)
{
	static const char *const scopes[] = {
		[SCOPE_BOOTS] = "boots",
		[SCOPE_THIS_BOOT] = "this-boot",
		[SCOPE_TWO_BOOTS] = "two-boots",
	};
	struct json_object *tool;

	json_put_string(b, to, "schema", COMPARISON_SCHEMA);
	tool = json_put_object(b, to, "tool");
	json_put_string(b, tool, "name", "cgchurn");
	json_put_string(b, tool, "version", CGCHURN_VERSION);
	json_put_string(b, to, "scope", scopes[c->data->scope]);
	json_put_string(b, to, "unit", data_unit_name(c->data, 1));
	json_put_bool(b, to, "paired", c->options.paired);
	json_put_u64(b, to, "seed", c->options.seed);
	put_number(b, to, "smallest_p", c->smallest_p);
	put_number(b, to, "alpha", DECIDE_ALPHA);
	json_put_u64(b, to, "tested", c->n_tested);
	json_put_u64(b, to, "units_needed", comparison_units_needed(c));
	if (c->options.max_blocks) {
		json_put_u64(b, to, "blocks", c->blocks);
		json_put_u64(b, to, "max_blocks", c->options.max_blocks);
		json_put_bool(b, to, "open", comparison_is_open(c));
	}
	put_side(b, to, "base", c->data, 0);
	put_side(b, to, "new", c->data, 1);
	put_facts(b, to, &c->data->facts);
	put_words(b, to, c);
}

static struct json_object *document(struct json_build *b, const struct comparison *c)
{
	struct json_object *o = json_build_object(b), *list;
	const struct data *d = c->data;

	put_head(b, o, c);
	list = json_put_array(b, o, "metrics");
	for (size_t i = 0; i < c->metrics.n; i++)
		put_metric(b, list, c, &c->metrics.items[i]);
	/* Pooled over trials: to be looked at, not to be tested. */
	list = json_put_array(b, o, "distributions");
	for (size_t i = 0; i < d->n_series; i++)
		if (d->series[i].side[0].n_trials && d->series[i].side[1].n_trials)
			put_distribution(b, list, d, &d->series[i]);
	return o;
}

int comparison_print_json(const struct comparison *c, FILE *to)
{
	struct json_build b = {0};
	struct json_object *o = document(&b, c);

	return json_build_print(&b, o, to);
}
