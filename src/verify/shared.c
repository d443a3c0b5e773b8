/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify/shared.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "verify/stuck.h"

enum { STARVING_MS = 100, LIFETIME_SECONDS = 30, STUCK_SLACK_SECONDS = 5 };

struct shared *shared_map(int fd)
{
	void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

struct shared *shared_create(int *ret_fd)
{
	_cleanup_fd int fd = memfd_create("cgchurn-stress", 0);
	struct shared *b = NULL;

	if (fd >= 0 && ftruncate(fd, sizeof(*b)) == 0)
		b = shared_map(fd);
	if (b)
		*ret_fd = steal_fd(&fd);
	return b;
}

void shared_destroy(struct shared *b, int fd)
{
	if (b)
		munmap(b, sizeof(*b));
	close_fd(fd);
}

unsigned shared_lifetime_s(const struct shared *b)
{
	return LIFETIME_SECONDS + (unsigned)(4 * shared_stuck_ns(b) / NS_PER_S);
}

static uint64_t with_slack(uint64_t patience_ns)
{
	return patience_ns + patience_ns / 2 + STUCK_SLACK_SECONDS * NS_PER_S;
}

uint64_t shared_stuck_ns(const struct shared *b)
{
	return with_slack(b->patience_ns);
}

void shared_round_runner_does(struct shared *b, const char *what, uint64_t patience_ns)
{
	atomic_store(&b->round_runner_doing, what);
	atomic_store(&b->round_runner_due_ns, clock_now_ns() + with_slack(patience_ns));
}

uint32_t shared_group_at(const struct shared_subject *s, uint64_t epoch)
{
	return atomic_load(&s->history[epoch / 2 % SHARED_EPOCHS]);
}

uint64_t shared_groups_between(const struct shared_subject *s, uint64_t before, uint64_t after)
{
	uint64_t last = after + (after & 1), groups = 0;

	/* The mover writes up to two entries ahead of the epoch that readers can see. */
	if (last - before >= 2 * (SHARED_EPOCHS - 4))
		return 0;
	for (uint64_t epoch = before & ~UINT64_C(1); epoch <= last; epoch += 2)
		groups |= UINT64_C(1) << shared_group_at(s, epoch);
	/* Or it went on while we read. */
	return atomic_load(&s->epoch) - before >= 2 * (SHARED_EPOCHS - 4) ? 0 : groups;
}

void shared_move_begins(struct shared_subject *s, uint32_t group)
{
	uint64_t epoch = atomic_load(&s->epoch);

	atomic_store(&s->history[(epoch / 2 + 1) % SHARED_EPOCHS], group);
	atomic_store(&s->epoch, epoch + 1);
}

/*
 * Refused, it is settled where it was; but who read the epoch on the way allows the other group,
 * too, and must find it in the history. So the epoch skips the one in which it would be there.
 */
void shared_move_ends(struct shared_subject *s, bool moved)
{
	uint64_t epoch = atomic_load(&s->epoch);

	if (moved) {
		atomic_store(&s->epoch, epoch + 1);
		return;
	}
	atomic_store(&s->history[(epoch / 2 + 2) % SHARED_EPOCHS], shared_group_at(s, epoch));
	atomic_store(&s->epoch, epoch + 3);
}

static void note_breach(struct shared *b, enum invariant_id id, const struct evidence *evidence)
{
	uint32_t none = 0;

	if (!atomic_compare_exchange_strong(&b->broken, &none, 1))
		return;
	b->broken_invariant = id;
	b->evidence = *evidence;
	atomic_store(&b->broken, 2);
}

/* A second, or as patient as the user is; long enough in any case for the kernel to have accounted
 * to whoever runs what it ran. */
static uint64_t starving_ns(const struct shared *b)
{
	if (b->patience_ns > NS_PER_S)
		return NS_PER_S;
	return b->patience_ns > STARVING_MS * NS_PER_MS ? b->patience_ns : STARVING_MS * NS_PER_MS;
}

int shared_check(struct shared *b, enum invariant_id id, const struct scene *s)
{
	struct evidence evidence = {0};
	int r = invariants[id].check(s, &evidence);

	if (r >= 0)
		atomic_fetch_add(&b->checks[id], (uint64_t)r);
	/* Before it is noted: from then on all end, and a starved thread gets a CPU. */
	if (r == -EBADMSG && invariants[id].is_awaited)
		starved_add(&b->view, starving_ns(b), &evidence);
	if (r == -EBADMSG)
		note_breach(b, id, &evidence);
	else if (r < 0 && !shared_stops(b))
		shared_fault(b, "checking '%s': %s", invariants[id].name, strerror(-r));
	return r;
}

void shared_fault(struct shared *b, const char *format, ...)
{
	uint32_t none = 0;
	va_list arguments;

	if (!atomic_compare_exchange_strong(&b->fault, &none, 1))
		return;
	va_start(arguments, format);
	vsnprintf(b->fault_text, sizeof(b->fault_text), format, arguments);
	va_end(arguments);
	atomic_store(&b->fault, 2);
}

void shared_refused(struct shared *b, int errnum)
{
	unsigned at = (unsigned)abs(errnum);

	atomic_fetch_add(&b->refused[at < SHARED_ERRNOS ? at : 0], 1);
}
