/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgchurn-child HOLD_NS [FD]: what children execute, so that an exec costs as little as an exec
 * can.
 *
 * No library, not even libc: two or three system calls. It writes the time of its first instruction
 * (CLOCK_MONOTONIC, nanoseconds, a uint64_t) to FD, stays for HOLD_NS, and exits.
 */
#include <linux/time.h>
#include <linux/time_types.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "the entry and the system call below are written for x86-64"
#endif

static long syscall3(long number, long a, long b, long c)
{
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return r;
}

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
	struct __kernel_timespec ts = {0};
	uint64_t stamp, hold;

	syscall3(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&ts, 0);
	stamp = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	if (stack[0] > 2)
		syscall3(SYS_write, (long)parse((const char *)stack[3]), (long)&stamp,
			 sizeof(stamp));
	hold = stack[0] > 1 ? parse((const char *)stack[2]) : 0;
	if (hold) {
		ts.tv_sec = (long long)(hold / 1000000000);
		ts.tv_nsec = (long long)(hold % 1000000000);
		syscall3(SYS_nanosleep, (long)&ts, 0, 0);
	}
	for (;;)
		syscall3(SYS_exit_group, 0, 0, 0);
}

__asm__(".globl _start\n"
	"_start:\n\t"
	"xor %ebp, %ebp\n\t"
	"mov %rsp, %rdi\n\t"
	"call child_main\n");
