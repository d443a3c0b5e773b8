/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects by a table of their keys: one line a key says where its value lies in a struct, and how
 * it is taken out of JSON and put into it. A file that is read and written has one table for both.
 *
 * Reading gives what the functions of json/read.h give, writing remembers a failure as json/write.h
 * does.
 */
#ifndef CGCHURN_JSON_FIELDS_H
#define CGCHURN_JSON_FIELDS_H

#include "json/read.h"
#include "json/write.h"

struct json_field {
	const char *key;
	/* NULL: the key is left to the caller; it is not read, or not written. */
	int (*take)(const struct json_at *at, const struct json_field *field, void *to);
	size_t offset; /* of the value in the struct `to` */
	uint64_t min,
		max; /* of numbers (of a double 0 means no upper bound); `max` bytes of strings */
	bool required;
	bool nullable; /* null leaves the struct as it is; what is not there is written as null */
	void (*put)(struct json_build *b, struct json_object *to, const struct json_field *field,
		    const void *from);
	/* Of a bool, and of a uint64_t: false and 0 mean that there is no value; offset 0: neither. */
	size_t has, nonzero;
	size_t count;                /* of lists: of the size_t that counts them */
	const char *const *names;    /* of choices, and of the members of a `named` */
	size_t n_names;              /* how many */
	const struct json_table *of; /* of objects, and of each element or member */
	bool sparse; /* of a `named`: what begins with a uint64_t of 0 is not written */
};

/* The keys of one struct. */
struct json_table {
	const struct json_field *fields;
	size_t n;
	size_t size; /* of the struct */
	/* What the values must be together; NULL: nothing. */
	int (*check)(const struct json_at *at, void *to);
};
#define JSON_TABLE(type, fields_, ...)                                          \
	{                                                                       \
		.fields = fields_, .n = sizeof(fields_) / sizeof((fields_)[0]), \
		.size = sizeof(type), ##__VA_ARGS__                             \
	}

/* A line of such a table: where `key` goes in `type`; FIELD is only read. */
#define FIELD(key_, take_, type, member, ...)                                               \
	{                                                                                   \
		.key = key_, .take = take_, .offset = offsetof(type, member), ##__VA_ARGS__ \
	}
/* One that is read and written. `kind`: u64, double, ..., as the functions below end. */
#define BOTH(key_, kind, type, member, ...) \
	FIELD(key_, json_field_##kind, type, member, .put = json_put_field_##kind, ##__VA_ARGS__)

/* An object by the table `of_`, whose values lie in the same struct as what stands beside it. */
#define NESTED(key_, of_, ...)                                                                   \
	{                                                                                        \
		.key = key_, .take = json_field_object, .put = json_put_field_object, .of = of_, \
		##__VA_ARGS__                                                                    \
	}

/* Unknown keys are ignored. */
int json_get_fields(const struct json_at *at, const struct json_field *fields, size_t n, void *to);

/*
 * The same, except that an unknown key is refused and that `take` is asked also where a required key
 * is absent.
 */
int json_get_known_fields(const struct json_at *at, const struct json_field *fields, size_t n,
			  void *to);

/* By a table, with its check. */
int json_get_table(const struct json_at *at, const struct json_table *table, void *to);

/* Writes in the order of the table. */
void json_put_table(struct json_build *b, struct json_object *to, const struct json_table *table,
		    const void *from);

#define JSON_FIELD_KIND(kind)                                                                  \
	int json_field_##kind(const struct json_at *at, const struct json_field *f, void *to); \
	void json_put_field_##kind(struct json_build *b, struct json_object *to,               \
				   const struct json_field *f, const void *from);
JSON_FIELD_KIND(u64)
JSON_FIELD_KIND(double)
JSON_FIELD_KIND(bool)
JSON_FIELD_KIND(text)    /* char[], longer than `max`; "" is null where that may be */
JSON_FIELD_KIND(string)  /* char *, allocated; NULL is null */
JSON_FIELD_KIND(strings) /* char **, allocated, at most `max` strings of JSON_STRING_MAX bytes */
JSON_FIELD_KIND(choice)  /* an enum: the index of one of `names` */
JSON_FIELD_KIND(object)  /* a struct */
/* An array, grown by array_grow(), of at most `max` structs. */
JSON_FIELD_KIND(list)
/*
 * An array of `n_names` structs, or of uint64_t of at most `max` where there is no `of`: an object
 * whose keys are the names. Unknown names are ignored.
 */
JSON_FIELD_KIND(named)
#undef JSON_FIELD_KIND

#define JSON_STRING_MAX 65536
/* At most `max` strings, appended to an array. */
int json_get_strings(const struct json_at *at, size_t max, char ***to, size_t *n);

#endif
