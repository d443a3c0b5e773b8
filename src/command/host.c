/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/mounts.h"
#include "base/escape.h"
#include "command/command.h"
#include "command/measure.h"
#include "host/host.h"
#include "host/json.h"
#include "host/noise.h"
#include "json/write.h"
#include "run/regime.h"

#define HOST_SCHEMA "cgchurn-host/1"

enum { INDENT = 16 };

struct host_options {
	bool json;
	const char *probe, *cgroup_root;
};

static const char *const probe_choices[] = {"auto", "always", "never", NULL};

/* clang-format off */
#define AT(member) offsetof(struct host_options, member)
static const struct command_option options[] = {
	{.name = "json", .type = OPTION_FLAG, .offset = AT(json),
	 .help = "Print the same facts as JSON. Its object \"host\" is also part of each result."},
	{.name = "probe", .argument = "WHEN", .type = OPTION_CHOICE, .offset = AT(probe),
	 .choices = probe_choices,
	 .help = "When to probe the lock: always, never or auto (the default: if other evidence\n"
		 "leaves doubt and permissions allow). For about 3 s, the probe migrates a\n"
		 "process of its own between two groups of its own."},
	{.name = "cgroup-root", .argument = "DIR", .type = OPTION_STRING, .offset = AT(cgroup_root),
	 .help = "The directory that `cgchurn run` would use; the probe creates its groups there."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Prints whether this kernel has a lock per process for cgroup migrations (the\n"
	"per-threadgroup patch), whether it is in use, the evidence, how to enable it and what\n"
	"that costs. Also prints how cgroups are mounted, and what on this machine affects\n"
	"latencies, with advice. Changes no setting. The probe of the lock creates two groups\n"
	"and removes them.\n\n"
	"  cgchurn host\n"
	"  cgchurn host --json | jq -r .host.lock.regime";

/* In the order in which it is found. */
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
	int r = session_begin(s, &settings, e);

	if (r == 0)
		r = session_probe_regime(s, h, e);
	return measure_end(s, r, e);
}

/* The facts, with those of the probe if there is a place for it and doubt about the lock. */
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

/* Only the probe needs a place; without one the rest is printed nevertheless. */
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

static void print_heading(const char *text)
{
	bool colour = command_wants_colour(stdout);

	printf("%s%s%s\n", colour ? "\033[1m" : "", text, colour ? "\033[0m" : "");
}

static void print_kernel(const struct host *h)
{
	char inherited[HOST_INHERITED_SIZE];

	text_printf_wrapped("  kernel", INDENT, stdout, "%s %s", host_known(h->kernel_release),
			    host_known(h->kernel_version));
	text_printf_wrapped("  ticks", INDENT, stdout, "%s a second; preemption model: %s",
			    host_known(h->kernel_hz), host_known(h->kernel_preemption));
	if (host_inherited(h, inherited))
		text_printf_wrapped("  inherited", INDENT, stdout, "%s", inherited);
	if (lock_expectation(h))
		text_print_wrapped("  RCU", INDENT, lock_expectation(h), stdout);
	if (h->kernel_tainted > 0)
		text_printf_wrapped("  tainted", INDENT, stdout,
				    "%lld: see Documentation/admin-guide/tainted-kernels of the "
				    "kernel",
				    (long long)h->kernel_tainted);
}

static void print_machine(const struct host *h)
{
	char cpus[64] = "an unknown number of CPUs", memory[64] = "";

	if (h->cpu_count > 0)
		snprintf(cpus, sizeof(cpus), "%lld CPU%s", (long long)h->cpu_count,
			 h->cpu_count == 1 ? "" : "s");
	if (h->cpu_numa_nodes > 1)
		text_append(cpus, sizeof(cpus), " in %lld NUMA nodes",
			    (long long)h->cpu_numa_nodes);
	if (h->memory_total_bytes > 0)
		snprintf(memory, sizeof(memory), ", %.1f GiB of memory",
			 (double)h->memory_total_bytes / (1 << 30));
	text_printf_wrapped("  machine", INDENT, stdout, "%s, %s%s", cpus, host_known(h->cpu_model),
			    memory);
}

static const char *patch_words(enum tristate present)
{
	if (present == TRISTATE_UNKNOWN)
		return "unknown";
	return present == TRISTATE_YES
		       ? "yes, this kernel has it"
		       : "no, this kernel does not have it (mainline has it since 6.18)";
}

static void print_evidence(const struct findings *f)
{
	const struct host *h = &f->host;

	for (size_t i = 0; i < h->n_lock_evidence; i++)
		text_printf_wrapped(i ? "" : "  evidence", INDENT, stdout, "- %s",
				    h->lock_evidence[i]);
	if (f->not_probed.text[0])
		text_printf_wrapped(h->n_lock_evidence ? "" : "  evidence", INDENT, stdout,
				    "- Not probed by moving a process: %s.", f->not_probed.text);
}

static void print_lock(const struct findings *f)
{
	const struct host *h = &f->host;
	char advice[LOCK_ADVICE_SIZE];
	const char *cost = lock_cost(h);

	text_print_wrapped("", 2,
			   "Each fork, each exit and each move of a process between cgroups takes "
			   "cgroup_threadgroup_rwsem. A patch of 2025 gave each process a lock of "
			   "its own, used with the mount option favordynmods.",
			   stdout);
	putchar('\n');
	text_print_wrapped("  the patch", INDENT, patch_words(h->lock_patch_present), stdout);
	text_print_wrapped("  in force", INDENT, lock_in_force(h), stdout);
	text_printf_wrapped("  regime", INDENT, stdout, "%s (%s)", host_regime_word(h),
			    host_known(h->lock_confidence));
	print_evidence(f);
	putchar('\n');
	text_print_wrapped("  what it means", INDENT + 2, lock_meaning(h), stdout);
	text_print_wrapped("  what to do", INDENT + 2, lock_how_to(h, advice), stdout);
	if (cost)
		text_print_wrapped("  what it costs", INDENT + 2, cost, stdout);
}

/* "cpu,cpuacct; name=systemd" of the v1 mounts. */
static size_t list_v1(const struct cgroup_mounts *m, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < m->n; i++)
		if (!m->items[i].v2)
			text_append(buf, size, "%s%s", n++ ? ", " : "", m->items[i].path);
	return n;
}

static void print_cgroups(const struct findings *f)
{
	const struct host *h = &f->host;
	char paths[2048];
	size_t n = f->has_mounts ? list_v1(&f->mounts, paths, sizeof(paths)) : 0;

	if (h->cgroup_mount)
		text_printf_wrapped("  v2", INDENT, stdout, "%s (%s); controllers: %s",
				    h->cgroup_mount, host_known(h->cgroup_mount_options),
				    h->cgroup_controllers ? h->cgroup_controllers : "none");
	else
		text_print_wrapped("  v2", INDENT,
				   f->has_mounts ? "not mounted: cgchurn run needs it" : "unknown",
				   stdout);
	if (n)
		text_printf_wrapped("  v1", INDENT, stdout,
				    "%zu mount%s: %s. They share the lock with v2: a move within "
				    "one of them delays forks as well, and favordynmods on one of "
				    "them changes v2 without being shown there.",
				    n, n == 1 ? "" : "s", paths);
	else if (f->has_mounts)
		text_print_wrapped("  v1", INDENT, "not mounted", stdout);
}

static void print_noise(const struct findings *f, enum noise_level level)
{
	char head[32];

	for (size_t i = 0; i < NOISE_SOURCES; i++) {
		const struct noise_finding *n = &f->noise[i];

		if (n->level != level)
			continue;
		snprintf(head, sizeof(head), "%s %s", level == NOISE_LOUD ? "!" : " ", n->source);
		text_print_wrapped(head, INDENT, n->text, stdout);
		if (n->advice)
			text_print_wrapped("", INDENT, n->advice, stdout);
	}
}

static void print_text(const struct findings *f)
{
	print_heading("This machine");
	print_kernel(&f->host);
	print_machine(&f->host);
	putchar('\n');
	print_heading("The lock that container churn takes");
	print_lock(f);
	putchar('\n');
	print_heading("Cgroups");
	print_cgroups(f);
	putchar('\n');
	print_heading("Sources of noise on this machine (!: loud)");
	for (enum noise_level l = NOISE_LOUD; l <= NOISE_UNKNOWN; l++)
		print_noise(f, l);
	print_noise(f, NOISE_QUIET);
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
	.summary = "show facts about kernel and machine, and sources of noise",
	.arguments = "",
	.help = help,
	.options = options,
	.options_size = sizeof(struct host_options),
	.main = host_main,
};
