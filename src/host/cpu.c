/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs, their frequency and idle control, and memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/cpus.h"
#include "base/io.h"
#include "host/gather.h"

enum { CPUINFO_SIZE_MAX = 64 << 20 };

/* x86 and s390 name the model; arm64 only has numbers for it. */
static void gather_model(struct gather *g)
{
	_cleanup_free char *text = NULL;
	char model[256], part[64];

	if (io_read_all(g->root, "proc/cpuinfo", CPUINFO_SIZE_MAX, &text, NULL) < 0)
		return;
	if (gather_value(text, "model name", model, sizeof(model)) ||
	    gather_value(text, "cpu model", model, sizeof(model)) ||
	    gather_value(text, "cpu", model, sizeof(model)))
		gather_set(g, &g->h->cpu_model, model);
	else if (gather_value(text, "CPU implementer", model, sizeof(model)) &&
		 gather_value(text, "CPU part", part, sizeof(part)))
		gather_setf(g, &g->h->cpu_model, "implementer %s, part %s", model, part);
}

/* -1 where no CPU says to which socket it belongs. */
static int64_t count_sockets(struct gather *g, const struct cpus *online)
{
	int64_t ids[256], n = 0, known;
	char path[128];

	for (int cpu = 0; cpu < CPUS_MAX && n < (int64_t)(sizeof(ids) / sizeof(ids[0])); cpu++) {
		if (!cpus_have(online, cpu))
			continue;
		snprintf(path, sizeof(path),
			 "sys/devices/system/cpu/cpu%d/topology/physical_package_id", cpu);
		ids[n] = gather_number(g, path);
		for (known = 0; known < n && ids[known] != ids[n];)
			known++;
		n += known == n && ids[n] >= 0;
	}
	return n ? n : -1;
}

static void gather_governor(struct gather *g, const struct cpus *online)
{
	char path[128], buf[64], name[64] = "";

	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		snprintf(path, sizeof(path),
			 "sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
		if (!cpus_have(online, cpu) || !gather_read(g, path, buf, sizeof(buf)))
			continue;
		snprintf(name, sizeof(name), "%s",
			 !name[0] || strcmp(name, buf) == 0 ? buf : "mixed");
	}
	gather_set(g, &g->h->cpu_governor, name);
}

static void gather_topology(struct gather *g)
{
	struct host *h = g->h;
	struct cpus online, nodes;
	char buf[4096];

	gather_file(g, &h->cpu_online, "sys/devices/system/cpu/online");
	if (h->cpu_online && cpus_parse(h->cpu_online, &online)) {
		h->cpu_count = (int64_t)cpus_count(&online);
		h->cpu_sockets = count_sockets(g, &online);
		gather_governor(g, &online);
	}
	if (gather_read(g, "sys/devices/system/node/online", buf, sizeof(buf)) &&
	    cpus_parse(buf, &nodes))
		h->cpu_numa_nodes = (int64_t)cpus_count(&nodes);
	h->cpu_smt = gather_truth(g, "sys/devices/system/cpu/smt/active");
}

/* The state of CPU 0 that takes longest to wake from, of those that are enabled. */
static bool deepest_idle_state(struct gather *g, char name[64], int64_t *ret_us)
{
	int64_t deepest = -1;
	char path[128], buf[64];

	for (int i = 0; i < 16; i++) {
		int64_t latency;

		snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu0/cpuidle/state%d/disable",
			 i);
		if (gather_number(g, path) > 0)
			continue;
		snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu0/cpuidle/state%d/latency",
			 i);
		latency = gather_number(g, path);
		snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu0/cpuidle/state%d/name", i);
		if (latency <= deepest || !gather_read(g, path, buf, sizeof(buf)))
			continue;
		deepest = latency;
		snprintf(name, 64, "%s", buf);
	}
	*ret_us = deepest;
	return deepest >= 0;
}

static void gather_idle(struct gather *g)
{
	char driver[64], name[64];
	int64_t us;

	if (!gather_read(g, "sys/devices/system/cpu/cpuidle/current_driver", driver,
			 sizeof(driver)))
		return;
	if (deepest_idle_state(g, name, &us)) {
		g->h->cpu_idle_latency_us = us;
		gather_setf(g, &g->h->cpu_idle, "%s, down to %s", driver, name);
	} else {
		gather_set(g, &g->h->cpu_idle, driver);
	}
}

static void gather_memory(struct gather *g)
{
	char text[GATHER_TEXT_SIZE], buf[64];
	const char *kib;

	if (gather_read(g, "proc/meminfo", text, sizeof(text))) {
		kib = gather_value(text, "MemTotal", buf, sizeof(buf));
		g->h->memory_total_bytes = kib ? strtoll(kib, NULL, 10) * 1024 : -1;
	}
	gather_set(g, &g->h->memory_thp,
		   gather_chosen(gather_read(g, "sys/kernel/mm/transparent_hugepage/enabled", text,
					     sizeof(text)),
				 "[]", buf, sizeof(buf)));
}

void gather_cpu(struct gather *g)
{
	struct utsname name;

	if (uname(&name) == 0)
		gather_set(g, &g->h->cpu_architecture, name.machine);
	gather_model(g);
	gather_topology(g);
	gather_idle(g);
	gather_memory(g);
}
