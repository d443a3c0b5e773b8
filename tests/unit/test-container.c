/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that a container's start writes; the linker leads io_write_attr() here (--wrap). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake-root.h"
#include "stressor/container.h"

int __wrap_io_write_attr(int dirfd, const char *path, const char *text);

static char written[512];

/* The container ends where its process is moved: there is no kernel here to go on with. */
int __wrap_io_write_attr(int dirfd, const char *path, const char *text)
{
	size_t used = strlen(written);

	snprintf(written + used, sizeof(written) - used, " %s", path);
	return strcmp(path, "cgroup.procs") == 0 ? -EIO : 0;
}

static const char *written_with(const char *controllers)
{
	static const struct container_options options = {.create = CREATE_FORK, .limits = true};
	static struct worker worker;
	struct container_plan plan = {.options = &options, .enable = "+any"};
	struct container container;
	struct fake_root root;

	fake_root_init(&root);
	plan.scratch_group.fd = root.fd;
	plan.init.stamp_read = -1;
	strcpy(plan.scratch_group.controllers, controllers);
	written[0] = '\0';
	assert_int_equal(container_live(&worker, &plan, &container), EIO);
	assert_int_equal(container.phase, PHASE_ATTACH);
	fake_root_finish(&root);
	return written;
}

/* Of a controller that is there, and not of one whose name it begins. */
static void test_limits(void **state)
{
	assert_string_equal(written_with("cpu memory pids"),
			    " cgroup.subtree_control pids.max memory.max cpu.weight cgroup.procs");
	assert_string_equal(written_with("cpuset pids"),
			    " cgroup.subtree_control pids.max cgroup.procs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits)};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
