/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "command/command.h"
#include "engine/helpers.h"
#include "invocation/session.h"
#include "stress/report.h"
#include "stress/stress.h"

enum { DEFAULT_SECONDS = 60, DEFAULT_PATIENCE_SECONDS = 10, DEFAULT_SHRINK_TRIES = 40 };
enum { TASKS_MAX = 2048, STATUS_SECONDS = 5 };

struct stress_options {
	struct option_u64 duration, seed, replay, patience, heartbeat, shrink_tries;
	const char *at_most, *junit, *status, *cgroup_root;
	bool quiet;
};

static const struct command_option options[] = {
	{"duration", 'd', OPTION_DURATION, offsetof(struct stress_options, duration), "TIME",
	 "For how long; the last round is finished (30s, 10m, 12h). Default 60s.", NULL},
	{"seed", 0, OPTION_U64, offsetof(struct stress_options, seed), "N",
	 "Where the rounds' schedules are drawn from. Default: a random one, told at the end.",
	 NULL},
	{"replay", 0, OPTION_U64, offsetof(struct stress_options, replay), "SEED",
	 "One round again and again: the one with this seed, as a failure names it.", NULL},
	{"at-most", 0, OPTION_STRING, offsetof(struct stress_options, at_most), "LIST",
	 "Hold the schedules down: movers=1,subjects=1,killers=0,ms=500, ... Keys: movers,\n"
	 "subjects, groups, threads, cloners, forkers, execs, leaderless, spawners, killers,\n"
	 "freezers, builders, togglers, squeezers, interrupters, pinned, ms.",
	 NULL},
	{"patience", 0, OPTION_DURATION, offsetof(struct stress_options, patience), "TIME",
	 "How long a state may last that the kernel lets pass: a killed group that empties, a\n"
	 "removed one that is let go. Default 10s.",
	 NULL},
	{"shrink-tries", 0, OPTION_U64, offsetof(struct stress_options, shrink_tries), "N",
	 "How many smaller cases to try after a failure; 0: none. Default 40.", NULL},
	{"junit", 0, OPTION_STRING, offsetof(struct stress_options, junit), "FILE",
	 "Write the results there as JUnit XML, too.", NULL},
	{"status", 0, OPTION_STRING, offsetof(struct stress_options, status), "FILE",
	 "Keep a JSON file there that tells where the run stands; replaced every 5 s.", NULL},
	{"heartbeat", 0, OPTION_DURATION, offsetof(struct stress_options, heartbeat), "TIME",
	 "How often to print a line of figures to standard error. Default 60s.", NULL},
	{"cgroup-root", 0, OPTION_STRING, offsetof(struct stress_options, cgroup_root), "DIR",
	 "Make the run group there, a folder of a cgroup v2 mount.", NULL},
	{"quiet", 'q', OPTION_FLAG, offsetof(struct stress_options, quiet), NULL,
	 "No heartbeat; messages stay.", NULL},
};

/* What is told while it runs, and when last. */
struct teller {
	const struct stress_options *o;
	uint64_t heartbeat_ns, beaten_ns, written_ns;
	const char *state;
};

static void write_status(struct teller *t, const struct stress *s)
{
	int r = t->o->status ? report_write_status(s, t->state, t->o->status) : 0;

	/* A disk that is full for a while must not end a long run. */
	if (r < 0 && !t->o->quiet)
		fprintf(stderr, "cgchurn: %s could not be written\n", t->o->status);
}

static void tick(void *opaque, const struct stress *s)
{
	struct teller *t = opaque;
	uint64_t now = clock_now_ns();

	if (now - t->written_ns >= STATUS_SECONDS * NS_PER_S) {
		t->written_ns = now;
		write_status(t, s);
	}
	if (t->o->quiet || now - t->beaten_ns < t->heartbeat_ns)
		return;
	t->beaten_ns = now;
	report_print_summary(s, stderr);
	fputc('\n', stderr);
}

static void shrinks(void *opaque, const struct stress *s)
{
	struct teller *t = opaque;

	if (s->shrunk_runs == 1 && !t->o->quiet)
		fprintf(stderr, "'%s' was broken; looking for a smaller case that breaks it\n",
			invariants[s->invariant].name);
	t->state = "shrinking";
	tick(t, s);
}

static int prepare(struct stress *s, const struct stress_options *o, struct err *e)
{
	if (o->seed.given && o->replay.given)
		return err_set(e, EXIT_USAGE, EINVAL, "--seed and --replay exclude each other");
	schedule_limits_none(&s->limits);
	s->replay = o->replay.given;
	s->seed = o->replay.given ? o->replay.value : o->seed.value;
	if (!o->replay.given && !o->seed.given) {
		if (getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))
			return err_sys(e, EXIT_FAULT, EIO, "random numbers");
		s->seed >>= 11;
	}
	s->duration_ns = o->duration.given ? o->duration.value : DEFAULT_SECONDS * NS_PER_S;
	s->around.patience_ns =
		o->patience.given ? o->patience.value : DEFAULT_PATIENCE_SECONDS * NS_PER_S;
	s->shrink_tries =
		o->shrink_tries.given ? (unsigned)o->shrink_tries.value : DEFAULT_SHRINK_TRIES;
	return o->at_most ? schedule_limits_parse(o->at_most, &s->limits, e) : 0;
}

/* What cannot be written is found out before anything is started. */
static int check_outputs(const struct stress *s, const struct stress_options *o, struct err *e)
{
	int r = o->status ? report_write_status(s, "running", o->status) : 0;

	if (r < 0)
		return err_sys(e, EXIT_USAGE, -r, "%s", o->status);
	r = o->junit ? report_write_junit(s, o->junit) : 0;
	return r < 0 ? err_sys(e, EXIT_USAGE, -r, "%s", o->junit) : 0;
}

static int begin(struct session *session, const char *cgroup_root, struct err *e)
{
	static const char *const controllers[] = {"pids", "cpu", "io", "hugetlb"};
	struct run_group_settings settings = {
		.max_tasks = TASKS_MAX,
		.controllers = controllers,
		.n_controllers = sizeof(controllers) / sizeof(controllers[0]),
	};
	int r = session_find(session, cgroup_root, e);

	return r == 0 ? session_begin(session, &settings, e) : r;
}

static int churn(struct stress *s, struct session *session, const char *cgroup_root, struct err *e)
{
	struct err ending = {0};
	int r = begin(session, cgroup_root, e), ended;

	if (r == 0) {
		s->around.run_group_fd = session->group.fd;
		s->around.signal_fd = session->signal_fd;
		s->around.guardian_fd = session->guardian.pidfd;
		report_begin_ktap(stdout);
		r = stress_run(s, e);
	}
	ended = session_end(session, &ending);
	if (ended < 0 && r == 0 && !s->broken) {
		*e = ending;
		return ended;
	}
	if (ended < 0)
		err_print(&ending, stderr);
	return r;
}

static int finish(const struct stress *s, struct teller *t, int result, struct err *e)
{
	int r;

	t->state = result < 0 ? "ended" : s->broken ? "broken" : "done";
	write_status(t, s);
	report_print_ktap(s, stdout);
	r = t->o->junit ? report_write_junit(s, t->o->junit) : 0;
	if (result < 0)
		return result;
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "%s", t->o->junit);
	return s->broken ? EXIT_REGRESSION : EXIT_DONE;
}

static int stress_main(const struct command_call *call, struct err *e)
{
	const struct stress_options *o = call->options;
	struct session session = {.signal_fd = -1};
	char subject_path[PATH_MAX];
	struct teller teller = {.o = o, .state = "running", .beaten_ns = clock_now_ns()};
	struct stress s = {.around.subject_path = subject_path,
			   .listener = {.opaque = &teller, .tick = tick, .shrinks = shrinks}};
	int r = prepare(&s, o, e);

	teller.heartbeat_ns = o->heartbeat.given ? o->heartbeat.value : 60 * NS_PER_S;
	if (r == 0)
		r = helpers_find_subject(subject_path, e);
	if (r == 0)
		r = check_outputs(&s, o, e);
	if (r < 0)
		return r;
	r = churn(&s, &session, o->cgroup_root, e);
	/* Nothing to tell where it did not come to the first round. */
	return s.begun_ns ? finish(&s, &teller, r, e) : r;
}

const struct command command_stress = {
	.name = "stress",
	.summary = "test that the kernel keeps its promises under churn",
	.arguments = "",
	.help = "Moves processes between groups while their threads clone, exec and exit, kills "
		"and freezes\ngroups, makes and removes them, and looks all the while whether the "
		"kernel keeps its\npromises: no thread is left behind, no child is born elsewhere, "
		"lists and counters agree,\nwhat is killed empties and what is empty goes. Rounds "
		"of a second or two, each drawn\nfrom the seed.\n\n"
		"Prints KTAP, a line a promise. When one is broken, the case is made smaller and "
		"printed\nwith its evidence and a command that replays it.\n\n"
		"  cgchurn stress                                  a minute\n"
		"  cgchurn stress --duration 12h --status s.json   over night\n"
		"  cgchurn stress --replay 123 --at-most movers=1  as a failure printed it\n\n"
		"Exit status: 0 all promises were kept, 1 one was broken, 4 this host has no "
		"cgroup v2\ngroup that may be written to, 5 a fault of cgchurn, 130 interrupted.",
	.max_arguments = 0,
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.options_size = sizeof(struct stress_options),
	.main = stress_main,
};
