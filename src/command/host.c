/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "command/command.h"
#include "command/host_text.h"
#include "host/json.h"
#include "run/regime.h"
#include "json/build.h"

#define HOST_SCHEMA "cgchurn-host/1"

struct host_options {
	bool json;
	const char *probe, *cgroup_root;
};

static const char *const probe_choices[] = {"auto", "always", "never", NULL};

static const struct command_option options[] = {
	{"json", 0, OPTION_FLAG, offsetof(struct host_options, json), NULL,
	 "The same facts as JSON; \"host\" in it is what results hold.", NULL},
	{"probe", 0, OPTION_CHOICE, offsetof(struct host_options, probe), "WHEN",
	 "Whether to judge the lock by behaviour too, by moving a process of its own to and fro\n"
	 "in a group of its own, some 3 s: auto (where other evidence leaves doubt, and if it\n"
	 "may), always, never.",
	 probe_choices},
	{"cgroup-root", 0, OPTION_STRING, offsetof(struct host_options, cgroup_root), "DIR",
	 "Where `cgchurn run` would be told to make its groups; the probe makes its own there.",
	 NULL},
};

/* What is found out, in the order of finding. */
struct findings {
	struct host host;
	struct cgroup_mounts mounts;
	bool has_mounts;
	struct noise_finding noise[NOISE_SOURCES];
	struct err not_probed; /* text: why not; "" where it was, or need not be */
};

static bool wants_probe(const struct host_options *o, const char *when)
{
	return strcmp(o->probe ? o->probe : probe_choices[0], when) == 0;
}

static int probe(struct session *s, struct host *h, struct err *e)
{
	struct run_group_settings settings = {.max_tasks = 16};
	struct err ending = {0};
	int r = session_begin(s, &settings, e), ended;

	if (r == 0)
		r = session_probe_regime(s, h, e);
	ended = session_end(s, &ending);
	if (r == 0 && ended < 0) {
		*e = ending;
		r = ended;
	}
	return r;
}

/* The facts; with a place and a doubt about the lock, the probe's, too. */
static int ask(const struct host_options *o, struct session *s, int place, struct findings *f,
	       struct err *e)
{
	int r = host_gather(&f->host, place == 0 ? s->root.path : NULL, e);

	if (r < 0 || wants_probe(o, "never") ||
	    (wants_probe(o, "auto") && host_lock_certain(&f->host))) {
		f->not_probed.text[0] = '\0';
		return r;
	}
	if (place == 0)
		place = probe(s, &f->host, &f->not_probed);
	if (place == 0 || !wants_probe(o, "always"))
		return 0;
	*e = f->not_probed;
	return place;
}

/* A place to probe in is needed for the probe alone: without one the rest is told all the same. */
static int learn_lock(const struct host_options *o, struct findings *f, struct err *e)
{
	struct session session;
	int place = session_find(&session, o->cgroup_root, &f->not_probed), r = place;

	if (place < 0 && (wants_probe(o, "always") || o->cgroup_root))
		*e = f->not_probed;
	else
		r = ask(o, &session, place, f, e);
	session_end(&session, NULL);
	return session.signal ? err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted") : r;
}

static int learn(const struct host_options *o, struct findings *f, struct err *e)
{
	_cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct noise_facts noise;
	int r;

	if (root < 0)
		return err_sys(e, EXIT_CANNOT, errno, "/");
	noise_read(root, &noise); /* before the probe makes noise of its own */
	r = learn_lock(o, f, e);
	if (r < 0)
		return r;
	f->has_mounts = mounts_read(MOUNTS_SELF, &f->mounts) == 0;
	noise_judge(&f->host, &noise, f->noise);
	return 0;
}

static void put_mounts(struct json_build *b, struct json_object *to, const struct cgroup_mounts *m)
{
	struct json_object *array = json_put_array(b, to, "mounts");

	for (size_t i = 0; i < m->n; i++) {
		const struct cgroup_mount *c = &m->items[i];
		struct json_object *mount = json_put_object(b, array, NULL);

		json_put_i64(b, mount, "version", c->v2 ? 2 : 1);
		json_put_string(b, mount, "path", c->path);
		json_put_string(b, mount, "options", c->super_options);
		json_put_bool(b, mount, "favordynmods", cgroup_mount_has_option(c, "favordynmods"));
	}
}

static void put_noise(struct json_build *b, struct json_object *to,
		      const struct noise_finding noise[NOISE_SOURCES])
{
	struct json_object *array = json_put_array(b, to, "noise");

	for (size_t i = 0; i < NOISE_SOURCES; i++) {
		struct json_object *finding = json_put_object(b, array, NULL);

		json_put_string(b, finding, "source", noise[i].source);
		json_put_string(b, finding, "level", noise_level_names[noise[i].level]);
		json_put_string(b, finding, "text", noise[i].text);
		json_put_string(b, finding, "advice", noise[i].advice);
	}
}

static int print_json(const struct findings *f, struct err *e)
{
	struct json_build b = {0};
	struct json_object *root = json_build_object(&b);

	json_put_string(&b, root, "schema", HOST_SCHEMA);
	host_put_json(&b, json_put_object(&b, root, "host"), &f->host);
	if (f->has_mounts)
		put_mounts(&b, root, &f->mounts);
	else
		json_put_value(&b, root, "mounts", NULL);
	put_noise(&b, root, f->noise);
	json_put_string(&b, root, "not_probed", f->not_probed.text[0] ? f->not_probed.text : NULL);
	if (json_build_print(&b, root, stdout) < 0)
		return err_no_memory(e);
	return 0;
}

static void print_text(const struct findings *f)
{
	struct host_view view = {
		.host = &f->host,
		.mounts = f->has_mounts ? &f->mounts : NULL,
		.noise = f->noise,
		.not_probed = f->not_probed.text[0] ? f->not_probed.text : NULL,
	};
	const char *no_colour = getenv("NO_COLOR");

	host_print(&view, stdout, isatty(STDOUT_FILENO) && !(no_colour && *no_colour));
}

static int host_main(const struct command_call *call, struct err *e)
{
	const struct host_options *o = call->options;
	struct findings f = {.has_mounts = false};
	int r;

	host_init(&f.host);
	r = learn(o, &f, e);
	if (r == 0 && o->json)
		r = print_json(&f, e);
	else if (r == 0)
		print_text(&f);
	mounts_finish(&f.mounts);
	host_finish(&f.host);
	return r < 0 ? r : EXIT_DONE;
}

const struct command command_host = {
	.name = "host",
	.summary = "show what kernel and machine this is, and what makes it noisy",
	.arguments = "",
	.help = "Tells whether this kernel gives each process a lock of its own against "
		"migrations, whether\nthat is in force and how one knows, how to turn it on and "
		"what that costs; how cgroups are\nmounted; and what on this machine moves "
		"latencies by itself, with what to do about it.\nChanges nothing but a group of "
		"its own where it has to try the lock out.\n\n"
		"  cgchurn host\n"
		"  cgchurn host --json | jq -r .host.lock.regime",
	.min_arguments = 0,
	.max_arguments = 0,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct host_options),
	.main = host_main,
};
