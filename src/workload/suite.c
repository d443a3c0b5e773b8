/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workload/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "workload/parse.h"

enum { WHY_MAX = 4096, PATH_LENGTH_MAX = 4095 };

static int copy_string(const struct json_at *at, size_t max, char **ret)
{
	const char *text;
	int r = json_get_string(at, max, &text);

	if (r < 0)
		return r;
	if (!*text)
		return json_refuse(at, "a string that is not empty");
	*ret = strdup(text);
	return *ret ? 0 : json_fail_memory(at);
}

static int parse_workloads(const struct json_at *at, struct suite *s)
{
	size_t n;
	int r = json_want_array(at, 1, SUITE_WORKLOADS_MAX, &n);

	if (r < 0)
		return r;
	s->workloads = calloc(n, sizeof(*s->workloads));
	if (!s->workloads)
		return json_fail_memory(at);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct json_at element = json_element(at, i);

		r = copy_string(&element, PATH_LENGTH_MAX, &s->workloads[i]);
		s->n_workloads += r == 0;
	}
	return r;
}

static int parse_suite(const struct json_at *root, struct suite *s)
{
	static const char *const keys[] = {"schema", "name", "why", "workloads"};
	static const char *const schemas[] = {SUITE_SCHEMA};
	struct json_at schema = json_member(root, "schema"), name = json_member(root, "name");
	struct json_at why = json_member(root, "why"), workloads = json_member(root, "workloads");
	size_t index;
	int r = json_want_object(root, keys, sizeof(keys) / sizeof(keys[0]));

	if (r == 0)
		r = json_get_choice(&schema, schemas, 1, &index);
	if (r == 0)
		r = parse_name(&name, s->name);
	if (r == 0)
		r = copy_string(&why, WHY_MAX, &s->why);
	return r == 0 ? parse_workloads(&workloads, s) : r;
}

int suite_load(const char *path, struct suite *ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct suite s = {0};
	struct json_doc doc;
	struct json_at root;
	size_t size;
	int r = json_read_file(path, WORKLOAD_FILE_SIZE_MAX, &text, &size, e);

	if (r < 0)
		return r;
	r = json_doc_init(&doc, text, size, path, e);
	if (r < 0)
		return r;
	root = json_root(&doc, e);
	r = parse_suite(&root, &s);
	json_doc_finish(&doc);
	if (r < 0)
		suite_finish(&s);
	else
		*ret = s;
	return r;
}

void suite_finish(struct suite *s)
{
	for (size_t i = 0; i < s->n_workloads; i++)
		free(s->workloads[i]);
	free(s->workloads);
	free(s->why);
	*s = (struct suite){0};
}
