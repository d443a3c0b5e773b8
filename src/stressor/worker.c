/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup/group.h"

void worker_raw(struct worker *w, unsigned span, uint64_t service_ns, uint64_t response_ns)
{
	raw_ring_put(w->raw, (struct raw_sample){2 * span, w->offset, service_ns});
	if (w->response[span])
		raw_ring_put(w->raw, (struct raw_sample){2 * span + 1, w->offset, response_ns});
}

void worker_parts(struct worker *w, unsigned span, uint64_t from, uint64_t to)
{
	struct part_recorder *service = w->service_parts[span], *response = w->response_parts[span];
	uint64_t part_ns[PARTS];

	if (!parts_of(w->ring, w->first_interval, from, to, part_ns)) {
		service->lost++;
		if (response)
			response->lost++;
		return;
	}
	part_recorder_add(service, to - from, part_ns);
	if (!response)
		return;
	part_ns[PART_LATE] = from - w->intended;
	part_recorder_add(response, to - w->intended, part_ns);
}

void worker_error(struct worker *w, unsigned span, int errnum)
{
	struct worker_errors *e = w->errors[span];
	unsigned i = 0;

	if (!w->recording)
		return;
	while (i < WORKER_ERRORS - 1 && e[i].count && e[i].errnum != errnum)
		i++;
	/* The last slot collects what does not fit, under its first errno; the total stays right.
	 */
	if (!e[i].count)
		e[i].errnum = errnum;
	e[i].count++;
}

int worker_fail(struct worker *w, int errnum, const char *format, ...)
{
	size_t used;
	va_list ap;

	va_start(ap, format);
	vsnprintf(w->failure, sizeof(w->failure), format, ap);
	va_end(ap);
	used = strlen(w->failure);
	snprintf(w->failure + used, sizeof(w->failure) - used, ": %s", strerror(errnum));
	return -errnum;
}

int worker_hide_from_children(struct worker *w)
{
	if (madvise(w->mapping, w->mapping_size, MADV_DONTFORK) < 0)
		return worker_fail(w, errno, "keeping shared memory out of children");
	return 0;
}

const char *const worker_profile_choices[] = {"none", "small", "default", "no-clone3", NULL};

const char *worker_profile(uint64_t choice)
{
	return choice ? worker_profile_choices[choice] : NULL;
}

int worker_load_filter(const struct worker *w)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &w->filter) < 0 ? -errno : 0;
}

int worker_confine(struct worker *w)
{
	int r = w->filter.len ? worker_load_filter(w) : 0;

	return r < 0 ? worker_fail(w, -r, "loading the seccomp filter") : 0;
}

int worker_open_leaf(struct worker *w, uint64_t index, const char *file, int flags)
{
	const struct worker_groups *g = &w->groups;
	char path[TREE_PATH_SIZE + NAME_MAX + 1];
	size_t used;
	int fd;

	tree_leaf_path(g->depth, g->fanout, index % g->n_leaves, path);
	used = strlen(path);
	snprintf(path + used, sizeof(path) - used, "%s%s", used ? "/" : "", file);
	fd = openat(g->tree_fd, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int worker_open_leaves(struct worker *w, uint64_t n, const char *file, int flags, int *ret_fds)
{
	for (uint64_t i = 0; i < n; i++) {
		ret_fds[i] = worker_open_leaf(w, w->groups.index * n + i, file, flags);
		if (ret_fds[i] < 0)
			return worker_fail(w, -ret_fds[i], "%s of leaf %llu",
					   flags & O_DIRECTORY ? "the folder" : file,
					   (unsigned long long)i);
	}
	return 0;
}

int worker_stamps_init(struct worker *w, struct worker_program *p)
{
	int ends[2];

	if (pipe2(ends, O_NONBLOCK) < 0)
		return worker_fail(w, errno, "pipe for the child's start");
	/* The child's end stays open over exec; the parent's must not. */
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	p->stamp_read = ends[0];
	p->stamp_write = ends[1];
	snprintf(p->fd_text, sizeof(p->fd_text), "%d", p->stamp_write);
	return 0;
}

int worker_program_init(struct worker *w, struct worker_program *p, char *path, uint64_t hold_ns,
			bool stamps)
{
	p->argv[0] = path ? path : w->child_path;
	if (access(p->argv[0], X_OK) < 0)
		return worker_fail(w, errno, "%s", p->argv[0]);
	if (path)
		return 0;
	snprintf(p->hold_text, sizeof(p->hold_text), "%llu", (unsigned long long)hold_ns);
	p->argv[1] = p->hold_text;
	if (!stamps)
		return 0;
	p->argv[2] = p->fd_text;
	return worker_stamps_init(w, p);
}

uint64_t worker_program_began(const struct worker_program *p)
{
	uint64_t stamp;

	return read(p->stamp_read, &stamp, sizeof(stamp)) == sizeof(stamp) ? stamp : 0;
}

void worker_program_finish(struct worker_program *p)
{
	if (p->stamp_read) {
		close(p->stamp_read);
		close(p->stamp_write);
	}
}
