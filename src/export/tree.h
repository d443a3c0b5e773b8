/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the formats that are JSON. */
#ifndef CGCHURN_EXPORT_TREE_H
#define CGCHURN_EXPORT_TREE_H

#include <stdio.h>

#include "json/build.h"

/* Prints the value and releases it, whatever happens. -ENOMEM, also where the build had failed. */
int export_print_tree(const struct json_build *b, struct json_object *root, FILE *to);

#endif
