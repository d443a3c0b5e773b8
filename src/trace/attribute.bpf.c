// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's side: follows each worker through the scheduler and the locks, and appends what it
 * was kept by to its ring (record/wait_ring.h).
 *
 * A worker is at any moment running, runnable or blocked, and may be within the taking of a lock.
 * Each event closes the interval since the last one and names it: runnable time is the wait for a
 * CPU, whatever it was blocked on before; else the innermost lock counts, running or blocked; else
 * blocked time is "asleep", and running time is written nowhere. Most tasks are no workers: one
 * look into a hash by thread id and the programs are done.
 *
 * The lock's writers are followed through the functions they call, because the tracepoints of lock
 * contention do not show them (they fire for a writer only behind another writer). Readers show
 * there.
 */
#include "trace/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "record/wait_ring.h"

char gpl[] SEC("license") = "GPL";

/* include/trace/events/lock.h */
enum { LCB_F_READ = 1 << 1, LCB_F_WRITE = 1 << 2, LCB_F_PERCPU = 1 << 4 };

enum { RUNNING, RUNNABLE, BLOCKED };
#define NO_PART 255

/* Thread ids of the workers, and the index of each one's ring. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 1); /* as many as there are workers, set at load */
} workers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct part_ring);
	__uint(max_entries, 1); /* set at load, too */
} rings SEC(".maps");

/* Since when a worker's child or thread has stood at the gate, by its thread id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 16384);
} children SEC(".maps");

/* Where the locks are, from kallsyms; 0 where unknown. */
const volatile __u64 rwsem_address, mutex_address, css_set_lock_address;

/* The global lock as a writer was seen to take it, where kallsyms lacks it. */
__u64 rwsem_seen;

static __always_inline __u64 the_rwsem(void)
{
	return rwsem_address ? rwsem_address : rwsem_seen;
}

static __always_inline struct part_ring *ring_of(__u32 tid)
{
	__u32 *index = bpf_map_lookup_elem(&workers, &tid);

	return index ? bpf_map_lookup_elem(&rings, index) : NULL;
}

static __always_inline struct part_ring *current_ring(void)
{
	return ring_of((__u32)bpf_get_current_pid_tgid());
}

static __always_inline void put(struct part_ring *r, __u8 part, __u64 begin, __u64 end)
{
	__u64 at = __sync_fetch_and_add(&r->written, 1) % PART_RING_INTERVALS;

	r->intervals[at].begin = begin;
	r->intervals[at].length_part = (end - begin) << 8 | part;
}

/* A wait goes on after an interruption by nothing: the last interval grows. */
static __always_inline bool grow_last(struct part_ring *r, __u8 part, __u64 begin, __u64 end)
{
	struct part_interval *last = &r->intervals[(r->written - 1) % PART_RING_INTERVALS];

	if (!r->written || (last->length_part & 0xff) != part ||
	    last->begin + (last->length_part >> 8) != begin)
		return false;
	last->length_part += (end - begin) << 8;
	return true;
}

static __always_inline __u8 part_now(const struct part_ring *r)
{
	if (r->state == RUNNABLE)
		return PART_CPU_WAIT;
	if (r->lock)
		return r->contended;
	if (r->in_grace_period)
		return PART_GRACE_PERIOD;
	if (r->in_down_write)
		return PART_DRAIN;
	return r->state == BLOCKED ? PART_ASLEEP : NO_PART;
}

/* Closes the interval up to now; what follows begins. Call before each change. */
static __always_inline void settle(struct part_ring *r)
{
	__u64 now = bpf_ktime_get_ns();
	__u8 part = part_now(r);

	if (r->since && part != NO_PART && !grow_last(r, part, r->since, now))
		put(r, part, r->since, now);
	r->since = now;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct part_ring *r = ring_of((__u32)prev->pid);

	if (r) {
		settle(r);
		r->state = preempt || !prev_state ? RUNNABLE : BLOCKED;
	}
	r = ring_of((__u32)next->pid);
	if (r) {
		settle(r);
		r->state = RUNNING;
	}
	return 0;
}

/*
 * sched_wakeup and not sched_waking: it comes under the run queue's lock, so never before the
 * sched_switch of the sleep that it ends.
 */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	struct part_ring *r = ring_of((__u32)task->pid);

	if (r && r->state == BLOCKED) {
		settle(r);
		r->state = RUNNABLE;
	}
	return 0;
}

/* Below: the current task, of its own. */

SEC("fentry/rcu_sync_enter")
int BPF_PROG(on_grace_period, struct rcu_sync *rss)
{
	__u64 lock = (__u64)rss - bpf_core_field_offset(struct percpu_rw_semaphore, rss);
	struct part_ring *r;

	if (lock != the_rwsem())
		return 0;
	r = current_ring();
	if (r) {
		settle(r);
		r->in_grace_period = 1;
	}
	return 0;
}

SEC("fexit/rcu_sync_enter")
int BPF_PROG(on_grace_period_over, struct rcu_sync *rss)
{
	struct part_ring *r = current_ring();

	if (r && r->in_grace_period) {
		settle(r);
		r->in_grace_period = 0;
	}
	return 0;
}

/* Within such a write (below) there is one percpu_rw_semaphore to be taken for writing. */
SEC("fentry/percpu_down_write")
int BPF_PROG(on_down_write, struct percpu_rw_semaphore *sem)
{
	struct part_ring *r;

	if (rwsem_address && (__u64)sem != rwsem_address)
		return 0;
	r = current_ring();
	if (!r || (!rwsem_address && !r->in_write))
		return 0;
	rwsem_seen = (__u64)sem;
	settle(r);
	r->in_down_write = 1;
	return 0;
}

SEC("fexit/percpu_down_write")
int BPF_PROG(on_down_write_over, struct percpu_rw_semaphore *sem)
{
	struct part_ring *r = current_ring();

	if (r && r->in_down_write) {
		settle(r);
		r->in_down_write = 0;
	}
	return 0;
}

/*
 * A write to cgroup.procs or cgroup.threads, from end to end. cgroup_attach_lock() within it would
 * show the mode of locking, but compilers put it into its callers; these are reached by pointer.
 */
static __always_inline int begin_write(void)
{
	struct part_ring *r = current_ring();

	if (r)
		r->in_write = 1;
	return 0;
}

static __always_inline int end_write(void)
{
	struct part_ring *r = current_ring();

	if (r)
		r->in_write = 0;
	return 0;
}

SEC("fentry/cgroup_procs_write")
int BPF_PROG(on_procs_write)
{
	return begin_write();
}

SEC("fexit/cgroup_procs_write")
int BPF_PROG(on_procs_write_over)
{
	return end_write();
}

SEC("fentry/cgroup_threads_write")
int BPF_PROG(on_threads_write)
{
	return begin_write();
}

SEC("fexit/cgroup_threads_write")
int BPF_PROG(on_threads_write_over)
{
	return end_write();
}

static __always_inline __u64 own_rwsem(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	if (!bpf_core_field_exists(signal->cgroup_threadgroup_rwsem))
		return 0;
	return (__u64)signal +
	       bpf_core_field_offset(struct signal_struct, cgroup_threadgroup_rwsem);
}

/* The one rw_semaphore that a migration takes for writing is the target's, with the patch. */
static __always_inline bool is_targets(__u32 flags, const struct part_ring *r)
{
	return (flags & LCB_F_WRITE) && !(flags & LCB_F_PERCPU) && r && r->in_write;
}

static __always_inline __u8 part_of_lock(__u64 lock, __u32 flags, struct task_struct *task,
					 const struct part_ring *r)
{
	if (lock == mutex_address)
		return PART_CGROUP_MUTEX;
	if (lock == css_set_lock_address)
		return PART_CSS_SET_LOCK;
	if (is_targets(flags, r))
		return PART_THREADGROUP;
	if (!(flags & LCB_F_READ))
		return NO_PART;
	if (lock == the_rwsem())
		return PART_GATE;
	return lock == own_rwsem(task) ? PART_THREADGROUP : NO_PART;
}

/* The ring of the worker whose thread or child the task is. */
static __always_inline struct part_ring *parents_ring(struct task_struct *task)
{
	struct part_ring *r = ring_of((__u32)BPF_CORE_READ(task, tgid));

	return r ? r : ring_of((__u32)BPF_CORE_READ(task, real_parent, tgid));
}

SEC("tp_btf/contention_begin")
int BPF_PROG(on_contention, void *lock, unsigned int flags)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct part_ring *r = ring_of(tid);
	__u8 part = part_of_lock((__u64)lock, flags, task, r);
	__u64 now;

	if (part == NO_PART)
		return 0;
	if (r) {
		settle(r);
		r->lock = (__u64)lock;
		r->contended = part;
	} else if (part == PART_GATE && parents_ring(task)) {
		now = bpf_ktime_get_ns();
		bpf_map_update_elem(&children, &tid, &now, BPF_ANY);
	}
	return 0;
}

static __always_inline void end_of_childs_wait(__u32 tid)
{
	__u64 *since = bpf_map_lookup_elem(&children, &tid), begin;
	struct part_ring *r;

	if (!since)
		return;
	begin = *since;
	bpf_map_delete_elem(&children, &tid);
	r = parents_ring((void *)bpf_get_current_task());
	if (r)
		put(r, PART_CHILD_GATE, begin, bpf_ktime_get_ns());
}

SEC("tp_btf/contention_end")
int BPF_PROG(on_contention_over, void *lock, int ret)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct part_ring *r = ring_of(tid);

	if (r && r->lock == (__u64)lock) {
		settle(r);
		r->lock = 0;
	} else if (!r && (__u64)lock == the_rwsem()) {
		end_of_childs_wait(tid);
	}
	return 0;
}
