/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line changes in a workload, before it is checked like any other. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/suggest.h"
#include "workload/parse.h"

static const char *const actor_keys[] = {"stressor", "workers", "cpus",          "place",
					 "arrival",  "options", "thresholds_ns", "max_failed"};
static const char *const hierarchy_keys[] = {"depth", "fanout", "controllers", "optional",
					     "threaded"};
static const char *const arrival_keys[] = {"kind", "per_second", "jitter", "pause", "max_missed"};
enum { N_ACTOR_KEYS = 8, N_HIERARCHY_KEYS = 5, N_ARRIVAL_KEYS = 5 };

/* One --set, taken apart: "storm.arrival.per_second=50". */
struct setting {
	const char *what;  /* "--set storm...", the log's */
	char *whole;       /* the copy that these point into */
	const char *actor; /* or "hierarchy" */
	const char *key;
	const char *member; /* NULL: none */
	const char *value;
};

static void setting_finish(struct setting *s)
{
	free(s->whole);
}

/* `value` may be NULL. Takes it over. */
static int put(struct override_log *log, struct json_object *object, const char *key,
	       struct json_object *value, const char *what)
{
	struct json_object *old = json_object_object_get(object, key);

	if (!value || !log->replaced ||
	    (old && json_object_array_add(log->replaced, json_object_get(old)) < 0) ||
	    json_object_object_add(object, key, value) < 0)
		return -ENOMEM;
	log->patches[log->n++] = (struct json_patch){.value = value, .what = what};
	return 0;
}

static int split_setting(const char *what, struct setting *ret, struct err *e)
{
	struct setting s = {.what = what, .whole = strdup(what + strlen("--set "))};
	char *value, *key, *member;

	if (!s.whole)
		return err_no_memory(e);
	value = strchr(s.whole, '=');
	if (value)
		*value++ = '\0';
	key = strchr(s.whole, '.');
	if (!value || !key) {
		free(s.whole);
		err_set(e, EXIT_USAGE, EINVAL, "%.200s: allowed: --set ACTOR.KEY=VALUE", what);
		err_hint(e, "Examples: --set storm.workers=8, --set hierarchy.depth=8; "
			    "`cgchurn show WORKLOAD` names the actors.");
		return -EINVAL;
	}
	*key++ = '\0';
	member = strchr(key, '.');
	if (member)
		*member++ = '\0';
	s.actor = s.whole;
	s.key = key;
	s.member = member;
	s.value = value;
	*ret = s;
	return 0;
}

/* JSON where it is some, else a string as it stands: --set storm.child=exec needs no quotes. */
static struct json_object *value_of(const struct setting *s)
{
	struct json_doc doc;

	/* A list of CPUs that happens to be one number is still a list. */
	if (strcmp(s->key, "cpus") != 0 &&
	    json_doc_init(&doc, s->value, strlen(s->value), s->what, NULL) == 0 && doc.root)
		return doc.root;
	return json_object_new_string(s->value);
}

static int refuse(const struct setting *s, const char *name, const char *sentence,
		  const char *const *words, size_t n, struct err *e)
{
	const char *near = suggest_name(name, words, n);
	char list[400];

	err_set(e, EXIT_USAGE, EINVAL, "%.200s: %s '%.64s', allowed: %s", s->what, sentence, name,
		suggest_list(words, n, list, sizeof(list)));
	if (near)
		err_hint(e, "Did you mean \"%s\"?", near);
	return -EINVAL;
}

static const char *string_member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* 0 with *ret NULL: the file's actors are no such thing, which its own check will say. */
static int find_actor(const struct setting *s, struct json_object *root, struct json_object **ret,
		      struct err *e)
{
	const char *names[WORKLOAD_ACTORS_MAX];
	struct json_object *list;
	size_t n = 0, count;

	*ret = NULL;
	if (!json_object_object_get_ex(root, "actors", &list) ||
	    !json_object_is_type(list, json_type_array))
		return 0;
	count = json_object_array_length(list);
	for (size_t i = 0; i < count && n < WORKLOAD_ACTORS_MAX; i++) {
		struct json_object *actor = json_object_array_get_idx(list, i);
		const char *name = string_member(actor, "name");

		if (!name)
			return 0;
		names[n++] = name;
		if (strcmp(name, s->actor) == 0) {
			*ret = actor;
			return 0;
		}
	}
	return refuse(s, s->actor, "no actor", names, n, e);
}

/* The object of this key, made where the file has none; NULL where it has something else. */
static struct json_object *sub_object(struct json_object *object, const char *key)
{
	struct json_object *sub;

	if (!json_object_object_get_ex(object, key, &sub)) {
		sub = json_object_new_object();
		if (sub && json_object_object_add(object, key, sub) < 0) {
			json_object_put(sub);
			sub = NULL;
		}
	}
	return json_object_is_type(sub, json_type_object) ? sub : NULL;
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* The keys of an actor and its options' names in one list, for a refusal. */
static int refuse_key(const struct setting *s, const struct kind *kind, struct err *e)
{
	size_t n_options = kind ? kind->n_options : 0, n = 0;
	_cleanup_free const char **words = calloc(N_ACTOR_KEYS + n_options, sizeof(*words));
	int r;

	if (!words)
		return err_no_memory(e);
	for (size_t i = 0; i < N_ACTOR_KEYS; i++)
		words[n++] = actor_keys[i];
	for (size_t i = 0; i < n_options; i++)
		words[n++] = kind->options[i].name;
	r = refuse(s, s->key, "no key or option", words, n, e);
	if (is_one_of(s->key, arrival_keys, N_ARRIVAL_KEYS))
		err_hint(e, "Did you mean \"%s.arrival.%s\"?", s->actor, s->key);
	return r;
}

/* Where the setting goes: an object, and the key in it. *ret NULL: left to the file's own check. */
static int find_place(const struct setting *s, const struct kind_table *kinds,
		      struct json_object *root, struct json_object **ret, const char **ret_key,
		      struct err *e)
{
	static const char *const objects[] = {"arrival", "options"};
	const char *stressor;
	const struct kind *kind;
	struct json_object *actor;
	int r = find_actor(s, root, &actor, e);

	*ret = NULL;
	if (r < 0 || !actor)
		return r;
	*ret_key = s->member ? s->member : s->key;
	if (s->member) {
		if (!is_one_of(s->key, objects, 2))
			return refuse(s, s->key, "no object", objects, 2, e);
		*ret = sub_object(actor, s->key);
		return 0;
	}
	stressor = string_member(actor, "stressor");
	kind = stressor ? kind_find(kinds, stressor) : NULL;
	if (is_one_of(s->key, actor_keys, N_ACTOR_KEYS))
		*ret = actor;
	else if (kind && kind_find_option(kind, s->key))
		*ret = sub_object(actor, "options");
	else
		return refuse_key(s, kind, e);
	return 0;
}

static int find_in_hierarchy(const struct setting *s, struct json_object *root,
			     struct json_object **ret, const char **ret_key, struct err *e)
{
	if (s->member || !is_one_of(s->key, hierarchy_keys, N_HIERARCHY_KEYS))
		return refuse(s, s->key, "no key", hierarchy_keys, N_HIERARCHY_KEYS, e);
	*ret = sub_object(root, "hierarchy");
	*ret_key = s->key;
	return 0;
}

static int apply_setting(struct json_object *root, const struct kind_table *kinds, const char *what,
			 struct override_log *log, struct err *e)
{
	_cleanup_(setting_finish) struct setting s = {0};
	struct json_object *object = NULL;
	const char *key = NULL;
	int r = split_setting(what, &s, e);

	if (r < 0)
		return r;
	r = strcmp(s.actor, "hierarchy") == 0 ? find_in_hierarchy(&s, root, &object, &key, e)
					      : find_place(&s, kinds, root, &object, &key, e);
	if (r < 0 || !object)
		return r;
	if (put(log, object, key, value_of(&s), what) < 0)
		return err_no_memory(e);
	return 0;
}

static int check_time(const char *option, uint64_t ns, uint64_t least_ms, uint64_t most_ms,
		      struct err *e)
{
	char found[NUM_TEXT_SIZE];

	if (ns / 1000000 >= least_ms && ns <= most_ms * 1000000)
		return 0;
	return err_set(e, EXIT_USAGE, ERANGE,
		       "%s: found %s, allowed: %" PRIu64 " ms to %" PRIu64 " h", option,
		       num_format_ns((double)ns, found), least_ms, most_ms / 3600000);
}

/* Here, because the file is not at fault. */
static int check_numbers(const struct workload_overrides *o, struct err *e)
{
	int r = 0;

	if (o->has_trials && (o->trials < 1 || o->trials > WORKLOAD_TRIALS_MAX))
		r = err_set(e, EXIT_USAGE, ERANGE, "--trials: found %" PRIu64 ", allowed: 1 to %d",
			    o->trials, WORKLOAD_TRIALS_MAX);
	if (r == 0 && o->has_duration)
		r = check_time("--duration", o->duration_ns, WORKLOAD_DURATION_MIN_MS,
			       WORKLOAD_DURATION_MAX_MS, e);
	if (r == 0 && o->has_warmup)
		r = check_time("--warmup", o->warmup_ns, 0, WORKLOAD_WARMUP_MAX_MS, e);
	return r;
}

static int apply_numbers(struct json_object *root, const struct workload_overrides *o,
			 struct override_log *log, struct err *e)
{
	int r = check_numbers(o, e);

	if (r < 0)
		return r;
	if (o->has_warmup)
		r = put(log, root, "warmup_s", json_object_new_double((double)o->warmup_ns / 1e9),
			"--warmup");
	if (r == 0 && o->has_duration)
		r = put(log, root, "duration_s",
			json_object_new_double((double)o->duration_ns / 1e9), "--duration");
	if (r == 0 && o->has_trials)
		r = put(log, root, "trials", json_object_new_uint64(o->trials), "--trials");
	return r < 0 ? err_no_memory(e) : 0;
}

static int log_init(struct override_log *log, size_t n_sets)
{
	log->patches = calloc(n_sets + 3, sizeof(*log->patches));
	log->replaced = json_object_new_array();
	return log->patches && log->replaced ? 0 : -ENOMEM;
}

int apply_overrides(struct json_doc *doc, const struct kind_table *kinds,
		    const struct workload_overrides *overrides, struct override_log *log,
		    struct err *e)
{
	int r = log_init(log, overrides->n_sets);

	for (size_t i = 0; r == 0 && i < overrides->n_sets; i++) {
		r = array_add_text(&log->whats, &log->n_whats, "--set %s", overrides->sets[i]);
		if (r < 0)
			break;
		r = apply_setting(doc->root, kinds, log->whats[i], log, e);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return err_no_memory(e);
	r = apply_numbers(doc->root, overrides, log, e);
	if (r < 0)
		return r;
	doc->patches = log->patches;
	doc->n_patches = log->n;
	return 0;
}

void override_log_finish(struct override_log *log)
{
	array_free_texts(log->whats, log->n_whats);
	free(log->patches);
	json_object_put(log->replaced);
}
