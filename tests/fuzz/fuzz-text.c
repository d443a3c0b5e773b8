/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small grammars: numbers, durations, limits of the stress, names of run groups, log lines. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "cgroup/run_group.h"
#include "cgroup/group.h"
#include "fuzz.h"
#include "verify/log.h"
#include "verify/schedule.h"

static void check_limits(const char *text)
{
	char first[SCHEDULE_TEXT_SIZE], second[SCHEDULE_TEXT_SIZE];
	struct schedule_limits limits, again;
	struct err e = {0};

	if (schedule_limits_parse(text, &limits, &e) < 0) {
		FUZZ_CHECK(e.text[0] && e.exit_code == EXIT_USAGE);
		return;
	}
	schedule_limits_format(&limits, first);
	FUZZ_CHECK(schedule_limits_parse(first, &again, &e) == 0);
	schedule_limits_format(&again, second);
	FUZZ_CHECK(strcmp(first, second) == 0);
}

static void check_numbers(const char *text)
{
	char back[NUM_TEXT_SIZE];
	uint64_t u64;
	double number, again;

	if (num_parse_u64(text, &u64) == 0)
		FUZZ_CHECK(text[0] && strspn(text, "0123456789") == strlen(text));
	if (num_parse_duration(text, &u64) == 0)
		FUZZ_CHECK(u64 <= INT64_MAX);
	if (num_parse_double(text, &number) < 0)
		return;
	FUZZ_CHECK(isfinite(number));
	FUZZ_CHECK(num_parse_double(num_format_double(number, back), &again) == 0);
	FUZZ_CHECK(again == number);
}

static void check_words(const char *text)
{
	char word[16], fault[LOG_LINE_SIZE];
	const char *at = text;
	uint64_t start;
	pid_t pid;

	while (controller_list_next(&at, word, sizeof(word)))
		FUZZ_CHECK(word[0] && strlen(word) < sizeof(word));
	if (run_name_parse(text, &pid, &start) == 0)
		FUZZ_CHECK(pid > 0 && strncmp(text, "cgchurn-", 8) == 0);
	if (log_is_fault(text, fault))
		FUZZ_CHECK(fault[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	FUZZ_CHECK(text);
	check_numbers(text);
	check_limits(text);
	check_words(text);
	free(text);
	return 0;
}
