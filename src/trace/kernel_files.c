/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/kernel_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"

/*
 * "ffffffff86134220 D cgroup_mutex", with a tab and a module's name behind those of modules. There
 * are some 200 000 of them.
 */
static void take(char *line, struct symbol *symbols, size_t n)
{
	char *name = strrchr(line, ' ');

	if (!name)
		return;
	name++;
	name[strcspn(name, "\n")] = '\0';
	for (size_t i = 0; i < n; i++)
		if (strcmp(symbols[i].name, name) == 0)
			symbols[i].address = strtoull(line, NULL, 16);
}

int symbols_find(int root, struct symbol *symbols, size_t n)
{
	_cleanup_fd int fd = openat(root, "proc/kallsyms", O_RDONLY | O_CLOEXEC);
	_cleanup_file FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_free char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	fd = -1; /* the file's now */
	while (getline(&line, &size, file) > 0)
		take(line, symbols, n);
	return 0;
}

static bool locked_down(int root)
{
	char text[128];

	/* "none integrity [confidentiality]" */
	return io_read_attr(root, "sys/kernel/security/lockdown", text, sizeof(text)) >= 0 &&
	       !strstr(text, "[none]");
}

/* The last line of libbpf, which has the reason. */
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

bool stack_readable(void)
{
	char text[4096];

	return io_read_attr(AT_FDCWD, "/proc/self/stack", text, sizeof(text)) > 0;
}

static bool has(const char *stack, const char *function)
{
	return strstr(stack, function) != NULL;
}

/*
 * Innermost first, as the functions call each other: rcu_sync_enter() within percpu_down_write()
 * within cgroup_procs_write(). "[<0>] percpu_down_write+0x4d/0x140" is a line of it.
 */
enum part stack_judge(char state, const char *stack)
{
	if (state == 'R')
		return PART_RUNNING;
	if (has(stack, "] rcu_sync_enter+"))
		return PART_GRACE_PERIOD;
	if (has(stack, "] percpu_down_write+"))
		return PART_DRAIN;
	if (has(stack, "] __percpu_down_read+") || has(stack, "] percpu_rwsem_wait+"))
		return PART_GATE;
	if (has(stack, "] rwsem_down_") &&
	    (has(stack, "] cgroup_procs_write") || has(stack, "] cgroup_threads_write") ||
	     has(stack, "] cgroup_can_fork+") || has(stack, "] exit_signals+")))
		return PART_THREADGROUP;
	if (has(stack, "] __mutex_lock") &&
	    (has(stack, "] cgroup_kn_lock_live+") || has(stack, "] cgroup_can_fork+")))
		return PART_CGROUP_MUTEX;
	return PART_ASLEEP;
}

int stack_look(pid_t pid)
{
	char path[64], text[8192] = "";
	struct proc_stat task;
	ssize_t n = proc_stat_of(pid, &task);

	if (n < 0)
		return (int)n;
	if (proc_stat_is_dead(&task))
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/stack", (int)pid);
	n = task.state == 'R' ? 0 : io_read_attr(AT_FDCWD, path, text, sizeof(text));
	return n < 0 ? (int)n : (int)stack_judge(task.state, text);
}
