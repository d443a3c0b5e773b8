/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kcore.h"

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

/* A writer at work raises the count too, so one zero among some looks is a zero. */
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
