/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures in gnuplot's language; inside src/report/ only. */
#ifndef CGCHURN_REPORT_SCRIPT_H
#define CGCHURN_REPORT_SCRIPT_H

#include <stdio.h>

#include "report/picture.h"

/*
 * One drawing, whole, to standard output. A colour of the style sheet is rgb(i, i, i) with i from 1
 * on, for draw.c to find.
 */
void script_print(const struct picture *p, FILE *to);

#endif
