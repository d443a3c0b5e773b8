/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stressor/clone3_into.h"
#include "stressor/spawn.h"

enum { MODE_PLAIN, MODE_VM_VFORK, MODE_INTO_CGROUP };
enum { STACK_SIZE = 64 << 10, GROUPS_MAX = 256 };

static const char *const modes[] = {"plain", "vm-vfork", "into-cgroup", NULL};

/* clang-format off */
#define AT(member) offsetof(struct spawn_options, member)
static const struct kind_option options[] = {
	SPAWN_OPTIONS(SPAWN_CHILD_EXIT),
	{.name = "mode", .type = KIND_CHOICE, .offset = AT(mode), .fallback = MODE_PLAIN,
	 .choices = modes,
	 .help = "as fork does; CLONE_VM|CLONE_VFORK; or CLONE_INTO_CGROUP into leaf after leaf"},
	{.name = "groups", .type = KIND_COUNT, .offset = AT(groups), .fallback = 2, .min = 1,
	 .max = GROUPS_MAX, .help = "into-cgroup: among how many leaves"},
};
/* clang-format on */

/* At spawn_state.extra, in private memory: it is read by each step and written by none. */
struct clone3_extra {
	int group_fds[GROUPS_MAX];
	_Alignas(16) unsigned char stack[STACK_SIZE];
};

static const char *refuse(const void *opaque)
{
	const struct spawn_options *o = opaque;

	if (o->mode == MODE_VM_VFORK && o->child == SPAWN_CHILD_HOLD)
		return "vm-vfork suspends the parent until the child execs or exits, so \"hold\" "
		       "would "
		       "only measure the hold; use \"exit\" or \"exec\"";
#ifndef __x86_64__
	if (o->mode == MODE_VM_VFORK)
		return "vm-vfork is written for x86-64 only; use vfork or posix_spawn";
#endif
	return spawn_refuse(o);
}

/*
 * The child shares its parent's memory, so it must not return through its parent's stack: it starts
 * on a stack of its own and calls spawn_child(), which does not come back. The kernel hands it all
 * registers but rax, rcx and r11 as its parent had them.
 */
static pid_t clone3_shared(struct clone_args *args, struct worker *w)
{
#ifdef __x86_64__
	long r;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %[worker], %%rdi\n\t"
			 "call *%[child]\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(r)
			 : "a"((long)SYS_clone3), "D"(args), "S"(sizeof(*args)),
			   [child] "r"((void (*)(struct worker *))spawn_child), [worker] "r"(w)
			 : "rcx", "r11", "memory", "cc");
	if (r < 0) {
		errno = (int)-r;
		return -1;
	}
	return (pid_t)r;
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int setup(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;
	struct clone3_extra *extra;
	int r = o->mode == MODE_VM_VFORK ? spawn_setup(w) : spawn_setup_copied(w);

	if (r < 0 || o->mode == MODE_PLAIN)
		return r;
	extra = mmap(NULL, sizeof(*extra), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (extra == MAP_FAILED)
		return worker_fail(w, errno, "mapping a stack");
	s->extra = extra;
	return o->mode == MODE_INTO_CGROUP
		       ? worker_open_leaves(w, o->groups, ".", O_RDONLY | O_DIRECTORY,
					    extra->group_fds)
		       : 0;
}

static void step(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);
	struct spawn_options *o = (void *)w->options;
	struct clone3_extra *extra = s->extra;
	struct clone_args args = {.exit_signal = SIGCHLD};
	struct spawn_by_value v = spawn_by_value(w);
	uint64_t start;
	pid_t pid;

	if (o->mode == MODE_INTO_CGROUP) {
		args.flags = CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)extra->group_fds[s->turn++ % o->groups];
	}
	if (o->mode == MODE_VM_VFORK) {
		args.flags = CLONE_VM | CLONE_VFORK;
		args.stack = (uint64_t)(uintptr_t)extra->stack;
		args.stack_size = STACK_SIZE;
	}
	start = worker_start(w);
	pid = o->mode == MODE_VM_VFORK ? clone3_shared(&args, w) : clone3_raw(&args);
	if (pid == 0)
		spawn_copied_child(w, v);
	spawn_finish(w, start, pid);
}

static void teardown(struct worker *w)
{
	struct spawn_state *s = STRESSOR_STATE(struct spawn_state, w);

	if (s->extra)
		munmap(s->extra, sizeof(struct clone3_extra));
	spawn_teardown(w);
}

const struct stressor stressor_clone3 = {
	.kind =
		{
			.name = "clone3",
			.role = KIND_FORKS,
			.noun = "clones",
			.noun_span = "cycle",
			.summary = "clone3(2): like fork, sharing memory, or straight into a group",
			SPAWN_KIND(refuse, spawn_live_tasks),
		},
	.setup = setup,
	.step = step,
	.teardown = teardown,
};
