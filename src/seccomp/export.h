/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libseccomp's contexts, private to this folder. */
#ifndef CGCHURN_SECCOMP_EXPORT_H
#define CGCHURN_SECCOMP_EXPORT_H

#include <seccomp.h>

#include "base/cleanup.h"
#include "seccomp/filter.h"

static inline void cleanup_context(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}
#define _cleanup_context _cleanup_(cleanup_context)

/* The program of a context, in memory of `ret`'s own; ret->unknown is left alone. */
int sandbox_export(scmp_filter_ctx context, struct sandbox_filter *ret);

#endif
