/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of CPUs on a machine that is larger than cpu_set_t, and what a cpuset leaves of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cpus.h"
#include "cgroup/root.h"
#include "fake-root.h"

enum { POSSIBLE = 1100, FIRST = 3, LAST = 1090 };

/* A kernel with 1100 possible CPUs, of which we may use two: it refuses a set that is too short. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	assert_int_equal(pid, 0);
	if (size * 8 < POSSIBLE) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO_S(size, set);
	CPU_SET_S(FIRST, size, set);
	CPU_SET_S(LAST, size, set);
	return 0;
}

static int pinned_to;

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	assert_int_equal(pid, 0);
	assert_int_equal(CPU_COUNT_S(size, set), 1);
	pinned_to = -1;
	for (int cpu = 0; cpu < POSSIBLE; cpu++)
		if (CPU_ISSET_S(cpu, size, set))
			pinned_to = cpu;
	return 0;
}

static void test_more_than_1024(void **state)
{
	struct cpus set;

	assert_int_equal(cpus_usable(&set), 0);
	assert_int_equal(cpus_count(&set), 2);
	assert_int_equal(cpus_nth(&set, 0), FIRST);
	assert_int_equal(cpus_nth(&set, 1), LAST);
	assert_int_equal(cpus_nth(&set, 2), FIRST);
	assert_int_equal(cpus_pin(cpus_nth(&set, 1)), 0);
	assert_int_equal(pinned_to, LAST);
}

static void test_none(void **state)
{
	struct cpus set = {0}, other = {0};

	assert_int_equal(cpus_nth(&set, 0), -1);
	cpus_add(&set, 1);
	cpus_add(&other, 2);
	cpus_intersect(&set, &other);
	assert_int_equal(cpus_count(&set), 0);
}

static void check_cpuset(struct fake_root *root, const char *folder, uint64_t n, int first)
{
	int fd = openat(root->fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct cpus set;

	cgroup_root_cpus(fd, &set);
	assert_int_equal(cpus_count(&set), n);
	assert_int_equal(cpus_nth(&set, 0), first);
	close(fd);
}

/* The nearest group upward that has the file decides; above the mount nobody looks. */
static void test_cpuset(void **state)
{
	struct fake_root root;

	fake_root_init(&root);
	fake_root_text(&root, "cpuset.cpus.effective", "7\n");
	fake_root_text(&root, "mount/cgroup.procs", "");
	fake_root_text(&root, "mount/a/cgroup.procs", "");
	fake_root_text(&root, "mount/a/b/cgroup.procs", "");
	check_cpuset(&root, "mount/a/b", 0, -1);
	fake_root_text(&root, "mount/cpuset.cpus.effective", "0-3,1088-1091\n");
	check_cpuset(&root, "mount/a/b", 8, 0);
	fake_root_text(&root, "mount/a/cpuset.cpus.effective", "1-2\n");
	check_cpuset(&root, "mount/a/b", 2, 1);
	check_cpuset(&root, "mount", 8, 0);
	fake_root_finish(&root);
}

/* Where a mount shows a group, of a line of /proc/PID/cgroup. */
static void test_folders(void **state)
{
	static const struct {
		const char *root, *cgroups, *name, *folder;
	} cases[] = {
		{"/", "1:cpu,cpuacct:/a\n0::/b/c\n", "", "/mount/b/c"},
		{"/", "1:cpu,cpuacct:/a\n0::/b/c\n", "cpuacct", "/mount/a"},
		{"/", "1:cpu,cpuacct:/a\n0::/b/c\n", "acct", NULL},
		{"/", "0::/\n", "", NULL},
		{"/b", "0::/b/c\n", "", "/mount/c"},
		{"/b", "0::/b\n", "", NULL},
		{"/b", "0::/bc/d\n", "", NULL}, /* beside it */
	};
	char folder[PATH_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cgroup_mount m = {.path = (char *)"/mount",
					       .root = (char *)cases[i].root};

		if (!cases[i].folder) {
			assert_int_equal(cgroup_folder(&m, cases[i].cgroups, cases[i].name, folder),
					 -ENOENT);
			continue;
		}
		assert_int_equal(cgroup_folder(&m, cases[i].cgroups, cases[i].name, folder), 0);
		assert_string_equal(folder, cases[i].folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_more_than_1024),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_cpuset),
	};

	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
