/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/profile.h"

#include <errno.h>
#include <string.h>

#include "json/read.h"
#include "seccomp/export.h"

enum { ENTRIES_MAX = 1000, NAMES_MAX = 1000, ARGUMENTS_MAX = 6, NAME_LENGTH_MAX = 63 };
enum { ERRNO_MAX = 4095 };

static const char *const action_names[] = {
	"SCMP_ACT_ALLOW",       "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS",
	"SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",  "SCMP_ACT_LOG"};
enum { N_ACTIONS = sizeof(action_names) / sizeof(action_names[0]) };

static const struct {
	const char *name;
	enum scmp_compare op;
} comparisons[] = {
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};
enum { N_COMPARISONS = sizeof(comparisons) / sizeof(comparisons[0]) };

/* A profile on its way into a context. */
struct compiler {
	scmp_filter_ctx context;
	unsigned unknown;
};

static uint32_t action_code(size_t index, uint64_t errnum)
{
	switch (index) {
	case 0:
		return SCMP_ACT_ALLOW;
	case 1:
		return SCMP_ACT_ERRNO((uint16_t)errnum);
	case 3:
		return SCMP_ACT_KILL_PROCESS;
	case 5:
		return SCMP_ACT_TRAP;
	case 6:
		return SCMP_ACT_LOG;
	}
	return SCMP_ACT_KILL; /* of the thread, as the specification's SCMP_ACT_KILL is */
}

/* An action, and the errno beside it, which is EPERM where the profile is silent. */
static int parse_action(const struct json_at *object, const char *action_key, const char *errno_key,
			uint32_t *ret)
{
	struct json_at action = json_member(object, action_key);
	struct json_at number = json_member(object, errno_key);
	uint64_t errnum = EPERM;
	size_t index;
	int r = json_get_choice(&action, action_names, N_ACTIONS, &index);

	if (r == 0 && number.present)
		r = json_get_u64(&number, 0, ERRNO_MAX, &errnum);
	if (r == 0)
		*ret = action_code(index, errnum);
	return r;
}

static int parse_argument(const struct json_at *at, struct scmp_arg_cmp *ret)
{
	static const char *const keys[] = {"index", "value", "valueTwo", "op"};
	struct json_at index = json_member(at, "index"), value = json_member(at, "value");
	struct json_at two = json_member(at, "valueTwo"), op = json_member(at, "op");
	const char *names[N_COMPARISONS];
	uint64_t number = 0, a = 0, b = 0;
	size_t chosen;
	int r = json_want_object(at, keys, 4);

	for (size_t i = 0; i < N_COMPARISONS; i++)
		names[i] = comparisons[i].name;
	if (r == 0)
		r = json_get_u64(&index, 0, ARGUMENTS_MAX - 1, &number);
	if (r == 0)
		r = json_get_u64(&value, 0, UINT64_MAX, &a);
	if (r == 0 && two.present)
		r = json_get_u64(&two, 0, UINT64_MAX, &b);
	if (r == 0)
		r = json_get_choice(&op, names, N_COMPARISONS, &chosen);
	if (r == 0)
		*ret = (struct scmp_arg_cmp){.arg = (unsigned)number,
					     .op = comparisons[chosen].op,
					     .datum_a = a,
					     .datum_b = b};
	return r;
}

static int parse_arguments(const struct json_at *at, struct scmp_arg_cmp *ret, size_t *ret_n)
{
	size_t n = 0;
	int r = at->present ? json_want_array(at, 0, ARGUMENTS_MAX, &n) : 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at element = json_element(at, i);

		r = parse_argument(&element, &ret[i]);
	}
	*ret_n = n;
	return r;
}

static int add_name(const struct json_at *at, struct compiler *c, uint32_t action,
		    const struct scmp_arg_cmp *arguments, size_t n)
{
	const char *name;
	int number, r = json_get_string(at, NAME_LENGTH_MAX, &name);

	if (r < 0)
		return r;
	number = seccomp_syscall_resolve_name(name);
	/* A negative number is a call of another architecture, or none at all. */
	if (number < 0) {
		c->unknown++;
		return 0;
	}
	r = seccomp_rule_add_array(c->context, action, number, (unsigned)n, arguments);
	/* The rule says what the default does. */
	if (r == -EACCES)
		return 0;
	return r < 0 ? json_complain(at, "libseccomp refuses the rule: %s", strerror(-r)) : 0;
}

static int add_entry(const struct json_at *at, struct compiler *c)
{
	static const char *const keys[] = {"names", "action", "errnoRet", "args"};
	struct json_at names = json_member(at, "names"), args = json_member(at, "args");
	struct scmp_arg_cmp arguments[ARGUMENTS_MAX];
	uint32_t action = 0;
	size_t n = 0, n_arguments;
	int r = json_want_object(at, keys, 4);

	if (r == 0)
		r = parse_action(at, "action", "errnoRet", &action);
	if (r == 0)
		r = parse_arguments(&args, arguments, &n_arguments);
	if (r == 0)
		r = json_want_array(&names, 1, NAMES_MAX, &n);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at name = json_element(&names, i);

		r = add_name(&name, c, action, arguments, n_arguments);
	}
	return r;
}

static int compile(const struct json_at *root, struct sandbox_filter *ret)
{
	static const char *const keys[] = {"defaultAction", "defaultErrnoRet", "architectures",
					   "flags", "syscalls"};
	struct json_at entries = json_member(root, "syscalls");
	_cleanup_context scmp_filter_ctx context = NULL;
	struct compiler c = {0};
	uint32_t fallback = 0;
	size_t n = 0;
	int r = json_want_object(root, keys, 5);

	if (r == 0)
		r = parse_action(root, "defaultAction", "defaultErrnoRet", &fallback);
	if (r == 0)
		r = json_want_array(&entries, 0, ENTRIES_MAX, &n);
	if (r < 0)
		return r;
	c.context = context = seccomp_init(fallback);
	if (!context)
		return err_set(root->e, EXIT_FAULT, ENOMEM, "libseccomp could not start");
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_at entry = json_element(&entries, i);

		r = add_entry(&entry, &c);
	}
	if (r < 0)
		return r;
	r = sandbox_export(context, ret);
	if (r < 0)
		return err_sys(root->e, EXIT_FAULT, -r, "compiling a seccomp profile");
	ret->unknown = c.unknown;
	return 0;
}

int sandbox_profile_compile(const char *text, size_t size, const char *origin,
			    struct sandbox_filter *ret, struct err *e)
{
	struct json_doc doc;
	struct json_at root;
	int r = json_doc_init(&doc, text, size, origin, e);

	if (r < 0)
		return r;
	root = json_root(&doc, e);
	r = compile(&root, ret);
	json_doc_finish(&doc);
	return r;
}

int sandbox_profile_load(const char *path, struct sandbox_filter *ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = json_read_file(path, PROFILE_FILE_SIZE_MAX, &text, &size, e);

	return r < 0 ? r : sandbox_profile_compile(text, size, path, ret, e);
}
