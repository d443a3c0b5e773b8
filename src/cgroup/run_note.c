/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cgroup/run_note.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "cgroup/run_name.h"
#include "cgroup/controller_list.h"

static const char *const keys[] = {"user.cgchurn.enabled", "trusted.cgchurn.enabled"};
enum { N_KEYS = sizeof(keys) / sizeof(keys[0]), NOTE_SIZE = 256 };

int run_note_write(int fd, const char *controllers)
{
	for (int i = 0; i < N_KEYS; i++)
		if (fsetxattr(fd, keys[i], controllers, strlen(controllers), 0) == 0)
			return 0;
	return -errno;
}

void run_note_read(int fd, char *ret, size_t size)
{
	ssize_t n = -1;

	for (int i = 0; i < N_KEYS && n < 0; i++)
		n = fgetxattr(fd, keys[i], ret, size - 1);
	ret[n < 0 ? 0 : n] = '\0';
}

void run_note_remove(int fd)
{
	for (int i = 0; i < N_KEYS; i++)
		fremovexattr(fd, keys[i]);
}

static bool is_on(int parent_fd, const char *name, const char *controller)
{
	_cleanup_fd int fd =
		openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char text[NOTE_SIZE];

	if (fd < 0)
		return false;
	run_note_read(fd, text, sizeof(text));
	return controller_list_have(text, controller);
}

bool run_note_found(int parent_fd, const char *controller)
{
	int own = openat(parent_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_dir DIR *dir = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;
	uint64_t start;
	pid_t pid;

	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && run_name_parse(entry->d_name, &pid, &start) == 0 &&
		    is_on(parent_fd, entry->d_name, controller))
			return true;
	return false;
}
