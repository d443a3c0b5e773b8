/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The format as HdrHistogram's AbstractHistogram.encodeIntoByteBuffer() has it: big-endian cookie,
 * length and so on, then the counts as ZigZag LEB128 of at most 9 bytes, a negative number standing
 * for so many empty buckets. That, deflated, behind a cookie and a length of its own.
 */
#include "result/hdr.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"

_Static_assert(HISTOGRAM_SUB_BUCKET_BITS == 7, "two significant figures: 2^7 is above 10^2");

enum {
	COOKIE = 0x1c849313,            /* V2, words of any length */
	COOKIE_COMPRESSED = 0x1c849314, /* the same, deflated */
	SIGNIFICANT_FIGURES = 2,
	WORD_SIZE = 9,
};

/* Big-endian, as all that follows. */
struct head {
	uint32_t cookie, length; /* of the counts behind it */
	uint32_t offset;         /* normalising index offset: 0 */
	uint32_t figures;
	uint64_t lowest; /* value that is distinguished from 0 */
	uint64_t highest;
	uint64_t ratio; /* bits of a double: 1 */
};
_Static_assert(sizeof(struct head) == 40, "without padding");
#define RATIO_1 0x3ff0000000000000

/* Before the deflated bytes. */
struct compressed_head {
	uint32_t cookie, length;
};

enum { SIZE_MAX_PLAIN = sizeof(struct head) + 2 * WORD_SIZE * HISTOGRAM_BUCKETS };

struct bytes {
	unsigned char *data;
	size_t n;
};

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
		put_word(to, clamp(sparse_histogram_bucket(h, i)));
		next = (size_t)h->indices[i] + 1;
	}
}

static int put_histogram(struct bytes *to, const struct sparse_histogram *h)
{
	struct head head = {.cookie = htobe32(COOKIE),
			    .figures = htobe32(SIGNIFICANT_FIGURES),
			    .lowest = htobe64(1),
			    .highest = htobe64(HISTOGRAM_HIGHEST),
			    .ratio = htobe64(RATIO_1)};

	to->data = malloc(sizeof(head) + h->n * 2 * WORD_SIZE);
	if (!to->data)
		return -1;
	to->n = sizeof(head);
	put_counts(to, h);
	head.length = htobe32((uint32_t)(to->n - sizeof(head)));
	memcpy(to->data, &head, sizeof(head));
	return 0;
}

static int compress_bytes(const struct bytes *from, struct bytes *to)
{
	struct compressed_head head = {.cookie = htobe32(COOKIE_COMPRESSED)};
	uLongf size = compressBound(from->n);

	to->data = malloc(sizeof(head) + size);
	if (!to->data || compress(to->data + sizeof(head), &size, from->data, from->n) != Z_OK)
		return -1;
	head.length = htobe32((uint32_t)size);
	memcpy(to->data, &head, sizeof(head));
	to->n = sizeof(head) + size;
	return 0;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *to_base64(const struct bytes *from)
{
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

/* What is left to decode. */
struct cursor {
	const unsigned char *p, *end;
};

static bool take_word(struct cursor *c, int64_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < WORD_SIZE && c->p < c->end; i++) {
		unsigned char byte = *c->p++;
		bool last = i == WORD_SIZE - 1 || byte < 0x80;

		value |= (uint64_t)(i == WORD_SIZE - 1 ? byte : byte & 0x7f) << (7 * i);
		if (!last)
			continue;
		*ret = (int64_t)(value >> 1 ^ -(value & 1));
		return true;
	}
	return false;
}

/* 0 to 63, or -1. */
static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool from_base64(const char *text, struct bytes *to)
{
	size_t length = strlen(text), padding = 0;

	while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
		padding++;
	if (length % 4 != 0)
		return false;
	for (size_t i = 0; i < length; i += 4) {
		uint32_t group = 0;

		for (size_t k = 0; k < 4; k++) {
			int digit = i + k < length - padding ? digit_value(text[i + k]) : 0;

			if (digit < 0)
				return false;
			group = group << 6 | (uint32_t)digit;
		}
		for (int k = 2; k >= 0; k--)
			to->data[to->n++] = (unsigned char)(group >> (8 * k));
	}
	to->n -= padding;
	return true;
}

/* From behind the head. */
static const char *take_counts(struct cursor *c, struct sparse_histogram *ret)
{
	size_t index = 0;
	int64_t word;

	while (c->p < c->end) {
		if (!take_word(c, &word))
			return "a count that is cut short";
		if (word == 0)
			return "a count of 0";
		if (word < 0 && (word == INT64_MIN || (uint64_t)-word > HISTOGRAM_BUCKETS - index))
			return "more buckets than there are";
		if (word < 0) {
			index += (size_t)-word;
			continue;
		}
		if (index == HISTOGRAM_BUCKETS)
			return "more buckets than there are";
		ret->indices[ret->n] = (uint16_t)index++;
		ret->wide[ret->n++] = (uint64_t)word;
	}
	return NULL;
}

/* The highest value has no effect on the buckets. */
static const char *take_plain(const struct bytes *plain, struct sparse_histogram *ret)
{
	struct cursor c = {plain->data + sizeof(struct head), plain->data + plain->n};
	struct head head;

	memcpy(&head, plain->data, sizeof(head));
	if (be32toh(head.cookie) != COOKIE || be32toh(head.length) != (size_t)(c.end - c.p) ||
	    head.offset || be32toh(head.figures) != SIGNIFICANT_FIGURES ||
	    be64toh(head.lowest) != 1)
		return "another layout of buckets";
	return take_counts(&c, ret);
}

static const char *decode(const struct bytes *compressed, struct bytes *plain,
			  struct sparse_histogram *ret)
{
	struct compressed_head head = {0};
	uLongf size = SIZE_MAX_PLAIN;

	if (compressed->n >= sizeof(head))
		memcpy(&head, compressed->data, sizeof(head));
	if (be32toh(head.cookie) != COOKIE_COMPRESSED ||
	    be32toh(head.length) != compressed->n - sizeof(head))
		return "another encoding";
	if (uncompress(plain->data, &size, compressed->data + sizeof(head),
		       (uLong)(compressed->n - sizeof(head))) != Z_OK ||
	    size < sizeof(struct head))
		return "data that cannot be uncompressed";
	plain->n = size;
	return take_plain(plain, ret);
}

int hdr_decode(const char *text, struct sparse_histogram *ret, const char **ret_found)
{
	/* Not allocated: the malloc of so much makes glibc merge its free chunks each time. */
	unsigned char room[SIZE_MAX_PLAIN];
	struct bytes compressed = {.data = malloc(strlen(text) / 4 * 3 + 3)},
		     plain = {.data = room};
	struct sparse_histogram all = {0};
	int r = compressed.data ? sparse_histogram_init(&all, HISTOGRAM_BUCKETS) : -ENOMEM;

	all.n = 0;
	if (r == 0) {
		*ret_found = from_base64(text, &compressed) ? decode(&compressed, &plain, &all)
							    : "no base64";
		r = *ret_found ? -EINVAL : sparse_histogram_shrink(&all);
	}
	if (r == 0)
		*ret = all;
	else
		sparse_histogram_finish(&all);
	free(compressed.data);
	return r;
}
