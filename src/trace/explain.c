/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the kernel refuses tracing programs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "trace/attribute.h"
#include "base/io.h"

static bool locked_down(int root)
{
	char text[128];

	/* "none integrity [confidentiality]" */
	return io_read_attr(root, "sys/kernel/security/lockdown", text, sizeof(text)) >= 0 &&
	       !strstr(text, "[none]");
}

/* The last line that libbpf said: the one that tells. */
static const char *last_line(const char *log)
{
	const char *last = log;

	for (const char *at = log; *at; at++)
		if (*at == '\n' && at[1])
			last = at + 1;
	return last;
}

static int explain_permission(int root, int error, struct err *e)
{
	if (geteuid() != 0) {
		err_set(e, EXIT_CANNOT, -error, "--attribute: only root may trace the kernel");
		err_hint(e, "Run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYSLOG.");
	} else if (locked_down(root)) {
		err_set(e, EXIT_CANNOT, -error,
			"--attribute: the kernel is locked down and lets nobody trace it");
		err_hint(e, "Lockdown comes with secure boot; see kernel_lockdown(7).");
	} else {
		err_set(e, EXIT_CANNOT, -error,
			"--attribute: the kernel refuses tracing programs, though root asks for "
			"them: a sandbox, lockdown or a security module forbids it");
	}
	return -ENOTSUP;
}

void attribution_explain(int root, int error, const char *log, struct err *e)
{
	if (faccessat(root, "sys/kernel/btf/vmlinux", R_OK, AT_EACCESS) < 0) {
		err_sys(e, EXIT_CANNOT, errno,
			"--attribute: the kernel's types (BTF), without which nothing can be "
			"traced: /sys/kernel/btf/vmlinux");
		err_hint(e, "A kernel built with CONFIG_DEBUG_INFO_BTF has them.");
	} else if (error == -EPERM || error == -EACCES) {
		explain_permission(root, error, e);
	} else {
		const char *line = last_line(log);

		err_set(e, EXIT_CANNOT, -error,
			"--attribute: the tracing programs cannot be loaded: %.*s (%s)",
			(int)strcspn(line, "\n"), line, strerror(-error));
		err_hint(e, "Linux 5.19 or later with direct calls in ftrace (x86-64; arm64 from "
			    "6.4 on) is needed.");
	}
}
