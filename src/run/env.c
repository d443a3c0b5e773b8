/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/env.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mounts.h"

static const char clock_source_path[] =
	"/sys/devices/system/clocksource/clocksource0/current_clocksource";

/* "cpu user nice system idle iowait irq softirq steal ...", in ticks: proc_stat(5). */
static void read_cpu_times(struct env *ret)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
	unsigned long long user, nice, system, irq, softirq, steal;
	char *text = NULL;

	/* The file has a line a CPU and one with all interrupts: long on large machines. */
	if (io_read_all(AT_FDCWD, "/proc/stat", 1 << 22, &text, NULL) < 0)
		return;
	if (sscanf(text, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user, &nice, &system, &irq,
		   &softirq, &steal) == 6) {
		ret->busy_ns = (user + nice + system + irq + softirq) * tick_ns;
		ret->steal_ns = steal * tick_ns;
	}
	free(text);
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345" in us. */
static bool read_psi(uint64_t *ret_ns)
{
	char text[256];
	unsigned long long total;

	if (io_read_attr(AT_FDCWD, "/proc/pressure/cpu", text, sizeof(text)) < 0 ||
	    sscanf(text, "some avg10=%*f avg60=%*f avg300=%*f total=%llu", &total) != 1)
		return false;
	*ret_ns = total * NS_PER_US;
	return true;
}

/* A line of the group's cpu.stat, in us. Usage is there with or without the cpu controller. */
static bool read_group_time(int group_fd, const char *key, uint64_t *ret_ns)
{
	char text[1024];
	const char *at;

	if (group_fd < 0 || io_read_attr(group_fd, "cpu.stat", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, key);
	if (!at)
		return false;
	*ret_ns = strtoull(at + strlen(key), NULL, 10) * NS_PER_US;
	return true;
}

static uint64_t read_count(const char *path)
{
	char text[32];

	if (io_read_attr(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	return strtoull(text, NULL, 10);
}

static void read_favored(struct env *ret)
{
	struct cgroup_mounts mounts = {0};

	if (mounts_read(MOUNTS_SELF, &mounts) < 0)
		return;
	for (size_t i = 0; i < mounts.n; i++)
		if (cgroup_mount_has_option(&mounts.items[i], "favordynmods"))
			*(mounts.items[i].v2 ? &ret->favored_v2 : &ret->favored_v1) = true;
	mounts_finish(&mounts);
}

void env_read(struct env *ret, int group_fd)
{
	*ret = (struct env){.at_ns = clock_now_ns()};
	if (io_read_attr(AT_FDCWD, clock_source_path, ret->clock_source,
			 sizeof(ret->clock_source)) < 0)
		ret->clock_source[0] = '\0';
	if (getloadavg(&ret->load1, 1) != 1)
		ret->load1 = 0;
	read_cpu_times(ret);
	ret->has_psi = read_psi(&ret->psi_cpu_ns);
	ret->has_throttled = read_group_time(group_fd, "throttled_usec ", &ret->throttled_ns);
	ret->has_used = read_group_time(group_fd, "usage_usec ", &ret->used_ns);
	ret->taint = read_count("/proc/sys/kernel/tainted");
	ret->warnings = read_count("/sys/kernel/warn_count");
	ret->oopses = read_count("/sys/kernel/oops_count");
	read_favored(ret);
}

uint64_t env_stolen_ns(const struct env *before, const struct env *after)
{
	return after->steal_ns > before->steal_ns ? after->steal_ns - before->steal_ns : 0;
}
