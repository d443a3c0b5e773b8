/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is this text JSON that can mean one thing only?
 *
 * json-c, even when strict, takes single quotes and NaN, keeps the last of duplicate keys, cuts
 * keys at "\u0000" and saturates integers it cannot hold. A benchmark's input must not be read
 * differently from how it was written, so each text passes here first: RFC 8259, with what I-JSON
 * (RFC 7493) adds to it (UTF-8 throughout, no unpaired surrogates, no duplicate keys), and with
 * bounds of our own:
 *
 *	- containers nest at most JSON_DEPTH_MAX deep;
 *	- integers fit into int64_t or uint64_t, numbers into a finite double, and a number is
 *written with at most JSON_NUMBER_MAX characters;
 *	- strings hold no NUL.
 *
 * Time is O(n log n) in the size of the text, memory what the keys of the open objects take.
 */
#ifndef CGCHURN_JSON_LINT_H
#define CGCHURN_JSON_LINT_H

#include <stddef.h>

#include "base/err.h"

#define JSON_DEPTH_MAX 64
#define JSON_NUMBER_MAX 64

/*
 * 0, or -EINVAL with EXIT_USAGE and "origin:line:column: path: found X, allowed: Y" in `e`;
 * -ENOMEM. The text need not be terminated. Columns count bytes from 1.
 */
int json_lint(const char *text, size_t size, const char *origin, struct err *e);

#endif
