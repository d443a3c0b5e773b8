/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures from one process to the other: what is written is read back, all else is refused. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/picture.h"

static char *written(size_t *ret_size)
{
	struct picture p = {.kind = PICTURE_TIMELINE};
	char *bytes = NULL;
	FILE *to = open_memstream(&bytes, ret_size);
	struct picture_series *s = picture_add_series(&p, PICTURE_LINE, 3);

	assert_non_null(to);
	assert_non_null(s);
	assert_int_equal(picture_add_point(s, 1, 2.5), 0);
	assert_int_equal(picture_add_point(s, NAN, 1), 0); /* left out */
	assert_int_equal(picture_add_point(s, 2, 1e9), 0);
	assert_non_null(picture_add_series(&p, PICTURE_MARK, PICTURE_COLOURS + 1));
	picture_write(&p, to);
	fclose(to);
	picture_finish(&p);
	return bytes;
}

static void test_round_trip(void **state)
{
	struct picture p;
	size_t size;
	char *bytes = written(&size);
	const char *at = bytes;

	assert_int_equal(picture_read(&at, bytes + size, &p), 0);
	assert_ptr_equal(at, bytes + size);
	assert_int_equal(p.kind, PICTURE_TIMELINE);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.series[0].n, 2);
	assert_int_equal(p.series[0].colour, 3);
	assert_true(p.series[0].points[1].x == 2 && p.series[0].points[1].y == 1e9);
	assert_int_equal(p.series[1].style, PICTURE_MARK);
	assert_int_equal(p.series[1].colour, 1);
	picture_finish(&p);
	free(bytes);
}

/* Every byte changed, every length cut: read or refused, never anything else. */
static void test_broken(void **state)
{
	size_t size;
	char *bytes = written(&size);

	for (size_t cut = 0; cut < size; cut++) {
		const char *at = bytes;
		struct picture p;

		assert_int_equal(picture_read(&at, bytes + cut, &p), -EPROTO);
	}
	for (size_t i = 0; i < size; i++) {
		char kept = bytes[i];
		const char *at = bytes;
		struct picture p;

		bytes[i] = (char)~kept;
		if (picture_read(&at, bytes + size, &p) == 0) {
			assert_in_range(p.kind, 0, PICTURE_KINDS - 1);
			picture_finish(&p);
		}
		bytes[i] = kept;
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
