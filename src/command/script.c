/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/script.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"

int script_execute(char **argv, struct err *e)
{
	char built[NAME_MAX], installed[PATH_MAX], path[PATH_MAX], own[PATH_MAX];
	int r;

	snprintf(built, sizeof(built), "../scripts/%s", argv[0]);
	snprintf(installed, sizeof(installed), "%s/%s", CGCHURN_PKGLIBEXECDIR, argv[0]);
	r = io_find_own(built, installed, path);
	if (r < 0) {
		err_sys(e, EXIT_CANNOT, -r, "cannot find %s", path);
		err_hint(e, "It belongs to cgchurn; `meson install` puts it there.");
		return r;
	}
	io_own_path(own);
	/* Python must not write compiled modules beside ours: nothing would remove them. */
	if (setenv("CGCHURN", own, 1) < 0 || setenv("PYTHONDONTWRITEBYTECODE", "1", 0) < 0)
		return err_no_memory(e);
	argv[0] = path;
	execv(path, argv);
	r = err_sys(e, EXIT_CANNOT, errno, "cannot execute %s", path);
	if (r == -ENOENT)
		err_hint(e, "Its interpreter is missing: install Python 3.");
	return r;
}
