/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has gnuplot draw pictures, and puts the drawings where a page says. */
#ifndef CGCHURN_REPORT_DRAW_H
#define CGCHURN_REPORT_DRAW_H

#include <stdio.h>

#include "base/err.h"

/* What stands in a page, inside an <svg>, in place of drawing number %zu, from 0 on. */
#define DRAW_PLACE "<!--drawing %zu-->"

/*
 * `pictures` is what picture_write() made. The page is copied to `to`, each place filled with its
 * drawing; colours are the style sheet's variables, so that drawings follow light and dark.
 * Starts gnuplot, at most once, without a shell, with a fixed environment. EXIT_CANNOT in `e` where
 * it is not installed, EXIT_FAULT where it fails or takes longer than a minute.
 */
int draw_page(const char *page, size_t page_size, const char *pictures, size_t pictures_size,
	      FILE *to, struct err *e);

#endif
