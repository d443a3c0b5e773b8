/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram as HdrHistogram's "V2 compressed" encoding in base64.
 *
 * An HdrHistogram with two significant figures and lowest value 1 cuts [2^k, 2^(k+1)) into 128
 * buckets and keeps values below 256 apart, as ours does (record/histogram.h), so each count goes
 * where it was, and nothing is lost.
 */
#ifndef CGCHURN_RESULT_HDR_H
#define CGCHURN_RESULT_HDR_H

#include "record/sparse.h"

/* The caller frees. NULL where memory ran out. */
char *hdr_encode(const struct sparse_histogram *h);

/*
 * Only the buckets of `ret`; its other members are 0. The caller finishes it. -EINVAL with what
 * was found instead in `ret_found`, a static text; -ENOMEM.
 */
int hdr_decode(const char *text, struct sparse_histogram *ret, const char **ret_found);

#endif
