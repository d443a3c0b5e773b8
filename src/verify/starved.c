/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/starved.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/process.h"

enum { PF_KTHREAD = 0x00200000 }; /* include/linux/sched.h */

/* How long a task ran, in ns; 0 also where the kernel keeps no statistics of its scheduler. */
static int read_ran(const struct view *v, const char *task, uint64_t *ret_ns)
{
	char path[NAME_MAX + sizeof("/schedstat")], text[128];
	int n;

	snprintf(path, sizeof(path), "%s/schedstat", task);
	n = (int)io_read_attr(v->proc_fd, path, text, sizeof(text));
	if (n < 0)
		return n;
	return sscanf(text, "%" SCNu64, ret_ns) == 1 ? 0 : -EPROTO;
}

/* Who asks has run. */
static bool keeps_statistics(const struct view *v)
{
	uint64_t ran_ns;

	return read_ran(v, "self", &ran_ns) == 0 && ran_ns > 0;
}

/* 1: it is a kernel thread that is ready to run, or runs. 0 otherwise, or where that is not told.
 */
static int is_ready(const struct view *v, const char *task, struct starved_thread *ret)
{
	struct proc_stat t;

	if (proc_stat_read(v->proc_fd, task, &t) < 0 || t.state != 'R' || !(t.flags & PF_KTHREAD))
		return 0;
	snprintf(ret->name, sizeof(ret->name), "%s", t.name);
	return read_ran(v, task, &ret->ran_ns) == 0;
}

void starved_look(const struct view *v, struct starved *ret)
{
	_cleanup_dir DIR *dir = NULL;
	struct dirent *entry;

	ret->n = 0;
	if (keeps_statistics(v))
		dir = io_open_folder(v->proc_fd, ".");
	while (dir && ret->n < STARVED_MAX && (entry = readdir(dir))) {
		struct starved_thread *t = &ret->threads[ret->n];

		t->pid = (pid_t)strtol(entry->d_name, NULL, 10);
		ret->n += t->pid > 0 && is_ready(v, entry->d_name, t);
	}
}

void starved_keep(const struct view *v, struct starved *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct starved_thread now;
		char task[16];

		snprintf(task, sizeof(task), "%d", (int)s->threads[i].pid);
		if (is_ready(v, task, &now) && now.ran_ns == s->threads[i].ran_ns)
			s->threads[kept++] = s->threads[i];
	}
	s->n = kept;
}

static void tell(const struct starved *s, uint64_t for_ns, struct evidence *ret)
{
	for (size_t i = 0; i < s->n; i++) {
		size_t used = strlen(ret->text);

		snprintf(ret->text + used, sizeof(ret->text) - used,
			 "\nThe kernel thread %s (%d) is ready to run, and the scheduler has "
			 "given it no CPU for at least %" PRIu64 " ms.",
			 s->threads[i].name, (int)s->threads[i].pid, for_ns / NS_PER_MS);
	}
}

void starved_add(const struct view *v, uint64_t for_ns, struct evidence *ret)
{
	struct starved s;

	starved_look(v, &s);
	if (!s.n)
		return;
	clock_sleep_until(clock_now_ns() + for_ns);
	starved_keep(v, &s);
	tell(&s, for_ns, ret);
}
