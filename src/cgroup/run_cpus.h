/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs that a run takes offline for a while: noted on its run group before the first of them goes,
 * so that whoever ends the group brings them back, be it the owner, the guardian or `clean`.
 *
 * By /sys/devices/system/cpu/cpuN/online (Documentation/core-api/cpu_hotplug.rst). The note is the
 * extended attribute "trusted.cgchurn.cpus": it takes CAP_SYS_ADMIN to write, so nobody else can
 * have a CPU switched on by whoever cleans.
 */
#ifndef CGCHURN_CGROUP_RUN_CPUS_H
#define CGCHURN_CGROUP_RUN_CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define RUN_CPUS_FOLDER "/sys/devices/system/cpu"
#define RUN_CPUS_MAX 256 /* of a larger machine the first so many */
#define RUN_CPUS_TEXT_SIZE (RUN_CPUS_MAX * 12)

struct run_cpus {
	uint32_t n;
	uint32_t cpu[RUN_CPUS_MAX];
};

/*
 * What may go of the machine whose RUN_CPUS_FOLDER is open as `folder_fd`: all that are online and
 * whose file can be written, except the lowest online CPU. EXIT_CANNOT in
 * `e` where there is none.
 */
int run_cpus_find(int folder_fd, struct run_cpus *ret, struct err *e);

/*
 * EXIT_CANNOT in `e` where cpuset is on a v1 hierarchy of /proc/self/mountinfo's format in
 * `mountinfo`: its groups lose a CPU that goes offline for good (cgroup-v1/cpusets.rst, 1.4).
 */
int run_cpus_check_mounts(const char *mountinfo, struct err *e);

/* Takes one offline or brings it back, which may last some ms, in an emulated guest a second. 0 or
 * a negative errno; -EBUSY where it is the last. */
int run_cpus_switch(int folder_fd, uint32_t cpu, bool on);

/* "1,2,3", and back: -EINVAL where it is none. */
void run_cpus_format(const struct run_cpus *c, char ret[RUN_CPUS_TEXT_SIZE]);
int run_cpus_parse(const char *text, struct run_cpus *ret);

int run_cpus_note(int group_fd, const struct run_cpus *c);

/* 1 where something is, 0 where nothing is that the caller may see, or a negative errno. */
int run_cpus_noted(int group_fd);

/*
 * Brings back what is noted; the note stays. Where a CPU cannot be had, tries until the deadline
 * (CLOCK_MONOTONIC, ns) and returns the negative errno, at once where that will not pass (EROFS,
 * EACCES, EPERM). 0 where nothing is noted, and for a CPU that the machine says it has no more.
 */
int run_cpus_bring_back(int group_fd, uint64_t deadline_ns);

/* 0, also where nothing is noted that the caller may see, or a negative errno. */
int run_cpus_forget(int group_fd);

#endif
