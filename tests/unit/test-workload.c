/* SPDX-License-Identifier: GPL-2.0-or-later */
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

#include "base/cleanup.h"
#include "base/clock.h"
#include "fake-kinds.h"
#include "json/read.h"
#include "workload/workload.h"

/* Everything that can be said, line by line. */
static const char full[] =
	"{ \"schema\": \"cgchurn-workload/1\", \"name\": \"full\",\n" /* 1 */
	"  \"why\": \"To test.\",\n"                                  /* 2 */
	"  \"hierarchy\": { \"depth\": 3, \"fanout\": 4,\n"           /* 3 */
	"    \"controllers\": [\"pids\", \"cpu\"], \"optional\": true, \"threaded\": false },\n"
	"  \"actors\": [\n" /* 5 */
	"    { \"name\": \"storm\", \"stressor\": \"idle\", \"workers\": \"cpus-1\" },\n"
	"    { \"name\": \"migrator\", \"stressor\": \"mover\", \"workers\": 2,\n" /* 7 */
	"      \"cpus\": \"0-3,8\", \"place\": \"leaf:63\",\n"                     /* 8 */
	"      \"arrival\": { \"kind\": \"paced\", \"per_second\": 2000, \"jitter\": 0.25 },\n"
	"      \"options\": { \"count\": 5, \"flag\": true, \"duration\": \"50ms\",\n" /* 10 */
	"        \"bytes\": \"64M\", \"choice\": \"red\", \"path\": \"/bin/true\" },\n"
	"      \"thresholds_ns\": [1000, 1000000] } ],\n"          /* 12 */
	"  \"warmup_s\": 0.5, \"duration_s\": 2, \"trials\": 7,\n" /* 13 */
	"  \"primary\": [\n"                                       /* 14 */
	"    { \"actor\": \"migrator\", \"span\": \"write\", \"metric\": \"p99.9\",\n"
	"      \"tolerance\": 0.05 },\n" /* 16 */
	"    { \"actor\": \"migrator\", \"span\": \"reap\", \"metric\": \"share>1ms\",\n"
	"      \"tolerance\": 0.1, \"direction\": \"higher\" },\n" /* 18 */
	"    { \"actor\": \"storm\", \"span\": \"write\", \"metric\": \"rate\", \"tolerance\": 1 } "
	"] }\n";

static const char minimal[] = "{\"schema\":\"cgchurn-workload/1\",\"name\":\"m\",\"why\":\"w\","
			      "\"actors\":[{\"name\":\"a\",\"stressor\":\"idle\"}]}";

static struct workload *parse(const char *text, const struct workload_overrides *o, struct err *e)
{
	struct workload *w = NULL;
	int r = workload_parse(text, strlen(text), "t", &fake_kinds, o, &w, e);

	assert_true((r == 0) == (w != NULL));
	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		assert_int_equal(e->exit_code, EXIT_USAGE);
	}
	return w;
}

static struct workload *parse_good(const char *text, const struct workload_overrides *o)
{
	struct err e = {0};
	struct workload *w = parse(text, o, &e);

	if (!w)
		fail_msg("%s", e.text);
	return w;
}

/* `text` with its first `from` replaced; the caller frees. */
static char *with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *result;

	if (!at)
		fail_msg("no '%s' to replace", from);
	assert_true(asprintf(&result, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) >
		    0);
	return result;
}

static void test_full(void **state)
{
	struct workload *w = parse_good(full, NULL);
	const struct workload_actor *storm = &w->actors[0], *migrator = &w->actors[1];
	const struct fake_options *options = (const void *)migrator->options;

	assert_string_equal(w->name, "full");
	assert_string_equal(w->why, "To test.");
	assert_int_equal(w->hierarchy.depth, 3);
	assert_int_equal(w->hierarchy.fanout, 4);
	assert_int_equal(w->hierarchy.n_controllers, 2);
	assert_string_equal(w->hierarchy.controllers[1], "cpu");
	assert_true(w->hierarchy.optional);
	assert_int_equal(w->n_actors, 2);
	assert_int_equal(storm->workers.per_cpu, 1);
	assert_int_equal(storm->workers.add, -1);
	assert_ptr_equal(migrator->kind, &fake_mover);
	assert_int_equal(migrator->workers.per_cpu, 0);
	assert_int_equal(migrator->workers.add, 2);
	assert_int_equal(migrator->cpus.kind, WORKLOAD_CPUS_LIST);
	assert_string_equal(migrator->cpus.list, "0-3,8");
	assert_int_equal(migrator->place.kind, WORKLOAD_PLACE_LEAF);
	assert_int_equal(migrator->place.leaf, 63);
	assert_int_equal(migrator->arrival.kind, WORKLOAD_PACED);
	assert_true(migrator->arrival.per_second == 2000 && migrator->arrival.jitter == 0.25);
	assert_int_equal(options->count, 5);
	assert_int_equal(options->flag, 1);
	assert_int_equal(options->duration, 50 * NS_PER_MS);
	assert_int_equal(options->bytes, 64 << 20);
	assert_int_equal(options->choice, 0);
	assert_string_equal(options->path, "/bin/true");
	assert_int_equal(migrator->n_thresholds, 2);
	assert_int_equal(migrator->thresholds_ns[1], 1000000);
	assert_int_equal(w->warmup_ns, NS_PER_S / 2);
	assert_int_equal(w->duration_ns, 2 * NS_PER_S);
	assert_int_equal(w->trials, 7);
	workload_destroy(w);
}

static void test_primaries(void **state)
{
	struct workload *w = parse_good(full, NULL);
	const struct workload_primary *p = w->primaries;

	assert_int_equal(w->n_primaries, 3);
	assert_string_equal(p[0].metric, "p99.9");
	assert_true(p[0].tolerance == 0.05);
	/* Where nothing is said: from the intended start, if there is one. */
	assert_int_equal(p[0].id.time, SPAN_RESPONSE);
	assert_int_equal(p[0].direction, METRIC_LOWER_IS_BETTER);
	assert_int_equal(p[1].id.time, SPAN_SERVICE);
	assert_int_equal(p[1].direction, METRIC_HIGHER_IS_BETTER);
	assert_int_equal(p[2].id.time, SPAN_SERVICE);
	assert_int_equal(p[2].direction, METRIC_HIGHER_IS_BETTER);
	/* 2 * 2000 a second for 2 s hardly give a trial the 10 000 samples of a p99.9 */
	assert_int_equal(p[0].from, PRIMARY_FROM_POOLED);
	assert_non_null(strstr(w->spec, "\"from\":\"pooled\",\"metric\":\"p99.9\""));
	assert_int_equal(p[1].from, PRIMARY_FROM_TRIALS);
	workload_destroy(w);
}

static void test_defaults(void **state)
{
	struct workload *w = parse_good(minimal, NULL);

	assert_int_equal(w->hierarchy.depth, 1);
	assert_int_equal(w->hierarchy.fanout, 2);
	assert_int_equal(w->hierarchy.n_controllers, 0);
	assert_false(w->hierarchy.optional || w->hierarchy.threaded);
	assert_int_equal(w->actors[0].workers.add, 1);
	assert_int_equal(w->actors[0].cpus.kind, WORKLOAD_CPUS_ALL);
	assert_int_equal(w->actors[0].place.kind, WORKLOAD_PLACE_LEAVES);
	assert_int_equal(w->actors[0].arrival.kind, WORKLOAD_CLOSED);
	assert_int_equal(w->n_primaries, 0);
	assert_int_equal(w->warmup_ns, NS_PER_S);
	assert_int_equal(w->duration_ns, 5 * NS_PER_S);
	assert_int_equal(w->trials, 3);
	workload_destroy(w);
}

#define WORKERS(found)                                                                           \
	"t:6: $.actors[0].workers: found " found ", allowed: a whole number from 1 to 4096, or " \
	"\"cpus\", \"cpus-1\", \"cpus+2\", \"cpus*4\" (at most 64)"

static const struct {
	const char *from, *to, *message;
} refused[] = {
	/* the envelope */
	{"workload/1", "workload/2",
	 "t:1: $.schema: found \"cgchurn-workload/2\", allowed: cgchurn-workload/1"},
	/* workers */
	{"\"cpus-1\"", "\"cpus*0\"", WORKERS("\"cpus*0\"")},
	{"\"cpus-1\"", "\"cpus*65\"", WORKERS("\"cpus*65\"")},
	{"\"cpus-1\"", "\"cpus*\"", WORKERS("\"cpus*\"")},
	{"\"cpus-1\"", "\"cpus/2\"", WORKERS("\"cpus/2\"")},
};

static void test_refusals(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		_cleanup_free char *text = with(full, refused[i].from, refused[i].to);
		struct err e = {0};
		struct workload *w = parse(text, NULL, &e);

		if (w)
			fail_msg("taken: %s", refused[i].to);
		assert_string_equal(e.text, refused[i].message);
	}
}

static void test_workers_of_all_cpus(void **state)
{
	_cleanup_free char *text = with(full, "cpus-1", "cpus*16");
	struct workload *w = parse_good(text, NULL);

	assert_int_equal(w->actors[0].workers.per_cpu, 16);
	assert_int_equal(w->actors[0].workers.add, 0);
	workload_destroy(w);
}

/* A process cannot live in a new group below a threaded one. */
static void test_makers_of_groups(void **state)
{
	static const char text[] =
		"{\"schema\": \"cgchurn-workload/1\", \"name\": \"m\", \"why\": \"To test.\",\n"
		" \"hierarchy\": {\"depth\": 1, \"threaded\": false},\n"
		" \"actors\": [{\"name\": \"m\", \"stressor\": \"maker\"}]}";
	_cleanup_free char *threaded = with(text, "false", "true");
	struct err e = {0};

	workload_destroy(parse_good(text, NULL));
	assert_null(parse(threaded, NULL, &e));
	assert_string_equal(e.text, "t:3: $.actors[0]: maker makes groups with processes in them, "
				    "which cannot be below threaded groups; allowed: without "
				    "\"threaded\" in $.hierarchy");
}

/* An option that is given has an effect, or is refused. */
static void test_idle_options(void **state)
{
	static const struct {
		const char *options, *message;
	} cases[] = {
		{"\"choice\": \"red\", \"shade\": 1", NULL},
		{"\"choice\": \"blue\", \"shade\": 1", NULL},
		{"\"room\": 1", NULL}, /* "bytes" falls back to 4096 */
		{"\"shade\": 1", "\"shade\" does nothing here; it goes with \"choice\": \"red\" or "
				 "\"blue\""},
		{"\"bytes\": 0, \"room\": 1", "\"room\" does nothing here"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free char *text = NULL;
		struct err e = {0};
		struct workload *w;

		assert_true(asprintf(&text,
				     "{\"schema\": \"cgchurn-workload/1\", \"name\": \"n\", "
				     "\"why\": \"w\", \"actors\": [{\"name\": \"a\", "
				     "\"stressor\": \"mover\", \"options\": {%s}}]}",
				     cases[i].options) > 0);
		w = parse(text, NULL, &e);
		assert_true(!w == !!cases[i].message);
		if (cases[i].message && !strstr(e.text, cases[i].message))
			fail_msg("%s", e.text);
		workload_destroy(w);
	}
}

/* `arrival` and `rest` of the only primary, p90, of a window of 5 s, 2 trials. */
static char *paced(const char *workers, const char *arrival, const char *rest)
{
	char *text;

	assert_true(asprintf(&text,
			     "{\"schema\":\"cgchurn-workload/1\",\"name\":\"m\",\"why\":\"w\","
			     "\"actors\":[{\"name\":\"a\",\"stressor\":\"idle\",\"workers\":%s,"
			     "\"arrival\":{%s}}],\"duration_s\":5,\"trials\":2,"
			     "\"primary\":[{\"actor\":\"a\",\"span\":\"write\",\"metric\":\"p90\","
			     "\"tolerance\":0.1%s}]}",
			     workers, arrival, rest) > 0);
	return text;
}

/* Where trials have too few samples to lose some they are pooled; what cannot be, is refused. */
static void test_samples(void **state)
{
	static const struct {
		const char *workers, *arrival, *rest;
		double planned; /* 0: refused */
		enum primary_from from;
	} cases[] = {
		{"1", "\"kind\":\"paced\",\"per_second\":30", "", 150, PRIMARY_FROM_TRIALS},
		{"1", "\"kind\":\"paced\",\"per_second\":29", "", 290, PRIMARY_FROM_POOLED},
		{"1", "\"kind\":\"paced\",\"per_second\":10", "", 100, PRIMARY_FROM_POOLED},
		{"1", "\"kind\":\"paced\",\"per_second\":9", "", 0, 0},
		{"3", "\"kind\":\"poisson\",\"per_second\":9", "", 270, PRIMARY_FROM_POOLED},
		{"1", "\"kind\":\"closed\"", "", INFINITY, PRIMARY_FROM_TRIALS},
		{"1", "\"kind\":\"closed\",\"pause\":\"1s\"", "", 0, 0},
		{"1", "\"kind\":\"closed\",\"pause\":\"50ms\"", "", 202, PRIMARY_FROM_POOLED},
		{"1", "\"kind\":\"closed\"", ",\"from\":\"pooled\"", INFINITY, PRIMARY_FROM_POOLED},
		{"1", "\"kind\":\"paced\",\"per_second\":19", ",\"from\":\"trials\"", 0, 0},
		{"1", "\"kind\":\"paced\",\"per_second\":25", ",\"from\":\"trials\"", 125,
		 PRIMARY_FROM_TRIALS},
		/* a machine with many CPUs has the workers, and all choose alike */
		{"\"cpus\"", "\"kind\":\"paced\",\"per_second\":2", "", 20, PRIMARY_FROM_POOLED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_free char *text = paced(cases[i].workers, cases[i].arrival, cases[i].rest);
		struct err e = {0};
		struct workload *w = parse(text, NULL, &e);

		if (!w != !cases[i].planned)
			fail_msg("case %zu: %s", i, e.text);
		if (w) {
			assert_true(workload_planned_samples(w, w->primaries, 1) ==
				    cases[i].planned);
			assert_int_equal(w->primaries[0].from, cases[i].from);
		}
		workload_destroy(w);
	}
}

/* The command line may ask for less than decides anything, a file by itself not. */
static void test_unreachable(void **state)
{
	static const char arrival[] = "\"kind\":\"paced\",\"per_second\":20";
	const struct workload_overrides brief = {.duration_ns = NS_PER_S, .has_duration = true},
					warm = {.warmup_ns = 1, .has_warmup = true},
					more = {.trials = 20, .has_trials = true};
	_cleanup_free char *good = paced("1", arrival, ""),
			   *bad = with(good, "per_second\":20", "per_second\":2"),
			   *said = with(bad, "0.1}", "0.1,\"reachable\":false}");
	struct err e = {0};
	struct workload *w = parse_good(good, &brief);

	assert_true(w->primaries[0].unreachable);
	assert_non_null(strstr(w->spec, "\"reachable\":false"));
	workload_destroy(w);
	assert_null(parse(bad, &brief, &e));
	assert_null(parse(bad, &warm, &e));
	assert_string_equal(e.text, "t:1: $.primary[0].metric: p90 needs 100 samples, but the plan "
				    "holds at most 20 (duration_s 5, all trials together)");
	assert_non_null(strstr(e.hint, "more trials"));
	workload_destroy(parse_good(bad, &more));
	w = parse_good(said, NULL);
	assert_true(w->primaries[0].unreachable);
	workload_destroy(w);
}

static void outline_of(const char *text, struct workload_outline *ret)
{
	struct json_doc doc;
	struct json_at root;

	assert_int_equal(json_doc_init(&doc, text, strlen(text), "spec", NULL), 0);
	root = json_root(&doc, NULL);
	assert_int_equal(workload_outline_read(&root, ret), 0);
	json_doc_finish(&doc);
}

/* As of a result: defaults where the spec is silent, unknown what a later version may say. */
static void test_outline(void **state)
{
	struct workload_outline o;

	outline_of("{\"why\": \"To test.\", \"warmup_s\": 0.5, \"actors\": ["
		   "{\"stressor\": \"fork\", \"workers\": \"cpus*2\"}, {\"stressor\": \"migrate\"},"
		   "{\"stressor\": \"fork\", \"workers\": \"cores\"}, 5]}",
		   &o);
	assert_string_equal(o.why, "To test.");
	assert_int_equal(o.warmup_ns, 500000000);
	assert_int_equal(o.n_actors, 4);
	assert_string_equal(o.actors[0].stressor, "fork");
	assert_int_equal(workload_count_workers(&o.actors[0].workers, 3), 6);
	assert_int_equal(workload_count_workers(&o.actors[1].workers, 3), 1);
	assert_string_equal(o.actors[2].stressor, "");
	assert_string_equal(o.actors[3].stressor, "");
	workload_outline_finish(&o);
	outline_of("{\"actors\": {}}", &o);
	assert_null(o.why);
	assert_int_equal(o.warmup_ns, 1000000000);
	assert_int_equal(o.n_actors, 0);
	workload_outline_finish(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outline),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_primaries),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_idle_options),
		cmocka_unit_test(test_workers_of_all_cpus),
		cmocka_unit_test(test_makers_of_groups),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_unreachable),
	};

	return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
