/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/prepare.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "cgroup/libcgroup.h"

static int random_u64(uint64_t *ret)
{
	return getrandom(ret, sizeof(*ret), 0) == sizeof(*ret) ? 0 : -EIO;
}

int prepare_result(struct result *r, const char *label, const uint64_t *seed, struct err *e)
{
	uint64_t id[2], random;

	r->tool_name = strdup("cgchurn");
	r->tool_version = strdup(CGCHURN_VERSION);
	r->label = label ? strdup(label) : NULL;
	if (!r->tool_name || !r->tool_version || (label && !r->label))
		return err_no_memory(e);
	if (random_u64(&id[0]) < 0 || random_u64(&id[1]) < 0 || random_u64(&random) < 0)
		return err_sys(e, EXIT_FAULT, EIO, "random numbers");
	snprintf(r->id, sizeof(r->id), "%016llx%016llx", (unsigned long long)id[0],
		 (unsigned long long)id[1]);
	/* Within what every reader of JSON holds exactly. */
	r->seed = seed ? *seed : random >> 11;
	clock_rfc3339(r->started_at);
	return 0;
}

/* Three quarters of the machine's memory: a workload that touches more would only measure swap. */
static uint64_t memory_bound(const struct host *h)
{
	return h->memory_total_bytes > 0 ? (uint64_t)h->memory_total_bytes / 4 * 3 : 0;
}

/* Every controller that one of the workloads wants, once. */
static size_t wanted_controllers(const struct run_list *l, const char **ret, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct workload_hierarchy *h = &l->items[i].workload->hierarchy;

		for (size_t k = 0; k < h->n_controllers; k++) {
			size_t at = 0;

			while (at < n && strcmp(ret[at], h->controllers[k]) != 0)
				at++;
			if (at == n && n < room)
				ret[n++] = h->controllers[k];
		}
	}
	return n;
}

static uint64_t most_tasks(const struct run_list *l)
{
	uint64_t most = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].plan.max_tasks > most)
			most = l->items[i].plan.max_tasks;
	return most;
}

int prepare_session(struct session *s, const struct run_list *l, bool enable_controllers,
		    struct result *r, struct err *e)
{
	const char *controllers[WORKLOAD_CONTROLLERS_MAX];
	struct run_group_settings settings = {
		.max_tasks = most_tasks(l),
		.max_bytes = memory_bound(&r->host),
		.controllers = controllers,
		.enable_controllers = enable_controllers,
	};
	int k;

	settings.n_controllers = wanted_controllers(l, controllers, WORKLOAD_CONTROLLERS_MAX);
	k = session_begin(s, &settings, e);
	if (k < 0)
		return k;
	r->host.cgroup_backend = strdup(s->group.backend);
	r->host.cgroup_libcgroup_version = strdup(libcgroup_version());
	if (!r->host.cgroup_backend || !r->host.cgroup_libcgroup_version)
		return err_no_memory(e);
	return 0;
}

int prepare_host(const struct session *s, const char *name, struct result *r, struct err *e)
{
	struct instrument found;
	int k = host_gather(&r->host, s->root.path, e);

	if (k == 0 && host_rename(&r->host, name) < 0)
		k = err_no_memory(e);
	if (k == 0)
		k = helpers_measure_instrument(&s->helpers, &found, e);
	if (k == 0)
		r->instrument = (struct result_instrument){
			.clock_ns = found.clock_ns,
			.null_step_ns = found.null_step_ns,
			.record_ns = found.record_ns,
		};
	/* The terminal's signal goes to the helper, too, which then fails. */
	return session_check(s, e) < 0 ? -EINTR : k;
}
