/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/spec.h"

#include <string.h>

#include "json/read.h"

double spec_warmup_s(const char *spec)
{
	struct err e;
	struct json_doc doc;
	struct json_at root, at;
	double warmup = 0;

	if (!spec || json_doc_init(&doc, spec, strlen(spec), "spec", &e) < 0)
		return 0;
	root = json_root(&doc, &e);
	at = json_member(&root, "warmup_s");
	if (!at.present || json_get_double(&at, 0, 3600, &warmup) < 0)
		warmup = 0;
	json_doc_finish(&doc);
	return warmup;
}
