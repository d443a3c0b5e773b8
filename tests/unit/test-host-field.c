/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake-root.h"
#include "host/host.h"

static size_t size_of_type(enum host_field_type type)
{
	static const size_t sizes[] = {
		[HOST_STRING] = sizeof(char *),   [HOST_INT] = sizeof(int64_t),
		[HOST_DOUBLE] = sizeof(double),   [HOST_TRISTATE] = sizeof(enum tristate),
		[HOST_STRINGS] = sizeof(char **),
	};

	return sizes[type];
}

static void cover(unsigned char *covered, size_t offset, size_t size)
{
	for (size_t i = offset; i < offset + size; i++) {
		assert_true(i < sizeof(struct host));
		assert_int_equal(covered[i], 0);
		covered[i] = 1;
	}
}

/*
 * A member that the table forgets would be written to no file and never freed. Each byte of the
 * struct belongs to one line of the table, but for padding, which is shorter than a pointer.
 */
static void test_every_member_is_in_the_table(void **state)
{
	unsigned char covered[sizeof(struct host)] = {0};
	size_t gap = 0;

	for (size_t i = 0; i < host_n_fields; i++) {
		const struct host_field *f = &host_fields[i];

		cover(covered, f->offset, size_of_type(f->type));
		if (f->type == HOST_STRINGS)
			cover(covered, f->count_offset, sizeof(size_t));
	}
	for (size_t i = 0; i < sizeof(covered); i++) {
		gap = covered[i] ? 0 : gap + 1;
		assert_true(gap < sizeof(void *));
	}
}

static void test_paths_are_unique(void **state)
{
	for (size_t i = 0; i < host_n_fields; i++) {
		assert_true(host_fields[i].path[0] && host_fields[i].label[0]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(host_fields[i].path, host_fields[k].path);
	}
}

static void test_unknown_and_release(void **state)
{
	struct host h;

	host_init(&h);
	assert_int_equal(h.kernel_tainted, -1);
	assert_int_equal(h.memory_total_bytes, -1);
	assert_int_equal(h.lock_patch_present, TRISTATE_UNKNOWN);
	assert_int_equal(host_regime(&h), LOCK_REGIME_UNKNOWN);
	assert_true(h.uptime_s < 0);
	h.kernel_release = strdup("6.18.0");
	h.lock_evidence = calloc(2, sizeof(*h.lock_evidence));
	h.lock_evidence[0] = strdup("BTF");
	h.lock_evidence[1] = strdup("mount options");
	h.n_lock_evidence = 2;
	host_finish(&h);
	host_finish(&h); /* twice is fine */
	assert_null(h.lock_evidence);
	assert_int_equal(h.n_lock_evidence, 0);
}

static void check_name(struct fake_root *f, const char *hostname, const char *option,
		       const char *expected)
{
	struct host h;

	fake_root_text(f, "proc/sys/kernel/hostname", hostname);
	assert_int_equal(host_gather_from(f->fd, &h, NULL, NULL), 0);
	assert_int_equal(host_rename(&h, option), 0);
	if (expected)
		assert_string_equal(h.name, expected);
	else
		assert_null(h.name);
	host_finish(&h);
}

/* The node's name unless it has none, or what the user says, or none. */
static void test_name(void **state)
{
	struct fake_root f;

	fake_root_init(&f);
	check_name(&f, "node-7\n", NULL, "node-7");
	check_name(&f, "(none)\n", NULL, NULL);
	check_name(&f, "node-7\n", "rack 3", "rack 3");
	check_name(&f, "(none)\n", "rack 3", "rack 3");
	check_name(&f, "node-7\n", "", NULL);
	fake_root_finish(&f);
}

/* rcu_normal overrides rcu_expedited; what is in the struct already stays. */
static void test_grace_periods(void **state)
{
	static const struct {
		enum tristate expedited, normal;
		const char *grace_periods;
	} cases[] = {
		{TRISTATE_NO, TRISTATE_NO, "normal"},
		{TRISTATE_YES, TRISTATE_NO, "expedited"},
		{TRISTATE_YES, TRISTATE_YES, "normal"},
		{TRISTATE_NO, TRISTATE_YES, "normal"},
		{TRISTATE_UNKNOWN, TRISTATE_YES, "normal"},
		{TRISTATE_UNKNOWN, TRISTATE_NO, NULL},
		{TRISTATE_YES, TRISTATE_UNKNOWN, "expedited"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host h;

		host_init(&h);
		h.kernel_rcu_expedited = cases[i].expedited;
		h.kernel_rcu_normal = cases[i].normal;
		assert_int_equal(host_derive_grace_periods(&h), 0);
		assert_int_equal(host_derive_grace_periods(&h), 0);
		if (cases[i].grace_periods)
			assert_string_equal(h.kernel_grace_periods, cases[i].grace_periods);
		else
			assert_null(h.kernel_grace_periods);
		assert_int_equal(host_expedites(&h), i == 1 || i == 6);
		host_finish(&h);
	}
}

/* A machine of two sockets: CPUs 0, 2 and 3 are online, two of them in one socket. */
static void test_cpus(void **state)
{
	struct fake_root f;
	struct host h;

	fake_root_init(&f);
	fake_root_text(&f, "sys/devices/system/cpu/online", "0,2-3\n");
	fake_root_text(&f, "sys/devices/system/node/online", "0-1\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu0/topology/physical_package_id", "70000\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu2/topology/physical_package_id", "1\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu3/topology/physical_package_id", "1\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "offline\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
	fake_root_text(&f, "sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave\n");
	fake_root_text(&f, "proc/self/status", "Cpus_allowed_list:\t0-7\n");
	assert_int_equal(host_gather_from(f.fd, &h, NULL, NULL), 0);
	assert_int_equal(h.cpu_count, 3);
	assert_int_equal(h.cpu_sockets, 2);
	assert_int_equal(h.cpu_numa_nodes, 2);
	assert_string_equal(h.cpu_governor, "powersave");
	assert_string_equal(h.inherited_cpus, "all");
	host_finish(&h);

	fake_root_text(&f, "sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "performance\n");
	fake_root_text(&f, "proc/self/status", "Cpus_allowed_list:\t0,3\n");
	assert_int_equal(host_gather_from(f.fd, &h, NULL, NULL), 0);
	assert_string_equal(h.cpu_governor, "mixed");
	assert_string_equal(h.inherited_cpus, "0,3");
	host_finish(&h);
	fake_root_finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_member_is_in_the_table),
		cmocka_unit_test(test_paths_are_unique),
		cmocka_unit_test(test_unknown_and_release),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_grace_periods),
		cmocka_unit_test(test_cpus),
	};

	return cmocka_run_group_tests_name("host-field", tests, NULL, NULL);
}
