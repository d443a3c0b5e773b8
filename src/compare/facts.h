/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is under test and what must not differ. Each fact is collected from every result: which
 * values a side has, and in which file each was first seen.
 *
 * Refused: a difference between any two results in what moves latencies by itself; two values of
 * what is under test within one side (two kernels in one folder); traced results beside plain ones.
 */
#ifndef CGCHURN_COMPARE_FACTS_H
#define CGCHURN_COMPARE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "host/host.h"
#include "result/result.h"

#define FACT_VALUES_MAX 8 /* different ones kept of a side; more are not needed to refuse */

struct fact_value {
	char *text;   /* "unknown" where it is */
	char *spec;   /* of a workload: the JSON that the digest is of; else NULL */
	char *origin; /* the first result that has it */
};

struct fact {
	char name[96];     /* for --allow-different: "cpu.model", "workload:fork-storm" */
	const char *label; /* for people */
	enum host_field_role role;
	bool fixed; /* can never be allowed */
	struct fact_value values[2][FACT_VALUES_MAX];
	size_t n_values[2];
	bool differs; /* between the sides */
	bool mixed;   /* within one side */
	bool allowed; /* by name */
};

struct facts {
	struct fact *items;
	size_t n;
};

void facts_finish(struct facts *f);

/* -ENOMEM. */
int facts_add(struct facts *f, int side, const char *origin, const struct result *r);

/*
 * Judges all facts. `allowed`: names, or what stands before a name's colon. A name that is no
 * fact's is refused with EXIT_USAGE in `e`. Returns the number of refusals. Where two digests of a
 * workload differ, the settings that do take their place.
 */
int facts_judge(struct facts *f, const char *const *allowed, size_t n_allowed, struct err *e);

/* Whether it stands in the way. */
bool fact_refused(const struct fact *fact);

/* One line a refusal, with both values and how to allow it. */
void facts_print_refusals(const struct facts *f, FILE *to);

/* The side's value; several are joined by " | ". `buf` has room for 256 bytes. */
const char *fact_text(const struct fact *fact, int side, char buf[256]);

/* By name; NULL where no result had it. */
const struct fact *facts_find(const struct facts *f, const char *name);

#endif
