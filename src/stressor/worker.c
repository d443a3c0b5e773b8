/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stressor/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <sys/mman.h>

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
