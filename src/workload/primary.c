/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "workload/parse.h"

const char *const metric_direction_names[] = {
	[METRIC_LOWER_IS_BETTER] = "lower", [METRIC_HIGHER_IS_BETTER] = "higher"};
const char *const primary_from_names[] = {
	[PRIMARY_FROM_TRIALS] = "trials", [PRIMARY_FROM_POOLED] = "pooled"};

/*
 * In a stored result a word that only a later version knows is kept, the first one of a primary;
 * nothing is decided by such a primary.
 */
static bool keep_later_word(const struct json_at *at, bool stored, struct workload_primary *p)
{
	const char *word = stored && json_is_string(at) ? json_object_get_string(at->value) : "";

	if (!p->later_key && *word) {
		p->later_key = at->key;
		escape_copy(p->later_word, sizeof(p->later_word), word);
	}
	return *word;
}

static int parse_metric(const struct json_at *at, bool stored, struct workload_primary *p)
{
	const char *text = json_is_string(at) ? json_object_get_string(at->value) : "";
	double percentile;
	uint64_t threshold;
	enum metric_kind kind = metric_parse(text, &percentile, &threshold);

	if (strlen(text) >= sizeof(p->metric))
		kind = METRIC_INVALID;
	if (kind == METRIC_INVALID && !keep_later_word(at, stored, p))
		return json_refuse(at, "\"p50\" or another percentile, \"mean\", \"rate\", or "
				       "\"share>1ms\" with one of the actor's thresholds");
	escape_copy(p->metric, sizeof(p->metric), text);
	p->direction = metric_default_direction(kind);
	return 0;
}

/* Leaves `ret` as it is where the key is absent or its word unknown. */
static int parse_word(const struct json_at *object, const char *key, const char *const words[2],
		      bool stored, struct workload_primary *p, unsigned *ret)
{
	struct json_at at = json_member(object, key), quiet = at;
	size_t index;
	int r;

	if (!at.present)
		return 0;
	quiet.e = NULL;
	if (json_get_choice(&quiet, words, 2, &index) < 0 && keep_later_word(&at, stored, p))
		return 0;
	r = json_get_choice(&at, words, 2, &index);
	if (r == 0)
		*ret = (unsigned)index;
	return r;
}

static int take_tolerance(const struct json_at *at, const struct json_field *field, void *to)
{
	double value = json_is_number(at) ? json_object_get_double(at->value) : 0;

	if (!(value > 0 && value <= 1))
		return json_refuse(at, "a number above 0 and at most 1 (0.05 is 5 %%)");
	((struct workload_primary *)to)->tolerance = value;
	return 0;
}

static int take_reachable(const struct json_at *at, const struct json_field *field, void *to)
{
	bool reaches;
	int r = json_get_bool(at, &reaches);

	if (r == 0)
		((struct workload_primary *)to)->unreachable = !reaches;
	return r;
}

int parse_primary(const struct json_at *at, bool stored, struct workload_primary *ret)
{
	static const struct json_field fields[] = {
		FIELD("actor", take_name, struct workload_primary, id.actor, .required = true),
		FIELD("span", json_field_text, struct workload_primary, id.span,
		      .max = sizeof(ret->id.span) - 1, .required = true),
		{.key = "time"},
		{.key = "metric"},
		{.key = "tolerance", .take = take_tolerance, .required = true},
		{.key = "direction"},
		{.key = "from"},
		{.key = "reachable", .take = take_reachable},
	};
	struct json_at metric = json_member(at, "metric");
	struct workload_primary p = {.id.time = SPAN_SERVICE};
	int r = (stored ? json_get_fields : json_get_known_fields)(at, fields, 8, &p);

	if (r == 0)
		r = parse_word(at, "time", span_time_names, stored, &p, &p.id.time);
	if (r == 0)
		r = parse_metric(&metric, stored, &p);
	if (r == 0)
		r = parse_word(at, "direction", metric_direction_names, stored, &p, &p.direction);
	if (r == 0)
		r = parse_word(at, "from", primary_from_names, stored, &p, &p.from);
	if (r == 0)
		*ret = p;
	return r;
}

bool primary_same(const struct workload_primary *a, const struct workload_primary *b)
{
	return series_id_equal(&a->id, &b->id) && strcmp(a->metric, b->metric) == 0 &&
	       strcmp(a->later_word, b->later_word) == 0 &&
	       (!a->later_key || strcmp(a->later_key, b->later_key) == 0);
}

bool primary_is_of(const struct workload_primary *p, const struct series_id *id)
{
	return !*primary_word(p, "time", "") && series_id_equal(&p->id, id);
}

const char *primary_word(const struct workload_primary *p, const char *key, const char *known)
{
	return p && p->later_key && strcmp(p->later_key, key) == 0 ? p->later_word : known;
}

const char *primary_label(const struct workload_primary *p, char buf[SERIES_LABEL_SIZE])
{
	const char *later = primary_word(p, "time", NULL);

	if (!later)
		return series_label(&p->id, buf);
	snprintf(buf, SERIES_LABEL_SIZE, "%s %s %.10s", p->id.actor, p->id.span, later);
	return buf;
}

static const struct workload_actor *find_actor(const struct json_at *at, const struct workload *w)
{
	struct json_at name = json_member(at, "actor");
	const char *names[WORKLOAD_ACTORS_MAX];
	size_t index;

	for (size_t i = 0; i < w->n_actors; i++)
		names[i] = w->actors[i].name;
	return json_get_choice(&name, names, w->n_actors, &index) < 0 ? NULL : &w->actors[index];
}

/* The index of a span that is timed with the actor's options, or a negative errno. */
static int find_span(const struct json_at *at, const struct workload_actor *actor)
{
	const struct kind *kind = actor->kind;
	uint32_t on = kind_spans_on(kind, actor->options);
	struct json_at name = json_member(at, "span");
	const char *names[KIND_SPANS_MAX];
	int spans[KIND_SPANS_MAX];
	size_t n = 0, index;
	int r;

	for (size_t i = 0; i < kind->n_spans; i++)
		if (on & UINT32_C(1) << i) {
			names[n] = kind->spans[i].name;
			spans[n++] = (int)i;
		}
	r = json_get_choice(&name, names, n, &index);
	if (r == 0)
		return spans[index];
	if (kind_span_index(kind, json_object_get_string(name.value)) >= 0)
		err_hint(at->e, "%s has this span, but not with these options of %s.", kind->name,
			 actor->name);
	return r;
}

static int check_time(const struct json_at *at, const struct workload_actor *actor,
		      const struct kind_span *span, struct workload_primary *p)
{
	bool has_response = span->response && actor->arrival.kind != WORKLOAD_CLOSED;
	struct json_at time = json_member(at, "time");

	if (!time.present)
		p->id.time = has_response ? SPAN_RESPONSE : SPAN_SERVICE;
	if (p->id.time == SPAN_SERVICE || has_response)
		return 0;
	return json_refuse(&time, "\"service\": %s",
			   span->response ? "a closed loop has no intended starts to count from"
					  : "this span does not begin with its step");
}

static int check_share(const struct json_at *at, const struct workload_actor *actor,
		       const struct workload_primary *p)
{
	struct json_at metric = json_member(at, "metric");
	double percentile;
	uint64_t ns;

	if (metric_parse(p->metric, &percentile, &ns) != METRIC_SHARE_ABOVE)
		return 0;
	for (size_t i = 0; i < actor->n_thresholds; i++)
		if (actor->thresholds_ns[i] == ns)
			return 0;
	return json_refuse(&metric, "a time that %s has in thresholds_ns", actor->name);
}

/*
 * A trial that plans hardly more samples than its percentile needs has none as soon as a few steps
 * fail, so there the trials are pooled. The machine has no say in it, so that all machines choose
 * alike: as many workers are counted as there are with one CPU.
 */
static void choose_from(const struct json_at *at, const struct workload *w,
			struct workload_primary *p)
{
	struct json_at from = json_member(at, "from");
	double needed = (double)primary_samples_needed(p);

	if (!from.present && workload_trial_samples(w, p, 1) < PRIMARY_SAMPLES_MARGIN * needed)
		p->from = PRIMARY_FROM_POOLED;
}

/* A machine with many CPUs may have enough workers, so these get the benefit of the doubt. */
enum { MANY_CPUS = 8192 };

static int check_reach(const struct json_at *at, const struct workload *w, bool overridden,
		       struct workload_primary *p)
{
	struct json_at metric = json_member(at, "metric");
	double planned = workload_planned_samples(w, p, MANY_CPUS);
	uint64_t needed = primary_samples_needed(p);
	bool let_through = overridden || p->unreachable;

	p->unreachable = planned < (double)needed;
	if (!p->unreachable || let_through)
		return 0;
	json_complain(&metric,
		      "%s needs %llu samples, but the plan holds at most %.0f (duration_s %g%s)",
		      p->metric, (unsigned long long)needed, planned, (double)w->duration_ns / 1e9,
		      p->from == PRIMARY_FROM_POOLED ? ", all trials together" : ", a trial");
	err_hint(at->e, "A longer duration_s, more trials, a higher rate or a lower percentile "
			"makes it decidable; \"reachable\": false measures it all the same.");
	return -EINVAL;
}

static int check_unique(const struct json_at *at, const struct workload *w,
			const struct workload_primary *p)
{
	for (size_t i = 0; i < w->n_primaries; i++)
		if (primary_same(p, &w->primaries[i]))
			return json_complain(at,
					     "found the metric of $.primary[%zu] again, "
					     "allowed: each once",
					     i);
	return 0;
}

static int check_primary(const struct json_at *at, const struct workload *w, bool overridden,
			 struct workload_primary *p)
{
	const struct workload_actor *actor = find_actor(at, w);
	int span, r;

	if (!actor)
		return -EINVAL;
	span = find_span(at, actor);
	if (span < 0)
		return span;
	r = check_time(at, actor, &actor->kind->spans[span], p);
	if (r == 0)
		r = check_share(at, actor, p);
	if (r == 0)
		r = check_unique(at, w, p);
	if (r < 0)
		return r;
	choose_from(at, w, p);
	return check_reach(at, w, overridden, p);
}

int parse_primaries(const struct json_at *at, bool overridden, struct workload *w)
{
	size_t n = 0;
	int r = at->present ? json_want_array(at, 0, WORKLOAD_PRIMARIES_MAX, &n) : 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);
		struct workload_primary *p = &w->primaries[i];

		r = parse_primary(&element, false, p);
		if (r == 0)
			r = check_primary(&element, w, overridden, p);
		if (r == 0)
			w->n_primaries = i + 1;
	}
	return r;
}
