/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/stack_sampling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/stack.h"

int looks_init(struct looks *l, const struct plan *plan)
{
	const struct workload *w = plan->workload;

	*l = (struct looks){.plan = plan, .actors = calloc(w->n_actors, sizeof(*l->actors))};
	if (!l->actors)
		return -ENOMEM;
	for (size_t i = 0; i < w->n_actors; i++)
		snprintf(l->actors[i].actor, sizeof(l->actors[i].actor), "%s", w->actors[i].name);
	return 0;
}

void looks_finish(struct looks *l)
{
	free(l->actors);
	*l = (struct looks){.actors = NULL};
}

static void look(void *opaque, size_t worker, pid_t pid)
{
	struct looks *l = opaque;
	int part = stack_look(pid);

	if (part >= 0)
		l->actors[l->plan->workers[worker].actor].parts[part]++;
}

struct trial_onlooker looks_onlooker(struct looks *l)
{
	return (struct trial_onlooker){.opaque = l, .every_ns = STACK_EVERY_NS, .look = look};
}

int looks_record(const struct looks *l, struct result_trial *trial)
{
	for (size_t i = 0; i < l->plan->workload->n_actors; i++) {
		struct result_looks *to = result_add_looks(trial);

		if (!to)
			return -ENOMEM;
		*to = l->actors[i];
	}
	return 0;
}
