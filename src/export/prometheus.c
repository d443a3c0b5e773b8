/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/exposition.h"

static int write_prometheus(const struct export_source *source, FILE *to)
{
	exposition_write(source, to, false);
	return 0;
}

const struct exporter exporter_prometheus = {
	"prometheus",
	write_prometheus,
};
