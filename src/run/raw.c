/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Not through a link: a slash behind its name would follow it. */
static int open_folder(const char *folder, struct err *e)
{
	char path[PATH_MAX];
	size_t length = strlen(folder);
	int fd;

	while (length > 1 && folder[length - 1] == '/')
		length--;
	if (snprintf(path, sizeof(path), "%.*s", (int)length, folder) >= (int)sizeof(path))
		return err_set(e, EXIT_USAGE, ENAMETOOLONG, "%s: the path is too long", folder);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno != ENOTDIR && errno != ELOOP)
		return err_sys(e, EXIT_USAGE, errno, "cannot open %s", folder);
	err_set(e, EXIT_USAGE, ENOTDIR, "%s: not a folder", folder);
	err_hint(e, "Samples are not written through a link; name the folder itself.");
	return -ENOTDIR;
}

int raw_folder_prepare(const char *folder, struct err *e)
{
	_cleanup_fd int fd = -1;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return err_sys(e, EXIT_USAGE, errno, "cannot create %s", folder);
	fd = open_folder(folder, e);
	return fd < 0 ? fd : 0;
}

int raw_file_open(struct raw_file *f, const char *folder, const struct plan *plan, uint64_t trial,
		  struct err *e)
{
	_cleanup_fd int in = open_folder(folder, e);
	char name[NAME_MAX + 1];
	int fd;

	*f = (struct raw_file){.plan = plan};
	if (in < 0)
		return in;
	snprintf(name, sizeof(name), "%s-trial-%" PRIu64 ".csv", plan->workload->name, trial);
	/* Never through a link that somebody else put there. */
	if (unlinkat(in, name, 0) < 0 && errno != ENOENT)
		return err_sys(e, EXIT_CANNOT, errno, "%s/%s", folder, name);
	fd = openat(in, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(e, EXIT_CANNOT, errno, "%s/%s", folder, name);
	f->file = fdopen(fd, "w");
	if (!f->file) {
		close_fd(fd);
		return err_no_memory(e);
	}
	fputs("actor,worker,span,time,offset_ns,value_ns\n", f->file);
	return 0;
}

static void put(struct raw_file *f, size_t worker, const struct raw_sample *samples, size_t n)
{
	const struct plan_worker *pw = &f->plan->workers[worker];
	const struct workload_actor *actor = &f->plan->workload->actors[pw->actor];

	for (size_t i = 0; i < n; i++) {
		const struct raw_sample *s = &samples[i];

		if (fprintf(f->file, "%s,%u,%s,%s,%" PRIu64 ",%" PRIu64 "\n", actor->name,
			    pw->index, actor->kind->spans[s->series / 2].name,
			    span_time_names[s->series % 2], s->offset_ns, s->value_ns) < 0 &&
		    !f->error)
			f->error = errno;
	}
}

/* A ringful at most: a worker that fills it faster than it is emptied would keep us here. */
static void drain_ring(struct raw_file *file, size_t member, struct raw_ring *ring)
{
	uint64_t left = ring->capacity, n = 1;
	struct raw_sample samples[512];

	while (left && n) {
		n = raw_ring_take(ring, samples, left < 512 ? left : 512);
		put(file, member, samples, n);
		left -= n;
	}
}

void raw_file_drain(struct raw_file *f, const struct workers *workers)
{
	for (size_t i = 0; f && i < workers->n_members; i++) {
		struct raw_ring *ring = slot_ring(workers->members[i].slot);

		if (ring)
			drain_ring(f, i, ring);
	}
}

uint64_t raw_lost(const struct workers *workers)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < workers->n_members; i++) {
		struct raw_ring *ring = slot_ring(workers->members[i].slot);

		lost += ring ? ring->lost : 0;
	}
	return lost;
}

int raw_file_close(struct raw_file *f)
{
	if (f->file && fclose(f->file) != 0 && !f->error)
		f->error = errno;
	f->file = NULL;
	return -f->error;
}
