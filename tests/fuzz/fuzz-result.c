/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result. What is taken is written, and what was written is taken and written alike. */
#include <string.h>

#include "fuzz.h"
#include "result/json.h"
#include "result/table.h"

static void print(const struct result *r)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	FUZZ_CHECK(to);
	result_print_table(r, to, true);
	fclose(to);
	free(text);
}

static void check_round_trip(const struct result *r)
{
	char *first = NULL, *second = NULL;
	size_t first_size, second_size;
	struct result *again = NULL;
	struct err e = {0};

	FUZZ_CHECK(result_to_json(r, &first, &first_size) == 0);
	if (result_from_json(first, first_size, "written", &again, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		FUZZ_CHECK(!"what was written is refused");
	}
	FUZZ_CHECK(result_to_json(again, &second, &second_size) == 0);
	FUZZ_CHECK(first_size == second_size && memcmp(first, second, first_size) == 0);
	result_destroy(again);
	free(first);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result *result = NULL;
	struct err e = {0};
	int r = result_from_json((const char *)data, size, "fuzz", &result, &e);

	FUZZ_CHECK(r <= 0);
	if (r < 0) {
		FUZZ_CHECK(e.text[0] && e.exit_code == EXIT_USAGE);
		return 0;
	}
	check_round_trip(result);
	print(result);
	result_destroy(result);
	return 0;
}
