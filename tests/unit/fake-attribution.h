/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A series taken apart. */
#ifndef CGCHURN_TESTS_FAKE_ATTRIBUTION_H
#define CGCHURN_TESTS_FAKE_ATTRIBUTION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/series.h"

/* 1 us of running each; every tenth sample waited 6 ms for a grace period, one for a child. */
static inline struct series_attribution *fake_attribution(void)
{
	struct part_recorder *r = calloc(1, sizeof(*r));
	struct series_attribution *a = NULL;
	uint64_t ns[PARTS];

	assert_non_null(r);
	for (int i = 0; i < 1000; i++) {
		memset(ns, 0, sizeof(ns));
		ns[PART_RUNNING] = 1000;
		ns[PART_GRACE_PERIOD] = i % 10 ? 0 : 6000000;
		ns[PART_CHILD_GATE] = i ? 0 : 500;
		part_recorder_add(r, ns[PART_RUNNING] + ns[PART_GRACE_PERIOD], ns);
	}
	r->lost = 3;
	assert_int_equal(series_attribution_create(&a, r), 0);
	a->plain_count = 1000;
	a->plain_p50_ns = 1234.5;
	a->plain_rate_per_s = 20;
	free(r);
	return a;
}

#endif
