/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of the lock's regime in sentences, strongest first; what was not seen comes last. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "host/kernel.h"
#include "host/lock.h"

/* The first release of the mainline kernel with the patch. */
enum { PATCHED_MAJOR = 6, PATCHED_MINOR = 18 };

struct evidence {
	struct host *h;
	int r;
};

__attribute__((format(printf, 2, 3))) static void add(struct evidence *e, const char *format, ...)
{
	char **text = array_grow(&e->h->lock_evidence, &e->h->n_lock_evidence, sizeof(*text));
	va_list args;

	va_start(args, format);
	if (!text || vasprintf(text, format, args) < 0)
		e->r = -ENOMEM;
	va_end(args);
}

static void add_variables(struct evidence *e, const struct lock_facts *f)
{
	static const char *const favored[] = {
		[TRISTATE_NO] =
			"nothing holds the global lock in its slow mode for readers (gp_count 0)",
		[TRISTATE_YES] =
			"the global lock is held in its slow mode for readers (gp_count above 0)",
	};
	const struct lock_variables *v = &f->variables;

	if (f->variables_error < 0)
		return;
	if (v->per_threadgroup != TRISTATE_UNKNOWN)
		add(e,
		    "The kernel's variable cgroup_enable_per_threadgroup_rwsem, read through "
		    "/proc/kcore, is %d: writers take %s.",
		    v->per_threadgroup == TRISTATE_YES,
		    v->per_threadgroup == TRISTATE_YES ? "a lock per threadgroup"
						       : "the global lock");
	if (v->favored != TRISTATE_UNKNOWN)
		add(e, "The lock itself, cgroup_threadgroup_rwsem, read through /proc/kcore: %s.",
		    favored[v->favored]);
}

static void add_mounts(struct evidence *e, const struct cgroup_mounts *m)
{
	size_t v1 = 0, flagged = 0;

	for (size_t i = 0; m && i < m->n; i++) {
		const struct cgroup_mount *c = &m->items[i];

		v1 += !c->v2;
		if (!cgroup_mount_has_option(c, "favordynmods"))
			continue;
		flagged++;
		add(e, "The %s mount at %s shows favordynmods%s.", c->v2 ? "cgroup2" : "cgroup v1",
		    c->path, c->v2 ? "" : "; v1 hierarchies share the lock with v2");
	}
	if (m && m->n && !flagged)
		add(e,
		    "None of the cgroup mounts seen from here (%zu v2, %zu v1) shows favordynmods.",
		    m->n - v1, v1);
	else if (m && !m->n)
		add(e, "No cgroup mount is seen from here.");
}

static void add_log(struct evidence *e, const struct lock_facts *f)
{
	if (f->log == LOCK_LOG_SWITCHED_OFF)
		add(e, "The kernel's log says that favordynmods was switched off and the "
		       "per-threadgroup lock stays on.");
	else if (f->log == LOCK_LOG_SILENT && f->types.patch != TRISTATE_NO)
		add(e, "The kernel's log is whole since boot and does not say that favordynmods "
		       "was ever switched off.");
}

static void add_types(struct evidence *e, const struct lock_facts *f)
{
	if (f->types.patch == TRISTATE_YES)
		add(e,
		    "BTF: struct signal_struct has the member cgroup_threadgroup_rwsem%s: the "
		    "kernel has the patch.",
		    f->types.has_mode == TRISTATE_YES
			    ? ", and there is the enum cgroup_attach_lock_mode"
			    : "");
	else if (f->types.patch == TRISTATE_NO)
		add(e, "BTF: struct signal_struct has no member cgroup_threadgroup_rwsem: the "
		       "kernel does not have the patch.");
}

static void add_grace_period(struct evidence *e, const struct probe_verdict *p)
{
	static const char *const readings[] = {
		[TRISTATE_NO] = "paced writes wait for no grace period",
		[TRISTATE_YES] = "paced writes wait for a grace period",
	};
	char paced[NUM_TEXT_SIZE], control[NUM_TEXT_SIZE], packed[NUM_TEXT_SIZE];

	add(e,
	    "Probe: medians %s for a paced migration, %s for a refused write, %s for a migration "
	    "right after another: %s.",
	    num_format_ns((double)p->paced_ns, paced),
	    num_format_ns((double)p->control_ns, control),
	    num_format_ns((double)p->back_to_back_ns, packed),
	    p->grace_period == TRISTATE_UNKNOWN ? "undecided" : readings[p->grace_period]);
}

/* Why behaviour decides nothing, or how one knows that it does. */
static void add_visibility(struct evidence *e, const struct lock_facts *f,
			   const struct probe_verdict *p)
{
	char grace[NUM_TEXT_SIZE];

	if (f->expedited)
		add(e, "RCU grace periods are expedited (/sys/kernel/rcu_expedited): whether a "
		       "write waits for one, behaviour does not show.");
	if (!p || p->shows == TRISTATE_UNKNOWN)
		return;
	num_format_ns((double)p->grace_ns, grace);
	add(e, "Probe: an RCU grace period by itself takes %s (membarrier): %s.", grace,
	    p->shows == TRISTATE_YES
		    ? "a write that waits for one is distinguishable from one that does not"
		    : "too short to distinguish a write that waits for one from one that does not, "
		      "so behaviour decides nothing");
}

static void add_probe(struct evidence *e, const struct probe_verdict *p)
{
	char missing[NUM_TEXT_SIZE];

	if (!p)
		return;
	add_grace_period(e, p);
	num_format_ns((double)p->missing_ns, missing);
	if (p->finds_process_first == TRISTATE_YES)
		add(e,
		    "Probe: %s for a pid that does not exist: the kernel looks for the process "
		    "before it locks, as it does with the patch.",
		    missing);
	else if (p->finds_process_first == TRISTATE_NO)
		add(e,
		    "Probe: %s for a pid that does not exist: the kernel locks before it looks for "
		    "the process, as it did before the patch.",
		    missing);
}

static void add_settings(struct evidence *e, const struct lock_facts *f)
{
	char buf[32];
	const char *parameter =
		kernel_parameter(f->cmdline, "cgroup_favordynmods", buf, sizeof(buf));

	if (f->knows_option == TRISTATE_NO)
		add(e, "/sys/kernel/cgroup/features does not list favordynmods: a kernel before "
		       "6.0, where the lock is always in its slow mode for readers.");
	if (parameter)
		add(e,
		    "The boot parameter cgroup_favordynmods=%s sets what new mounts begin with "
		    "(6.12 and later).",
		    parameter);
	if (f->config_default != TRISTATE_UNKNOWN)
		add(e, "The kernel was built %s CONFIG_CGROUP_FAVOR_DYNMODS%s.",
		    f->config_default == TRISTATE_YES ? "with" : "without",
		    f->config_default == TRISTATE_YES ? ": mounts begin with favordynmods" : "");
}

static void add_release(struct evidence *e, const char *release)
{
	unsigned major, minor;
	bool late;

	if (!release || sscanf(release, "%u.%u", &major, &minor) != 2)
		return;
	late = major > PATCHED_MAJOR || (major == PATCHED_MAJOR && minor >= PATCHED_MINOR);
	add(e, "The release number %s is only a hint, because patches are backported: mainline %s.",
	    release, late ? "has the patch since 6.18" : "before 6.18 does not have the patch");
}

/* What could not be seen, and why: the rest is worth the less. */
static void add_gaps(struct evidence *e, const struct lock_facts *f)
{
	if (f->types_error < 0)
		add(e, "Not seen: the kernel's types, /sys/kernel/btf/vmlinux (%s).",
		    strerror(-f->types_error));
	else if (f->types.patch == TRISTATE_UNKNOWN)
		add(e, "Not seen: struct signal_struct, which the kernel's BTF lacks.");
	if (f->types.patch == TRISTATE_UNKNOWN)
		add_release(e, f->release);
	if (f->variables_error < 0)
		add(e, "Not seen: the kernel's own variables, /proc/kcore (%s).",
		    strerror(-f->variables_error));
	if (!f->mounts)
		add(e, "Not seen: the mounts, /proc/self/mountinfo.");
	if (f->log == LOCK_LOG_UNKNOWN && f->types.patch != TRISTATE_NO)
		add(e, "Not seen: the kernel's log since boot (it may not be read, or its "
		       "beginning is gone).");
}

int lock_add_evidence(const struct lock_facts *f, const struct probe_verdict *probe, struct host *h)
{
	struct evidence e = {.h = h};

	add_variables(&e, f);
	if (f->log == LOCK_LOG_SWITCHED_OFF)
		add_log(&e, f);
	add_mounts(&e, f->mounts);
	add_types(&e, f);
	if (f->log != LOCK_LOG_SWITCHED_OFF)
		add_log(&e, f);
	add_probe(&e, probe);
	add_visibility(&e, f, probe);
	add_settings(&e, f);
	add_gaps(&e, f);
	return e.r;
}
