/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the evidence of the lock's regime comes from. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/gather.h"
#include "host/lock.h"

/* Bytes from the start of a struct to a member; -1 where it has none. Bitfields are not meant. */
static int64_t member_offset(const struct btf *btf, const char *structure, const char *member)
{
	int id = btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(type)[i].name_off);

		if (name && strcmp(name, member) == 0)
			return btf_member_bit_offset(type, i) / 8;
	}
	return -1;
}

static enum tristate has_member(const struct btf *btf, const char *structure, const char *member)
{
	if (btf__find_by_name_kind(btf, structure, BTF_KIND_STRUCT) < 0)
		return TRISTATE_UNKNOWN;
	return member_offset(btf, structure, member) >= 0 ? TRISTATE_YES : TRISTATE_NO;
}

static int64_t gp_count_offset(const struct btf *btf)
{
	int64_t rss = member_offset(btf, "percpu_rw_semaphore", "rss");
	int64_t count = member_offset(btf, "rcu_sync", "gp_count");

	return rss < 0 || count < 0 ? -1 : rss + count;
}

int lock_types_read(const void *data, size_t size, struct lock_types *ret)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL); /* libraries do not print */
	struct btf *btf = size > UINT32_MAX ? NULL : btf__new(data, (uint32_t)size);
	int r = btf ? (int)libbpf_get_error(btf) : -EINVAL;

	libbpf_set_print(print);
	if (r < 0)
		return r;
	*ret = (struct lock_types){
		.patch = has_member(btf, "signal_struct", "cgroup_threadgroup_rwsem"),
		.has_mode =
			btf__find_by_name_kind(btf, "cgroup_attach_lock_mode", BTF_KIND_ENUM) >= 0
				? TRISTATE_YES
				: TRISTATE_NO,
		.gp_count_offset = gp_count_offset(btf),
	};
	btf__free(btf);
	return 0;
}

enum { SAMPLES = 10 };
#define SAMPLE_PAUSE_NS 5000000 /* together longer than most grace periods */

struct symbol {
	const char *name;
	uint64_t address; /* 0: not found, or hidden by kptr_restrict */
};

enum { BANNER, PER_THREADGROUP, RWSEM, N_SYMBOLS };

static void note_symbol(struct symbol symbols[N_SYMBOLS], const char *line)
{
	char name[64], type;
	unsigned long long address;

	if (sscanf(line, "%llx %c %63s", &address, &type, name) != 3)
		return;
	for (int i = 0; i < N_SYMBOLS; i++)
		if (!symbols[i].address && strcmp(name, symbols[i].name) == 0)
			symbols[i].address = address;
}

static int find_symbols(int root, struct symbol symbols[N_SYMBOLS])
{
	int fd = openat(root, "proc/kallsyms", O_RDONLY | O_CLOEXEC);
	_cleanup_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char line[512];

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		/* Symbols of modules follow in brackets; and most lines need no parsing. */
		if (strchr(line, '['))
			break;
		if (strstr(line, "cgroup_") || strstr(line, "linux_banner"))
			note_symbol(symbols, line);
	}
	return symbols[BANNER].address && symbols[RWSEM].address ? 0 : -EPERM;
}

/* Reads the kernel's memory at a virtual address through the segments of the core file. */
static int read_kernel(int kcore, uint64_t address, void *buf, size_t size)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) segment;

	if (pread(kcore, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(segment))
		return -EINVAL;
	for (unsigned i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + i * sizeof(segment));

		if (pread(kcore, &segment, sizeof(segment), at) != sizeof(segment))
			return -EIO;
		if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address - segment.p_vaddr + size > segment.p_filesz)
			continue;
		at = (off_t)(segment.p_offset + (address - segment.p_vaddr));
		return pread(kcore, buf, size, at) == (ssize_t)size ? 0 : -EIO;
	}
	return -EFAULT;
}

/* Whether what the symbols point to is what it should be: the banner of this kernel. */
static int check_reading(int kcore, uint64_t banner)
{
	static const char expected[] = "Linux version ";
	char found[sizeof(expected) - 1];
	int r = read_kernel(kcore, banner, found, sizeof(found));

	if (r < 0)
		return r;
	return memcmp(found, expected, sizeof(found)) == 0 ? 0 : -EINVAL;
}

static enum tristate read_bool(int kcore, uint64_t address)
{
	unsigned char value;

	if (!address || read_kernel(kcore, address, &value, 1) < 0 || value > 1)
		return TRISTATE_UNKNOWN;
	return value ? TRISTATE_YES : TRISTATE_NO;
}

/* A writer raises the count too while it runs, so one zero among the samples is a zero. */
static enum tristate read_favored(int kcore, uint64_t rwsem, int64_t offset)
{
	const struct timespec pause = {.tv_nsec = SAMPLE_PAUSE_NS};
	int32_t count;

	for (int i = 0; i < SAMPLES; i++) {
		if (offset < 0 ||
		    read_kernel(kcore, rwsem + (uint64_t)offset, &count, sizeof(count)) < 0 ||
		    count < 0)
			return TRISTATE_UNKNOWN;
		if (count == 0)
			return TRISTATE_NO;
		nanosleep(&pause, NULL);
	}
	return TRISTATE_YES;
}

int lock_variables_read(int root, int64_t gp_count_offset, struct lock_variables *ret)
{
	struct symbol symbols[N_SYMBOLS] = {
		[BANNER] = {.name = "linux_banner"},
		[PER_THREADGROUP] = {.name = "cgroup_enable_per_threadgroup_rwsem"},
		[RWSEM] = {.name = "cgroup_threadgroup_rwsem"},
	};
	_cleanup_fd int kcore = openat(root, "proc/kcore", O_RDONLY | O_CLOEXEC);
	int r = kcore < 0 ? -errno : find_symbols(root, symbols);

	if (r == 0)
		r = check_reading(kcore, symbols[BANNER].address);
	if (r < 0)
		return r;
	*ret = (struct lock_variables){
		.per_threadgroup = read_bool(kcore, symbols[PER_THREADGROUP].address),
		.favored = read_favored(kcore, symbols[RWSEM].address, gp_count_offset),
	};
	return 0;
}

enum { BTF_SIZE_MAX = 256 << 20 };

/* Printed once a boot, when favordynmods goes off after it was on (kernel/cgroup/cgroup.c). */
static const char switched_off[] = "per threadgroup rwsem mechanism can't be disabled";

static int read_types(int root, struct lock_types *ret)
{
	_cleanup_free char *data = NULL;
	size_t size;
	int r = io_read_all(root, "sys/kernel/btf/vmlinux", BTF_SIZE_MAX, &data, &size);

	return r < 0 ? r : lock_types_read(data, size, ret);
}

/* Since Linux 6.0; an older kernel has the file and not the line. */
static enum tristate read_knows_option(int root)
{
	char buf[4096];

	if (io_read_attr(root, "sys/kernel/cgroup/features", buf, sizeof(buf)) < 0)
		return TRISTATE_UNKNOWN;
	return strstr(buf, "favordynmods") ? TRISTATE_YES : TRISTATE_NO;
}

static bool says_switched_off(const char *record, void *opaque)
{
	bool *found = opaque;

	*found = strstr(record, switched_off) != NULL;
	return *found;
}

static enum lock_log read_log(int root)
{
	bool found = false, whole;

	if (kmsg_visit(root, says_switched_off, &found, &whole) < 0)
		return LOCK_LOG_UNKNOWN;
	if (found)
		return LOCK_LOG_SWITCHED_OFF;
	return whole ? LOCK_LOG_SILENT : LOCK_LOG_UNKNOWN;
}

void lock_facts_read(int root, struct lock_facts *ret)
{
	ret->types = (struct lock_types){
		.patch = TRISTATE_UNKNOWN, .has_mode = TRISTATE_UNKNOWN, .gp_count_offset = -1};
	ret->types_error = read_types(root, &ret->types);
	ret->variables = (struct lock_variables){.per_threadgroup = TRISTATE_UNKNOWN,
						 .favored = TRISTATE_UNKNOWN};
	ret->variables_error =
		lock_variables_read(root, ret->types.gp_count_offset, &ret->variables);
	ret->knows_option = read_knows_option(root);
	ret->log = read_log(root);
}

void gather_lock(struct gather *g)
{
	struct lock_facts f = {
		.release = g->h->kernel_release,
		.cmdline = g->h->kernel_cmdline,
		.mounts = g->has_mounts ? &g->mounts : NULL,
		.expedited = host_expedites(g->h),
		.config_default = TRISTATE_UNKNOWN,
	};

	if (g->config.text)
		f.config_default = kernel_config_on(&g->config, "CONFIG_CGROUP_FAVOR_DYNMODS")
					   ? TRISTATE_YES
					   : TRISTATE_NO;
	lock_facts_read(g->root, &f);
	if (lock_judge(&f, g->probe, g->h) < 0)
		g->r = -ENOMEM;
}
