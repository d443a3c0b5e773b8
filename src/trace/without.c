/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A build without the tracing programs. */
#include <errno.h>

#include "trace/attribute.h"

int attribution_open(struct attribution **ret, size_t workers, struct err *e)
{
	err_set(e, EXIT_CANNOT, ENOTSUP,
		"--attribute: this cgchurn was built without its tracing programs");
	err_hint(e, "Build with clang and bpftool installed (meson setup -Dbpf=enabled).");
	return -ENOTSUP;
}

/* None of these is reached, because there is no struct attribution. */

void attribution_close(struct attribution *a)
{
}

int attribution_attach(struct attribution *a, struct err *e)
{
	return err_set(e, EXIT_FAULT, ENOTSUP, "built without tracing");
}

void attribution_detach(struct attribution *a)
{
}

int attribution_rings_fd(const struct attribution *a)
{
	return -ENOTSUP;
}

int attribution_watch(struct attribution *a, size_t index, pid_t pid)
{
	return -ENOTSUP;
}

void attribution_forget(struct attribution *a)
{
}

const char *attribution_gap(const struct attribution *a)
{
	return NULL;
}
