/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/escape.h"
#include "json/read.h"

void facts_finish(struct facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (int s = 0; s < 2; s++)
			for (size_t k = 0; k < f->items[i].n_values[s]; k++) {
				free(f->items[i].values[s][k].text);
				free(f->items[i].values[s][k].spec);
				free(f->items[i].values[s][k].origin);
			}
	free(f->items);
	*f = (struct facts){0};
}

static struct fact *find(const struct facts *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->items[i].name, name) == 0)
			return &f->items[i];
	return NULL;
}

const struct fact *facts_find(const struct facts *f, const char *name)
{
	return find(f, name);
}

static struct fact *find_or_add(struct facts *f, const char *name, const char *label,
				enum host_field_role role)
{
	struct fact *fact = find(f, name);

	if (fact)
		return fact;
	fact = array_grow(&f->items, &f->n, sizeof(*fact));
	if (!fact)
		return NULL;
	snprintf(fact->name, sizeof(fact->name), "%s", name);
	fact->label = label;
	fact->role = role;
	return fact;
}

static bool has_value(const struct fact *fact, int side, const char *text)
{
	for (size_t i = 0; i < fact->n_values[side]; i++)
		if (strcmp(fact->values[side][i].text, text) == 0)
			return true;
	return false;
}

static int add_value(struct fact *fact, int side, const char *text, const char *origin)
{
	_cleanup_free char *masked = escape_dup(text), *from = escape_dup(origin);

	if (!fact || !masked || !from)
		return -ENOMEM;
	if (has_value(fact, side, masked) || fact->n_values[side] == FACT_VALUES_MAX)
		return 0;
	fact->values[side][fact->n_values[side]++] =
		(struct fact_value){.text = steal_ptr(masked), .origin = steal_ptr(from)};
	return 0;
}

static int add_host(struct facts *f, int side, const char *origin, const struct host *h)
{
	char buf[HOST_FACT_SIZE];
	int r = 0;

	for (size_t i = 0; r == 0 && i < host_n_fields; i++) {
		const struct host_field *field = &host_fields[i];
		const char *text = host_fact(h, field, buf);
		struct fact *fact;

		if (field->role == HOST_INFO || field->type == HOST_STRINGS ||
		    (field->may_lack && !text))
			continue;
		fact = find_or_add(f, field->path, field->label, field->role);
		if (fact)
			fact->fixed = field->fixed;
		r = add_value(fact, side, text ? text : "unknown", origin);
	}
	return r;
}

static int add_hierarchy(struct fact *fact, int side, const char *origin,
			 const struct result_hierarchy *h)
{
	char text[256];

	snprintf(text, sizeof(text), "%llu groups", (unsigned long long)h->groups);
	for (size_t i = 0; i < h->n_controllers; i++)
		text_append(text, sizeof(text), " +%s", h->controllers[i]);
	return add_value(fact, side, text, origin);
}

static int add_workload(struct fact *fact, int side, const char *origin,
			const struct result_run *run)
{
	size_t n = fact ? fact->n_values[side] : 0;
	int r = add_value(fact, side, run->sha256, origin);

	if (r < 0 || fact->n_values[side] == n || !run->spec)
		return r;
	fact->values[side][n].spec = strdup(run->spec);
	return fact->values[side][n].spec ? 0 : -ENOMEM;
}

static int add_run(struct facts *f, int side, const char *origin, const struct result_run *run)
{
	char name[96];
	int r;

	snprintf(name, sizeof(name), "workload:%s", run->workload);
	r = add_workload(find_or_add(f, name, "settings of the workload", HOST_MUST_MATCH), side,
			 origin, run);
	if (r < 0)
		return r;
	if (!run->n_trials) /* then none was made */
		return 0;
	snprintf(name, sizeof(name), "hierarchy:%s", run->workload);
	return add_hierarchy(find_or_add(f, name, "hierarchy as made", HOST_MUST_MATCH), side,
			     origin, &run->hierarchy);
}

int facts_add(struct facts *f, int side, const char *origin, const struct result *r)
{
	struct fact *attributed;
	int ret = add_host(f, side, origin, &r->host);

	if (ret == 0)
		ret = add_value(find_or_add(f, "tool", "cgchurn", HOST_MUST_MATCH), side,
				r->tool_version ? r->tool_version : "unknown", origin);
	if (ret == 0)
		ret = add_value(find_or_add(f, "raw", "raw samples streamed", HOST_MUST_MATCH),
				side, r->raw ? "yes" : "no", origin);
	if (ret < 0)
		return ret;
	attributed = find_or_add(f, "attributed", "measured while traced", HOST_MUST_MATCH);
	if (attributed)
		attributed->fixed = true;
	ret = add_value(attributed, side, r->attributed ? "yes" : "no", origin);
	for (size_t i = 0; ret == 0 && i < r->n_runs; i++)
		ret = add_run(f, side, origin, &r->runs[i]);
	return ret;
}

static bool names_it(const char *allowed, const struct fact *fact)
{
	size_t length = strlen(allowed);

	return strncmp(allowed, fact->name, length) == 0 &&
	       (fact->name[length] == '\0' || fact->name[length] == ':');
}

static int allow(struct facts *f, const char *name, struct err *e)
{
	bool found = false;

	for (size_t i = 0; i < f->n; i++)
		if (names_it(name, &f->items[i])) {
			f->items[i].allowed = !f->items[i].fixed;
			found = true;
		}
	if (found)
		return 0;
	err_set(e, EXIT_USAGE, EINVAL, "--allow-different: '%s' is nothing that is compared", name);
	err_hint(e, "Without the option, a refusal lists the names.");
	return -EINVAL;
}

static void judge(struct fact *fact)
{
	fact->mixed = fact->n_values[0] > 1 || fact->n_values[1] > 1;
	fact->differs =
		fact->n_values[0] && fact->n_values[1] && (fact->n_values[0] != fact->n_values[1]);
	for (size_t i = 0; i < fact->n_values[1] && fact->n_values[0]; i++)
		fact->differs |= !has_value(fact, 0, fact->values[1][i].text);
}

/* A specification's members by their paths: "duration_s", "storm.options.child". */
static bool flatten(struct json_object *value, const char *path, struct json_object *flat)
{
	bool good = true;
	char inner[128];

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
			good = good && flatten(member, inner, flat);
		}
		return good;
	}
	if (strcmp(path, "actors") != 0 || !json_object_is_type(value, json_type_array))
		return json_object_object_add(flat, path, json_object_get(value)) == 0;
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		struct json_object *actor = json_object_array_get_idx(value, i), *name;

		good = good && flatten(actor,
				       json_object_object_get_ex(actor, "name", &name)
					       ? json_object_get_string(name)
					       : "actor",
				       flat);
	}
	return good;
}

/* Without what changes no measurement. NULL where it cannot be read, or memory ran out. */
static struct json_object *settings_of(const char *spec)
{
	static const char *const left_out[] = {"trials", "why", "primary"};
	struct json_object *flat = json_object_new_object();
	struct json_doc doc;

	if (!flat || json_doc_init(&doc, spec, strlen(spec), "spec", NULL) < 0) {
		json_object_put(flat);
		return NULL;
	}
	/* An object, since its primaries were read. */
	for (size_t i = 0; i < 3; i++)
		json_object_object_del(doc.root, left_out[i]);
	if (!flatten(doc.root, "", flat)) {
		json_object_put(flat);
		flat = NULL;
	}
	json_doc_finish(&doc);
	return flat;
}

static void print_setting(const char *path, struct json_object *value, bool present, bool first,
			  FILE *to)
{
	fprintf(to, "%s%s %.60s", first ? "" : "; ", path,
		present ? json_object_to_json_string_ext(
				  value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
			: "-");
}

/* "duration_s 5; storm.workers 2" each, with "-" for what a side leaves to its default. */
static size_t print_differences(struct json_object *const settings[2], FILE *const to[2])
{
	size_t n = 0;

	for (int side = 0; side < 2; side++) {
		json_object_object_foreach(settings[side], path, value)
		{
			struct json_object *other = NULL;
			bool present = json_object_object_get_ex(settings[!side], path, &other);

			if (present && (side == 1 || json_object_equal(value, other)))
				continue;
			print_setting(path, value, true, n == 0, to[side]);
			print_setting(path, other, present, n == 0, to[!side]);
			n++;
		}
	}
	return n;
}

/* A digest says that two differ, not in what. Without memory for it the digests stay. */
static void name_settings(struct fact *fact)
{
	struct fact_value *values[2] = {&fact->values[0][0], &fact->values[1][0]};
	struct json_object *settings[2] = {NULL, NULL};
	char *texts[2] = {NULL, NULL};
	size_t sizes[2], n = 0;
	FILE *to[2] = {NULL, NULL};

	if (!fact->differs || fact->mixed || !values[0]->spec || !values[1]->spec)
		return;
	for (int side = 0; side < 2; side++) {
		settings[side] = settings_of(values[side]->spec);
		to[side] = open_memstream(&texts[side], &sizes[side]);
	}
	if (settings[0] && settings[1] && to[0] && to[1])
		n = print_differences(settings, to);
	for (int side = 0; side < 2; side++) {
		json_object_put(settings[side]);
		if (!to[side] || fclose(to[side]) != 0)
			n = 0;
	}
	for (int side = 0; side < 2; side++) {
		char **kept = &values[side]->text, *other = texts[side];

		if (n) {
			escape_mask(texts[side]);
			other = *kept;
			*kept = texts[side];
		}
		free(other);
	}
}

bool fact_refused(const struct fact *fact)
{
	if (fact->allowed)
		return false;
	return fact->mixed || (fact->differs && fact->role == HOST_MUST_MATCH);
}

int facts_judge(struct facts *f, const char *const *allowed, size_t n_allowed, struct err *e)
{
	int refused = 0;

	for (size_t i = 0; i < n_allowed; i++) {
		int r = allow(f, allowed[i], e);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < f->n; i++) {
		judge(&f->items[i]);
		name_settings(&f->items[i]);
		refused += fact_refused(&f->items[i]);
	}
	return refused;
}

const char *fact_text(const struct fact *fact, int side, char buf[256])
{
	buf[0] = '\0';
	for (size_t i = 0; i < fact->n_values[side]; i++)
		text_append(buf, 256, "%s%s", i ? " | " : "", fact->values[side][i].text);
	return fact->n_values[side] ? buf : "-";
}

static void print_side(const struct fact *fact, int side, FILE *to)
{
	for (size_t i = 0; i < fact->n_values[side]; i++)
		fprintf(to, "      %s: %.80s (%s)\n", side ? "new" : "base",
			fact->values[side][i].text, fact->values[side][i].origin);
}

void facts_print_refusals(const struct facts *f, FILE *to)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fact *fact = &f->items[i];

		if (!fact_refused(fact))
			continue;
		fprintf(to, "  %s (%s)%s%s\n", fact->name, fact->label,
			fact->role == HOST_UNDER_TEST ? ", within one side" : "",
			fact->fixed ? ": cannot be allowed" : "");
		print_side(fact, 0, to);
		print_side(fact, 1, to);
	}
}
