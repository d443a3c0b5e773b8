/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of itself: its log, its taint, its counts. */
#include <inttypes.h>

#include "base/io.h"
#include "verify/invariant.h"

int check_log(const struct scene *s, struct evidence *ret)
{
	return s->log ? evidence_set(ret, "%s", s->log) : 1;
}

void kernel_counts_read(int root_fd, struct kernel_counts *ret)
{
	*ret = (struct kernel_counts){
		.taint = io_read_number(root_fd, "proc/sys/kernel/tainted", NULL),
		.warnings = io_read_number(root_fd, "sys/kernel/warn_count", NULL),
		.oopses = io_read_number(root_fd, "sys/kernel/oops_count", NULL),
	};
}

static int check_count(const char *file, int64_t before, int64_t now, struct evidence *ret)
{
	if (before >= 0 && now < 0)
		return (int)now;
	if (before < 0 || now <= before)
		return 1;
	return evidence_set(ret, "/sys/kernel/%s was %" PRId64 " and is %" PRId64, file, before,
			    now);
}

/* The bits are told apart in Documentation/admin-guide/tainted-kernels.rst. */
int check_taint(const struct scene *s, struct evidence *ret)
{
	int64_t before = s->before.taint, now = s->now.taint, gained = now & ~before;
	int r;

	if (before < 0 || now < 0)
		return (int)(before < 0 ? before : now);
	if (gained)
		return evidence_set(ret,
				    "/proc/sys/kernel/tainted was %" PRId64 " and is %" PRId64
				    ": gained %" PRId64,
				    before, now, gained);
	r = check_count("warn_count", s->before.warnings, s->now.warnings, ret);
	return r < 0 ? r : check_count("oops_count", s->before.oopses, s->now.oopses, ret);
}
