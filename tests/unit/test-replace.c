/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of what a user names to write to: files are replaced, all else is written to. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/replace.h"

/* A scratch folder, and the paths in it that a test works with. */
struct scratch {
	char folder[32], file[64], link[64], text[256];
};

static void scratch_init(struct scratch *s)
{
	strcpy(s->folder, "/tmp/cgchurn-test-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->file, sizeof(s->file), "%s/a", s->folder);
	snprintf(s->link, sizeof(s->link), "%s/link", s->folder);
}

/* Nothing temporary stays behind. */
static void scratch_finish(struct scratch *s)
{
	unlink(s->file);
	unlink(s->link);
	assert_int_equal(rmdir(s->folder), 0);
}

static const char *text_of(struct scratch *s, const char *path)
{
	assert_true(io_read_attr(AT_FDCWD, path, s->text, sizeof(s->text)) >= 0);
	return s->text;
}

static mode_t type_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & S_IFMT;
}

static void test_a_file(void **state)
{
	struct stat before, after;
	struct scratch s;

	scratch_init(&s);
	assert_int_equal(io_replace_file(s.file, "old", 3), 0);
	assert_int_equal(stat(s.file, &before), 0);
	assert_int_equal(io_replace_file(s.file, "new!", 4), 0);
	assert_int_equal(stat(s.file, &after), 0);
	assert_string_equal(text_of(&s, s.file), "new!");
	assert_true(before.st_ino != after.st_ino);
	assert_true(io_is_replaced(s.file));
	assert_int_equal(io_replace_file(s.folder, "x", 1), -EISDIR);
	scratch_finish(&s);
	assert_int_equal(io_replace_file(s.file, "x", 1), -ENOENT);
}

/* The link stays, and what it leads to is replaced, also where there is nothing yet. */
static void test_through_link(void **state)
{
	struct scratch s;

	scratch_init(&s);
	assert_int_equal(symlink("a", s.link), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(io_is_replaced(s.link));
		assert_int_equal(io_replace_file(s.link, i ? "new" : "old", 3), 0);
		assert_string_equal(text_of(&s, s.file), i ? "new" : "old");
		assert_int_equal(type_of(s.link), S_IFLNK);
	}
	unlink(s.file);
	assert_int_equal(symlink("link", s.file), 0);
	assert_int_equal(io_replace_file(s.link, "x", 1), -ELOOP);
	scratch_finish(&s);
}

/* Where everybody may make links, somebody else's must not lead the write elsewhere. */
static void test_planted_link(void **state)
{
	struct scratch s;

	if (geteuid() != 0)
		skip();
	scratch_init(&s);
	assert_int_equal(io_replace_file(s.file, "old", 3), 0);
	assert_int_equal(symlink(s.file, s.link), 0);
	assert_int_equal(lchown(s.link, 65534, 65534), 0);
	assert_int_equal(chmod(s.folder, 01777), 0);
	assert_int_equal(io_replace_file(s.link, "new", 3), -EACCES);
	assert_string_equal(text_of(&s, s.file), "old");
	assert_int_equal(chmod(s.folder, 0755), 0);
	assert_int_equal(io_replace_file(s.link, "new", 3), 0);
	scratch_finish(&s);
}

/* As root `-o FIFO` or `-o /dev/null` would otherwise leave a file in its place. */
static void test_no_fifo(void **state)
{
	char got[4] = "";
	struct scratch s;
	int fd;

	scratch_init(&s);
	assert_int_equal(mkfifo(s.file, 0600), 0);
	assert_int_equal(symlink(s.file, s.link), 0);
	assert_int_equal(io_replace_file(s.link, "x", 1), -ENXIO);
	fd = open(s.file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_false(io_is_replaced(s.link));
	assert_int_equal(io_replace_file(s.link, "x", 1), 0);
	assert_int_equal(io_replace_file(s.file, "yz", 2), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 3);
	assert_memory_equal(got, "xyz", 3);
	close(fd);
	assert_int_equal(type_of(s.file), S_IFIFO);
	assert_int_equal(type_of(s.link), S_IFLNK);
	scratch_finish(&s);
}

/* What /dev/stdout is: a link into /proc/self/fd. It gets what is written, where it stands. */
static void test_no_descriptor(void **state)
{
	struct scratch s;
	char target[48];
	int fd, ends[2];

	scratch_init(&s);
	fd = open(s.file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	assert_int_equal(symlink(target, s.link), 0);
	assert_int_equal(write(fd, "head ", 5), 5);
	assert_false(io_is_replaced(s.link));
	assert_int_equal(io_replace_file(s.link, "and ", 4), 0);
	assert_int_equal(io_replace_file(target, "tail", 4), 0);
	assert_string_equal(text_of(&s, s.file), "head and tail");
	assert_int_equal(type_of(s.link), S_IFLNK);
	close(fd);
	/* A pipe, which could be opened anew, and a socket, which could not. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	snprintf(target, sizeof(target), "/dev/fd/%d", ends[0]);
	assert_int_equal(io_replace_file(target, "x", 1), 0);
	assert_int_equal(read(ends[1], target, sizeof(target)), 1);
	close(ends[0]);
	close(ends[1]);
	/* What else /proc links to is nothing to write to. */
	assert_int_equal(io_replace_file("/proc/self/exe", "x", 1), -EOPNOTSUPP);
	scratch_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file),        cmocka_unit_test(test_through_link),
		cmocka_unit_test(test_planted_link),  cmocka_unit_test(test_no_fifo),
		cmocka_unit_test(test_no_descriptor),
	};

	return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
