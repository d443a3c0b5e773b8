/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strict numbers from text, and times and counts for people. */
#ifndef CGCHURN_BASE_NUM_H
#define CGCHURN_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only: no sign, space, base prefix or tail. -EINVAL, or -ERANGE beyond uint64_t. */
int num_parse_u64(const char *text, uint64_t *ret);

/* A finite decimal number ("0.05", "1e-3") and nothing else. -EINVAL or -ERANGE. */
int num_parse_double(const char *text, double *ret);

/*
 * A duration with its unit: "50ms", "1.5s", "2m", "12h", also "us" and "ns"; a bare number means
 * seconds. -EINVAL or -ERANGE (negative, or beyond 2^63 ns).
 */
int num_parse_duration(const char *text, uint64_t *ret_ns);

/*
 * Takes the next range from `*at`, a list of numbers as the kernel writes it ("0-3,5"), and moves
 * on behind it. False at the end, and where `*at` then points to something else.
 */
bool num_list_next(const char **at, uint32_t *ret_first, uint32_t *ret_last);

/* A time with three significant digits and the unit that fits: "870 ns", "18.3 us", "6.05 ms",
 * "2.10 s". */
#define NUM_TEXT_SIZE 32
const char *num_format_ns(double ns, char buf[NUM_TEXT_SIZE]);

/* A size: in the largest 1024-based unit that divides it, "64 MiB", "3 KiB"; else in bytes. */
const char *num_format_bytes(uint64_t bytes, char buf[NUM_TEXT_SIZE]);

/*
 * A finite number with the fewest digits that read back as the same double: "0.1", "5", "1e+300".
 */
const char *num_format_double(double value, char buf[NUM_TEXT_SIZE]);

/* A count in groups of three, by thin spaces that are plain blanks: "12 600". */
const char *num_format_count(uint64_t count, char buf[NUM_TEXT_SIZE]);

#endif
