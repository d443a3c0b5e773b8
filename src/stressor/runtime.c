/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Containers by a real runtime, crun or runc, from an OCI bundle: the same tiny init as in
 * lifecycle.c, in a group of ours. What the runtime needs beyond our phases is its own work:
 * parsing, its state on disk, execs of itself, a root file system.
 *
 * Pure v2 only: on a hybrid system runtimes make groups in v1 hierarchies, outside ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/process.h"
#include "stressor/scratch_group.h"
#include "stressor/stressor.h"

enum { SPAN_CREATE, SPAN_START, SPAN_KILL, SPAN_DELETE, SPAN_WHOLE, SPANS };

static const char mount_point[] = "/sys/fs/cgroup";
#define BUNDLE "/tmp/bundle"

static const struct kind_span spans[SPANS] = {
	[SPAN_CREATE] = {"create", true, "RUNTIME create, as a whole"},
	[SPAN_START] = {"start", false, "RUNTIME start"},
	[SPAN_KILL] = {"kill", false, "RUNTIME kill ID KILL"},
	[SPAN_DELETE] = {"delete", false, "RUNTIME delete --force"},
	[SPAN_WHOLE] = {"whole", true, "all four"},
};

struct runtime_options {
	uint64_t which;
};

enum { RUNTIME_CRUN, RUNTIME_RUNC };
static const char *const runtime_choices[] = {"crun", "runc", NULL};
static const char *const program_folders[] = {"/usr/bin", "/usr/sbin", "/usr/local/bin",
					      "/usr/local/sbin", NULL};

/* clang-format off */
#define AT(member) offsetof(struct runtime_options, member)
static const struct kind_option options[] = {
	{.name = "which", .type = KIND_CHOICE, .offset = AT(which), .fallback = RUNTIME_CRUN,
	 .choices = runtime_choices, .help = "the runtime, looked for in /usr and /usr/local"},
};
/* clang-format on */

struct runtime_state {
	struct scratch_group scratch_group;
	char program[64];
	bool no_pivot;
	char id[24];
};

static uint64_t live_tasks(const void *opaque)
{
	return 32; /* runc is a program of many threads, and starts itself several times */
}

static int find_program(struct worker *w, struct runtime_state *s, const char *name)
{
	for (size_t i = 0; program_folders[i]; i++) {
		snprintf(s->program, sizeof(s->program), "%s/%s", program_folders[i], name);
		if (access(s->program, X_OK) == 0)
			return 0;
	}
	return worker_fail(w, ENOENT, "%s is not installed", name);
}

static int check_mount(struct worker *w)
{
	struct statfs fs;

	if (statfs(mount_point, &fs) < 0)
		return worker_fail(w, errno, "%s", mount_point);
	return fs.f_type == CGROUP2_SUPER_MAGIC
		       ? 0
		       : worker_fail(w, ENOTSUP, "runtimes need a pure cgroup v2 at %s",
				     mount_point);
}

/* The scratch group as the runtime names it: below the mount. */
static int scratch_group_path(struct worker *w, const struct scratch_group *y, char *ret,
			      size_t size)
{
	char link[32], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", y->fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return worker_fail(w, errno, "%s", link);
	path[n] = '\0';
	if (strncmp(path, mount_point, strlen(mount_point)) != 0 ||
	    strlen(path) - strlen(mount_point) >= size)
		return worker_fail(w, ENOTSUP, "the scratch group %s is not below %s", path,
				   mount_point);
	strcpy(ret, path + strlen(mount_point));
	return 0;
}

static int write_file(struct worker *w, const char *path, const void *data, size_t size,
		      mode_t mode)
{
	_cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int r = fd < 0 ? -errno : io_write_all(fd, data, size);

	return r < 0 ? worker_fail(w, -r, "%s", path) : 0;
}

/* init stays for an hour: it is killed. */
static int write_config(struct worker *w, const char *path, const char *group)
{
	_cleanup_free char *text = NULL;
	int n = asprintf(
		&text,
		"{\"ociVersion\": \"1.0.2\",\n"
		" \"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"cwd\": \"/\",\n"
		"  \"args\": [\"/init\", \"3600000000000\"], \"env\": [\"PATH=/\"],\n"
		"  \"noNewPrivileges\": true},\n"
		" \"root\": {\"path\": \"rootfs\"},\n"
		" \"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\", "
		"\"source\": \"proc\"}],\n"
		" \"linux\": {\"cgroupsPath\": \"%s/container\",\n"
		"  \"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"mount\"},\n"
		"   {\"type\": \"ipc\"}, {\"type\": \"uts\"}, {\"type\": \"network\"}]}}\n",
		group);

	return n < 0 ? worker_fail(w, ENOMEM, "%s", path)
		     : write_file(w, path, text, (size_t)n, 0644);
}

/* With what a runtime expects to find in a root file system; parents first. */
static const char *const folders[] = {BUNDLE, BUNDLE "/rootfs", BUNDLE "/rootfs/dev",
				      BUNDLE "/rootfs/proc"};

/*
 * A file system of the worker's own, which goes with it however it ends. It hides what lies in
 * /tmp from the worker and the runtime alone. Devices work there: runc makes those of a container.
 */
static int mount_own_tmp(struct worker *w)
{
	if (unshare(CLONE_NEWNS) < 0)
		return worker_fail(w, errno, "a mount namespace of its own");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("cgchurn", "/tmp", "tmpfs", MS_NOSUID, "mode=700") < 0)
		return worker_fail(w, errno, "a tmpfs of its own at /tmp");
	return 0;
}

static int fill_bundle(struct worker *w, const char *group, const void *init, size_t size)
{
	int r;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(folders[i], 0755) < 0)
			return worker_fail(w, errno, "%s", folders[i]);
	r = write_file(w, BUNDLE "/rootfs/init", init, size, 0755);
	return r == 0 ? write_config(w, BUNDLE "/config.json", group) : r;
}

static int make_bundle(struct worker *w, struct runtime_state *s)
{
	_cleanup_free char *init = NULL;
	char group[256];
	size_t size;
	int r = scratch_group_path(w, &s->scratch_group, group, sizeof(group));

	if (r < 0)
		return r;
	snprintf(s->id, sizeof(s->id), "cgchurn-%d", (int)getpid());
	/* Which may lie in the /tmp that will be hidden. */
	r = io_read_all(AT_FDCWD, w->child_path, 1 << 20, &init, &size);
	if (r < 0)
		return worker_fail(w, -r, "%s", w->child_path);
	r = mount_own_tmp(w);
	return r == 0 ? fill_bundle(w, group, init, size) : r;
}

/* 0, or the errno; a command that fails is EPROTO. Output of the runtime goes nowhere. */
static int call(const struct runtime_state *s, char *const *argv)
{
	char *const environment[] = {(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	posix_spawn_file_actions_t actions;
	int status = 0, r;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	r = posix_spawn(&pid, s->program, &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	if (r != 0)
		return r;
	child_reap(pid, &status);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EPROTO;
}

static int run_verb(struct runtime_state *s, unsigned span)
{
	char create[] = "create", start[] = "start", kill[] = "kill", delete[] = "delete";
	char sigkill[] = "KILL", force[] = "--force", no_pivot[] = "--no-pivot";
	char bundle[] = "--bundle=" BUNDLE, root[] = "--root=/tmp/state";
	char *const verbs[SPAN_WHOLE][7] = {
		[SPAN_CREATE] = {s->program, root, create, bundle, s->no_pivot ? no_pivot : s->id,
				 s->no_pivot ? s->id : NULL, NULL},
		[SPAN_START] = {s->program, root, start, s->id, NULL},
		[SPAN_KILL] = {s->program, root, kill, s->id, sigkill, NULL},
		[SPAN_DELETE] = {s->program, root, delete, force, s->id, NULL},
	};

	return call(s, verbs[span]);
}

/* A first container shows whether the runtime can do it here at all. */
static int setup(struct worker *w)
{
	struct runtime_state *s = STRESSOR_STATE(struct runtime_state, w);
	const struct runtime_options *o = (const void *)w->options;
	int r = find_program(w, s, runtime_choices[o->which]);

	if (r == 0)
		r = check_mount(w);
	if (r == 0)
		r = scratch_group_init(&s->scratch_group, w, true);
	if (r == 0)
		r = make_bundle(w, s);
	for (unsigned i = 0; r == 0 && i < SPAN_WHOLE; i++) {
		int failure = run_verb(s, i);

		/* The root of an initramfs cannot be pivoted away. */
		if (failure && i == SPAN_CREATE && !s->no_pivot) {
			run_verb(s, SPAN_DELETE);
			s->no_pivot = true;
			failure = run_verb(s, i);
		}
		if (failure)
			r = worker_fail(w, failure, "%s %s of a first container", s->program,
					spans[i].name);
	}
	return r;
}

static void step(struct worker *w)
{
	struct runtime_state *s = STRESSOR_STATE(struct runtime_state, w);
	uint64_t ends[SPAN_WHOLE], start = worker_start(w);

	for (unsigned i = 0; i < SPAN_WHOLE; i++) {
		int failure = run_verb(s, i);

		ends[i] = clock_now_ns();
		if (!failure)
			continue;
		worker_error(w, i, failure);
		if (i != SPAN_DELETE)
			run_verb(s, SPAN_DELETE);
		return;
	}
	for (unsigned i = 0; i < SPAN_WHOLE; i++)
		worker_span(w, i, i ? ends[i - 1] : start, ends[i]);
	worker_span(w, SPAN_WHOLE, start, ends[SPAN_DELETE]);
}

static void teardown(struct worker *w)
{
	scratch_group_finish(&STRESSOR_STATE(struct runtime_state, w)->scratch_group);
}

const struct stressor stressor_runtime = {
	.kind =
		{
			.name = "runtime",
			.summary = "containers by crun or runc, from an OCI bundle",
			STRESSOR_TABLES(struct runtime_options),
			.live_tasks = live_tasks,
			.makes_groups = true,
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
