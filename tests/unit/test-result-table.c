/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/escape.h"
#include "fake-result.h"
#include "result/table.h"

static char *table_of(const struct result *r, bool colour)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	result_print_table(r, to, colour);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void assert_contains(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		print_error("%s\nlacks: ", text);
	if (!found)
		fputs(part, stderr);
	assert_true(found);
}

static void assert_lines_fit(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n > TEXT_COLUMNS)
			fail_msg("%zu columns: %.*s", n, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void assert_contains_line(const char *text, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	assert_contains(text, whole);
}

/* The figures are those of the trials that count; 200 samples support a p90 and no p99. */
static void test_rows(void **state)
{
	struct result *r = fake_result(1);
	char *text = table_of(r, false);

	assert_contains_line(text, "actor     span   time       count  rate/s     p50     p90     "
				   "p99   p99.9     max  errors  spread");
	assert_contains(text, "\nstorm     spawn  service   40 000   4 000  61.");
	assert_contains(text, "\nmigrator  write  response     200    20.0  6.");
	assert_contains(text, "ms       -       -  ");
	assert_contains(text,
			"\nidle      step   service        0    0.00       -       -       -  "
			"     -       -       0       -\n");
	assert_contains(text, "2 trials of 5.00 s, pooled, 1 more not valid, 4 planned; 13 groups; "
			      "controllers pids");
	assert_lines_fit(text);
	free(text);
	result_destroy(r);
}

static void test_notes(void **state)
{
	struct result *r = fake_result(1);
	char *text = table_of(r, false);

	assert_contains(text,
			"  migrator: a p99 needs 1 000 samples: windows of 50.0 s together at "
			"20.0/s (here 10.0 s).\n");
	assert_contains(text, "  migrator: of 208 planned starts 6 late, 2 missed.\n");
	assert_contains(text, "  migrator write: 6 of 206 failed: 4 EAGAIN, 2 errno 4711.\n");
	assert_contains(text, "  Trial 3 is not valid: the hypervisor stole 3.0 % of the CPU");
	assert_contains(text, "  Not enabled: memory: not available");
	assert_null(strstr(text, "storm: a p99"));
	free(text);
	result_destroy(r);
}

/* One share where all trials round to it. */
static void test_foreign(void **state)
{
	struct result *r = fake_result(1);
	char *text;

	for (size_t i = 0; i < r->runs[0].n_trials; i++) {
		r->runs[0].trials[i].env.has_cpu = true;
		r->runs[0].trials[i].env.own_cpu_ns = 9;
		r->runs[0].trials[i].env.foreign_cpu_ns = 91;
	}
	text = table_of(r, false);
	assert_contains(text, "others had 91 % (the");
	free(text);
	result_destroy(r);
}

/* One start in 20 ms is no 50 a second where 20 are planned. */
static void test_planned_rate(void **state)
{
	struct result *r = fake_result(1);
	struct result_run *run = &r->runs[0];
	char *text;

	r->host.cpu_count = 4;
	free(run->spec);
	run->spec = fake_text("{\"actors\": [{\"name\": \"migrator\", \"workers\": 2, \"arrival\": "
			      "{\"kind\": \"paced\", \"per_second\": 5}}]}");
	text = table_of(r, false);
	assert_contains(text, "  migrator: a p99 needs 1 000 samples: windows of 100 s together at "
			      "10.0/s (here 10.0 s).\n");
	free(text);
	result_destroy(r);
}

static void test_header(void **state)
{
	struct result *r = fake_result(1);
	char *text;

	free(r->host.accelerator);
	r->host.accelerator = fake_text("tcg");
	r->attributed = true;
	text = table_of(r, false);
	assert_contains(text, "kernel      6.18.0 ");
	assert_contains(text, "per-threadgroup patch:\n            present");
	assert_contains(text, "lock        global (the default");
	assert_contains(text, "certain: paced migrations wait");
	assert_contains(text, "absolute times mean nothing");
	assert_contains(text, "incomplete  ");
	assert_contains(text, "attributed  ");
	assert_lines_fit(text);
	free(text);
	result_destroy(r);
}

/* What times by that clock are is said in place of what emulation makes of the host's. */
static void test_instruction_clock(void **state)
{
	struct result *r = fake_result(1);
	char *text;

	free(r->host.accelerator);
	r->host.accelerator = fake_text("tcg");
	free(r->host.clock_kind);
	r->host.clock_kind = fake_text("instructions");
	r->host.clock_emulator = fake_text("QEMU 7.2.22");
	r->host.clock_ns_per_instruction = 2;
	r->host.clock_busy_cpus = 1;
	text = table_of(r, false);
	assert_contains(text, "clock       QEMU 7.2.22, 2 ns an instruction, 1 busy CPU: ");
	assert_contains(text, "do not show caches");
	assert_contains(text, "of 208 planned starts 0 late, 2 missed");
	assert_null(strstr(text, "absolute times mean nothing"));
	assert_lines_fit(text);
	free(text);
	result_destroy(r);
}

/* Where expedited grace periods hide the question, the header says so and what to expect. */
static void test_expedited(void **state)
{
	struct result *r = fake_result(1);
	char *text = table_of(r, false);

	assert_null(strstr(text, "\nRCU "));
	free(text);
	free(r->host.kernel_grace_periods);
	r->host.kernel_grace_periods = fake_text("expedited");
	text = table_of(r, false);
	assert_contains(text,
			"\nRCU         Grace periods are expedited (/sys/kernel/rcu_expedited)");
	assert_contains(text, "Expect");
	assert_lines_fit(text);
	free(text);
	result_destroy(r);
}

/* A result of a machine about which nothing is known, with nothing in it, is still one. */
static void test_empty(void **state)
{
	struct result *r = result_create();
	char *text;

	assert_non_null(r);
	assert_non_null(result_add_run(r));
	text = table_of(r, true);
	assert_contains(text, "unknown");
	assert_contains(text, "0 trials");
	free(text);
	result_destroy(r);
}

static void test_all_invalid(void **state)
{
	struct result *r = fake_result(1);
	char *text;

	r->runs[0].trials[0].valid = r->runs[0].trials[1].valid = false;
	text = table_of(r, false);
	assert_contains(text, "3 trials of 5.00 s");
	assert_contains(text, "No trial is valid");
	assert_contains(text, "  Trial 1 is not valid.\n");
	free(text);
	result_destroy(r);
}

/* The longest names there are cost no column, and what a file says drives no terminal. */
static void test_hostile_text(void **state)
{
	struct result *r = fake_result(1);
	char *text;

	for (size_t i = 0; i < 3; i++) {
		memset(r->runs[0].trials[i].series[0].id.actor, 'a', WORKLOAD_NAME_SIZE - 1);
		memset(r->runs[0].trials[i].series[0].id.span, 's', 31);
	}
	free(r->label);
	r->label = fake_text("\033[2J\xc2\x9b"
			     "2J");
	text = table_of(r, false);
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_contains(text, "~");
	assert_lines_fit(text);
	free(text);
	result_destroy(r);
}

static void test_colour(void **state)
{
	struct result *r = fake_result(1);
	char *text = table_of(r, true);

	assert_contains(text, "\033[1mmigrate-under-fork\033[0m\n");
	free(text);
	result_destroy(r);
}

static void test_dying(void **state)
{
	struct result *r = fake_result(1);
	char *text = table_of(r, false);

	assert_null(strstr(text, "removed"));
	free(text);
	r->runs[0].trials[0].env.dying_groups = 3;
	text = table_of(r, false);
	assert_contains(text, "the kernel kept 3 of its removed groups");
	free(text);
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dying),        cmocka_unit_test(test_rows),
		cmocka_unit_test(test_notes),        cmocka_unit_test(test_planned_rate),
		cmocka_unit_test(test_foreign),      cmocka_unit_test(test_header),
		cmocka_unit_test(test_expedited),    cmocka_unit_test(test_instruction_clock),
		cmocka_unit_test(test_empty),        cmocka_unit_test(test_all_invalid),
		cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_colour),
	};

	return cmocka_run_group_tests_name("result-table", tests, NULL, NULL);
}
