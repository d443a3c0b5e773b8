/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/attribute.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attribute.skel.h"
#include "trace/kernel_files.h"
#include "base/cleanup.h"
#include "record/wait_ring.h"

struct attribution {
	struct attribute_bpf *skeleton;
	struct part_ring *rings; /* ours to write */
	size_t n;
	pid_t *pids; /* followed into each ring; 0: nobody */
	const char *gap;
};

/* What libbpf would print: the end of it, for the error. One thread, one load at a time. */
static char load_log[4096];

static int keep_log(enum libbpf_print_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static int keep_log(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used = strlen(load_log);

	if (level != LIBBPF_WARN)
		return 0;
	if (used > sizeof(load_log) / 2)
		used = 0;
	return vsnprintf(load_log + used, sizeof(load_log) - used, format, args);
}

/* PROC_PID_INIT_INO of the kernel: the namespace whose pids the programs see. */
static bool in_first_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) < 0 || st.st_ino == 0xEFFFFFFC;
}

static void find_locks(int root, struct attribution *a)
{
	struct symbol symbols[] = {{.name = "cgroup_threadgroup_rwsem"},
				   {.name = "cgroup_mutex"},
				   {.name = "css_set_lock"}};

	symbols_find(root, symbols, 3);
	a->skeleton->rodata->rwsem_address = symbols[0].address;
	a->skeleton->rodata->mutex_address = symbols[1].address;
	a->skeleton->rodata->css_set_lock_address = symbols[2].address;
	if (!symbols[1].address || !symbols[2].address)
		a->gap = "the addresses of cgroup_mutex and css_set_lock are unknown, so "
			 "that waiting for them counts as \"asleep for something else\" or as "
			 "running (it was built without CONFIG_KALLSYMS_ALL, or kptr_restrict "
			 "hides it)";
}

static int size_maps(struct attribution *a)
{
	int r = bpf_map__set_max_entries(a->skeleton->maps.workers, (uint32_t)a->n);

	return r < 0 ? r : bpf_map__set_max_entries(a->skeleton->maps.rings, (uint32_t)a->n);
}

static int map_rings(struct attribution *a)
{
	a->rings = mmap(NULL, a->n * sizeof(*a->rings), PROT_READ | PROT_WRITE, MAP_SHARED,
			attribution_rings_fd(a), 0);
	if (a->rings == MAP_FAILED) {
		a->rings = NULL;
		return -errno;
	}
	return 0;
}

static int load(int root, struct attribution *a)
{
	int r;

	a->skeleton = attribute_bpf__open();
	if (!a->skeleton)
		return -errno;
	find_locks(root, a);
	r = size_maps(a);
	if (r == 0)
		r = attribute_bpf__load(a->skeleton);
	return r < 0 ? r : map_rings(a);
}

int attribution_open(struct attribution **ret, size_t workers, struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct attribution *a = calloc(1, sizeof(*a));
	libbpf_print_fn_t print;
	int r;

	if (!a || !(a->pids = calloc(workers, sizeof(*a->pids)))) {
		free(a);
		return err_no_memory(e);
	}
	if (!in_first_pid_namespace()) {
		attribution_close(a);
		err_set(e, EXIT_CANNOT, ENOTSUP,
			"--attribute: process ids here are those of a container, and the kernel's "
			"are others");
		err_hint(e, "Run it outside of the container.");
		return -ENOTSUP;
	}
	a->n = workers;
	load_log[0] = '\0';
	print = libbpf_set_print(keep_log);
	r = load(root, a);
	libbpf_set_print(print);
	if (r < 0) {
		attribution_close(a);
		attribution_explain(root, r, load_log, e);
		return -ENOTSUP;
	}
	*ret = a;
	return 0;
}

void attribution_close(struct attribution *a)
{
	if (!a)
		return;
	if (a->rings)
		munmap(a->rings, a->n * sizeof(*a->rings));
	attribute_bpf__destroy(a->skeleton);
	free(a->pids);
	free(a);
}

int attribution_attach(struct attribution *a, struct err *e)
{
	libbpf_print_fn_t print;
	int r;

	load_log[0] = '\0';
	print = libbpf_set_print(keep_log);
	r = attribute_bpf__attach(a->skeleton);
	libbpf_set_print(print);
	if (r == 0)
		return 0;
	attribution_detach(a);
	attribution_explain(AT_FDCWD, r, load_log, e);
	return -ENOTSUP;
}

void attribution_detach(struct attribution *a)
{
	attribute_bpf__detach(a->skeleton);
}

int attribution_rings_fd(const struct attribution *a)
{
	return bpf_map__fd(a->skeleton->maps.rings);
}

int attribution_watch(struct attribution *a, size_t index, pid_t pid)
{
	uint32_t key = (uint32_t)pid, value = (uint32_t)index;

	if (index >= a->n)
		return -ERANGE;
	memset(&a->rings[index], 0, sizeof(a->rings[index]));
	a->pids[index] = pid;
	return bpf_map__update_elem(a->skeleton->maps.workers, &key, sizeof(key), &value,
				    sizeof(value), BPF_ANY);
}

void attribution_forget(struct attribution *a)
{
	for (size_t i = 0; i < a->n; i++) {
		uint32_t key = (uint32_t)a->pids[i];

		if (key)
			bpf_map__delete_elem(a->skeleton->maps.workers, &key, sizeof(key), 0);
		a->pids[i] = 0;
	}
}

const char *attribution_gap(const struct attribution *a)
{
	return a->gap;
}
