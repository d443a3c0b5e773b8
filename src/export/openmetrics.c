/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/exposition.h"

static int write_openmetrics(const struct export_source *source, FILE *to)
{
	exposition_write(source, to, true);
	return 0;
}

const struct exporter exporter_openmetrics = {
	"openmetrics",
	write_openmetrics,
};
