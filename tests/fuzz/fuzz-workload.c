/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A workload, and behind a NUL what --set is given. What is taken is written as a spec, which must
 * be taken again and mean the same.
 */
#include <string.h>

#include "fuzz.h"
#include "stressor/stressor.h"
#include "workload/workload.h"

static void check_spec(const struct workload *w)
{
	struct workload_primary primaries[WORKLOAD_PRIMARIES_MAX];
	struct workload *again = NULL;
	struct err e = {0};
	size_t n = 0;

	FUZZ_CHECK(workload_parse(w->spec, strlen(w->spec), "spec", stressor_kinds(), NULL, &again,
				  &e) == 0);
	FUZZ_CHECK(strcmp(w->sha256, again->sha256) == 0);
	workload_destroy(again);
	FUZZ_CHECK(workload_primaries_from_spec(w->spec, primaries, &n, &e) == 0);
	FUZZ_CHECK(n == w->n_primaries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *nul = memchr(text, '\0', size);
	char *set = nul ? strndup(nul + 1, size - (size_t)(nul + 1 - text)) : NULL;
	const char *sets[] = {set};
	struct workload_overrides overrides = {.sets = sets, .n_sets = set != NULL};
	struct workload *w = NULL;
	struct err e = {0};
	int r = workload_parse(text, nul ? (size_t)(nul - text) : size, "fuzz", stressor_kinds(),
			       &overrides, &w, &e);

	FUZZ_CHECK(r <= 0);
	/* Who is refused is told why, and that it is the input's fault. */
	if (r < 0)
		FUZZ_CHECK(e.text[0] && e.exit_code == EXIT_USAGE);
	else
		check_spec(w);
	workload_destroy(w);
	free(set);
	return 0;
}
