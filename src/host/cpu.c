/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs, their frequency and idle control, and memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/num.h"
#include "host/gather.h"

enum { CPUINFO_SIZE_MAX = 64 << 20, CPUS_MAX = 8192 };

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

/* Calls `each` for every CPU of the online list. */
static void for_each_cpu(struct gather *g, void (*each)(struct gather *, long, void *), void *data)
{
	const char *list = g->h->cpu_online;
	uint32_t first, last;

	while (list && num_list_next(&list, &first, &last))
		for (uint32_t cpu = first; cpu <= last && cpu < CPUS_MAX; cpu++)
			each(g, cpu, data);
}

struct sockets {
	int64_t ids[256];
	int64_t n;
};

static void count_socket(struct gather *g, long cpu, void *data)
{
	struct sockets *s = data;
	char path[128];
	int64_t id;

	snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu%ld/topology/physical_package_id",
		 cpu);
	id = gather_number(g, path);
	if (id < 0)
		return;
	for (int64_t i = 0; i < s->n; i++)
		if (s->ids[i] == id)
			return;
	if (s->n < (int64_t)(sizeof(s->ids) / sizeof(s->ids[0])))
		s->ids[s->n++] = id;
}

struct governor {
	char name[64];
	bool mixed;
};

static void note_governor(struct gather *g, long cpu, void *data)
{
	struct governor *governor = data;
	char path[128], buf[64];

	snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu%ld/cpufreq/scaling_governor", cpu);
	if (!gather_read(g, path, buf, sizeof(buf)))
		return;
	if (!governor->name[0])
		snprintf(governor->name, sizeof(governor->name), "%s", buf);
	else if (strcmp(governor->name, buf) != 0)
		governor->mixed = true;
}

static void gather_topology(struct gather *g)
{
	struct host *h = g->h;
	struct sockets sockets = {.n = 0};
	struct governor governor = {.mixed = false};
	char buf[4096];

	gather_file(g, &h->cpu_online, "sys/devices/system/cpu/online");
	h->cpu_count = h->cpu_online ? gather_count_list(h->cpu_online) : -1;
	for_each_cpu(g, count_socket, &sockets);
	h->cpu_sockets = sockets.n ? sockets.n : -1;
	if (gather_read(g, "sys/devices/system/node/online", buf, sizeof(buf)))
		h->cpu_numa_nodes = gather_count_list(buf);
	h->cpu_smt = gather_truth(g, "sys/devices/system/cpu/smt/active");
	for_each_cpu(g, note_governor, &governor);
	gather_set(g, &h->cpu_governor, governor.mixed ? "mixed" : governor.name);
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
