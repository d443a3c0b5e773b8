/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/env.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "mounts/mounts.h"

static const char clock_source_path[] =
	"/sys/devices/system/clocksource/clocksource0/current_clocksource";

/* "cpu user nice system idle iowait irq softirq steal ...": the eighth, proc_stat(5). */
static uint64_t read_steal_ns(void)
{
	char *text = NULL;
	unsigned long long steal = 0;

	/* The file has a line a CPU and one with all interrupts: long on large machines. */
	if (io_read_all(AT_FDCWD, "/proc/stat", 1 << 22, &text, NULL) < 0)
		return 0;
	sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal);
	free(text);
	return steal * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
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

static bool read_throttled(int group_fd, uint64_t *ret_ns)
{
	char text[1024];
	const char *at;

	if (group_fd < 0 || io_read_attr(group_fd, "cpu.stat", text, sizeof(text)) < 0)
		return false;
	at = strstr(text, "throttled_usec ");
	if (!at)
		return false;
	*ret_ns = strtoull(at + strlen("throttled_usec "), NULL, 10) * NS_PER_US;
	return true;
}

static uint64_t read_taint(void)
{
	char text[32];

	if (io_read_attr(AT_FDCWD, "/proc/sys/kernel/tainted", text, sizeof(text)) < 0)
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
	ret->steal_ns = read_steal_ns();
	ret->has_psi = read_psi(&ret->psi_cpu_ns);
	ret->has_throttled = read_throttled(group_fd, &ret->throttled_ns);
	ret->taint = read_taint();
	read_favored(ret);
}

uint64_t env_stolen_ns(const struct env *before, const struct env *after)
{
	return after->steal_ns > before->steal_ns ? after->steal_ns - before->steal_ns : 0;
}
