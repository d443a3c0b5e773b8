/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes result files with known truths into a folder:
 *
 *	make-results FOLDER N KEY=VALUE...
 *
 * N invocations, each in a boot of its own unless boot=ID. Keys are the members of struct churn.
 */
#include <sys/stat.h>

#include "../churn-result.h"
#include "result/json.h"

static void set(struct churn *c, const char *key, const char *value)
{
	const struct {
		const char *key;
		unsigned *u;
		double *d;
		const char **s;
	} keys[] = {
		{"name", NULL, NULL, &c->name},
		{"release", NULL, NULL, &c->release},
		{"boot", NULL, NULL, &c->boot},
		{"trials", &c->trials, NULL, NULL},
		{"series", &c->extra_series, NULL, NULL},
		{"samples", &c->samples, NULL, NULL},
		{"invalid", &c->invalid, NULL, NULL},
		{"errors", &c->errors, NULL, NULL},
		{"lost", &c->lost, NULL, NULL},
		{"metric", NULL, NULL, &c->metric},
		{"from", NULL, NULL, &c->from},
		{"month", &c->month, NULL, NULL},
		{"version", NULL, NULL, &c->version},
		{"model", NULL, NULL, &c->model},
		{"host", NULL, NULL, &c->host},
		{"regime", NULL, NULL, &c->regime},
		{"migration", NULL, &c->migration, NULL},
		{"forks", NULL, &c->forks, NULL},
		{"boot_sigma", NULL, &c->boot_sigma, NULL},
		{"trial_sigma", NULL, &c->trial_sigma, NULL},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].key, key) != 0)
			continue;
		if (keys[i].s)
			*keys[i].s = value;
		else if (keys[i].u)
			*keys[i].u = (unsigned)strtoul(value, NULL, 10);
		else
			*keys[i].d = strtod(value, NULL);
		return;
	}
	if (strcmp(key, "seed") == 0)
		c->seed = strtoull(value, NULL, 10);
	else if (strcmp(key, "attributed") == 0)
		c->attributed = true;
	else
		abort();
}

int main(int argc, char **argv)
{
	struct churn c = {.seed = 1, .name = "side", .trials = 3};
	struct err e = {0};
	char path[4096];

	if (argc < 3)
		return 2;
	for (int i = 3; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value++ = '\0';
		set(&c, argv[i], value);
	}
	mkdir(argv[1], 0777);
	for (unsigned i = 0; i < strtoul(argv[2], NULL, 10); i++) {
		struct result *r = churn_result(&c, i);

		snprintf(path, sizeof(path), "%s/%04u.json", argv[1], i);
		if (result_write(r, path, &e) < 0) {
			err_print(&e, stderr);
			return 1;
		}
		result_destroy(r);
	}
	return 0;
}
