/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workload/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/suggest.h"
#include "base/io.h"
#include "workload/parse.h"

static const char *const section_words[] = {
	[CATALOGUE_WORKLOADS] = "workload",
	[CATALOGUE_SUITES] = "suite",
	[CATALOGUE_PROFILES] = "seccomp profile",
};

static const char *const section_folders[] = {
	[CATALOGUE_WORKLOADS] = "",
	[CATALOGUE_SUITES] = "/suites",
	[CATALOGUE_PROFILES] = "/profiles",
};

static int find_folder(enum catalogue_section section, char ret[PATH_MAX], struct err *e)
{
	const char *below = section_folders[section];
	const char *given = getenv("CGCHURN_WORKLOADS");
	char folder[PATH_MAX];
	int r = 0;

	if (given && *given)
		snprintf(folder, sizeof(folder), "%s", given);
	else
		r = io_find_own("../workloads", CGCHURN_PKGDATADIR "/workloads", folder);
	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r, "the folder of workloads, %s", folder);
	if (snprintf(ret, PATH_MAX, "%s%s", folder, below) >= PATH_MAX)
		return err_set(e, EXIT_USAGE, ENAMETOOLONG, "%s: the path is too long", folder);
	return 0;
}

static bool ends_in_json(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int is_workload(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends_in_json(entry->d_name);
}

/* Without ".json": a name comes before those that go on from it with a hyphen. */
static int by_stem(const struct dirent **a, const struct dirent **b)
{
	size_t n[2] = {strlen((*a)->d_name) - strlen(".json"),
		       strlen((*b)->d_name) - strlen(".json")};
	int order = memcmp((*a)->d_name, (*b)->d_name, n[0] < n[1] ? n[0] : n[1]);

	return order ? order : (n[0] > n[1]) - (n[0] < n[1]);
}

int catalogue_list(enum catalogue_section section, char ***ret_paths, size_t *ret_n, struct err *e)
{
	struct dirent **entries;
	char folder[PATH_MAX], **paths = NULL;
	size_t found = 0;
	int n, r = find_folder(section, folder, e);

	if (r < 0)
		return r;
	n = scandir(folder, &entries, is_workload, by_stem);
	if (n < 0)
		return err_sys(e, EXIT_CANNOT, errno, "cannot read %s", folder);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = array_add_text(&paths, &found, "%s/%s", folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (r < 0) {
		array_free_texts(paths, found);
		return err_no_memory(e);
	}
	*ret_paths = paths;
	*ret_n = found;
	return 0;
}

/* Leaves the file's name without folder and ending. */
static void cut_to_name(char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name) - strlen(".json");

	memmove(path, name, length);
	path[length] = '\0';
}

static void hint_catalogue(enum catalogue_section section, const char *name, const char *near,
			   struct err *e)
{
	char meant[PATH_MAX] = "";

	if (near)
		snprintf(meant, sizeof(meant), "Did you mean '%s'? ", near);
	if (section == CATALOGUE_WORKLOADS)
		err_hint(e,
			 "%s`cgchurn list` shows them all; a file of your own is named with its "
			 "path (./%s.json).",
			 meant, name);
	else if (section == CATALOGUE_SUITES)
		err_hint(e, "%s`cgchurn list suites` shows them all.", meant);
	else
		err_hint(e, "%sA profile of your own is named with its path (./%s.json).", meant,
			 name);
}

static int refuse(enum catalogue_section section, const char *name, struct err *e)
{
	char **paths = NULL;
	size_t n = 0;
	const char *near;

	err_set(e, EXIT_USAGE, ENOENT, "there is no %s '%s'", section_words[section], name);
	if (catalogue_list(section, &paths, &n, NULL) < 0)
		return -ENOENT;
	for (size_t i = 0; i < n; i++)
		cut_to_name(paths[i]);
	near = suggest_name(name, (const char *const *)paths, n);
	hint_catalogue(section, name, near, e);
	array_free_texts(paths, n);
	return -ENOENT;
}

int catalogue_find(enum catalogue_section section, const char *name_or_path,
		   char ret_path[PATH_MAX], struct err *e)
{
	char folder[PATH_MAX], path[PATH_MAX];
	int r;

	if (strchr(name_or_path, '/') || ends_in_json(name_or_path)) {
		if (strlen(name_or_path) >= PATH_MAX)
			return err_set(e, EXIT_USAGE, ENAMETOOLONG, "the path is too long");
		strcpy(ret_path, name_or_path);
		return 0;
	}
	r = find_folder(section, folder, e);
	if (r < 0)
		return r;
	if (snprintf(path, sizeof(path), "%s/%s.json", folder, name_or_path) >= PATH_MAX ||
	    access(path, F_OK) < 0)
		return refuse(section, name_or_path, e);
	strcpy(ret_path, path);
	return 0;
}

static int take_paths(const struct json_at *at, const struct json_field *field, void *to)
{
	static const struct json_field path = {.max = PATH_MAX - 1};
	struct suite *s = to;
	size_t n;
	int r = json_want_array(at, 1, SUITE_WORKLOADS_MAX, &n);

	if (r < 0)
		return r;
	s->workloads = calloc(n, sizeof(*s->workloads));
	if (!s->workloads)
		return json_fail_memory(at);
	for (size_t i = 0; i < n && r == 0; i++) {
		struct json_at element = json_element(at, i);

		r = json_field_string(&element, &path, &s->workloads[i]);
		if (r < 0)
			break;
		s->n_workloads++;
		if (!*s->workloads[i])
			r = json_refuse(&element, "a string that is not empty");
	}
	return r;
}

static int parse_suite(const struct json_at *root, void *to)
{
	static const struct json_field fields[] = {
		{.key = "schema"},
		FIELD("name", take_name, struct suite, name, .required = true),
		FIELD("why", take_sentence, struct suite, why, .max = WORKLOAD_WHY_MAX,
		      .required = true),
		{.key = "workloads", .take = take_paths, .required = true},
	};
	static const char *const schemas[] = {SUITE_SCHEMA};
	struct json_at schema = json_member(root, "schema");
	size_t index;
	int r = json_get_known_fields(root, fields, sizeof(fields) / sizeof(fields[0]), to);

	return r == 0 ? json_get_choice(&schema, schemas, 1, &index) : r;
}

int suite_load(const char *path, struct suite *ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	struct suite s = {0};
	size_t size;
	int r = json_read_file(path, WORKLOAD_FILE_SIZE_MAX, &text, &size, e);

	if (r == 0)
		r = json_visit_text(text, size, path, parse_suite, &s, e);
	if (r < 0)
		suite_finish(&s);
	else
		*ret = s;
	return r;
}

void suite_finish(struct suite *s)
{
	array_free_texts(s->workloads, s->n_workloads);
	free(s->why);
	*s = (struct suite){0};
}
