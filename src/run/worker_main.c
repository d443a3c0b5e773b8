/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgchurn-worker: the process in which steps run. Not for people.
 *
 *	cgchurn-worker MEMFD OFFSET SIZE TREE_FD READY_FD [RINGS_FD]
 *		a worker, by the orders in its slot; the last for attribution
 *	cgchurn-worker instrument FD
 *		what measuring costs, see instrument.h
 *
 * Static, with no library but libc: what a process has mapped is part of what its forks cost.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/num.h"
#include "run/instrument.h"
#include "run/loop.h"

static uint64_t number(const char *text)
{
	uint64_t value;

	if (num_parse_u64(text, &value) < 0)
		_exit(EXIT_USAGE);
	return value;
}

static struct slot *map_slot(char **argv)
{
	void *slot = mmap(NULL, number(argv[3]), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  (int)number(argv[1]), (off_t)number(argv[2]));

	if (slot == MAP_FAILED)
		_exit(EXIT_FAULT);
	close((int)number(argv[1]));
	((struct slot *)slot)->worker.mapping = slot;
	((struct slot *)slot)->worker.mapping_size = number(argv[3]);
	return slot;
}

/* Our own ring alone. Pages may be larger than a ring; mappings begin at pages. */
static const struct part_ring *map_ring(uint64_t index, int fd)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), at = index * sizeof(struct part_ring);
	uint64_t begin = at / page * page;
	char *mapped = mmap(NULL, at - begin + sizeof(struct part_ring), PROT_READ, MAP_SHARED, fd,
			    (off_t)begin);

	if (mapped == MAP_FAILED)
		_exit(EXIT_FAULT);
	close(fd);
	return (const void *)(mapped + (at - begin));
}

static void point_at_recorders(struct slot *slot)
{
	for (unsigned i = 0; i < KIND_SPANS_MAX; i++) {
		slot->worker.service[i] = slot_find_recorder(slot, i, false);
		slot->worker.response[i] = slot_find_recorder(slot, i, true);
		slot->worker.service_parts[i] = slot_find_parts(slot, i, false);
		slot->worker.response_parts[i] = slot_find_parts(slot, i, true);
	}
	slot->worker.raw = slot_ring(slot);
	slot->worker.filter = (struct sock_fprog){.len = (unsigned short)slot->orders.filter_length,
						  .filter = slot_filter(slot)};
	rng_init(&slot->worker.rng, slot->orders.seed, slot->orders.stream);
}

static int set_up(struct slot *slot, const struct stressor *stressor)
{
	if (!stressor)
		return worker_fail(&slot->worker, ENOENT, "stressor %s", slot->orders.stressor);
	/* The default slack of 50 us would be added to every paced start. */
	if (prctl(PR_SET_TIMERSLACK, 1UL) < 0)
		return worker_fail(&slot->worker, errno, "timer slack");
	point_at_recorders(slot);
	return stressor->setup ? stressor->setup(&slot->worker) : 0;
}

static void report(struct slot *slot, enum slot_state state, int ready_fd)
{
	uint64_t one = 1;

	atomic_store_explicit(&slot->state, state, memory_order_release);
	if (ready_fd >= 0 && write(ready_fd, &one, sizeof(one)) != sizeof(one))
		_exit(EXIT_FAULT);
}

/* true: go; false: the trial was given up. */
static bool wait_at_gate(struct slot *slot)
{
	uint32_t gate;

	while ((gate = atomic_load_explicit(&slot->gate, memory_order_acquire)) == SLOT_GATE_CLOSED)
		syscall(SYS_futex, &slot->gate, FUTEX_WAIT, SLOT_GATE_CLOSED, NULL, NULL, 0);
	return gate == SLOT_GATE_OPEN;
}

/*
 * A schedule that is worked off: the supervisor still wants to see where we are. A filter of ours
 * may refuse the futex, and then this must not spin.
 */
static void wait_for_stop(struct slot *slot)
{
	while (!atomic_load(&slot->stop))
		if (syscall(SYS_futex, &slot->stop, FUTEX_WAIT, 0, NULL, NULL, 0) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
}

/*
 * A fork copies each page of the stack that either side writes to afterwards. The kernel starts a
 * stack at any 16 bytes of a page, so the frames of a step would lie in one page in most runs and in
 * two in some. They lie in one where they begin below a boundary.
 */
static void run_within_a_page(struct slot *slot, const struct stressor *stressor)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	char *unused = __builtin_alloca((uintptr_t)__builtin_frame_address(0) % page);

	__asm__ volatile("" : : "r"(unused)); /* or the compiler would leave it out */
	loop_run(slot, stressor);
}

static int work(char **argv)
{
	struct slot *slot = map_slot(argv);
	const struct stressor *stressor = stressor_find(slot->orders.stressor);
	int tree_fd = (int)number(argv[4]), ready_fd = (int)number(argv[5]), r;

	if (slot->orders.attributed)
		slot->worker.ring = map_ring(slot->orders.part_ring, (int)number(argv[6]));
	slot->worker.groups.tree_fd = tree_fd;
	r = set_up(slot, stressor);
	slot->worker.groups.tree_fd = -1;
	close(tree_fd);
	report(slot, r < 0 ? SLOT_FAILED : SLOT_READY, ready_fd);
	close(ready_fd);
	if (r == 0 && wait_at_gate(slot)) {
		run_within_a_page(slot, stressor);
		report(slot, SLOT_LOOPED, -1);
		wait_for_stop(slot);
	}
	if (stressor && stressor->teardown)
		stressor->teardown(&slot->worker);
	if (r == 0)
		report(slot, SLOT_DONE, -1);
	return r < 0 ? EXIT_FAULT : 0;
}

int main(int argc, char **argv)
{
	prctl(PR_SET_NAME, "cgchurn-worker");
	if (argc == 3 && strcmp(argv[1], "instrument") == 0)
		return instrument_main((int)number(argv[2]));
	if (argc == 6 || argc == 7)
		return work(argv);
	fputs("cgchurn-worker is started by cgchurn; see cgchurn(1)\n", stderr);
	return EXIT_USAGE;
}
