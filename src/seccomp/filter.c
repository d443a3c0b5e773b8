/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "seccomp/export.h"

/* 1: this architecture does not have the call. */
static int add_rule(scmp_filter_ctx context, const struct sandbox_rule *rule)
{
	int number = seccomp_syscall_resolve_name(rule->syscall);
	struct scmp_arg_cmp compare = {.arg = rule->argument,
				       .op = SCMP_CMP_MASKED_EQ,
				       .datum_a = rule->mask,
				       .datum_b = rule->value};

	if (number < 0)
		return 1;
	return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, rule->mask ? 1 : 0,
				      &compare);
}

/* libseccomp writes the program to a descriptor only. */
int sandbox_export(scmp_filter_ctx context, struct sandbox_filter *ret)
{
	_cleanup_fd int fd = memfd_create("filter", MFD_CLOEXEC);
	_cleanup_free struct sock_filter *instructions = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size == 0 || (size_t)st.st_size % sizeof(*instructions) != 0 ||
	    (size_t)st.st_size / sizeof(*instructions) > BPF_MAXINSNS)
		return -EPROTO;
	instructions = malloc((size_t)st.st_size);
	if (!instructions)
		return -ENOMEM;
	if (pread(fd, instructions, (size_t)st.st_size, 0) != st.st_size)
		return -EIO;
	ret->n = (unsigned short)((size_t)st.st_size / sizeof(*instructions));
	ret->instructions = steal_ptr(instructions);
	return 0;
}

int sandbox_filter_compile(const struct sandbox_policy *policy, struct sandbox_filter *ret,
			   struct err *e)
{
	_cleanup_context scmp_filter_ctx context =
		seccomp_init(SCMP_ACT_ERRNO((uint16_t)policy->denied_errnum));
	struct sandbox_filter f = {0};
	int r;

	if (!context)
		return err_set(e, EXIT_FAULT, ENOMEM, "libseccomp could not start");
	for (size_t i = 0; i < policy->n_allowed; i++) {
		r = add_rule(context, &policy->allowed[i]);
		if (r < 0)
			return err_sys(e, EXIT_FAULT, -r, "seccomp rule for %s",
				       policy->allowed[i].syscall);
		f.unknown += r == 1;
	}
	r = sandbox_export(context, &f);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "seccomp filter");
	*ret = f;
	return 0;
}

void sandbox_filter_finish(struct sandbox_filter *f)
{
	free(f->instructions);
	*f = (struct sandbox_filter){0};
}

int sandbox_filter_load(const struct sandbox_filter *f)
{
	struct sock_fprog program = {.len = f->n, .filter = f->instructions};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return -errno;
	return 0;
}
