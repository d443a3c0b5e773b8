/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A suite, by way of a file that is none on any disk. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "workload/catalogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("suite", MFD_CLOEXEC);
	struct suite suite = {0};
	struct err e = {0};
	char path[64];
	int r;

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = suite_load(path, &suite, &e);
	FUZZ_CHECK(r <= 0);
	if (r < 0)
		FUZZ_CHECK(e.text[0] && e.exit_code == EXIT_USAGE);
	else
		FUZZ_CHECK(suite.n_workloads > 0 && suite.name[0]);
	suite_finish(&suite);
	close(fd);
	return 0;
}
