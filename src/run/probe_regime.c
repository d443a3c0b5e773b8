/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/probe_regime.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "cgroup/group.h"
#include "cgroup/refusal.h"
#include "host/probe.h"

static const char *const names[2] = {"probe-a", "probe-b"};
enum { REMOVE_SECONDS = 5 };

static int make_group(int parent, const char *name, struct err *e)
{
	int fd;

	if (mkdirat(parent, name, 0755) < 0)
		return refusal_of_group(parent, name, errno, e);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, EXIT_FAULT, errno, "opening the group %s", name) : fd;
}

static int probe_in(int parent, int signal_fd, struct probe_samples *ret, struct err *e)
{
	_cleanup_fd int a = make_group(parent, names[0], e), b = -1;

	if (a < 0)
		return a;
	b = make_group(parent, names[1], e);
	return b < 0 ? b : probe_run(a, b, signal_fd, ret, e);
}

int session_probe_regime(struct session *s, struct host *h, struct err *e)
{
	struct probe_samples samples;
	struct probe_verdict verdict;
	int r = probe_in(s->group.fd, s->signal_fd, &samples, e);

	for (size_t i = 0; i < 2; i++)
		group_remove_all(s->group.fd, names[i], clock_now_ns() + REMOVE_SECONDS * NS_PER_S);
	if (r < 0)
		return r;
	probe_judge(&samples, &verdict);
	return host_judge_lock(h, &verdict, e);
}
