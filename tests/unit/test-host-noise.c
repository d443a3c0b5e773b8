/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a machine noisy, judged from made-up machines; and the lock's regime in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-root.h"
#include "host/host.h"
#include "host/noise.h"

static const struct noise_finding *finding(const struct noise_finding *all, const char *source)
{
	for (size_t i = 0; i < NOISE_SOURCES; i++)
		if (strcmp(all[i].source, source) == 0)
			return &all[i];
	fail_msg("no finding about %s", source);
	return NULL;
}

static struct noise_facts nothing_known(void)
{
	return (struct noise_facts){.steal_share = -1, .psi_cpu_avg60 = -1, .timer_ns = -1};
}

/* A loud finding says what to do, and no finding is without a sentence. */
static void check_all(const struct noise_finding *all)
{
	for (size_t i = 0; i < NOISE_SOURCES; i++) {
		assert_true(strlen(all[i].text) > 5);
		assert_true(all[i].text[strlen(all[i].text) - 1] != ' ');
		assert_int_equal(all[i].advice != NULL, all[i].level == NOISE_LOUD);
	}
}

static void test_nothing_known(void **state)
{
	struct noise_facts facts = nothing_known();
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	noise_judge(&h, &facts, all);
	check_all(all);
	for (size_t i = 0; i < NOISE_SOURCES; i++)
		if (strcmp(all[i].source, "huge pages") != 0)
			assert_int_equal(all[i].level, NOISE_UNKNOWN);
}

static void test_loud(void **state)
{
	struct noise_facts facts = {.steal_share = 0.02,
				    .psi_cpu_avg60 = 0.3,
				    .timer_ns = 4000000,
				    .clock_sources = "hpet acpi_pm"};
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	h.accelerator = (char *)"kvm";
	h.cpu_count = 1;
	h.cpu_smt = TRISTATE_YES;
	h.cpu_governor = (char *)"powersave";
	h.cpu_idle = (char *)"intel_idle, down to C6";
	h.cpu_idle_latency_us = 133;
	h.clock_source = (char *)"hpet";
	h.memory_thp = (char *)"always";
	h.load1 = 1.5;
	noise_judge(&h, &facts, all);
	check_all(all);
	for (size_t i = 0; i < NOISE_SOURCES; i++)
		assert_int_equal(all[i].level, NOISE_LOUD);
	assert_non_null(strstr(finding(all, "idle states")->text, "133 us"));
	assert_non_null(strstr(finding(all, "steal")->text, "2.00 %"));
	assert_non_null(strstr(finding(all, "timers")->text, "4.00 ms"));
}

static void test_quiet(void **state)
{
	struct noise_facts facts = {.steal_share = 0, .psi_cpu_avg60 = 0.001, .timer_ns = 1};
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	h.accelerator = (char *)"none";
	h.cpu_count = 8;
	h.cpu_smt = TRISTATE_NO;
	h.cpu_governor = (char *)"performance";
	h.cpu_idle = (char *)"acpi_idle, down to C1";
	h.cpu_idle_latency_us = 1;
	h.clock_source = (char *)"tsc";
	h.memory_thp = (char *)"madvise";
	h.load1 = 0.7; /* of 8 CPUs */
	noise_judge(&h, &facts, all);
	check_all(all);
	for (size_t i = 0; i < NOISE_SOURCES; i++)
		assert_int_equal(all[i].level, NOISE_QUIET);
}

/* The same load is much on a small machine. */
static void test_load_by_cpus(void **state)
{
	struct noise_facts facts = nothing_known();
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	h.load1 = 0.7;
	h.cpu_count = 2;
	noise_judge(&h, &facts, all);
	assert_int_equal(finding(all, "load")->level, NOISE_LOUD);
}

static void test_emulation(void **state)
{
	struct noise_facts facts = nothing_known();
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	h.accelerator = (char *)"tcg";
	noise_judge(&h, &facts, all);
	assert_non_null(strstr(finding(all, "hypervisor")->text, "TCG"));
}

/* A guest whose clock counts instructions is not noisy for being emulated. */
static void test_instruction_clock(void **state)
{
	struct noise_facts facts = nothing_known();
	struct noise_finding all[NOISE_SOURCES];
	struct host h;

	host_init(&h);
	h.accelerator = (char *)"tcg";
	h.clock_kind = (char *)"instructions";
	h.load1 = 3;
	facts.steal_share = facts.psi_cpu_avg60 = 0.5;
	noise_judge(&h, &facts, all);
	for (const char *const *source =
		     (const char *const[]){"hypervisor", "steal", "load", "pressure", NULL};
	     *source; source++)
		assert_int_equal(finding(all, *source)->level, NOISE_QUIET);
}

static void test_read(void **state)
{
	struct noise_facts facts;
	struct fake_root root;

	fake_root_init(&root);
	noise_read(root.fd, &facts);
	assert_true(facts.steal_share < 0);
	assert_true(facts.psi_cpu_avg60 < 0);
	assert_string_equal(facts.clock_sources, "");

	fake_root_text(&root, "proc/stat", "cpu  100 0 50 800 25 0 0 25 70 0\ncpu0 1 2 3\n");
	fake_root_text(&root, "proc/pressure/cpu",
		       "some avg10=0.00 avg60=12.50 avg300=1.00 total=5\nfull avg10=0.00\n");
	fake_root_text(&root, "sys/devices/system/clocksource/clocksource0/available_clocksource",
		       "tsc hpet\n");
	noise_read(root.fd, &facts);
	assert_float_equal(facts.steal_share, 0.025, 1e-12);
	assert_float_equal(facts.psi_cpu_avg60, 0.125, 1e-12);
	assert_true(facts.timer_ns > 0);
	assert_string_equal(facts.clock_sources, "tsc hpet");

	fake_root_text(&root, "proc/stat", "intr 5\n");
	noise_read(root.fd, &facts);
	assert_true(facts.steal_share < 0);
	fake_root_finish(&root);
}

/* On a patched kernel the switch is one way, and the text says so before anybody turns it. */
static void test_advice(void **state)
{
	char buf[LOCK_ADVICE_SIZE];
	struct host h;

	host_init(&h);
	host_set_regime(&h, LOCK_REGIME_GLOBAL);
	h.lock_patch_present = TRISTATE_YES;
	h.cgroup_mount = (char *)"/sys/fs/cgroup";
	assert_non_null(strstr(lock_how_to(&h, buf), "remount,favordynmods /sys/fs/cgroup."));
	assert_non_null(strstr(lock_how_to(&h, buf), "--allow-one-way"));
	assert_non_null(strstr(lock_cost(&h), "one way"));

	h.lock_patch_present = TRISTATE_NO;
	assert_null(strstr(lock_how_to(&h, buf), "--allow-one-way"));
	assert_null(strstr(lock_cost(&h), "one way"));

	h.cgroup_mount = NULL;
	assert_non_null(strstr(lock_how_to(&h, buf), "no cgroup v2 mount"));
	host_finish(&h);
}

static void test_words(void **state)
{
	static const struct {
		enum lock_regime regime;
		const char *in_force;
	} cases[] = {
		{LOCK_REGIME_UNKNOWN, "not found out"},
		{LOCK_REGIME_GLOBAL, "no"},
		{LOCK_REGIME_GLOBAL_FAVORED, "no"},
		{LOCK_REGIME_PER_THREADGROUP, "yes"},
		{LOCK_REGIME_PER_THREADGROUP_RESIDUAL, "yes, until reboot"},
	};
	char buf[LOCK_ADVICE_SIZE];
	struct host h;

	host_init(&h);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *expected = cases[i].in_force;

		host_set_regime(&h, cases[i].regime);
		assert_memory_equal(lock_in_force(&h), expected, strlen(expected));
		assert_true(strlen(lock_meaning(&h)) > 50);
		assert_true(strlen(lock_how_to(&h, buf)) > 20);
		assert_true(strlen(lock_how_to(&h, buf)) < LOCK_ADVICE_SIZE - 1);
	}
	host_finish(&h);
}

/* Expedited grace periods hide the question: no word of milliseconds stands alone then. */
static void test_expedited(void **state)
{
	struct host h;

	host_init(&h);
	host_set_regime(&h, LOCK_REGIME_GLOBAL);
	assert_non_null(strstr(lock_meaning(&h), "milliseconds"));
	assert_null(lock_expectation(&h));
	h.kernel_grace_periods = (char *)"normal";
	assert_null(lock_expectation(&h));
	h.kernel_grace_periods = (char *)"expedited";
	assert_null(strstr(lock_meaning(&h), "milliseconds"));
	assert_non_null(strstr(lock_meaning(&h), "about 0.1 ms"));
	assert_non_null(strstr(lock_expectation(&h), "/sys/kernel/rcu_normal"));
	h.kernel_grace_periods = NULL;
	host_finish(&h);
}

/* By /sys of a made-up machine: rcu_normal wins. */
static void test_grace_periods_read(void **state)
{
	struct fake_root root;
	struct host h;

	fake_root_init(&root);
	host_init(&h);
	assert_int_equal(host_read_grace_periods(root.fd, &h), 0);
	assert_null(h.kernel_grace_periods);
	fake_root_text(&root, "sys/kernel/rcu_expedited", "1\n");
	fake_root_text(&root, "sys/kernel/rcu_normal", "0\n");
	assert_int_equal(host_read_grace_periods(root.fd, &h), 0);
	assert_true(host_expedites(&h));
	host_finish(&h);
	fake_root_text(&root, "sys/kernel/rcu_normal", "1\n");
	assert_int_equal(host_read_grace_periods(root.fd, &h), 0);
	assert_false(host_expedites(&h));
	assert_int_equal(h.kernel_rcu_expedited, TRISTATE_YES);
	host_finish(&h);
	fake_root_finish(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_loud),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_load_by_cpus),
		cmocka_unit_test(test_emulation),
		cmocka_unit_test(test_instruction_clock),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_advice),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_expedited),
		cmocka_unit_test(test_grace_periods_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
