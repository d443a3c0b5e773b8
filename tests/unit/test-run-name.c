/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose run groups are: names, start times, and which groups `cgchurn clean` may take. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "cgroup/run_group.h"
#include "cgroup/group.h"
#include "fake-root.h"

static void test_own_name(void **state)
{
	char name[RUN_GROUP_NAME_SIZE], other[RUN_GROUP_NAME_SIZE];
	uint64_t start, found;
	pid_t pid;

	assert_int_equal(run_group_name(name), 0);
	assert_int_equal(run_group_name(other), 0);
	assert_string_not_equal(name, other);
	assert_int_equal(run_name_parse(name, &pid, &start), 0);
	assert_int_equal(pid, getpid());
	assert_int_equal(run_name_start_time(getpid(), &found), 0);
	assert_int_equal(start, found);
}

static void test_parse(void **state)
{
	static const char *const wrong[] = {
		"",
		"cgchurn-",
		"cgchurn-12",
		"cgchurn-12-34",
		"cgchurn-12-34-",
		"cgchurn-12-34-0123456",
		"cgchurn-12-34-012345678",
		"cgchurn-12-34-0123456G",
		"cgchurn-12-34-0123456F",
		"cgchurn--34-01234567",
		"cgchurn-12--01234567",
		"cgchurn-+12-34-01234567",
		"cgchurn-0-34-01234567",
		"cgchurn-2147483648-34-01234567",
		"cgchurn-12-18446744073709551616-01234567",
		"cgchurn-12-34-01234567.leaf",
		"Cgchurn-12-34-01234567",
		"xcgchurn-12-34-01234567",
	};
	uint64_t start = 77;
	pid_t pid = 77;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (run_name_parse(wrong[i], &pid, &start) != -EINVAL)
			fail_msg("'%s' was taken for a run group", wrong[i]);
		assert_int_equal(pid, 77); /* untouched */
		assert_int_equal(start, 77);
	}
	assert_int_equal(
		run_name_parse("cgchurn-2147483647-18446744073709551615-0123abcf", &pid, &start),
		0);
	assert_int_equal(pid, INT32_MAX);
	assert_true(start == UINT64_MAX);
}

/* A process that has ended and waits to be reaped is no owner any more. */
static void test_zombie(void **state)
{
	uint64_t start;
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_true(pid > 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(run_name_start_time(pid, &start), -ESRCH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(run_name_start_time(pid, &start), -ESRCH);
}

/* A folder of a plain file system that stands for a group's, with these folders in it. */
struct folders {
	struct fake_root disk;
	struct cgroup_root root;
};

static void folders_init(struct folders *f)
{
	fake_root_init(&f->disk);
	f->root = (struct cgroup_root){.fd = open(f->disk.path, O_RDONLY | O_DIRECTORY)};
	assert_true(f->root.fd >= 0);
}

static void folders_add(struct folders *f, const char *name)
{
	assert_int_equal(mkdirat(f->root.fd, name, 0755), 0);
}

static void folders_finish(struct folders *f)
{
	close(f->root.fd);
	fake_root_finish(&f->disk);
}

struct found {
	char names[8][RUN_GROUP_NAME_SIZE];
	int n, end_after;
};

static int note(const char *name, void *opaque)
{
	struct found *found = opaque;

	assert_true(found->n < 8);
	strcpy(found->names[found->n++], name);
	return found->n == found->end_after ? -ECANCELED : 0;
}

static void name_with_start(uint64_t start, char ret[RUN_GROUP_NAME_SIZE])
{
	snprintf(ret, RUN_GROUP_NAME_SIZE, "cgchurn-%d-%llu-00000000", getpid(),
		 (unsigned long long)start);
}

/* The same pid with another start time is somebody else: the pid was given out anew. */
static void test_reused_pid(void **state)
{
	char live[RUN_GROUP_NAME_SIZE], orphan[RUN_GROUP_NAME_SIZE];
	struct found found = {0};
	struct folders f;
	uint64_t start;

	folders_init(&f);
	assert_int_equal(run_name_start_time(getpid(), &start), 0);
	name_with_start(start, live);
	name_with_start(start - 1, orphan);
	folders_add(&f, live);
	folders_add(&f, orphan);
	folders_add(&f, "cgchurn-by-hand");
	folders_add(&f, "system.slice");
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), 0);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.names[0], orphan);
	folders_finish(&f);
}

/* In the child: holds the lock, tells so, and does until it is killed. */
static void hold(int group_fd, int told_fd)
{
	int r = run_name_hold(group_fd);

	alarm(20);
	if (write(told_fd, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	for (;;)
		pause();
}

static pid_t start_holder(int group_fd)
{
	int ends[2], r;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0)
		hold(group_fd, ends[1]);
	/* Else the end of a child that says nothing would not end the read. */
	close(ends[1]);
	assert_int_equal(read(ends[0], &r, sizeof(r)), sizeof(r));
	close(ends[0]);
	assert_true(r >= 0);
	return pid;
}

/*
 * Whose pid is unknown here, as that of another PID namespace is, but who holds the lock, lives.
 * A child of such a one is no owner, whatever it inherited and for however long it lives.
 */
static void check_lock(const char *lock_file)
{
	struct found found = {0};
	struct folders f;
	char name[RUN_GROUP_NAME_SIZE];
	char file[RUN_GROUP_NAME_SIZE + 16];
	pid_t holder, child;
	int fd;

	folders_init(&f);
	name_with_start(1, name);
	snprintf(file, sizeof(file), "%s/%s", name, lock_file);
	fake_root_text(&f.disk, file, "");
	fd = openat(f.root.fd, name, O_RDONLY | O_DIRECTORY);
	holder = start_holder(fd);
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), 0);
	assert_int_equal(found.n, 0);
	assert_int_equal(run_name_hold(fd), -EAGAIN);
	kill(holder, SIGKILL);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
	assert_true(run_name_hold(fd) >= 0);
	child = fork();
	if (child == 0)
		alarm(20);
	while (child == 0)
		pause();
	/* Dropped: any descriptor of the file that is closed does that. */
	close(openat(f.root.fd, file, O_RDONLY));
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), 0);
	assert_int_equal(found.n, 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
	folders_finish(&f);
}

static void test_lock(void **state)
{
	check_lock("cgroup.kill");
	check_lock("cgroup.procs");
}

/* Others may lock what they may read. */
static void test_strangers_lock(void **state)
{
	struct flock read_lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	char name[RUN_GROUP_NAME_SIZE], file[RUN_GROUP_NAME_SIZE + 16];
	struct found found = {0};
	struct folders f;
	int ends[2];
	pid_t pid;

	folders_init(&f);
	name_with_start(1, name);
	snprintf(file, sizeof(file), "%s/cgroup.procs", name);
	fake_root_text(&f.disk, file, "");
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		int group = openat(f.root.fd, name, O_RDONLY | O_DIRECTORY);
		int fd = openat(f.root.fd, file, O_RDONLY);

		alarm(20);
		if (fcntl(fd, F_SETLK, &read_lock) < 0 || flock(group, LOCK_SH) < 0 ||
		    write(ends[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], name, 1), 1);
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), 0);
	assert_int_equal(found.n, 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	folders_finish(&f);
}

/* A leaf is told by the name of its run group, and once only. */
static void test_leaf(void **state)
{
	static const char both[] = "cgchurn-2147483647-1-0000000a",
			  alone[] = "cgchurn-2147483647-1-0000000b";
	struct found found = {0};
	struct folders f;

	folders_init(&f);
	folders_add(&f, "cgchurn-2147483647-1-0000000a");
	folders_add(&f, "cgchurn-2147483647-1-0000000a.leaf");
	folders_add(&f, "cgchurn-2147483647-1-0000000b.leaf");
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), 0);
	assert_int_equal(found.n, 2);
	assert_true(strcmp(found.names[0], both) == 0 || strcmp(found.names[1], both) == 0);
	assert_true(strcmp(found.names[0], alone) == 0 || strcmp(found.names[1], alone) == 0);
	found = (struct found){.end_after = 1};
	assert_int_equal(run_groups_orphaned(&f.root, note, &found), -ECANCELED);
	assert_int_equal(found.n, 1);
	folders_finish(&f);
}

static void test_words(void **state)
{
	const char *at = " cpuset  cpu ";
	char word[8], text[8] = "";

	assert_true(controller_list_have("cpuset cpu io", "cpu"));
	assert_true(controller_list_have("cpu", "cpu"));
	assert_false(controller_list_have("cpuset io", "cpu"));
	assert_false(controller_list_have("xcpu cpux", "cpu"));
	assert_false(controller_list_have("cpu", ""));
	assert_false(controller_list_have("", "cpu"));
	assert_true(controller_list_next(&at, word, sizeof(word)));
	assert_string_equal(word, "cpuset");
	assert_true(controller_list_next(&at, word, sizeof(word)));
	assert_string_equal(word, "cpu");
	assert_false(controller_list_next(&at, word, sizeof(word)));
	controller_list_append(text, sizeof(text), ", ", "ab");
	controller_list_append(text, sizeof(text), ", ", "cdef");
	assert_string_equal(text, "ab, cde");
}

static void test_tree_path(void **state)
{
	char path[TREE_PATH_SIZE];
	uint64_t leaves, groups;

	assert_int_equal(tree_count(0, 0, &leaves, &groups), 0);
	assert_int_equal(leaves, 1);
	assert_int_equal(groups, 1);
	assert_int_equal(tree_count(3, 4, &leaves, &groups), 0);
	assert_int_equal(leaves, 64);
	assert_int_equal(groups, 85);
	assert_int_equal(tree_count(32, 1, &leaves, &groups), 0);
	assert_int_equal(groups, 33);
	assert_int_equal(tree_count(33, 1, &leaves, &groups), -EINVAL);
	assert_int_equal(tree_count(1, 0, &leaves, &groups), -EINVAL);
	assert_int_equal(tree_count(32, 4, &leaves, &groups), -EOVERFLOW);
	tree_leaf_path(0, 0, 0, path);
	assert_string_equal(path, ".");
	tree_leaf_path(3, 4, 63, path);
	assert_string_equal(path, "3/3/3");
	tree_leaf_path(3, 4, 13, path);
	assert_string_equal(path, "0/3/1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_name),  cmocka_unit_test(test_parse),
		cmocka_unit_test(test_zombie),    cmocka_unit_test(test_reused_pid),
		cmocka_unit_test(test_lock),      cmocka_unit_test(test_strangers_lock),
		cmocka_unit_test(test_leaf),      cmocka_unit_test(test_words),
		cmocka_unit_test(test_tree_path),
	};

	return cmocka_run_group_tests_name("run-name", tests, NULL, NULL);
}
