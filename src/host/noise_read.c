/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/noise.h"

enum { STAT_SIZE_MAX = 4 << 20, STAT_COLUMNS = 8, STAT_STEAL = 7 };

/*
 * "cpu user nice system idle iowait irq softirq steal guest guest_nice" (proc_stat(5)); the time of
 * guests is in user and nice already.
 */
static double read_steal(int root)
{
	_cleanup_free char *text = NULL;
	unsigned long long t[STAT_COLUMNS], sum = 0;

	if (io_read_all(root, "proc/stat", STAT_SIZE_MAX, &text, NULL) < 0 ||
	    sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0], &t[1], &t[2], &t[3],
		   &t[4], &t[5], &t[6], &t[7]) != STAT_COLUMNS)
		return -1;
	for (int i = 0; i < STAT_COLUMNS; i++)
		sum += t[i];
	return sum ? (double)t[STAT_STEAL] / (double)sum : -1;
}

static double read_pressure(int root)
{
	char text[256];
	double percent;

	if (io_read_attr(root, "proc/pressure/cpu", text, sizeof(text)) < 0 ||
	    sscanf(text, "some avg10=%*f avg60=%lf", &percent) != 1)
		return -1;
	return percent / 100;
}

/* With high-resolution timers the monotonic clock's resolution is 1 ns, else a tick. */
static int64_t timer_resolution(void)
{
	struct timespec ts;

	return clock_getres(CLOCK_MONOTONIC, &ts) < 0
		       ? -1
		       : (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void noise_read(int root, struct noise_facts *ret)
{
	*ret = (struct noise_facts){
		.steal_share = read_steal(root),
		.psi_cpu_avg60 = read_pressure(root),
		.timer_ns = timer_resolution(),
	};
	if (io_read_attr(root, "sys/devices/system/clocksource/clocksource0/available_clocksource",
			 ret->clock_sources, sizeof(ret->clock_sources)) < 0)
		ret->clock_sources[0] = '\0';
}
