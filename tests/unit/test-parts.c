/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans taken apart by the intervals that the kernel's side told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/wait_causes.h"

static void tell(struct part_ring *ring, enum part part, uint64_t begin, uint64_t end)
{
	ring->intervals[ring->written++ % PART_RING_INTERVALS] =
		(struct part_interval){.begin = begin, .length_part = (end - begin) << 8 | part};
}

/* Intervals count for what of them lies in the span; what none covers was running. */
static void test_overlap(void **state)
{
	struct part_ring ring = {0};
	uint64_t ns[PARTS];

	tell(&ring, PART_ASLEEP, 0, 1100);          /* 100 of it */
	tell(&ring, PART_GRACE_PERIOD, 1200, 1500); /* whole */
	tell(&ring, PART_CPU_WAIT, 1500, 1520);
	tell(&ring, PART_GRACE_PERIOD, 1520, 1600);
	tell(&ring, PART_DRAIN, 1990, 5000); /* 10 of it */
	tell(&ring, PART_CGROUP_MUTEX, 6000, 7000);
	assert_true(parts_of(&ring, 0, 1000, 2000, ns));
	assert_int_equal(ns[PART_ASLEEP], 100);
	assert_int_equal(ns[PART_GRACE_PERIOD], 380);
	assert_int_equal(ns[PART_CPU_WAIT], 20);
	assert_int_equal(ns[PART_DRAIN], 10);
	assert_int_equal(ns[PART_CGROUP_MUTEX], 0);
	assert_int_equal(ns[PART_RUNNING], 1000 - 510);
	assert_int_equal(ns[PART_LATE], 0);
}

/* Intervals before `first` belong to earlier steps and are not looked at. */
static void test_first(void **state)
{
	struct part_ring ring = {0};
	uint64_t ns[PARTS];

	tell(&ring, PART_GATE, 1000, 1300);
	tell(&ring, PART_GATE, 1400, 1500);
	assert_true(parts_of(&ring, 1, 1000, 2000, ns));
	assert_int_equal(ns[PART_GATE], 100);
}

/* A child at the gate while its parent waits for it: beside the parts, not among them. */
static void test_children_add_to_nothing(void **state)
{
	struct part_ring ring = {0};
	uint64_t ns[PARTS];

	tell(&ring, PART_CHILD_GATE, 1100, 1600);
	tell(&ring, PART_ASLEEP, 1000, 1900);
	assert_true(parts_of(&ring, 0, 1000, 2000, ns));
	assert_int_equal(ns[PART_CHILD_GATE], 500);
	assert_int_equal(ns[PART_ASLEEP], 900);
	assert_int_equal(ns[PART_RUNNING], 100);
}

static void test_overwritten(void **state)
{
	struct part_ring ring = {0};
	uint64_t ns[PARTS];

	for (uint64_t i = 0; i < PART_RING_INTERVALS; i++)
		tell(&ring, PART_CPU_WAIT, 1000 + i, 1001 + i);
	assert_true(parts_of(&ring, 0, 1000, 2000, ns));
	assert_int_equal(ns[PART_CPU_WAIT], PART_RING_INTERVALS);
	tell(&ring, PART_CPU_WAIT, 1900, 1901);
	assert_false(parts_of(&ring, 0, 1000, 2000, ns));
	assert_true(parts_of(&ring, 1, 1000, 2000, ns));
}

/* What a broken ring could hold does no harm. */
static void test_unknown_part(void **state)
{
	struct part_ring ring = {0};
	uint64_t ns[PARTS];

	tell(&ring, (enum part)200, 1000, 1500);
	assert_true(parts_of(&ring, 0, 1000, 2000, ns));
	assert_int_equal(ns[PART_RUNNING], 1000);
}

static struct part_recorder *recorder(void)
{
	struct part_recorder *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	return r;
}

/* 990 quick samples that run, 10 slow ones that wait: the bands tell them apart. */
static void test_bands(void **state)
{
	struct part_recorder *r = recorder();
	uint64_t quick[PARTS] = {[PART_RUNNING] = 1000},
		 slow[PARTS] = {[PART_RUNNING] = 1000, [PART_GRACE_PERIOD] = 999000};
	struct part_band band;

	for (int i = 0; i < 1000; i++)
		part_recorder_add(r, i < 990 ? 1000 : 1000000, i < 990 ? quick : slow);
	part_recorder_band(r, 99, 100, &band);
	assert_int_equal(band.count, 10);
	assert_int_equal(band.part_ns[PART_GRACE_PERIOD], 10 * 999000);
	part_recorder_band(r, 45, 55, &band);
	assert_int_equal(band.count, 990); /* one bucket */
	assert_int_equal(band.part_ns[PART_GRACE_PERIOD], 0);
	part_recorder_band(r, 0, 100, &band);
	assert_int_equal(band.count, 1000);
	assert_int_equal(band.part_ns[PART_RUNNING], 1000 * 1000);
	assert_int_equal(r->parts[PART_GRACE_PERIOD].count, 1000);
	assert_int_equal(r->parts[PART_GRACE_PERIOD].max_ns, 999000);
	free(r);
}

/* No bucket's middle lies in the slowest 1 %: the bucket that holds it stands for it. */
static void test_band_of_few(void **state)
{
	struct part_recorder *r = recorder();
	uint64_t ns[PARTS] = {[PART_DRAIN] = 5};
	struct part_band band;

	part_recorder_band(r, 99, 100, &band);
	assert_int_equal(band.count, 0);
	part_recorder_add(r, 100, ns);
	part_recorder_add(r, 200, ns);
	part_recorder_band(r, 99, 100, &band);
	assert_int_equal(band.count, 1);
	assert_int_equal(band.part_ns[PART_DRAIN], 5);
	free(r);
}

static void test_merge(void **state)
{
	struct part_recorder *a = recorder(), *b = recorder();
	uint64_t ns[PARTS] = {[PART_GATE] = 7};
	struct part_band band;

	part_recorder_add(a, 100, ns);
	part_recorder_add(b, 100, ns);
	part_recorder_add(b, 300, ns);
	b->lost = 2;
	part_recorder_merge(a, b);
	part_recorder_band(a, 0, 100, &band);
	assert_int_equal(band.count, 3);
	assert_int_equal(band.part_ns[PART_GATE], 21);
	assert_int_equal(a->lost, 2);
	assert_int_equal(a->parts[PART_GATE].count, 3);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_children_add_to_nothing),
		cmocka_unit_test(test_overwritten),
		cmocka_unit_test(test_unknown_part),
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_band_of_few),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
