/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seccomp/filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "json/fields.h"

static inline void cleanup_context(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}
#define _cleanup_context _cleanup_(cleanup_context)

/* 1: this architecture does not have the call. */
static int add_rule(scmp_filter_ctx context, const struct sandbox_rule *rule)
{
	int number = seccomp_syscall_resolve_name(rule->syscall);
	struct scmp_arg_cmp compare = {.arg = rule->argument,
				       .op = SCMP_CMP_MASKED_EQ,
				       .datum_a = rule->mask,
				       .datum_b = rule->value};

	if (number < 0)
		return 1;
	return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, rule->mask ? 1 : 0,
				      &compare);
}

/* The program of a context, in memory of `ret`'s own. libseccomp writes it to a descriptor only. */
static int export_program(scmp_filter_ctx context, struct sandbox_filter *ret)
{
	_cleanup_fd int fd = memfd_create("filter", MFD_CLOEXEC);
	_cleanup_free struct sock_filter *instructions = NULL;
	struct stat st;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size == 0 || (size_t)st.st_size % sizeof(*instructions) != 0 ||
	    (size_t)st.st_size / sizeof(*instructions) > BPF_MAXINSNS)
		return -EPROTO;
	instructions = malloc((size_t)st.st_size);
	if (!instructions)
		return -ENOMEM;
	if (pread(fd, instructions, (size_t)st.st_size, 0) != st.st_size)
		return -EIO;
	ret->n = (unsigned short)((size_t)st.st_size / sizeof(*instructions));
	ret->instructions = steal_ptr(instructions);
	return 0;
}

int sandbox_filter_compile(const struct sandbox_policy *policy, struct sandbox_filter *ret,
			   struct err *e)
{
	_cleanup_context scmp_filter_ctx context =
		seccomp_init(SCMP_ACT_ERRNO((uint16_t)policy->denied_errnum));
	struct sandbox_filter f = {0};
	int r;

	if (!context)
		return err_set(e, EXIT_FAULT, ENOMEM, "libseccomp could not start");
	for (size_t i = 0; i < policy->n_allowed; i++) {
		r = add_rule(context, &policy->allowed[i]);
		if (r < 0)
			return err_sys(e, EXIT_FAULT, -r, "seccomp rule for %s",
				       policy->allowed[i].syscall);
		f.unknown += r == 1;
	}
	r = export_program(context, &f);
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "seccomp filter");
	*ret = f;
	return 0;
}

void sandbox_filter_finish(struct sandbox_filter *f)
{
	free(f->instructions);
	*f = (struct sandbox_filter){0};
}

int sandbox_filter_load(const struct sandbox_filter *f)
{
	struct sock_fprog program = {.len = f->n, .filter = f->instructions};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return -errno;
	return 0;
}

int privileges_drop(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	/* First, because an exec by user 0 gives all capabilities back otherwise. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

/* Profiles. */

enum { ENTRIES_MAX = 1000, NAMES_MAX = 1000, ARGUMENTS_MAX = 6, NAME_LENGTH_MAX = 63 };
enum { ERRNO_MAX = 4095 };

/* A word of the format, and what libseccomp calls it. */
struct word {
	const char *name;
	uint32_t value;
};

/* clang-format off */
static const struct word actions[] = {
	{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
	{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)}, /* the errno is added */
	{"SCMP_ACT_KILL", SCMP_ACT_KILL},      /* of the thread, by the specification */
	{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL},
	{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
	{"SCMP_ACT_LOG", SCMP_ACT_LOG},
	{NULL, 0},
};

static const struct word comparisons[] = {
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
	{NULL, 0},
};
/* clang-format on */

enum { WORDS_MAX = 8 };

static int get_word(const struct json_at *at, const struct word *words, uint32_t *ret)
{
	const char *names[WORDS_MAX];
	size_t n, index;
	int r;

	for (n = 0; words[n].name; n++)
		names[n] = words[n].name;
	r = json_get_choice(at, names, n, &index);
	if (r == 0)
		*ret = words[index].value;
	return r;
}

/* A profile on its way into a context. */
struct compiler {
	scmp_filter_ctx context;
	unsigned unknown;
};

/* An action, and the errno beside it, which is EPERM where the profile is silent. */
static int parse_action(const struct json_at *object, const char *action_key, const char *errno_key,
			uint32_t *ret)
{
	struct json_at action = json_member(object, action_key);
	struct json_at number = json_member(object, errno_key);
	uint64_t errnum = EPERM;
	uint32_t code;
	int r = get_word(&action, actions, &code);

	if (r == 0 && number.present)
		r = json_get_u64(&number, 0, ERRNO_MAX, &errnum);
	if (r == 0)
		*ret = code == SCMP_ACT_ERRNO(0) ? SCMP_ACT_ERRNO((uint16_t)errnum) : code;
	return r;
}

/* An entry: its names with these arguments have this action. */
struct entry {
	struct compiler *to;
	uint32_t action;
	struct scmp_arg_cmp arguments[ARGUMENTS_MAX];
	unsigned n_arguments;
};

static int take_op(const struct json_at *at, const struct json_field *field, void *to)
{
	uint32_t chosen;
	int r = get_word(at, comparisons, &chosen);

	if (r == 0)
		((struct scmp_arg_cmp *)to)->op = (enum scmp_compare)chosen;
	return r;
}

static int take_index(const struct json_at *at, const struct json_field *field, void *to)
{
	uint64_t index;
	int r = json_get_u64(at, 0, ARGUMENTS_MAX - 1, &index);

	if (r == 0)
		((struct scmp_arg_cmp *)to)->arg = (unsigned)index;
	return r;
}

static int parse_argument(const struct json_at *at, void *to)
{
	static const struct json_field fields[] = {
		{.key = "index", .take = take_index, .required = true},
		FIELD("value", json_field_u64, struct scmp_arg_cmp, datum_a, .max = UINT64_MAX,
		      .required = true),
		FIELD("valueTwo", json_field_u64, struct scmp_arg_cmp, datum_b, .max = UINT64_MAX),
		{.key = "op", .take = take_op, .required = true},
	};
	struct entry *entry = to;

	return json_get_known_fields(at, fields, 4, &entry->arguments[entry->n_arguments++]);
}

static int add_name(const struct json_at *at, void *to)
{
	const struct entry *entry = to;
	struct compiler *c = entry->to;
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
	r = seccomp_rule_add_array(c->context, entry->action, number, entry->n_arguments,
				   entry->arguments);
	/* The rule says what the default does. */
	if (r == -EACCES)
		return 0;
	return r < 0 ? json_complain(at, "libseccomp refuses the rule: %s", strerror(-r)) : 0;
}

static int add_entry(const struct json_at *at, void *to)
{
	static const char *const keys[] = {"names", "action", "errnoRet", "args"};
	struct json_at names = json_member(at, "names"), args = json_member(at, "args");
	struct entry entry = {.to = to};
	size_t n;
	int r = json_want_object(at, keys, 4);

	if (r == 0)
		r = parse_action(at, "action", "errnoRet", &entry.action);
	if (r == 0 && args.present)
		r = json_each_element(&args, ARGUMENTS_MAX, parse_argument, &entry);
	if (r == 0)
		r = json_want_array(&names, 1, NAMES_MAX, &n);
	return r == 0 ? json_each_element(&names, NAMES_MAX, add_name, &entry) : r;
}

static int compile(const struct json_at *root, void *to)
{
	static const char *const keys[] = {"defaultAction", "defaultErrnoRet", "architectures",
					   "flags", "syscalls"};
	struct json_at entries = json_member(root, "syscalls");
	_cleanup_context scmp_filter_ctx context = NULL;
	struct sandbox_filter *ret = to;
	struct compiler c = {0};
	uint32_t fallback = 0;
	int r = json_want_object(root, keys, 5);

	if (r == 0)
		r = parse_action(root, "defaultAction", "defaultErrnoRet", &fallback);
	if (r < 0)
		return r;
	c.context = context = seccomp_init(fallback);
	if (!context)
		return err_set(root->e, EXIT_FAULT, ENOMEM, "libseccomp could not start");
	r = json_each_element(&entries, ENTRIES_MAX, add_entry, &c);
	if (r < 0)
		return r;
	r = export_program(context, ret);
	if (r < 0)
		return err_sys(root->e, EXIT_FAULT, -r, "compiling a seccomp profile");
	ret->unknown = c.unknown;
	return 0;
}

int sandbox_profile_compile(const char *text, size_t size, const char *origin,
			    struct sandbox_filter *ret, struct err *e)
{
	return json_visit_text(text, size, origin, compile, ret, e);
}

int sandbox_profile_load(const char *path, struct sandbox_filter *ret, struct err *e)
{
	_cleanup_free char *text = NULL;
	size_t size;
	int r = json_read_file(path, PROFILE_FILE_SIZE_MAX, &text, &size, e);

	return r < 0 ? r : sandbox_profile_compile(text, size, path, ret, e);
}
