/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which CPUs a run may take offline, on machines made of files; how that is noted. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cgroup/run_cpus.h"
#include "fake-root.h"

/* A folder in the place of RUN_CPUS_FOLDER: those of `files` can be switched. */
struct machine {
	struct fake_root root;
	int fd;
};

static void machine_init(struct machine *m, const char *online, const char *files)
{
	char path[32];

	fake_root_init(&m->root);
	fake_root_text(&m->root, "online", online);
	for (const char *c = files; *c; c++) {
		snprintf(path, sizeof(path), "cpu%c/online", *c);
		fake_root_text(&m->root, path, "1");
	}
	m->fd = open(m->root.path, O_RDONLY | O_DIRECTORY);
	assert_true(m->fd >= 0);
}

static void machine_finish(struct machine *m)
{
	close(m->fd);
	fake_root_finish(&m->root);
}

static void found(const char *online, const char *files, const char *expected)
{
	char text[RUN_CPUS_TEXT_SIZE];
	struct machine m;
	struct run_cpus c;
	struct err e = {0};

	machine_init(&m, online, files);
	assert_int_equal(run_cpus_find(m.fd, &c, &e), 0);
	run_cpus_format(&c, text);
	assert_string_equal(text, expected);
	machine_finish(&m);
}

static void test_find(void **state)
{
	found("0-3\n", "123", "1,2,3");
	/* CPU 0 never goes, even where the kernel would let it. */
	found("0-3\n", "0123", "1,2,3");
	found("0,2-3\n", "0123", "2,3");
	/* Where it is off already, the lowest has its place. */
	found("2-4\n", "01234", "3,4");
	/* Some cannot go; the others can. */
	found("0-3\n", "13", "1,3");
}

static void refused(const char *online, const char *files, int r, const char *said)
{
	struct run_cpus c = {.n = 77};
	struct machine m;
	struct err e = {0};

	machine_init(&m, online, files);
	assert_int_equal(run_cpus_find(m.fd, &c, &e), r);
	assert_int_equal(c.n, 77);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	if (!strstr(e.text, said))
		fail_msg("'%s' does not tell '%s'", e.text, said);
	assert_non_null(strstr(e.hint, "root"));
	machine_finish(&m);
}

static void test_find_none(void **state)
{
	struct run_cpus c;
	struct err e = {0};
	struct machine m;

	refused("0\n", "0", -ENODEV, "one online");
	refused("3\n", "03", -ENODEV, "one online");
	refused("0-1\n", "0", -ENOENT, "cpu1/online: No such file");
	machine_init(&m, "0-1", "");
	unlinkat(m.fd, "online", 0);
	assert_int_equal(run_cpus_find(m.fd, &c, &e), -ENOENT);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	machine_finish(&m);
}

/* The largest machine's note fits. */
static void test_text(void **state)
{
	static const char *const wrong[] = {"x", "1,x", "-1", "3-1", "1;2", "99999999999"};
	char text[RUN_CPUS_TEXT_SIZE];
	struct run_cpus all = {.n = RUN_CPUS_MAX}, back = {0};

	for (uint32_t i = 0; i < all.n; i++)
		all.cpu[i] = UINT32_MAX - i;
	run_cpus_format(&all, text);
	assert_int_equal(run_cpus_parse(text, &back), 0);
	assert_memory_equal(&all, &back, sizeof(all));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (run_cpus_parse(wrong[i], &back) != -EINVAL)
			fail_msg("'%s'", wrong[i]);
	assert_int_equal(run_cpus_parse("0-9999", &back), 0);
	assert_int_equal(back.n, RUN_CPUS_MAX);
}

static void test_switch(void **state)
{
	struct machine m;
	char text[8] = "";
	int fd;

	machine_init(&m, "0-1", "1");
	assert_int_equal(run_cpus_switch(m.fd, 1, false), 0);
	fd = openat(m.fd, "cpu1/online", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 1);
	assert_string_equal(text, "0");
	assert_int_equal(run_cpus_switch(m.fd, 1, true), 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 1);
	assert_string_equal(text, "1");
	assert_int_equal(run_cpus_switch(m.fd, 2, true), -ENOENT);
	close(fd);
	machine_finish(&m);
}

/* Without a note nothing is brought back, and nothing of this machine is touched. */
static void test_no_note(void **state)
{
	struct machine m;

	machine_init(&m, "0-1", "1");
	assert_int_equal(run_cpus_noted(m.fd), 0);
	assert_int_equal(run_cpus_bring_back(m.fd, 0), 0);
	assert_int_equal(run_cpus_forget(m.fd), 0);
	assert_int_equal(run_cpus_noted(-1), -EBADF);
	assert_int_equal(run_cpus_forget(-1), -EBADF);
	machine_finish(&m);
}

static void mounts(const char *super_options, const char *type, int expected)
{
	struct fake_root root;
	struct err e = {0};
	char path[128], text[256];

	fake_root_init(&root);
	snprintf(text, sizeof(text), "30 1 0:26 / /sys/fs/cgroup/x rw - %s cgroup %s\n", type,
		 super_options);
	fake_root_text(&root, "mountinfo", text);
	snprintf(path, sizeof(path), "%s/mountinfo", root.path);
	assert_int_equal(run_cpus_check_mounts(path, &e), expected);
	if (expected < 0) {
		assert_int_equal(e.exit_code, EXIT_CANNOT);
		assert_non_null(strstr(e.text, "/sys/fs/cgroup/x"));
	}
	fake_root_finish(&root);
}

static void test_mounts(void **state)
{
	struct err e = {0};

	mounts("rw,cpuset", "cgroup", -EOPNOTSUPP);
	mounts("rw,cpu,cpuacct", "cgroup", 0);
	mounts("rw,nsdelegate", "cgroup2", 0);
	assert_int_equal(run_cpus_check_mounts("/nowhere/mountinfo", &e), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),    cmocka_unit_test(test_find_none),
		cmocka_unit_test(test_text),    cmocka_unit_test(test_switch),
		cmocka_unit_test(test_no_note), cmocka_unit_test(test_mounts),
	};

	return cmocka_run_group_tests_name("run-cpus", tests, NULL, NULL);
}
