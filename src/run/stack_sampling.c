/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/stack_sampling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/kernel_files.h"

int stack_sampling_init(struct stack_sampling *l, const struct plan *plan)
{
	const struct workload *w = plan->workload;

	*l = (struct stack_sampling){.plan = plan,
				     .actors = calloc(w->n_actors, sizeof(*l->actors))};
	if (!l->actors)
		return -ENOMEM;
	for (size_t i = 0; i < w->n_actors; i++)
		snprintf(l->actors[i].actor, sizeof(l->actors[i].actor), "%s", w->actors[i].name);
	return 0;
}

void stack_sampling_finish(struct stack_sampling *l)
{
	free(l->actors);
	*l = (struct stack_sampling){.actors = NULL};
}

static void look(void *opaque, size_t worker, pid_t pid)
{
	struct stack_sampling *l = opaque;
	int part = stack_look(pid);

	if (part >= 0)
		l->actors[l->plan->workers[worker].actor].parts[part]++;
}

struct trial_onlooker stack_sampling_onlooker(struct stack_sampling *l)
{
	return (struct trial_onlooker){.opaque = l, .every_ns = STACK_EVERY_NS, .look = look};
}

int stack_sampling_record(const struct stack_sampling *l, struct result_trial *trial)
{
	for (size_t i = 0; i < l->plan->workload->n_actors; i++) {
		struct result_stack_samples *to = result_add_stack_samples(trial);

		if (!to)
			return -ENOMEM;
		*to = l->actors[i];
	}
	return 0;
}
