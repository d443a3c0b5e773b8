/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_cpus.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/num.h"
#include "base/mounts.h"

static const char key[] = "trusted.cgchurn.cpus";
enum { FILE_SIZE = 32, AGAIN_MS = 10 };

static const char *file_of(uint32_t cpu, char ret[FILE_SIZE])
{
	snprintf(ret, FILE_SIZE, "cpu%" PRIu32 "/online", cpu);
	return ret;
}

/* Opened, which changes nothing: a folder mounted read-only answers EROFS to nothing less. */
static int may_switch(int folder_fd, uint32_t cpu)
{
	char file[FILE_SIZE];
	_cleanup_fd int fd = openat(folder_fd, file_of(cpu, file), O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : 0;
}

static int nothing_found(int why, uint32_t cpu, struct err *e)
{
	if (why < 0)
		err_sys(e, EXIT_CANNOT, -why,
			"no CPU can be taken offline: " RUN_CPUS_FOLDER "/cpu%" PRIu32 "/online",
			cpu);
	else
		err_set(e, EXIT_CANNOT, ENODEV,
			"no CPU can be taken offline: there is one online, and it has to stay");
	err_hint(e, "It takes root and a machine, best a guest, of two CPUs or more.");
	return why < 0 ? why : -ENODEV;
}

/* Of a search: what was found, and why the first of the others may not go. */
struct search {
	struct run_cpus found;
	uint32_t refused;
	int why; /* 0: none was refused */
};

static void look_at(struct search *s, int folder_fd, uint32_t cpu)
{
	int r = may_switch(folder_fd, cpu);

	if (r == 0 && s->found.n < RUN_CPUS_MAX)
		s->found.cpu[s->found.n++] = cpu;
	if (r < 0 && s->why == 0) {
		s->why = r;
		s->refused = cpu;
	}
}

int run_cpus_find(int folder_fd, struct run_cpus *ret, struct err *e)
{
	struct search s = {0};
	char list[4096];
	const char *at = list;
	uint32_t first, last;
	bool lowest = true;
	int r = (int)io_read_attr(folder_fd, "online", list, sizeof(list));

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, RUN_CPUS_FOLDER "/online");
	while (num_list_next(&at, &first, &last))
		for (uint64_t cpu = first; cpu <= last; cpu++) {
			if (!lowest)
				look_at(&s, folder_fd, (uint32_t)cpu);
			lowest = false;
		}
	if (!s.found.n)
		return nothing_found(s.why, s.refused, e);
	*ret = s.found;
	return 0;
}

int run_cpus_check_mounts(const char *mountinfo, struct err *e)
{
	struct cgroup_mounts mounts = {0};
	int r = mounts_read(mountinfo, &mounts);

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "cannot read %s", mountinfo);
	for (size_t i = 0; r == 0 && i < mounts.n; i++)
		if (!mounts.items[i].v2 && cgroup_mount_has_option(&mounts.items[i], "cpuset")) {
			r = err_set(e, EXIT_CANNOT, EOPNOTSUPP,
				    "CPUs are not taken offline here: cpuset is on cgroup v1 (%s), "
				    "whose groups would lose them for good",
				    mounts.items[i].path);
			err_hint(e, "Boot a guest that has cgroup v2 alone.");
		}
	mounts_finish(&mounts);
	return r;
}

int run_cpus_switch(int folder_fd, uint32_t cpu, bool on)
{
	char file[FILE_SIZE];

	return io_write_attr(folder_fd, file_of(cpu, file), on ? "1" : "0");
}

void run_cpus_format(const struct run_cpus *c, char ret[RUN_CPUS_TEXT_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	for (uint32_t i = 0; i < c->n; i++)
		used += (size_t)snprintf(ret + used, RUN_CPUS_TEXT_SIZE - used, "%s%" PRIu32,
					 used ? "," : "", c->cpu[i]);
}

int run_cpus_parse(const char *text, struct run_cpus *ret)
{
	struct run_cpus found = {0};
	uint32_t first, last;

	while (num_list_next(&text, &first, &last))
		for (uint64_t cpu = first; cpu <= last && found.n < RUN_CPUS_MAX; cpu++)
			found.cpu[found.n++] = (uint32_t)cpu;
	if (*text)
		return -EINVAL;
	*ret = found;
	return 0;
}

int run_cpus_note(int group_fd, const struct run_cpus *c)
{
	char text[RUN_CPUS_TEXT_SIZE];

	run_cpus_format(c, text);
	return fsetxattr(group_fd, key, text, strlen(text), 0) < 0 ? -errno : 0;
}

/*
 * The note's length, 0 without one. Whom a filter of system calls lets look at none (EPERM, ENOSYS)
 * it lets make none either; without CAP_SYS_ADMIN the kernel answers ENODATA.
 */
static ssize_t read_note(int group_fd, char *ret, size_t size)
{
	ssize_t n = fgetxattr(group_fd, key, ret, size);

	if (n < 0 && (errno == ENODATA || errno == EOPNOTSUPP || errno == EPERM || errno == ENOSYS))
		return 0;
	return n < 0 ? -errno : n;
}

int run_cpus_noted(int group_fd)
{
	ssize_t n = read_note(group_fd, NULL, 0);

	return n > 0 ? 1 : (int)n;
}

static bool may_pass(int r)
{
	return r != -ENOENT && r != -ENODEV && r != -EROFS && r != -EACCES && r != -EPERM;
}

/* Sure only where the folder says so: something else may be mounted over it. */
static bool is_taken_out(int folder_fd, uint32_t cpu)
{
	char list[4096];
	const char *at = list;
	uint32_t first, last;

	if (io_read_attr(folder_fd, "present", list, sizeof(list)) <= 0)
		return false;
	while (num_list_next(&at, &first, &last))
		if (cpu >= first && cpu <= last)
			return false;
	return *at == '\0';
}

static int bring_back(int folder_fd, uint32_t cpu, uint64_t deadline_ns)
{
	int r;

	while ((r = run_cpus_switch(folder_fd, cpu, true)) < 0 && may_pass(r) &&
	       clock_now_ns() < deadline_ns)
		clock_sleep_until(clock_now_ns() + AGAIN_MS * NS_PER_MS);
	return (r == -ENOENT || r == -ENODEV) && is_taken_out(folder_fd, cpu) ? 0 : r;
}

int run_cpus_bring_back(int group_fd, uint64_t deadline_ns)
{
	char text[RUN_CPUS_TEXT_SIZE];
	ssize_t n = read_note(group_fd, text, sizeof(text) - 1);
	_cleanup_fd int folder = -1;
	struct run_cpus noted;
	int r = 0;

	if (n <= 0)
		return (int)n;
	text[n] = '\0';
	folder = open(RUN_CPUS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	if (run_cpus_parse(text, &noted) < 0)
		return -EINVAL;
	for (uint32_t i = 0; i < noted.n; i++) {
		int brought = bring_back(folder, noted.cpu[i], deadline_ns);

		if (r == 0)
			r = brought;
	}
	return r;
}

int run_cpus_forget(int group_fd)
{
	int noted = run_cpus_noted(group_fd);

	/* Without CAP_SYS_ADMIN removing is EPERM even where there is none. */
	if (noted <= 0)
		return noted;
	return fremovexattr(group_fd, key) < 0 && errno != ENODATA ? -errno : 0;
}
