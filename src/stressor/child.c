/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgchurn-child HOLD_NS [FD]: what children execute, so that an exec costs as little as an exec
 * can.
 *
 * No library, not even libc: two or three system calls. It writes the time of its first instruction
 * (CLOCK_MONOTONIC, nanoseconds, a uint64_t) to FD, stays for HOLD_NS, and exits.
 */
#include "stressor/child.h"

static uint64_t parse(const char *text)
{
	uint64_t value = 0;

	while (*text >= '0' && *text <= '9')
		value = value * 10 + (uint64_t)(*text++ - '0');
	return value;
}

_Noreturn void child_main(const uintptr_t *stack);

/* `stack` is as the kernel leaves it: argc, then argv. */
__attribute__((used)) void child_main(const uintptr_t *stack)
{
	uint64_t now = child_now_ns(), hold;
	struct timespec ts;

	if (stack[0] > 2)
		child_stamp((int)parse((const char *)stack[3]), now);
	hold = stack[0] > 1 ? parse((const char *)stack[2]) : 0;
	if (hold) {
		ts.tv_sec = (time_t)(hold / 1000000000);
		ts.tv_nsec = (long)(hold % 1000000000);
		child_call(SYS_nanosleep, (long)&ts, 0, 0);
	}
	child_exit();
}

__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"call child_main\n");
