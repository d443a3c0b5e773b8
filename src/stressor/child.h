/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a child does without libc: system calls, inline.
 *
 * A fork does not copy the page tables of a program's text. So a child pays a page fault for each
 * fault-around window of text (64 KiB, fault_around_bytes of mm/memory.c) that it executes in, and
 * for the vdso. How many windows its libc functions lie in changes with each change of the program.
 * Children that do only what is here execute in the window of their caller alone.
 */
#ifndef CGCHURN_STRESSOR_CHILD_H
#define CGCHURN_STRESSOR_CHILD_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef __x86_64__
#error "child_call() and _start of child.c are written for x86-64"
#endif

/* As the kernel returns it: errors are negative. */
static inline long child_call(long number, long a, long b, long c)
{
	long r;

	__asm__ volatile("syscall"
			 : "=a"(r)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return r;
}

/* Writes the time (CLOCK_MONOTONIC, nanoseconds, a uint64_t) to a pipe. */
static inline void child_stamp(int fd, uint64_t now_ns)
{
	child_call(SYS_write, fd, (long)&now_ns, sizeof(now_ns));
}

static inline uint64_t child_now_ns(void)
{
	struct timespec ts;

	child_call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&ts, 0);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

_Noreturn static inline void child_exit(void)
{
	for (;;)
		child_call(SYS_exit_group, 0, 0, 0);
}

#endif
