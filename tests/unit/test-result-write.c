/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <unistd.h>

#include "fake-result.h"
#include "json/read.h"
#include "result/json.h"

/* Strict reading of what was written, for looking into it. */
struct written {
	char *text;
	struct json_doc doc;
	struct json_at root;
	struct err e;
};

static void write_fake(struct written *w)
{
	struct result *r = fake_result(7);
	size_t size;

	*w = (struct written){0};
	assert_int_equal(result_to_json(r, &w->text, &size), 0);
	result_destroy(r);
	if (json_doc_init(&w->doc, w->text, size, "written", &w->e) < 0)
		fail_msg("%s", w->e.text);
	w->root = json_root(&w->doc, &w->e);
}

static void finish(struct written *w)
{
	json_doc_finish(&w->doc);
	free(w->text);
}

/* "runs.0.workload": the value there; fails where there is none. */
static struct json_object *value_at(const struct written *w, const char *path)
{
	struct json_object *value = w->doc.root;
	char copy[256], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *part = strtok_r(copy, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
		if (json_object_is_type(value, json_type_array))
			value = json_object_array_get_idx(value, strtoul(part, NULL, 10));
		else if (!json_object_object_get_ex(value, part, &value))
			fail_msg("nothing at %s: no %s", path, part);
	}
	return value;
}

static void assert_text(const struct written *w, const char *path, const char *expected)
{
	assert_string_equal(json_object_to_json_string_ext(value_at(w, path),
							   JSON_C_TO_STRING_PLAIN |
								   JSON_C_TO_STRING_NOSLASHESCAPE),
			    expected);
}

static void test_keys(void **state)
{
	struct written w;

	write_fake(&w);
	assert_text(&w, "schema", "\"" RESULT_SCHEMA "\"");
	assert_text(&w, "tool", "{\"name\":\"cgchurn\",\"version\":\"0.1.0\"}");
	assert_text(&w, "seed", "18446744073709551615");
	assert_text(&w, "sequence", "{\"block\":2,\"position\":1}");
	assert_text(&w, "instrument",
		    "{\"clock_ns\":21.3,\"null_step_ns\":55.1,\"record_ns\":3.2}");
	assert_text(&w, "host/kernel/release", "\"6.18.0\"");
	assert_text(&w, "host/kernel/hz", "null");
	assert_text(&w, "host/lock/patch_present", "true");
	assert_text(&w, "host/lock/regime", "\"global\"");
	assert_text(&w, "host/accelerator", "\"kvm\"");
	assert_text(&w, "runs/0/workload/spec", FAKE_SPEC);
	assert_text(&w, "runs/0/trials/2/valid", "false");
	assert_text(&w, "runs/0/trials/0/env/throttled_ns", "null");
	assert_text(&w, "runs/0/trials/0/env/psi_cpu_ns", "123000");
	finish(&w);
}

static void test_series(void **state)
{
	struct written w;

	write_fake(&w);
	assert_text(&w, "runs/0/trials/0/series/4/time", "\"response\"");
	assert_text(&w, "runs/0/trials/0/series/4/errors", "{\"EAGAIN\":2,\"errno 4711\":1}");
	assert_text(&w, "runs/0/trials/0/series/4/rate_per_s", "20");
	assert_text(&w, "runs/0/trials/0/series/4/absent_percentiles",
		    "{\"1\":\"needs 1000 samples, there are 100\","
		    "\"95\":\"needs 200 samples, there are 100\","
		    "\"99\":\"needs 1000 samples, there are 100\","
		    "\"99.9\":\"needs 10000 samples, there are 100\","
		    "\"99.99\":\"needs 100000 samples, there are 100\"}");
	assert_int_equal(
		json_object_object_length(value_at(&w, "runs/0/trials/0/series/4/percentiles_ns")),
		5);
	assert_text(&w, "runs/0/trials/0/series/5/histogram/encoding",
		    "\"" RESULT_HISTOGRAM_ENCODING "\"");
	assert_int_equal(
		json_object_array_length(value_at(&w, "runs/0/trials/0/series/0/intervals/counts")),
		RECORDER_INTERVALS);
	finish(&w);
}

/* A kernel's command line may hold any bytes, the file may not. */
static void test_repaired_string(void **state)
{
	struct written w;

	write_fake(&w);
	assert_string_equal(json_object_get_string(value_at(&w, "host/kernel/cmdline")),
			    "root=/dev/vda ro label=\xef\xbf\xbd\"quoted\"");
	finish(&w);
}

/* What is not a number has no place in JSON. */
static void test_not_a_number(void **state)
{
	struct result *r = fake_result(7);
	char *text;
	size_t size;

	r->instrument.clock_ns = NAN;
	r->instrument.record_ns = INFINITY;
	assert_int_equal(result_to_json(r, &text, &size), 0);
	assert_non_null(strstr(text, "\"clock_ns\": null"));
	assert_non_null(strstr(text, "\"record_ns\": null"));
	free(text);
	result_destroy(r);
}

static void test_replaces_the_file(void **state)
{
	char path[] = "/tmp/cgchurn-test-XXXXXX", file[64], *text;
	struct result *r = fake_result(7);
	struct err e = {0};
	struct stat st;
	size_t size;

	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/result.json", path);
	assert_int_equal(result_to_json(r, &text, &size), 0);
	free(text);
	assert_int_equal(result_write(r, file, &e), 0);
	assert_int_equal(result_write(r, file, &e), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_size, size);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(path), 0); /* no temporary file is left */
	assert_true(result_write(r, file, &e) < 0);
	assert_int_equal(e.exit_code, EXIT_FAULT);
	assert_non_null(strstr(e.text, file));
	result_destroy(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_repaired_string),
		cmocka_unit_test(test_not_a_number),
		cmocka_unit_test(test_replaces_the_file),
	};

	return cmocka_run_group_tests_name("result-write", tests, NULL, NULL);
}
