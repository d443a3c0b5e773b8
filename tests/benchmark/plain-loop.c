/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain-loop METHOD CPU SECONDS [CHILD]: the plainest loop that makes processes, to hold cgchurn's
 * storms against. Nothing is timed in it but the whole. Prints operations per second.
 *
 * METHOD is fork, vfork, clone3, vm-vfork, posix_spawn or thread; CHILD is the program that
 * posix_spawn starts.
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over;
static char *child_program;
static _Alignas(16) char child_stack[65536];

static void on_alarm(int signal)
{
	over = 1;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void wait_for(pid_t pid)
{
	if (pid < 0)
		exit(1);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void loop_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	wait_for(pid);
}

static void loop_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	wait_for(pid);
}

static void loop_clone3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	wait_for(pid);
}

static int vm_child(void *argument)
{
	_exit(0);
}

static void loop_vm_vfork(void)
{
	wait_for(clone(vm_child, child_stack + sizeof(child_stack),
		       CLONE_VM | CLONE_VFORK | SIGCHLD, NULL));
}

static void loop_posix_spawn(void)
{
	char *const argv[] = {child_program, NULL}, *const environment[] = {NULL};
	pid_t pid;

	if (posix_spawn(&pid, child_program, NULL, NULL, argv, environment) != 0)
		exit(1);
	wait_for(pid);
}

static void *thread_body(void *argument)
{
	return NULL;
}

static void loop_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_body, NULL) != 0)
		exit(1);
	pthread_join(thread, NULL);
}

static const struct {
	const char *name;
	void (*loop)(void);
} methods[] = {
	{"fork", loop_fork},
	{"vfork", loop_vfork},
	{"clone3", loop_clone3},
	{"vm-vfork", loop_vm_vfork},
	{"posix_spawn", loop_posix_spawn},
	{"thread", loop_thread},
};

static double measure(void (*loop)(void), double seconds)
{
	struct itimerval timer = {
		.it_value = {.tv_sec = (time_t)seconds,
			     .tv_usec = (suseconds_t)(1e6 * (seconds - (double)(time_t)seconds))}};
	uint64_t n = 0;
	double start;

	over = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
	start = now();
	for (; !over; n++)
		loop();
	return (double)n / (now() - start);
}

int main(int argc, char **argv)
{
	cpu_set_t set;

	if (argc < 4)
		return 2;
	child_program = argv[4];
	CPU_ZERO(&set);
	CPU_SET(atoi(argv[2]), &set);
	sched_setaffinity(0, sizeof(set), &set);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm, .sa_flags = SA_RESTART},
		  NULL);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, argv[1]) == 0) {
			measure(methods[i].loop, 0.2);
			printf("%.1f\n", measure(methods[i].loop, atof(argv[3])));
			return 0;
		}
	return 2;
}
