/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seccomp profile of a container runtime. */
#include "fuzz.h"
#include "seccomp/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sandbox_filter filter = {0};
	struct err e = {0};
	int r = sandbox_profile_compile((const char *)data, size, "fuzz", &filter, &e);

	FUZZ_CHECK(r <= 0);
	if (r < 0)
		FUZZ_CHECK(e.text[0] && e.exit_code == EXIT_USAGE);
	else
		FUZZ_CHECK(filter.n > 0 && filter.instructions);
	sandbox_filter_finish(&filter);
	return 0;
}
