/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/replace.h"
#include "cgroup/refusal.h"
#include "cgroup/run_cpus.h"
#include "command/command.h"
#include "command/measure.h"
#include "run/list.h"
#include "run/session.h"
#include "base/mounts.h"
#include "verify/load.h"
#include "verify/stress_report.h"
#include "verify/stress.h"

enum { TASKS_MAX = 2048, STATUS_SECONDS = 5, PATIENCE_SECONDS_MAX = 24 * 3600 };
/* The least that a round makes in its run group: test groups, staff, and groups in two levels. */
enum { GROUPS_MIN = 5, LEVELS_MIN = 3 };

struct stress_options {
	struct option_u64 duration, seed, replay, patience, heartbeat, shrink_tries;
	const char *at_most, *junit, *status;
	struct place_options place;
	bool unplug_cpus, quiet, list;
};

/* clang-format off */
#define AT(member) offsetof(struct stress_options, member)
static const struct command_option options[] = {
	{.name = "duration", .letter = 'd', .argument = "TIME", .type = OPTION_DURATION,
	 .offset = AT(duration), .fallback = 60 * NS_PER_S,
	 .help = "Total time; the last round is finished (30s, 10m, 12h). Default 60s."},
	{.name = "seed", .argument = "N", .type = OPTION_U64, .offset = AT(seed),
	 .help = "Random seed of the rounds' schedules. Default: a random one, printed at the end."},
	{.name = "replay", .argument = "SEED", .type = OPTION_U64, .offset = AT(replay),
	 .help = "Repeat one round, with the seed that a failure printed."},
	{.name = "at-most", .argument = "LIST", .type = OPTION_STRING, .offset = AT(at_most),
	 .help = "Limit each round, for example movers=1,killers=0,ms=500.\n"
		 "Numbers of processes that act: movers (migrate subjects), spawners, killers,\n"
		 "freezers, builders (create and remove groups), controller-togglers,\n"
		 "limit-setters, memory-hogs, interrupters, unpluggers (of CPUs), namespacers\n"
		 "(end PID namespaces).\n"
		 "Numbers of what they act upon: groups, subjects (processes, per mover). Numbers\n"
		 "of threads per subject: threads (idle), cloners (create threads), forkers\n"
		 "(create children).\n"
		 "0 forbids: execs, leaderless (the leader exits before its threads), pinned (to\n"
		 "CPUs). ms is the length of a round in milliseconds."},
	{.name = "unplug-cpus", .type = OPTION_FLAG, .offset = AT(unplug_cpus),
	 .help = "In some rounds, take CPUs offline and online again, all except the lowest. Use\n"
		 "this in guests: all processes pinned to such a CPU lose their affinity."},
	{.name = "patience", .argument = "TIME", .type = OPTION_DURATION, .offset = AT(patience),
	 .fallback = 10 * NS_PER_S,
	 .help = "How long to wait for what the kernel may delay: that a killed group becomes\n"
		 "empty, that a removed group is released. At most 24h, default 10s."},
	{.name = "shrink-tries", .argument = "N", .type = OPTION_U64, .offset = AT(shrink_tries),
	 .fallback = 40, .help = "Smaller rounds to try after a failure; 0: none. Default 40."},
	{.name = "junit", .argument = "FILE", .type = OPTION_STRING, .offset = AT(junit),
	 .help = "Also write the results as JUnit XML."},
	{.name = "status", .argument = "FILE", .type = OPTION_STRING, .offset = AT(status),
	 .help = "Keep a JSON file with the current state, replaced every 5 s."},
	{.name = "heartbeat", .argument = "TIME", .type = OPTION_DURATION, .offset = AT(heartbeat),
	 .fallback = 60 * NS_PER_S,
	 .help = "How often to print a line of figures on standard error. Default 60s."},
	{.group = place_options, .offset = AT(place)},
	{.name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = AT(quiet),
	 .help = "Print no lines of figures, only messages."},
	{.name = "list", .type = OPTION_FLAG, .offset = AT(list),
	 .help = "Print the invariants, and the commits of the kernel that fixed what broke them."},
	{0},
};
/* clang-format on */

static const char help[] =
	"Moves processes between groups while their threads clone, exec and exit; kills, freezes,\n"
	"creates and removes groups. Meanwhile it checks invariants: no thread is left behind, no\n"
	"child starts in another group, lists and counters agree, killed groups become empty, and\n"
	"empty groups can be removed. It works in rounds of some seconds. The seed determines\n"
	"what each round does. Trials of each WORKLOAD run at the same time.\n\n"
	"Prints KTAP, one line per invariant. If a round breaks an invariant, cgchurn searches\n"
	"for a smaller round that also breaks it, and prints the evidence and a command that\n"
	"replays the round.\n\n"
	"  cgchurn stress                                  a minute\n"
	"  cgchurn stress --duration 12h --status s.json   overnight\n"
	"  cgchurn stress migrate-under-fork               beside that workload\n"
	"  cgchurn stress --replay 123 --at-most movers=1  the command that a failure printed\n"
	"  cgchurn stress --unplug-cpus                    in a guest, with CPU hotplug\n"
	"  cgchurn stress --list                           what is checked\n\n"
	"CPUs that were taken offline are brought online at the end, also after a signal or a\n"
	"crash. If cgchurn, its guardian and the process that took them offline are all killed,\n"
	"`cgchurn clean` brings them online.\n\n"
	"Exit status: 0 all invariants held, 1 one was broken, 4 this host has no writable\n"
	"cgroup v2 group or, with --unplug-cpus, no CPU that can be taken offline, 5 an internal\n"
	"error, 130 interrupted.";

/* One run of the command. */
struct stressing {
	const struct stress_options *o;
	struct stress stress;
	struct session session;
	struct run_list list; /* beside the rounds */
	struct load load;
	char subject_path[PATH_MAX];

	uint64_t heartbeat_ns, status_ns; /* when the last one was printed, written */
	uint64_t unwritten;               /* times that the status file could not be written */
	int error;                        /* the last reason */
};

static void write_status(struct stressing *g)
{
	int r = g->o->status ? report_write_status(&g->stress, g->o->status) : 0;

	if (r == 0)
		return;
	/* A disk that is full for a while must not end a long run; printed once, and at the end. */
	g->error = r;
	if (g->unwritten++ == 0)
		fprintf(stderr, "cgchurn: %s could not be written: %s\n", g->o->status,
			strerror(-r));
}

static void tick(void *opaque, const struct stress *s)
{
	struct stressing *g = opaque;
	uint64_t now = clock_now_ns();

	if (now - g->status_ns >= STATUS_SECONDS * NS_PER_S) {
		g->status_ns = now;
		write_status(g);
	}
	if (g->o->quiet || now - g->heartbeat_ns < g->o->heartbeat.value)
		return;
	g->heartbeat_ns = now;
	report_print_summary(s, stderr);
	fputc('\n', stderr);
}

static void shrinks(void *opaque, const struct stress *s)
{
	struct stressing *g = opaque;

	if (s->shrunk_runs == 1 && !g->o->quiet)
		fprintf(stderr, "'%s' was broken; looking for a smaller case that breaks it\n",
			invariants[s->invariant].name);
	tick(g, s);
}

static int prepare(struct stress *s, const struct stress_options *o, struct err *e)
{
	/* A round lasts some dozen times as long, which must fit into ns. */
	if (o->patience.value > PATIENCE_SECONDS_MAX * NS_PER_S)
		return err_set(e, EXIT_USAGE, ERANGE, "--patience: at most 24h");
	if (o->seed.given && o->replay.given)
		return err_set(e, EXIT_USAGE, EINVAL, "--seed and --replay exclude each other");
	schedule_limits_none(&s->limits);
	s->limits.may_unplug = o->unplug_cpus;
	s->replay = o->replay.given;
	s->seed = o->replay.given ? o->replay.value : o->seed.value;
	if (!o->replay.given && !o->seed.given) {
		if (getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))
			return err_sys(e, EXIT_FAULT, EIO, "random numbers");
		s->seed >>= 11;
	}
	s->duration_ns = o->duration.value;
	s->around.patience_ns = o->patience.value;
	s->shrink_tries = (unsigned)o->shrink_tries.value;
	return o->at_most ? schedule_limits_parse(o->at_most, &s->limits, e) : 0;
}

/* An output that cannot be written is refused before anything is started. */
static int check_outputs(const struct stress *s, const struct stress_options *o, struct err *e)
{
	int r = o->status ? report_write_status(s, o->status) : 0;

	if (r < 0)
		return err_sys(e, EXIT_USAGE, -r, "cannot write %s", o->status);
	r = o->junit && io_is_replaced(o->junit) ? report_write_junit(s, o->junit) : 0;
	return r < 0 ? err_sys(e, EXIT_USAGE, -r, "cannot write %s", o->junit) : 0;
}

/* Of the test groups and the workloads. */
static size_t wanted_controllers(const struct run_list *l, const char **ret, size_t room)
{
	static const char *const test_groups[] = {"pids", "cpu", "hugetlb", "memory"};
	size_t n = sizeof(test_groups) / sizeof(test_groups[0]);

	memcpy(ret, test_groups, sizeof(test_groups));
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->items[i].workload->hierarchy.n_controllers; k++)
			if (n < room)
				ret[n++] = l->items[i].workload->hierarchy.controllers[k];
	return n;
}

/* Before anything is started. */
static int find_cpus(struct stressing *g, struct err *e)
{
	_cleanup_fd int folder = -1;
	int r;

	if (!g->o->unplug_cpus)
		return 0;
	r = run_cpus_check_mounts(MOUNTS_SELF, e);
	if (r < 0)
		return r;
	folder = open(RUN_CPUS_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_sys(e, EXIT_CANNOT, errno, "cannot open " RUN_CPUS_FOLDER);
	return run_cpus_find(folder, &g->stress.around.cpus, e);
}

/* Workers of trials cannot be pinned to a CPU that is not there when they start. */
static int permit_unplugging(struct stressing *g, struct err *e)
{
	int r = run_cpus_note(g->session.group.fd, &g->stress.around.cpus);

	if (r < 0)
		return err_sys(e, EXIT_CANNOT, -r,
			       "--unplug-cpus: noting on the run group what to bring back");
	for (size_t i = 0; i < g->list.n; i++)
		for (size_t k = 0; k < g->list.items[i].plan.n_workers; k++)
			g->list.items[i].plan.workers[k].cpu = PLAN_NOT_PINNED;
	return 0;
}

static int begin(struct stressing *g, struct err *e)
{
	const char *controllers[64];
	struct run_group_settings settings = {.max_tasks = TASKS_MAX,
					      .controllers = controllers,
					      .enable_controllers = g->o->place.enable_controllers};
	uint64_t most = 0;
	struct plan_settings plan = {.seed = g->stress.seed, .allowed = &g->session.root.cpus};
	int r = session_find(&g->session, g->o->place.cgroup_root, e);

	if (r == 0)
		r = run_list_plan(&g->list, &plan, e);
	for (size_t i = 0; i < g->list.n; i++)
		if (g->list.items[i].plan.max_tasks > most)
			most = g->list.items[i].plan.max_tasks;
	settings.max_tasks += most;
	settings.n_controllers = wanted_controllers(&g->list, controllers, 64);
	if (r == 0)
		r = session_begin(&g->session, &settings, e);
	if (r == 0)
		r = refusal_if_limited(g->session.group.fd, LEVELS_MIN, GROUPS_MIN, e);
	if (r == 0 && g->o->unplug_cpus)
		r = permit_unplugging(g, e);
	if (r < 0)
		return r;
	g->load = (struct load){.list = &g->list,
				.helpers = &g->session.helpers,
				.run_group_fd = g->session.group.fd};
	return load_start(&g->load, e);
}

static int round_ended(void *opaque, const struct stress *s)
{
	struct stressing *g = opaque;

	load_look(&g->load);
	return load_failed(&g->load);
}

static int churn(struct stressing *g, struct err *e)
{
	struct stress *s = &g->stress;
	struct err ending = {0}, *first;
	int r = begin(g, e), ended, stopped;

	if (r == 0) {
		s->around.run_group_fd = g->session.group.fd;
		s->around.signal_fd = g->session.signal_fd;
		s->around.guardian_fd = g->session.guardian.pidfd;
		report_begin_ktap(stdout);
		r = stress_run(s, e);
	}
	/* The first failure is the command's, later ones are printed; a broken promise is one. */
	if (r == 0 && load_failed(&g->load) && !load_is_stuck(&g->load)) {
		if (s->broken) {
			err_print(&g->load.shared->error, stderr);
		} else {
			*e = g->load.shared->error;
			r = -ECANCELED;
		}
	}
	first = r == 0 && !s->broken ? e : &ending;
	stopped = load_stop(&g->load, first);
	/* Where that is the kernel's fault, it is a broken promise, and the first. */
	if (load_is_stuck(&g->load)) {
		stress_hung(s, g->load.shared->error.text);
		first = &ending;
	}
	ended = session_end(&g->session, first);
	if (ended == 0)
		ended = stopped;
	if (ended < 0 && first == &ending)
		err_print(&ending, stderr);
	return first == e && ended < 0 ? ended : r;
}

static void print_load(const struct load *l)
{
	if (!l->shared)
		return;
	printf("# Beside the rounds: %" PRIu64 " trials of %zu workload%s, %" PRIu64
	       " of them not valid%s%s\n",
	       atomic_load(&l->shared->trials), l->list->n, l->list->n == 1 ? "" : "s",
	       atomic_load(&l->shared->invalid), l->shared->reason[0] ? ": " : "",
	       l->shared->reason);
}

/* The KTAP above it is complete up to the interruption. */
static int explain(const struct stressing *g, int result, struct err *e)
{
	const char *by = interrupted_by(&g->session);

	if (e->exit_code != EXIT_INTERRUPTED)
		return result;
	printf("# Interrupted by %s.\n", by);
	return err_set(e, EXIT_INTERRUPTED, EINTR, "interrupted by %s after %" PRIu64 " rounds", by,
		       g->stress.rounds);
}

static int finish(struct stressing *g, int result, struct err *e)
{
	const struct stress *s = &g->stress;
	struct err unwritten = {0};
	int r;

	g->stress.state = result < 0 ? "ended" : s->broken ? "broken" : "done";
	write_status(g);
	r = g->o->junit ? report_write_junit(s, g->o->junit) : 0;
	report_print_ktap(s, stdout);
	print_load(&g->load);
	if (g->unwritten)
		printf("# The status file could not be written %" PRIu64 " times: %s\n",
		       g->unwritten, strerror(-g->error));
	if (r < 0)
		err_sys(&unwritten, EXIT_FAULT, -r, "cannot write %s", g->o->junit);
	if (r < 0 && result < 0)
		err_print(&unwritten, stderr);
	if (result < 0)
		return explain(g, result, e);
	if (r < 0) {
		*e = unwritten;
		return r;
	}
	return s->broken ? EXIT_REGRESSION : EXIT_DONE;
}

static int carry_out(struct stressing *g, const struct command_call *call, struct err *e)
{
	struct workload_overrides none = {0};
	int r = prepare(&g->stress, g->o, e);

	if (r == 0)
		r = run_list_add(&g->list, (const char *const *)call->arguments, call->n_arguments,
				 &none, e);
	if (r == 0)
		r = helpers_find_subject(g->subject_path, e);
	if (r == 0)
		r = find_cpus(g, e);
	if (r == 0)
		r = check_outputs(&g->stress, g->o, e);
	if (r < 0)
		return r;
	r = churn(g, e);
	/* Nothing to report before the first round. */
	return g->stress.begun_ns ? finish(g, r, e) : r;
}

static int print_invariants(void)
{
	for (int i = 0; i < INVARIANTS; i++) {
		printf("%-13s %s\n", invariants[i].name, invariants[i].promise);
		if (invariants[i].guards)
			printf("%-13s fixed in: %s\n", "", invariants[i].guards);
	}
	return EXIT_DONE;
}

static int stress_main(const struct command_call *call, struct err *e)
{
	struct stressing g = {.o = call->options, .session = {.signal_fd = -1}};
	int r;

	if (g.o->list)
		return print_invariants();
	g.heartbeat_ns = clock_now_ns();
	g.stress.around.subject_path = g.subject_path;
	g.stress.state = "running";
	g.stress.listener = (struct stress_listener){
		.opaque = &g, .tick = tick, .round_ended = round_ended, .shrinks = shrinks};
	r = carry_out(&g, call, e);
	load_finish(&g.load);
	run_list_finish(&g.list);
	return r;
}

const struct command command_stress = {
	.name = "stress",
	.summary = "test that the kernel keeps its promises under churn",
	.arguments = "[WORKLOAD...]",
	.help = help,
	.max_arguments = 100,
	.options = options,
	.options_size = sizeof(struct stress_options),
	.main = stress_main,
};
