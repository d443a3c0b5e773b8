/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format as HdrHistogram's AbstractHistogram.encodeIntoByteBuffer() has it: big-endian cookie,
 * length and so on, then the counts as ZigZag LEB128 of at most 9 bytes, a negative number standing
 * for so many empty buckets. That, deflated, behind a cookie and a length of its own.
 */
#include "export/hdr_encode.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"

_Static_assert(HISTOGRAM_SUB_BUCKET_BITS == 7, "two significant figures: 2^7 is above 10^2");

enum {
	COOKIE = 0x1c849313,            /* V2, words of any length */
	COOKIE_COMPRESSED = 0x1c849314, /* the same, deflated */
	SIGNIFICANT_FIGURES = 2,
	HEAD_SIZE = 40,
	WORD_SIZE = 9,
};

struct bytes {
	unsigned char *data;
	size_t n;
};

static void put_big_endian(struct bytes *to, uint64_t value, size_t size)
{
	while (size--)
		to->data[to->n++] = (unsigned char)(value >> (8 * size));
}

/* ZigZag: the sign is the lowest bit. The ninth byte, if it comes to that, holds eight bits. */
static void put_word(struct bytes *to, int64_t value)
{
	uint64_t rest = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);

	for (int i = 0; i < WORD_SIZE - 1; i++) {
		if (rest < 0x80) {
			to->data[to->n++] = (unsigned char)rest;
			return;
		}
		to->data[to->n++] = (unsigned char)(rest | 0x80);
		rest >>= 7;
	}
	to->data[to->n++] = (unsigned char)rest;
}

static int64_t clamp(uint64_t count)
{
	return count > INT64_MAX ? INT64_MAX : (int64_t)count;
}

static void put_counts(struct bytes *to, const struct sparse_histogram *h)
{
	size_t next = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (h->indices[i] > next)
			put_word(to, -(int64_t)(h->indices[i] - next));
		put_word(to, clamp(h->counts[i]));
		next = (size_t)h->indices[i] + 1;
	}
}

static int put_histogram(struct bytes *to, const struct sparse_histogram *h)
{
	const double ratio = 1;
	struct bytes counts = {.data = malloc(h->n * 2 * WORD_SIZE + 1)};
	uint64_t ratio_bits;

	if (!counts.data)
		return -1;
	put_counts(&counts, h);
	to->data = malloc(HEAD_SIZE + counts.n);
	if (to->data) {
		memcpy(&ratio_bits, &ratio, sizeof(ratio_bits));
		put_big_endian(to, COOKIE, 4);
		put_big_endian(to, counts.n, 4);
		put_big_endian(to, 0, 4); /* normalising index offset */
		put_big_endian(to, SIGNIFICANT_FIGURES, 4);
		put_big_endian(to, 1, 8); /* lowest value that is told from 0 */
		put_big_endian(to, HISTOGRAM_HIGHEST, 8);
		put_big_endian(to, ratio_bits, 8);
		memcpy(to->data + to->n, counts.data, counts.n);
		to->n += counts.n;
	}
	free(counts.data);
	return to->data ? 0 : -1;
}

static int compress_bytes(const struct bytes *from, struct bytes *to)
{
	uLongf size = compressBound(from->n);

	to->data = malloc(8 + size);
	if (!to->data || compress(to->data + 8, &size, from->data, from->n) != Z_OK)
		return -1;
	put_big_endian(to, COOKIE_COMPRESSED, 4);
	put_big_endian(to, size, 4);
	to->n = 8 + size;
	return 0;
}

static char *to_base64(const struct bytes *from)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((from->n + 2) / 3 * 4 + 1), *p = text;

	for (size_t i = 0; text && i < from->n; i += 3) {
		size_t n = from->n - i < 3 ? from->n - i : 3;
		uint32_t group = 0;

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (k < n ? from->data[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			*p++ = k <= n ? digits[group >> (18 - 6 * k) & 63] : '=';
	}
	if (text)
		*p = '\0';
	return text;
}

char *hdr_encode(const struct sparse_histogram *h)
{
	struct bytes plain = {0}, compressed = {0};
	char *text = NULL;

	if (put_histogram(&plain, h) == 0 && compress_bytes(&plain, &compressed) == 0)
		text = to_base64(&compressed);
	free(plain.data);
	free(compressed.data);
	return text;
}
