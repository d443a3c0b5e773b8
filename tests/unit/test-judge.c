/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a trial invalid: facts of the machine around it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "fake-root.h"
#include "run/workers.h"
#include "run/standing.h"
#include "run/trial.h"

/* Judges a trial of one second without actors, between these two states of the machine. */
static struct trial_outcome judge(struct env before, struct env after)
{
	const struct workload workload = {.name = "judged"};
	const struct plan plan = {.workload = &workload};
	const struct workers workers = {.plan = &plan};
	struct trial_outcome o = {.before = before, .after = after};

	o.after.at_ns = o.before.at_ns + NS_PER_S;
	trial_judge(&workers, &o);
	return o;
}

static uint64_t of_all_cpus(double share)
{
	return (uint64_t)(share * (double)sysconf(_SC_NPROCESSORS_ONLN) * 1e9);
}

static void test_quiet(void **state)
{
	struct env env = {.favored_v2 = true, .taint = 512, .clock_source = "tsc"};

	assert_int_equal(judge(env, env).n_reasons, 0);
}

static void test_steal(void **state)
{
	struct env before = {.steal_ns = 5 * NS_PER_S};
	/* 1 % and a tick of /proc/stat are allowed. */
	struct env little = {.steal_ns = before.steal_ns + of_all_cpus(0.0099)};
	struct env much = {.steal_ns = before.steal_ns + of_all_cpus(0.02) + NS_PER_S / 100};
	struct trial_outcome o;

	assert_int_equal(judge(before, little).n_reasons, 0);
	o = judge(before, much);
	assert_int_equal(o.n_reasons, 1);
	assert_non_null(strstr(o.reasons[0], "stole"));
}

/* It would be a time of 580 years. */
static void test_steal_goes_back(void **state)
{
	struct env before = {.steal_ns = 5 * NS_PER_S}, after = {.steal_ns = 4 * NS_PER_S};

	assert_int_equal(env_stolen_ns(&before, &after), 0);
	assert_int_equal(judge(before, after).n_reasons, 0);
}

static void test_favordynmods(void **state)
{
	struct env off = {0}, v2 = {.favored_v2 = true}, v1 = {.favored_v1 = true};
	struct trial_outcome o = judge(off, v2);

	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0], "favordynmods of cgroup v2 was turned on meanwhile");
	o = judge(v1, off);
	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0],
			    "favordynmods of a cgroup v1 mount was turned off meanwhile");
}

static void test_taint_and_clock(void **state)
{
	struct env before = {.clock_source = "tsc", .taint = 1};
	struct env after = {.clock_source = "hpet", .taint = 513};

	assert_int_equal(judge(before, after).n_reasons, 2);
	/* What was there before is not the trial's. */
	after = before;
	before.taint = 513;
	assert_int_equal(judge(before, after).n_reasons, 0);
}

/* A second warning adds nothing to the taint. */
static void test_warnings(void **state)
{
	struct env before = {.taint = 512, .warnings = 1, .oopses = 3}, after = before;
	struct trial_outcome o;

	assert_int_equal(judge(before, after).n_reasons, 0);
	after.warnings = 2;
	o = judge(before, after);
	assert_int_equal(o.n_reasons, 1);
	assert_non_null(strstr(o.reasons[0], "1 warnings"));
	after.oopses = 4;
	assert_int_equal(judge(before, after).n_reasons, 2);
}

struct long_options {
	uint64_t hold, pause, count;
};

/* How long the end of a trial waits follows from what its steps were told to last. */
static void test_longest_step(void **state)
{
	static const struct kind_option options[] = {
		{"hold", KIND_DURATION, offsetof(struct long_options, hold)},
		{"count", KIND_COUNT, offsetof(struct long_options, count)},
		{"pause", KIND_DURATION, offsetof(struct long_options, pause)},
	};
	const struct kind kind = {.options = options, .n_options = 3}, none = {.n_options = 0};
	struct workload_actor actors[] = {{.kind = &none}, {.kind = &kind}, {.kind = &kind}};
	const struct workload workload = {.actors = actors, .n_actors = 3};
	const struct plan plan = {.workload = &workload};
	struct long_options first = {20 * NS_PER_S, 5 * NS_PER_S, 1000 * NS_PER_S},
			    second = {1, 2, 3};

	memcpy(actors[1].options, &first, sizeof(first));
	memcpy(actors[2].options, &second, sizeof(second));
	assert_int_equal(plan_longest_step_ns(&plan), 25 * NS_PER_S);
}

/* Judges a trial of one actor with one span: so many samples, and these failures. */
static struct trial_outcome judge_actor(struct workload_actor actor, uint64_t samples,
					const struct series_error *errors, uint64_t planned)
{
	static const struct kind_span spans[] = {{"spawn", false, "", 0}};
	const struct kind kind = {.name = "fork", .spans = spans, .n_spans = 1};
	const struct workload workload = {.name = "judged", .actors = &actor, .n_actors = 1};
	const struct plan plan = {.workload = &workload};
	const struct workers workers = {.plan = &plan};
	struct series series = {.id = {.actor = "storm", .span = "spawn"},
				.histogram = {.count = samples},
				.planned = planned};
	struct trial_outcome o = {.series = &series, .n_series = 1};

	snprintf(actor.name, sizeof(actor.name), "storm");
	actor.kind = &kind;
	for (size_t i = 0; errors && errors[i].count; i++)
		assert_int_equal(series_add_error(&series, errors[i].name, errors[i].count), 0);
	o.after.at_ns = NS_PER_S;
	trial_judge(&workers, &o);
	series_finish(&series);
	return o;
}

static void test_failures(void **state)
{
	const struct series_error all[] = {{"EAGAIN", 812}, {"errno 4711", 3}, {"", 0}};
	const struct series_error few[] = {{"EAGAIN", 10}, {"", 0}};
	struct workload_actor closed = {.max_failed = 0.1}, any = {.max_failed = 1};
	struct trial_outcome o = judge_actor(closed, 0, all, 0);

	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0],
			    "storm failed in 100 % of its operations (spawn: 812 EAGAIN, 3 errno "
			    "4711), more than its max_failed of 0.1");
	assert_int_equal(judge_actor(closed, 90, few, 0).n_reasons, 0);
	assert_int_equal(judge_actor(closed, 89, few, 0).n_reasons, 1);
	assert_int_equal(judge_actor(any, 0, all, 0).n_reasons, 0);
}

/* A closed loop always has something to do; a schedule may hold nothing. */
static void test_nothing_done(void **state)
{
	struct workload_actor closed = {.max_failed = 0.1};
	struct workload_actor paced = {.max_failed = 0.1, .arrival = {.kind = WORKLOAD_PACED}};
	struct trial_outcome o = judge_actor(closed, 0, NULL, 0);

	assert_int_equal(o.n_reasons, 1);
	assert_string_equal(o.reasons[0], "storm finished no operation in the window");
	assert_int_equal(judge_actor(paced, 0, NULL, 3).n_reasons, 1);
	assert_int_equal(judge_actor(paced, 0, NULL, 0).n_reasons, 0);
}

/* One worker between these two looks. */
static struct trial_outcome judge_standing(struct standing before, struct standing after)
{
	static const struct workload_actor actor = {.name = "storm"};
	const struct workload workload = {.actors = (struct workload_actor *)&actor, .n_actors = 1};
	struct plan_worker worker = {.index = 2};
	const struct plan plan = {.workload = &workload, .workers = &worker, .n_workers = 1};
	struct trial_outcome o = {.n_reasons = 0};

	standing_judge(&before, &after, &plan, &o);
	return o;
}

static void assert_moved(const char *from, const char *to, const char *reason)
{
	struct standing_worker before = {(char *)from, (char *)"0-1"},
			       after = {(char *)to, (char *)"0-1"};
	struct trial_outcome o = judge_standing(
		(struct standing){.root = "cgchurn-1", .workers = &before, .n_workers = 1},
		(struct standing){.workers = &after, .n_workers = 1});

	assert_int_equal(o.n_reasons, reason != NULL);
	if (reason)
		assert_string_equal(o.reasons[0], reason);
}

static void test_moved(void **state)
{
	const char *at = "4:cpu,cpuacct:/pod\n1:name=systemd:/\n0::/a/cgchurn-1/tree/g0\n";

	assert_moved(at, at, NULL);
	assert_moved(at, "4:cpu,cpuacct:/pod\n1:name=systemd:/\n0::/a/cgchurn-1/tree/g1\n", NULL);
	assert_moved(at, NULL, NULL);
	assert_moved(at, "4:cpu,cpuacct:/pod\n1:name=systemd:/\n0::/a/cgchurn-11/tree\n",
		     "worker 2 of storm was moved to the group /a/cgchurn-11/tree");
	assert_moved(at, "4:cpu,cpuacct:/\n1:name=systemd:/\n0::/a/cgchurn-1/side\n",
		     "worker 2 of storm was moved to the group cpu:/");
	assert_moved(at, "4:cpu,cpuacct:/pod\n1:name=systemd:/x\n0::/a/cgchurn-1/side\n",
		     "worker 2 of storm was moved to the group name=systemd:/x");
}

static void test_cpus(void **state)
{
	struct standing_worker before = {NULL, (char *)"1"}, after = {NULL, (char *)"0,2-3"};
	struct trial_outcome o = judge_standing(
		(struct standing){.online = "0-3", .workers = &before, .n_workers = 1},
		(struct standing){.online = "0,2-3", .workers = &after, .n_workers = 1});

	assert_int_equal(o.n_reasons, 2);
	assert_string_equal(o.reasons[0], "CPUs went offline or came online: 0,2-3, before 0-3");
	assert_string_equal(o.reasons[1],
			    "worker 2 of storm was pinned to other CPUs: 0,2-3, before 1");
}

/* The run group's own throttling is the machine's to tell; of frozen groups the highest is named.
 */
static void test_groups(void **state)
{
	struct standing_group before[] = {{.path = "/a/cgchurn-1"}, {.path = "/a"}};
	struct standing_group after[] = {
		{.throttled_ns = 5000, .has_frozen = true, .frozen_ns = 3 * NS_PER_S},
		{.throttled_ns = 7000, .has_frozen = true, .frozen_ns = 2 * NS_PER_S}};
	struct trial_outcome o = judge_standing(
		(struct standing){.root = "cgchurn-1", .groups = before, .n_groups = 2},
		(struct standing){.groups = after, .n_groups = 2});

	assert_int_equal(o.n_reasons, 2);
	assert_string_equal(o.reasons[0], "the group /a was throttled for 7 us");
	assert_string_equal(o.reasons[1], "the group /a was frozen for 2000 ms");
}

/* Whether cgroup.events of the kernel of files notifies of a change: a regular file cannot. */
static bool notified;

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	assert_int_equal(n, 1);
	assert_int_equal(timeout, 0);
	fds[0].revents = notified ? fds[0].events & POLLPRI : 0;
	return fds[0].revents != 0;
}

/* Two looks at a group of these files; `change` is made between them. NULL: the trial is valid. */
static void assert_looks(const char *file, const char *before, const char *after, size_t n_running,
			 const char *reason)
{
	const struct plan plan = {.n_workers = 0};
	const struct workers workers = {.plan = &plan, .n_running = n_running};
	struct trial_outcome o = {.n_reasons = 0};
	struct standing_group *group;
	struct fake_root root;
	struct standing s;
	int fd;

	fake_root_init(&root);
	fake_root_text(&root, "cgroup.events", "populated 1\nfrozen 0\n");
	if (before)
		fake_root_text(&root, file, before);
	fd = open(root.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(standing_begin(&s, &workers, fd), 0);
	assert_true(s.events_fd >= 0);
	group = array_grow(&s.groups, &s.n_groups, sizeof(*group));
	snprintf(group->path, sizeof(group->path), "%s", root.path);
	s.root[0] = '\0';
	standing_look_at_group(group);
	if (after)
		fake_root_text(&root, file, after);
	assert_int_equal(standing_end(&s, &workers, &o), 0);
	assert_int_equal(o.n_reasons, reason != NULL);
	if (reason && !strstr(o.reasons[0], reason))
		fail_msg("'%s' lacks '%s'", o.reasons[0], reason);
	standing_finish(&s);
	close(fd);
	fake_root_finish(&root);
}

/* frozen_usec is exact where the kernel has it, before and after; else a notification counts. */
static void test_frozen(void **state)
{
	static const char file[] = "cgroup.stat.local", quiet[] = "frozen_usec 5000\n";

	notified = false;
	assert_looks(file, quiet, quiet, 1, NULL);
	assert_looks(file, quiet, "frozen_usec 7000\n", 1, "was frozen for 2 ms");
	assert_looks(file, NULL, NULL, 1, NULL);
	notified = true;
	assert_looks(file, quiet, quiet, 1, NULL);
	assert_looks(file, NULL, NULL, 1, "the run group was frozen or thawed meanwhile");
	/* The last worker's end changes the file, too. */
	assert_looks(file, NULL, NULL, 0, NULL);
}

static void test_throttled(void **state)
{
	notified = false;
	assert_looks("cpu.stat", "usage_usec 1\nnr_throttled 3\nthrottled_usec 40\n",
		     "usage_usec 2\nnr_throttled 4\nthrottled_usec 47\n", 1,
		     "was throttled for 7 us");
	assert_looks("cpu.stat", "nr_periods 3\nthrottled_time 1000\n",
		     "nr_periods 4\nthrottled_time 9000\n", 1, "was throttled for 8 us");
	assert_looks("cpu.stat", "usage_usec 1\n", "usage_usec 9000\n", 1, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moved),        cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_frozen),       cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_groups),       cmocka_unit_test(test_failures),
		cmocka_unit_test(test_nothing_done), cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_steal),        cmocka_unit_test(test_steal_goes_back),
		cmocka_unit_test(test_favordynmods), cmocka_unit_test(test_taint_and_clock),
		cmocka_unit_test(test_warnings),     cmocka_unit_test(test_longest_step),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
