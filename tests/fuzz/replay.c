/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay-NAME FOLDER: gives a fuzzer's function every file of the folder, and copies of it that are
 * cut off, damaged or doubled, always the same ones. For where there is no libFuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/rng.h"
#include "fuzz.h"

enum { DAMAGED_COPIES = 200, SEED_MAX = 1 << 20 };

/* In memory of its own size, so that a sanitizer sees a read beyond its end. */
static void give(const char *text, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	FUZZ_CHECK(copy);
	memcpy(copy, text, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void give_damaged(const char *text, size_t size, struct rng *rng)
{
	static const char interesting[] = "\"{}[],:-+.eE019 \n\\u\0\x80\xff";
	size_t n = 1 + rng_below(rng, 4);
	char *copy = malloc(2 * size + 1);

	FUZZ_CHECK(copy);
	memcpy(copy, text, size);
	for (size_t i = 0; i < n && size; i++)
		copy[rng_below(rng, size)] = interesting[rng_below(rng, sizeof(interesting))];
	/* A piece of it once more, at the end. */
	if (rng_below(rng, 4) == 0 && size) {
		size_t from = rng_below(rng, size), length = rng_below(rng, size - from + 1);

		memcpy(copy + size, text + from, length);
		size += length;
	}
	give(copy, rng_below(rng, 4) == 0 ? rng_below(rng, size + 1) : size);
	free(copy);
}

static int replay(int folder, const char *name)
{
	_cleanup_free char *text = NULL;
	struct rng rng;
	size_t size;
	int r = io_read_all(folder, name, SEED_MAX, &text, &size);

	if (r < 0)
		return r;
	give(text, size);
	rng_init(&rng, size, 0);
	for (int i = 0; i < DAMAGED_COPIES; i++)
		give_damaged(text, size, &rng);
	return 0;
}

int main(int argc, char **argv)
{
	_cleanup_dir DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	int n = 0;

	if (!dir) {
		fprintf(stderr, "usage: replay-NAME FOLDER\n");
		return 2;
	}
	while ((entry = readdir(dir))) {
		int r = entry->d_name[0] == '.' ? 1 : replay(dirfd(dir), entry->d_name);

		if (r == 1)
			continue;
		printf("%sok %d - %s\n", r < 0 ? "not " : "", ++n, entry->d_name);
		fflush(stdout);
	}
	printf("1..%d\n", n);
	return n == 0;
}
