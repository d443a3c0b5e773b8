/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "result/hdr.h"

static void assert_same_back(const struct sparse_histogram *h)
{
	struct sparse_histogram back = {0};
	const char *found = NULL;
	char *text = hdr_encode(h);

	assert_non_null(text);
	assert_int_equal(hdr_decode(text, &back, &found), 0);
	assert_int_equal(back.n, h->n);
	for (size_t i = 0; i < h->n; i++) {
		assert_int_equal(back.indices[i], h->indices[i]);
		assert_int_equal(sparse_histogram_bucket(&back, i), sparse_histogram_bucket(h, i));
	}
	sparse_histogram_finish(&back);
	free(text);
}

/* Each count is a word of another length; the gaps between buckets, too. */
static void test_round_trip(void **state)
{
	struct sparse_histogram h = {0};
	struct rng rng;

	assert_same_back(&h);
	rng_init(&rng, 1, 0);
	for (size_t round = 0; round < 200; round++) {
		size_t step = 1 + round % 60, n = 0;

		assert_int_equal(sparse_histogram_init(&h, HISTOGRAM_BUCKETS), 0);
		for (size_t i = round % 3; i < HISTOGRAM_BUCKETS; i += 1 + rng_below(&rng, step)) {
			h.indices[n] = (uint16_t)i;
			h.wide[n++] = 1 + (rng_below(&rng, INT64_MAX) >> rng_below(&rng, 63));
		}
		h.n = n;
		assert_same_back(&h);
		sparse_histogram_finish(&h);
	}
}

static void test_refusals(void **state)
{
	struct sparse_histogram h = {0}, back = {0};
	const char *found;
	char *text = hdr_encode(&h);
	size_t length = strlen(text);

	assert_int_equal(hdr_decode("", &back, &found), -EINVAL);
	assert_string_equal(found, "another encoding");
	assert_int_equal(hdr_decode("AAA", &back, &found), -EINVAL);
	assert_string_equal(found, "no base64");
	assert_int_equal(hdr_decode("AA\xff=", &back, &found), -EINVAL);
	assert_string_equal(found, "no base64");
	assert_int_equal(hdr_decode("AAAAAAAAAAA=", &back, &found), -EINVAL);
	assert_string_equal(found, "another encoding");
	/* Whatever one byte becomes: refused, or read as something that is in order. */
	for (size_t i = 0; i < length; i++)
		for (int c = 1; c < 256; c++) {
			char *changed = strdup(text);

			changed[i] = (char)c;
			if (hdr_decode(changed, &back, &found) == 0)
				sparse_histogram_finish(&back);
			assert_null(back.indices);
			free(changed);
		}
	for (size_t i = 0; i < length; i++) {
		char *cut = strndup(text, i);

		assert_int_equal(hdr_decode(cut, &back, &found), -EINVAL);
		free(cut);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("result-hdr", tests, NULL, NULL);
}
