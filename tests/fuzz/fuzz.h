/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each fuzzer is made of: see https://llvm.org/docs/LibFuzzer.html. */
#ifndef CGCHURN_TESTS_FUZZ_H
#define CGCHURN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be true whatever the input was. */
#define FUZZ_CHECK(condition)                                                                     \
	do {                                                                                      \
		if (!(condition)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                  \
		}                                                                                 \
	} while (0)

#endif
