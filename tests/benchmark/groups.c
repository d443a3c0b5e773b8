/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * groups FOLDER [PAIRS]: 10 000 nested groups made and removed in FOLDER, a folder of a cgroup v2
 * mount, by cgchurn's tree against a plain loop that makes the same tree by paths. They take turns,
 * and the kernel has let go of the one's groups before the other begins. Then 200 groups by
 * cgcreate and cgdelete one by one, for the scale. Exit 1 where cgchurn takes more than 1.3 times
 * the loop's time, or is less than ten times as fast as cgcreate and cgdelete a group.
 */
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cgroup/group.h"
#include "cgroup/tree.h"
#include "stats/order.h"

enum { DEPTH = 4, FANOUT = 10, PAIRS_MAX = 100, TOOL_GROUPS = 200 };

static uint64_t deadline(void)
{
	return clock_now_ns() + 60 * NS_PER_S;
}

static void drain(int fd)
{
	if (group_wait_dying(fd, deadline()) < 0)
		exit(2);
}

static uint64_t plain_make(char *path, int level)
{
	size_t length = strlen(path);
	uint64_t n = 1;

	if (mkdir(path, 0755) < 0)
		exit(2);
	for (int i = 0; level < DEPTH && i < FANOUT; i++) {
		sprintf(path + length, "/%d", i);
		n += plain_make(path, level + 1);
	}
	path[length] = '\0';
	return n;
}

static void plain_remove(char *path, int level)
{
	size_t length = strlen(path);

	for (int i = 0; level < DEPTH && i < FANOUT; i++) {
		sprintf(path + length, "/%d", i);
		plain_remove(path, level + 1);
	}
	path[length] = '\0';
	if (rmdir(path) < 0)
		exit(2);
}

static double plain_ns(const char *folder)
{
	char path[PATH_MAX];
	uint64_t start = clock_now_ns(), n;

	snprintf(path, sizeof(path), "%s/plain", folder);
	n = plain_make(path, 0);
	plain_remove(path, 0);
	return (double)(clock_now_ns() - start) / (double)n;
}

static double tree_ns(int fd)
{
	struct tree_spec spec = {.depth = DEPTH, .fanout = FANOUT};
	struct tree tree;
	uint64_t start = clock_now_ns(), n;

	if (tree_create(fd, "tree", &spec, &tree, NULL) < 0)
		exit(2);
	n = tree.n_groups;
	if (tree_remove(&tree, deadline()) < 0)
		exit(2);
	return (double)(clock_now_ns() - start) / (double)n;
}

static void call(const char *program, const char *group)
{
	extern char **environ;
	char *const argv[] = {(char *)program, (char *)"-g", (char *)group, NULL};
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, program, NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		exit(3);
}

/* libcgroup's own tools know v2 groups by a controller; the first that FOLDER has. */
static double tools_ns(int fd, const char *name)
{
	char controllers[256] = "", group[PATH_MAX];
	int file = openat(fd, "cgroup.controllers", O_RDONLY | O_CLOEXEC);
	uint64_t start;

	if (file < 0 || read(file, controllers, sizeof(controllers) - 1) <= 1)
		return 0;
	close(file);
	controllers[strcspn(controllers, " \n")] = '\0';
	start = clock_now_ns();
	for (int remove = 0; remove < 2; remove++)
		for (int i = 0; i < TOOL_GROUPS; i++) {
			snprintf(group, sizeof(group), "%s:%s-%d", controllers, name, i);
			call(remove ? "cgdelete" : "cgcreate", group);
		}
	return (double)(clock_now_ns() - start) / TOOL_GROUPS;
}

int main(int argc, char **argv)
{
	double ratios[PAIRS_MAX], ours[PAIRS_MAX], plain[PAIRS_MAX], tools, ratio;
	size_t pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 7;
	char name[64];
	int fd;

	if (argc < 2 || pairs < 1 || pairs > PAIRS_MAX)
		return 2;
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	for (size_t i = 0; i < pairs; i++) {
		if (i % 2)
			plain[i] = plain_ns(argv[1]);
		drain(fd);
		ours[i] = tree_ns(fd);
		drain(fd);
		if (i % 2 == 0)
			plain[i] = plain_ns(argv[1]);
		drain(fd);
		ratios[i] = ours[i] / plain[i];
	}
	ratio = order_median(ratios, pairs);
	printf("making and removing one of 11 111 nested groups: cgchurn %.1f us, plain loop %.1f "
	       "us; "
	       "ratio %.2f (bound 1.3)\n",
	       order_median(ours, pairs) / 1e3, order_median(plain, pairs) / 1e3, ratio);
	snprintf(name, sizeof(name), "cgchurn-tools-%d", getpid());
	tools = tools_ns(fd, name);
	if (tools > 0)
		printf("cgcreate and cgdelete of one group: %.0f us, %.0f times as long (bound "
		       "10)\n",
		       tools / 1e3, tools / order_median(ours, pairs));
	else
		puts("cgcreate and cgdelete: not compared, no controller in v2 here");
	return ratio > 1.3 || (tools > 0 && tools / order_median(ours, pairs) < 10);
}
