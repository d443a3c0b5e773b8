/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stress around its invariants: schedules, shrinking, the shared memory, reports. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fake-root.h"
#include "verify/actor.h"
#include "verify/shared.h"
#include "verify/stress_report.h"
#include "verify/schedule.h"

static void test_draw(void **state)
{
	struct schedule_limits none, few;
	struct schedule a, b, c;
	bool differs = false;

	schedule_limits_none(&none);
	schedule_limits_none(&few);
	few.at_most[SCHEDULE_KILLERS] = 0;
	few.at_most[SCHEDULE_GROUPS] = 0;
	for (uint64_t seed = 0; seed < 500; seed++) {
		schedule_draw(&a, seed, &none);
		schedule_draw(&b, seed, &none);
		assert_memory_equal(&a, &b, sizeof(a));
		schedule_draw(&c, seed, &few);
		for (int k = 0; k < SCHEDULE_KEYS; k++) {
			assert_in_range(a.value[k], schedule_keys[k].least, schedule_keys[k].most);
			if (k != SCHEDULE_KILLERS && k != SCHEDULE_GROUPS)
				assert_int_equal(a.value[k], c.value[k]);
		}
		assert_int_equal(c.value[SCHEDULE_KILLERS], 0);
		assert_int_equal(c.value[SCHEDULE_GROUPS], 2);
		assert_int_equal(a.pace_ns, c.pace_ns);
		schedule_draw(&b, seed + 1, &none);
		differs |= memcmp(a.value, b.value, sizeof(a.value)) != 0;
	}
	assert_true(differs);
}

/* doc/noise.md replays this seed: what is drawn for later keys must not change its round. */
static void test_draw_stays(void **state)
{
	struct schedule_limits none;
	struct schedule s;
	char text[SCHEDULE_TEXT_SIZE];

	schedule_limits_none(&none);
	schedule_draw(&s, UINT64_C(2716395696054836), &none);
	schedule_format(&s, text);
	assert_string_equal(text,
			    "movers 2, subjects 3, groups 3, threads 2, cloners 1, forkers 2, "
			    "execs 1, leaderless 1, spawners 1, killers 2, builders 1, "
			    "controller-togglers 1, limit-setters 1, pinned 1, namespacers 1, "
			    "ms 2798");
	assert_int_equal(s.pace_ns, 20000000);
}

/* Over many seeds every value of every key comes up. */
static void test_draw_covers(void **state)
{
	struct schedule_limits none;
	uint32_t seen[SCHEDULE_KEYS] = {0};
	struct schedule s;

	schedule_limits_none(&none);
	none.may_unplug = true;
	for (uint64_t seed = 0; seed < 2000; seed++) {
		schedule_draw(&s, seed, &none);
		for (int k = 0; k < SCHEDULE_MS; k++)
			seen[k] |= UINT32_C(1) << s.value[k];
	}
	for (int k = 0; k < SCHEDULE_MS; k++)
		for (uint64_t v = schedule_keys[k].least; v <= schedule_keys[k].most; v++)
			assert_true(seen[k] & UINT32_C(1) << v);
}

/* Nothing but the permission lets CPUs go, and it changes nothing else of a draw. */
static void test_unplugging_is_asked_for(void **state)
{
	struct schedule_limits forbidden, permitted;
	uint64_t unplugging = 0;

	schedule_limits_none(&forbidden);
	assert_int_equal(schedule_limits_parse("unpluggers=1", &forbidden, NULL), 0);
	schedule_limits_none(&permitted);
	permitted.may_unplug = true;
	for (uint64_t seed = 0; seed < 500; seed++) {
		struct schedule a, b;

		schedule_draw(&a, seed, &forbidden);
		schedule_draw(&b, seed, &permitted);
		assert_int_equal(a.value[SCHEDULE_UNPLUGGERS], 0);
		unplugging += b.value[SCHEDULE_UNPLUGGERS];
		b.value[SCHEDULE_UNPLUGGERS] = 0;
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_in_range(unplugging, 100, 400);
	/* Limits that are given later do not take it back. */
	assert_int_equal(schedule_limits_parse("movers=1", &permitted, NULL), 0);
	assert_true(permitted.may_unplug);
}

static void test_limits_text(void **state)
{
	static const char *const wrong[] = {"killer=1",  "killers", "killers=", "killers=-1",
					    "killers=3", "=1",      "ms=1x"};
	struct schedule_limits l;
	char text[SCHEDULE_TEXT_SIZE];

	assert_int_equal(schedule_limits_parse("movers=1,killers=0,ms=500", &l, NULL), 0);
	assert_int_equal(l.at_most[SCHEDULE_MOVERS], 1);
	assert_int_equal(l.at_most[SCHEDULE_KILLERS], 0);
	assert_int_equal(l.at_most[SCHEDULE_MS], 500);
	assert_true(l.at_most[SCHEDULE_THREADS] == UINT64_MAX);
	schedule_limits_format(&l, text);
	assert_string_equal(text, "movers=1,killers=0,ms=500");
	schedule_limits_none(&l);
	schedule_limits_format(&l, text);
	assert_string_equal(text, "");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err e = {0};

		assert_int_equal(schedule_limits_parse(wrong[i], &l, &e), -EINVAL);
		assert_int_equal(e.exit_code, EXIT_USAGE);
		assert_true(l.at_most[SCHEDULE_KILLERS] == UINT64_MAX);
	}
	/* Every key at its largest fits. */
	for (int k = 0; k < SCHEDULE_KEYS; k++)
		l.at_most[k] = schedule_keys[k].most;
	schedule_limits_format(&l, text);
	assert_int_equal(schedule_limits_parse(text, &l, NULL), 0);
}

/* Fails when a mover has at least two threads to move among three groups. */
struct bug {
	unsigned calls;
};

static int shows_bug(void *opaque, const struct schedule *s)
{
	((struct bug *)opaque)->calls++;
	return s->value[SCHEDULE_MOVERS] >= 1 && s->value[SCHEDULE_SUBJECTS] >= 1 &&
	       s->value[SCHEDULE_THREADS] >= 2 && s->value[SCHEDULE_GROUPS] >= 3;
}

static int never_again(void *opaque, const struct schedule *s)
{
	((struct bug *)opaque)->calls++;
	return 0;
}

static int breaks_off(void *opaque, const struct schedule *s)
{
	return -EINTR;
}

static void test_shrink(void **state)
{
	unsigned shrunk = 0;

	for (uint64_t seed = 0; seed < 200; seed++) {
		struct schedule_limits l;
		struct schedule s;
		struct bug bug = {0};

		schedule_limits_none(&l);
		schedule_draw(&s, seed, &l);
		if (!shows_bug(&bug, &s))
			continue;
		assert_int_equal(schedule_shrink(seed, &l, 100, shows_bug, &bug), 0);
		schedule_draw(&s, seed, &l);
		assert_true(shows_bug(&bug, &s));
		assert_int_equal(s.value[SCHEDULE_KILLERS], 0);
		assert_int_equal(s.value[SCHEDULE_MOVERS], 1);
		assert_true(s.value[SCHEDULE_THREADS] <= 3);
		assert_int_equal(s.value[SCHEDULE_MS], 50);
		assert_true(bug.calls < 102);
		shrunk++;
	}
	assert_true(shrunk > 50);
}

static void test_shrink_ends(void **state)
{
	struct schedule_limits l;
	char text[SCHEDULE_TEXT_SIZE];
	struct bug bug = {0};

	schedule_limits_none(&l);
	assert_int_equal(schedule_shrink(1, &l, 5, never_again, &bug), 0);
	assert_int_equal(bug.calls, 5);
	schedule_limits_format(&l, text);
	assert_string_equal(text, "");
	assert_int_equal(schedule_shrink(1, &l, 0, shows_bug, &bug), 0);
	assert_int_equal(bug.calls, 5);
	assert_int_equal(schedule_shrink(1, &l, 5, breaks_off, NULL), -EINTR);
}

/* What a child may be born into, by what its parent read before and after. */
static void test_epochs(void **state)
{
	struct shared_subject s = {0};

	atomic_store(&s.history[0], 2);
	assert_int_equal(shared_groups_between(&s, 0, 0), 1 << 2);
	shared_move_begins(&s, 3);
	assert_int_equal(shared_groups_between(&s, 0, 1), 1 << 2 | 1 << 3);
	assert_int_equal(shared_groups_between(&s, 1, 1), 1 << 2 | 1 << 3);
	shared_move_ends(&s, true);
	assert_int_equal(shared_group_at(&s, atomic_load(&s.epoch)), 3);
	assert_int_equal(shared_groups_between(&s, 2, 2), 1 << 3);
	/* Refused: it never was in group 5, but who looked on the way cannot know. */
	shared_move_begins(&s, 5);
	shared_move_ends(&s, false);
	assert_int_equal(shared_group_at(&s, atomic_load(&s.epoch)), 3);
	assert_int_equal(shared_groups_between(&s, atomic_load(&s.epoch), atomic_load(&s.epoch)),
			 1 << 3);
	assert_int_equal(shared_groups_between(&s, 3, atomic_load(&s.epoch)), 1 << 3 | 1 << 5);
	/* So many moves later nobody knows any more. */
	for (int i = 0; i < SHARED_EPOCHS; i++) {
		shared_move_begins(&s, 1);
		shared_move_ends(&s, true);
	}
	assert_int_equal(shared_groups_between(&s, 2, atomic_load(&s.epoch)), 0);
	assert_int_equal(shared_groups_between(&s, 2, 2), 0);
}

static void test_shared(void **state)
{
	_cleanup_fd int fd = -1;
	struct shared *b = shared_create(&fd), *other = shared_map(fd);
	struct scene s = {0};

	assert_non_null(b);
	assert_non_null(other);
	assert_int_equal(shared_check(b, INVARIANT_RESPONDS, &s), 1);
	assert_int_equal(atomic_load(&other->checks[INVARIANT_RESPONDS]), 1);
	assert_false(shared_stops(other));
	s.stuck = "first";
	assert_int_equal(shared_check(b, INVARIANT_RESPONDS, &s), -EBADMSG);
	s.stuck = "second";
	assert_int_equal(shared_check(other, INVARIANT_RESPONDS, &s), -EBADMSG);
	assert_true(shared_stops(other));
	assert_string_equal(other->evidence.text, "first");
	shared_refused(b, EAGAIN);
	shared_refused(b, -EAGAIN);
	shared_refused(b, 100000);
	assert_int_equal(atomic_load(&b->refused[EAGAIN]), 2);
	assert_int_equal(atomic_load(&b->refused[0]), 1);
	shared_destroy(other, -1);
	shared_destroy(b, -1);
}

/* A freezer on a kernel whose groups cannot be frozen has nothing to do, which is no fault. */
static void test_no_freezer(void **state)
{
	struct shared *b;
	struct fake_root root;
	struct actor a = {0};
	int fd = -1;

	fake_root_init(&root);
	fake_root_text(&root, "0/cgroup.events", "populated 1\nfrozen 0\n");
	b = shared_create(&fd);
	assert_non_null(b);
	b->view = (struct view){.proc_fd = root.fd, .n_groups = 1, .groups = {"0"}};
	b->view.test_groups_fd = root.fd;
	b->patience_ns = 10 * NS_PER_MS;
	a.shared = b;
	a.slot = &b->actors[0];
	assert_false(actor_freezer.step(&a));
	assert_string_equal(b->fault_text, "");
	assert_false(shared_failed(b));
	assert_int_equal(atomic_load(&b->refused[ENOENT]), 1);
	assert_int_equal(atomic_load(&b->done[COUNT_FREEZES]), 0);
	shared_destroy(b, fd);
	fake_root_finish(&root);
}

/* Whoever a kill missed lives for longer than anybody waits for its end. */
static void test_lifetime(void **state)
{
	static const uint64_t patiences_s[] = {1, 10, 29, 30, 31, 60, 3600};
	static struct shared b;

	for (size_t i = 0; i < sizeof(patiences_s) / sizeof(patiences_s[0]); i++) {
		b.patience_ns = patiences_s[i] * NS_PER_S;
		assert_true(shared_stuck_ns(&b) > b.patience_ns + NS_PER_S);
		assert_true(shared_lifetime_s(&b) * NS_PER_S > 3 * shared_stuck_ns(&b));
	}
}

static char *printed(void (*print)(const struct stress *, FILE *), const struct stress *s)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	print(s, to);
	fclose(to);
	return text;
}

static struct stress broken_stress(void)
{
	struct stress s = {
		.seed = 7, .broken = true, .invariant = INVARIANT_BIRTH, .broken_seed = 99};

	for (int i = 0; i < INVARIANTS; i++)
		s.counts.checks[i] = i == INVARIANT_PIDS ? 0 : 1000;
	schedule_limits_none(&s.broken_limits);
	s.broken_limits.at_most[SCHEDULE_KILLERS] = 0;
	evidence_set(&s.evidence, "child <5> & \"more\"\nsecond \x1b line");
	return s;
}

static void test_ktap(void **state)
{
	struct stress s = broken_stress();
	char *text = printed(report_print_ktap, &s);

	assert_non_null(strstr(text, "\nnot ok 3 birth\n"));
	assert_non_null(strstr(text, "\n# child <5>"));
	assert_non_null(strstr(text, "\n# second "));
	assert_non_null(
		strstr(text, "\n# Replay: cgchurn stress --replay 99 --at-most killers=0\n"));
	assert_non_null(strstr(text, "\nok 10 pids # SKIP "));
	assert_ptr_equal(strstr(text, "ok 1 together\n"), text);
	free(text);
}

/* What failed while CPUs went is replayed with them, unless it failed without, too. */
static void test_unplugging_is_told(void **state)
{
	struct stress s = broken_stress();
	char *text = printed(report_print_summary, &s);

	assert_null(strstr(text, "CPUs"));
	free(text);
	s.limits.may_unplug = s.broken_limits.may_unplug = true;
	s.counts.done[COUNT_UNPLUGS] = 1234;
	text = printed(report_print_ktap, &s);
	assert_non_null(strstr(text, ", 1 234 CPUs taken offline in "));
	assert_non_null(strstr(text, "--replay 99 --unplug-cpus --at-most killers=0\n"));
	free(text);
	s.broken_limits.at_most[SCHEDULE_UNPLUGGERS] = 0;
	text = printed(report_print_replay, &s);
	assert_string_equal(text, "cgchurn stress --replay 99 --at-most killers=0,unpluggers=0");
	free(text);
}

static void test_files(void **state)
{
	struct stress s = broken_stress();
	struct fake_root root;
	char path[128], text[16384] = "";
	FILE *f;

	fake_root_init(&root);
	snprintf(path, sizeof(path), "%s/file", root.path);
	assert_int_equal(report_write_junit(&s, path), 0);
	f = fopen(path, "r");
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_non_null(strstr(text, "tests=\"22\" failures=\"1\" errors=\"0\" skipped=\"1\""));
	assert_non_null(
		strstr(text, "child &lt;5&gt; &amp; &quot;more&quot;\nsecond \xef\xbf\xbd line"));
	assert_non_null(strstr(text, "Replay: cgchurn stress --replay 99"));
	s.state = "broken";
	assert_int_equal(report_write_status(&s, path), 0);
	f = fopen(path, "r");
	memset(text, 0, sizeof(text));
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_non_null(strstr(text, "\"state\": \"broken\""));
	assert_non_null(strstr(text, "\"broken\": \"birth\""));
	assert_int_equal(report_write_status(&s, "/nowhere/file"), -ENOENT);
	fake_root_finish(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draw),
		cmocka_unit_test(test_draw_stays),
		cmocka_unit_test(test_draw_covers),
		cmocka_unit_test(test_unplugging_is_asked_for),
		cmocka_unit_test(test_unplugging_is_told),
		cmocka_unit_test(test_limits_text),
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_shrink_ends),
		cmocka_unit_test(test_epochs),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_no_freezer),
		cmocka_unit_test(test_lifetime),
		cmocka_unit_test(test_ktap),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
