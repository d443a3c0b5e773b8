/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/exposition.h"

static int end(struct export *x)
{
	return exposition_end(x, false);
}

const struct exporter exporter_prometheus = {
	.name = "prometheus",
	.begin = exposition_begin,
	.add = exposition_add,
	.end = end,
	.finish = exposition_finish,
};
