/* SPDX-License-Identifier: GPL-2.0-or-later */
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

static char *printed(struct picture *p)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	picture_print(p, to);
	fclose(to);
	picture_finish(p);
	return text;
}

static void add(struct picture *p, struct picture_series *s, double x, double y)
{
	picture_add_point(p, s, x, y);
	assert_false(p->failed);
}

static void assert_has(const char *text, const char *part)
{
	assert_non_null(text);
	if (!strstr(text, part))
		print_error("%s", text);
	assert_non_null(strstr(text, part));
}

static void test_values_and_ticks(void **state)
{
	struct picture p = {.kind = PICTURE_TIMELINE};
	struct picture_series *s = picture_add_series(&p, PICTURE_POINTS, 3);
	char *text;

	add(&p, s, 1, 20000);
	add(&p, s, NAN, 1); /* left out */
	add(&p, s, 2, 16.2e6);
	assert_int_equal(s->n, 2);
	add(&p, picture_add_series(&p, PICTURE_MARK, PICTURE_COLOURS + 1), 1.5, 0);
	text = printed(&p);
	assert_has(text, "<title>1: 20 us</title>");
	assert_has(text, "<title>2: 16.2 ms</title>");
	assert_has(text, "class=\"mark d1\"");
	assert_has(text, ">100 us</text>");
	assert_has(text, ">10 ms</text>");
	free(text);
}

/* Whatever is drawn: figures that a browser can read, inside of the view box. */
static void assert_in_box(const char *text)
{
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	for (const char *p = text; (p = strstr(p, " cy=\"")); p++) {
		double y = strtod(p + 5, NULL);

		assert_true(y >= 0 && y <= PICTURE_HEIGHT);
	}
	for (const char *p = text; (p = strstr(p, " cx=\"")); p++) {
		double x = strtod(p + 5, NULL);

		assert_true(x >= 0 && x <= PICTURE_WIDTH);
	}
}

/* No point, one, equal ones, zeros, the largest: each kind of picture. */
static void test_odd_data(void **state)
{
	static const double values[] = {0, 1, 1, 5e-324, 1e300, -3, 1.8e19};

	for (int kind = 0; kind < PICTURE_KINDS; kind++)
		for (size_t n = 0; n <= sizeof(values) / sizeof(values[0]); n++) {
			struct picture p = {.kind = (enum picture_kind)kind};
			struct picture_series *s = picture_add_series(&p, PICTURE_LINE, n);
			char *text;

			for (size_t i = 0; i < n; i++)
				add(&p, s, values[i], values[n - 1 - i]);
			text = printed(&p);
			assert_in_box(text);
			assert_has(text, "class=\"frame\"");
			free(text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_and_ticks),
		cmocka_unit_test(test_odd_data),
	};

	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
