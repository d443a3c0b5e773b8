/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/tree.h"

#include <errno.h>

#include "base/cleanup.h"
#include "json/pretty.h"

int export_print_tree(const struct json_build *b, struct json_object *root, FILE *to)
{
	_cleanup_free char *text = b->failed ? NULL : json_pretty(root, NULL);

	json_object_put(root);
	if (!text)
		return -ENOMEM;
	fputs(text, to);
	return 0;
}
