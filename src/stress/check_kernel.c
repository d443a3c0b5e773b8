/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of itself: its log, its taint. */
#include <inttypes.h>

#include "stress/invariant.h"

int check_log(const struct scene *s, struct evidence *ret)
{
	return s->log ? evidence_set(ret, "%s", s->log) : 1;
}

/* The bits are told apart in Documentation/admin-guide/tainted-kernels.rst. */
int check_taint(const struct scene *s, struct evidence *ret)
{
	int64_t gained = s->taint_now & ~s->taint_before;

	if (s->taint_before < 0 || s->taint_now < 0)
		return (int)(s->taint_before < 0 ? s->taint_before : s->taint_now);
	if (!gained)
		return 1;
	return evidence_set(
		ret, "/proc/sys/kernel/tainted was %" PRId64 " and is %" PRId64 ": gained %" PRId64,
		s->taint_before, s->taint_now, gained);
}
