/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "base/mounts.h"

static const char hybrid[] = "23 28 0:21 / /sys rw,nosuid - sysfs sysfs rw\n"
			     "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
			     "39 31 0:36 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup "
			     "cgroup rw,pids,favordynmods\n"
			     "41 31 0:38 / /sys/fs/cgroup/unified rw,nosuid shared:4 master:2 - "
			     "cgroup2 cgroup2 rw,nsdelegate\n";

static void test_hybrid(void **state)
{
	struct cgroup_mounts m = {0};

	assert_int_equal(mounts_parse(hybrid, &m), 0);
	assert_int_equal(m.n, 2);
	assert_false(m.items[0].v2);
	assert_string_equal(m.items[0].path, "/sys/fs/cgroup/pids");
	assert_true(cgroup_mount_has_option(&m.items[0], "pids"));
	assert_true(cgroup_mount_has_option(&m.items[0], "favordynmods"));
	assert_true(m.items[1].v2);
	assert_true(m.items[1].dev == makedev(0, 38));
	assert_string_equal(m.items[1].root, "/");
	assert_string_equal(m.items[1].options, "rw,nosuid");
	assert_string_equal(m.items[1].super_options, "rw,nsdelegate");
	mounts_finish(&m);
	assert_int_equal(m.n, 0);
}

/* A part of an option is not the option. */
static void test_whole_options(void **state)
{
	struct cgroup_mounts m = {0};

	assert_int_equal(mounts_parse("1 0 0:1 / /c rw - cgroup2 x rw,nofavordynmods,favor\n", &m),
			 0);
	assert_false(cgroup_mount_has_option(&m.items[0], "favordynmods"));
	assert_false(cgroup_mount_has_option(&m.items[0], ""));
	assert_true(cgroup_mount_has_option(&m.items[0], "favor"));
	mounts_finish(&m);
}

static void test_escapes(void **state)
{
	struct cgroup_mounts m = {0};

	assert_int_equal(
		mounts_parse("1 0 0:1 /a\\134b /mnt/with\\040blank\\ rw - cgroup2 x rw\n", &m), 0);
	assert_string_equal(m.items[0].path, "/mnt/with blank\\");
	assert_string_equal(m.items[0].root, "/a\\b");
	mounts_finish(&m);
}

static void test_malformed(void **state)
{
	static const char *const texts[] = {
		"1 0 0:1 / /c rw\n",
		"1 0 0:1 / /c rw - cgroup2 x\n",
		"1 0 zero / /c rw - cgroup2 x rw\n",
		"-\n",
	};
	struct cgroup_mounts m = {.n = 77};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(mounts_parse(texts[i], &m), -EINVAL);
		assert_int_equal(m.n, 77); /* untouched */
	}
	assert_int_equal(mounts_parse("", &m), 0);
	assert_int_equal(m.n, 0);
	assert_int_equal(mounts_read("/nonexistent", &m), -ENOENT);
}

/* The mount point exists, but leads to another file system: it is hidden. */
static void test_hidden(void **state)
{
	struct cgroup_mounts m = {0};

	assert_int_equal(mounts_parse("1 0 4095:1 / /proc rw - cgroup2 x rw\n", &m), 0);
	assert_false(cgroup_mount_reachable(&m.items[0]));
	assert_null(mounts_find_v2(&m));
	mounts_finish(&m);
}

static void test_self(void **state)
{
	struct cgroup_mounts m = {0};

	assert_int_equal(mounts_read(MOUNTS_SELF, &m), 0);
	mounts_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hybrid),  cmocka_unit_test(test_whole_options),
		cmocka_unit_test(test_escapes), cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_hidden),  cmocka_unit_test(test_self),
	};

	return cmocka_run_group_tests_name("mounts", tests, NULL, NULL);
}
