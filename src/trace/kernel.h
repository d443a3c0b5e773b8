/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The little of the kernel's types that the tracing programs look at. Members are found by name in
 * the BTF of the kernel they are loaded into (CO-RE), so neither their order nor what lies between
 * them matters here, and a build needs no kernel.
 */
#ifndef CGCHURN_TRACE_KERNEL_H
#define CGCHURN_TRACE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* The names that bpf_helpers.h expects. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int32_t __s32;
typedef int64_t __s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

enum bpf_map_type { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2 };
enum { BPF_ANY = 0, BPF_F_MMAPABLE = 1 << 10 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct rcu_sync {
	int gp_count;
};

struct percpu_rw_semaphore {
	struct rcu_sync rss;
};

struct rw_semaphore {
	void *owner;
};

struct signal_struct {
	struct rw_semaphore cgroup_threadgroup_rwsem; /* with the patch, Linux 6.18 */
};

struct task_struct {
	int pid, tgid;
	struct task_struct *real_parent;
	struct signal_struct *signal;
};

#pragma clang attribute pop

#endif
