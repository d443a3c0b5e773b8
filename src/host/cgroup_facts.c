/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How cgroups are mounted here, and which of it the run group will lie in. */
#include <stdio.h>
#include <string.h>

#include "host/gather.h"

static bool lies_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* The v2 mount that holds the run group's parent, else the one a run would choose. */
static const struct cgroup_mount *choose_mount(const struct gather *g)
{
	const struct cgroup_mount *best = NULL;

	for (size_t i = 0; g->cgroup_root && i < g->mounts.n; i++) {
		const struct cgroup_mount *m = &g->mounts.items[i];

		if (m->v2 && lies_below(g->cgroup_root, m->path) &&
		    (!best || strlen(m->path) >= strlen(best->path)))
			best = m;
	}
	if (!best)
		best = mounts_find_v2(&g->mounts);
	for (size_t i = 0; !best && i < g->mounts.n; i++)
		if (g->mounts.items[i].v2)
			best = &g->mounts.items[i];
	return best;
}

static const char *layout_of(const struct cgroup_mounts *m)
{
	bool v1 = false, v2 = false;

	for (size_t i = 0; i < m->n; i++)
		*(m->items[i].v2 ? &v2 : &v1) = true;
	if (v1)
		return v2 ? "hybrid" : "v1";
	return v2 ? "unified" : "none";
}

void gather_cgroup(struct gather *g)
{
	const struct cgroup_mount *m = g->has_mounts ? choose_mount(g) : NULL;
	struct host *h = g->h;
	char path[4096];

	gather_set(g, &h->cgroup_root, g->cgroup_root);
	if (g->has_mounts)
		gather_set(g, &h->cgroup_layout, layout_of(&g->mounts));
	if (!m)
		return;
	gather_set(g, &h->cgroup_mount, m->path);
	gather_set(g, &h->cgroup_mount_options, m->super_options);
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 g->cgroup_root ? g->cgroup_root : m->path);
	gather_file(g, &h->cgroup_controllers, path + strspn(path, "/"));
}
