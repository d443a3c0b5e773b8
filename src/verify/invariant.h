/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel promises about groups, and how each promise is checked.
 *
 * One const struct a promise, in one table. A check looks at a scene: what its caller knows to be
 * true. It reads the kernel through struct view only, so that tests can have a fake kernel break
 * each promise. A state that may pass (a task on its way into its group, a counter that drains from
 * a work queue) is given the scene's patience; what the kernel promises at once is judged at once.
 */
#ifndef CGCHURN_VERIFY_INVARIANT_H
#define CGCHURN_VERIFY_INVARIANT_H

#include <stdatomic.h>

#include "base/clock.h"
#include "verify/view.h"

enum invariant_id {
	INVARIANT_TOGETHER,
	INVARIANT_ONCE,
	INVARIANT_BIRTH,
	INVARIANT_CLONE_INTO,
	INVARIANT_POPULATED,
	INVARIANT_FREEZE,
	INVARIANT_THAW,
	INVARIANT_KILL_DRAINS,
	INVARIANT_KILL_SPARES,
	INVARIANT_PIDS,
	INVARIANT_DYING,
	INVARIANT_REMOVAL,
	INVARIANT_RESPONDS,
	INVARIANT_KERNEL_LOG,
	INVARIANT_TAINT,
	INVARIANT_OOM,
	INVARIANT_ANCESTORS,
	INVARIANT_FREEZE_HOLDS,
	INVARIANT_UNFROZEN,
	INVARIANT_NOTIFY,
	INVARIANT_LISTS,
	INVARIANT_OCCUPIED,
	INVARIANTS
};

struct scene_subject {
	pid_t pid;
	pid_t parent;      /* with which it dies, and whose end is judged elsewhere; 0: none */
	uint32_t group;    /* where all of it is, and nobody moves it now */
	const char *where; /* in words, of a group that is none of the view's; NULL: `group` */
	const _Atomic uint64_t *beats;      /* counts on while its threads run; may be NULL */
	uint64_t beats_before, beats_after; /* INVARIANT_FREEZE_HOLDS: both while it was frozen */
};

/*
 * What the kernel counts of its own faults since boot; a negative errno where it does not show
 * them. The taint shows the first fault of a kind only, the others count each.
 */
struct kernel_counts {
	int64_t taint;            /* /proc/sys/kernel/tainted */
	int64_t warnings, oopses; /* /sys/kernel/warn_count and oops_count, since 6.2 and in stable
				   * kernels before it */
};

/* Of the machine whose "/" is open as `root_fd`. */
void kernel_counts_read(int root_fd, struct kernel_counts *ret);

/* Only what the check at hand needs is filled. */
struct scene {
	const struct view *view;
	uint64_t patience_ns;
	const struct scene_subject *subjects;
	size_t n_subjects;
	struct {
		pid_t pid;
		uint64_t groups; /* bit i: it may be in group i */
		int status;      /* as waitpid() gave it */
	} child;
	int group_fd;   /* the group in question; the test groups where there is none of its own */
	pid_t outlived; /* who should have been killed and ended by itself; 0: nobody */
	pid_t listed;   /* who lives in `group_fd` and stays; 0: all who lived there have ended */
	int64_t pids_before; /* pids.current at the start */
	/* What rmdir answered, after retries as far as there is patience: 0 or a negative errno. */
	int removal;
	const char *stuck;  /* what did not end; NULL: all did */
	pid_t waiting;      /* and who is at it */
	int unwoken;        /* of waiter.h: who was not woken by a change that came */
	const char *change; /* which */
	const char *log;    /* a line of the kernel's log that reports a fault; NULL: none */
	struct kernel_counts before, now;
};

/* The exit status of a memory hog's process that got no memory to touch. */
enum { OOM_NOTHING_TOUCHED = 2 };

enum { EVIDENCE_STUCK_MAX = 3 };

struct evidence {
	char text[2048];                 /* sentences; newlines between them */
	pid_t stuck[EVIDENCE_STUCK_MAX]; /* who did not do what it should; described later */
	uint32_t n_stuck;
};

struct invariant {
	const char *name;
	const char *promise;
	/* Commits of the kernel that fixed what broke it, separated by blanks; NULL: none is known. */
	const char *guards;
	/*
	 * How many tasks or groups were looked at (0: there was none), -EBADMSG where the promise
	 * is broken, with the evidence, or another negative errno where it could not be checked.
	 */
	int (*check)(const struct scene *s, struct evidence *ret);
	/* Broken by what did not come in time, and checked by who can wait to say so. */
	bool is_awaited;
};

/* By enum invariant_id. */
extern const struct invariant invariants[INVARIANTS];

/* Fills the evidence and returns -EBADMSG. */
int evidence_set(struct evidence *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends to it, as far as there is room. */
void evidence_add(struct evidence *e, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Waiting for a state whose change nobody is notified of: first looks every millisecond, then more
 * and more rarely. After the end there is one more look, so that a pause of the whole machine (a host
 * that gives its guest no time) is not taken for the kernel's.
 */
struct patience {
	uint64_t end_ns, pause_ns;
	bool last;
};

static inline struct patience patience_begin(uint64_t length_ns)
{
	return (struct patience){clock_now_ns() + length_ns, NS_PER_MS / 4, false};
}

/* Sleeps a while; false when it has lasted for long enough. */
static inline bool patience_again(struct patience *p)
{
	uint64_t now = clock_now_ns();

	if (p->last)
		return false;
	p->last = now + p->pause_ns >= p->end_ns;
	clock_sleep_until(now + p->pause_ns);
	if (p->pause_ns < 16 * NS_PER_MS)
		p->pause_ns *= 2;
	return true;
}

/* The checks: of places in check_place.c, of groups in check_group.c, of the kernel in invariant.c. */
int check_together(const struct scene *s, struct evidence *ret);
int check_once(const struct scene *s, struct evidence *ret);
int check_lists(const struct scene *s, struct evidence *ret);
int check_child(const struct scene *s, struct evidence *ret);
int check_populated(const struct scene *s, struct evidence *ret);
int check_freeze(const struct scene *s, struct evidence *ret);
int check_thaw(const struct scene *s, struct evidence *ret);
int check_drains(const struct scene *s, struct evidence *ret);
int check_spares(const struct scene *s, struct evidence *ret);
int check_pids(const struct scene *s, struct evidence *ret);
int check_dying(const struct scene *s, struct evidence *ret);
int check_removal(const struct scene *s, struct evidence *ret);
int check_occupied(const struct scene *s, struct evidence *ret);
int check_responds(const struct scene *s, struct evidence *ret);
int check_log(const struct scene *s, struct evidence *ret);
int check_ancestors(const struct scene *s, struct evidence *ret);
int check_freeze_holds(const struct scene *s, struct evidence *ret);
int check_unfrozen(const struct scene *s, struct evidence *ret);
int check_notify(const struct scene *s, struct evidence *ret);
int check_oom(const struct scene *s, struct evidence *ret);
int check_taint(const struct scene *s, struct evidence *ret);

#endif
