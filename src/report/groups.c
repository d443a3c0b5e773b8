/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_kernel(const struct host *a, const struct host *b)
{
	return same_text(a->kernel_release, b->kernel_release) &&
	       same_text(a->kernel_version, b->kernel_version) &&
	       same_text(a->lock_regime, b->lock_regime);
}

int groups_place(struct report *r, size_t argument, const struct result *result, size_t *ret,
		 struct err *e)
{
	struct report_group *g;

	for (size_t i = 0; i < r->n_groups; i++) {
		g = &r->groups[i];
		if (g->argument == argument && same_text(g->first->label, result->label) &&
		    same_kernel(g->host, &result->host)) {
			g->n++;
			*ret = i;
			return 0;
		}
	}
	if (r->n_groups == REPORT_GROUPS_MAX) {
		err_set(e, EXIT_USAGE, EINVAL,
			"more than %d kinds of results (argument, label, kernel, regime) in one "
			"report",
			REPORT_GROUPS_MAX);
		err_hint(e, "`cgchurn history` shows results over many kernels.");
		return -EINVAL;
	}
	g = &r->groups[r->n_groups];
	*g = (struct report_group){
		.argument = argument, .host = &result->host, .first = result, .n = 1};
	*ret = r->n_groups++;
	return 0;
}

/* Whether all groups agree in something. */
static bool all_same(const struct report *r,
		     bool (*same)(const struct report_group *, const struct report_group *))
{
	for (size_t i = 1; i < r->n_groups; i++)
		if (!same(&r->groups[0], &r->groups[i]))
			return false;
	return true;
}

static bool same_label(const struct report_group *a, const struct report_group *b)
{
	return same_text(a->first->label, b->first->label);
}

static bool same_release(const struct report_group *a, const struct report_group *b)
{
	return same_text(a->host->kernel_release, b->host->kernel_release);
}

static bool same_regime(const struct report_group *a, const struct report_group *b)
{
	return same_text(a->host->lock_regime, b->host->lock_regime);
}

static const char *known(const char *text)
{
	return text && text[0] ? text : "unknown kernel";
}

static bool share_label(const struct report *r, size_t i)
{
	for (size_t k = 0; k < r->n_groups; k++)
		if (k != i && same_label(&r->groups[i], &r->groups[k]))
			return true;
	return false;
}

static bool share_kernel(const struct report *r, size_t i)
{
	const struct report_group *g = &r->groups[i];

	for (size_t k = 0; k < r->n_groups; k++)
		if (k != i && same_release(g, &r->groups[k]) && same_regime(g, &r->groups[k]))
			return true;
	return false;
}

/* The label where that is enough; else the kernel, its regime where others differ in it, and a
 * number where that is not enough either. */
static char *make_name(const struct report *r, size_t i)
{
	const struct report_group *g = &r->groups[i];
	bool regime = !all_same(r, same_regime);
	char number[24] = "", *name = NULL;

	if (g->first->label && g->first->label[0] && !share_label(r, i))
		return strdup(g->first->label);
	if (share_kernel(r, i))
		snprintf(number, sizeof(number), " (%zu)", i + 1);
	if (asprintf(&name, "%s%s%s%s", known(g->host->kernel_release), regime ? ", " : "",
		     regime ? host_regime_word(g->host) : "", number) < 0)
		return NULL;
	return name;
}

int groups_name(struct report *r)
{
	for (size_t i = 0; i < r->n_groups; i++) {
		r->groups[i].name = make_name(r, i);
		if (!r->groups[i].name)
			return -ENOMEM;
	}
	return 0;
}
