/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The regimes of the lock: each source of evidence by itself, then what they come to together. */
#include <bpf/btf.h>
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-root.h"
#include "host/lock.h"

/* BTF of a kernel: the structures that matter, written by libbpf. */
static struct btf *kernel_btf(bool patched)
{
	struct btf *btf = btf__new_empty();
	int number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int sync, sem;

	sync = btf__add_struct(btf, "rcu_sync", 48);
	btf__add_field(btf, "gp_state", number, 0, 0);
	btf__add_field(btf, "gp_count", number, 32, 0);
	sem = btf__add_struct(btf, "percpu_rw_semaphore", 96);
	btf__add_field(btf, "before", number, 0, 0);
	btf__add_field(btf, "rss", sync, 64, 0);
	btf__add_struct(btf, "signal_struct", 1024);
	btf__add_field(btf, "nr_threads", number, 32, 0);
	if (patched)
		btf__add_field(btf, "cgroup_threadgroup_rwsem", sem, 512, 0);
	btf__add_enum(btf, "cgroup_attach_lock_mode", 4);
	return btf;
}

static void test_types(void **state)
{
	for (int patched = 0; patched < 2; patched++) {
		struct btf *btf = kernel_btf(patched);
		struct lock_types types;
		const void *data;
		uint32_t size;

		data = btf__raw_data(btf, &size);
		assert_int_equal(lock_types_read(data, size, &types), 0);
		assert_int_equal(types.patch, patched ? TRISTATE_YES : TRISTATE_NO);
		assert_int_equal(types.has_mode, TRISTATE_YES);
		assert_int_equal(types.gp_count_offset, 8 + 4);
		btf__free(btf);
	}
}

/* BTF without struct signal_struct proves nothing, and what is no BTF is an error. */
static void test_types_missing(void **state)
{
	struct btf *btf = btf__new_empty();
	struct lock_types types;
	const void *data;
	uint32_t size;

	btf__add_int(btf, "int", 4, 0);
	data = btf__raw_data(btf, &size);
	assert_int_equal(lock_types_read(data, size, &types), 0);
	assert_int_equal(types.patch, TRISTATE_UNKNOWN);
	assert_int_equal(types.gp_count_offset, -1);
	assert_true(lock_types_read(data, size / 2, &types) < 0);
	assert_true(lock_types_read("no btf at all, this", 19, &types) < 0);
	assert_true(lock_types_read("", 0, &types) < 0);
	btf__free(btf);
}

enum { KERNEL_BASE = 0x1000, SEGMENT_AT = 256 };

/*
 * A core file whose memory from KERNEL_BASE on holds the banner, the variable at 0x40 and the
 * count at 0x80 + 12.
 */
static void add_kcore(struct fake_root *root, const char *banner, uint8_t per_threadgroup,
		      int32_t gp_count)
{
	unsigned char file[SEGMENT_AT + 256] = {0};
	unsigned char *memory = file + SEGMENT_AT;
	Elf64_Ehdr head = {.e_ident = ELFMAG,
			   .e_phoff = sizeof(head),
			   .e_phnum = 1,
			   .e_phentsize = sizeof(Elf64_Phdr)};
	Elf64_Phdr segment = {
		.p_type = PT_LOAD, .p_vaddr = KERNEL_BASE, .p_offset = SEGMENT_AT, .p_filesz = 256};

	memcpy(file, &head, sizeof(head));
	memcpy(file + sizeof(head), &segment, sizeof(segment));
	strcpy((char *)memory, banner);
	memory[0x40] = per_threadgroup;
	memcpy(memory + 0x80 + 12, &gp_count, sizeof(gp_count));
	fake_root_add(root, "proc/kcore", file, sizeof(file));
}

static const char symbols_patched[] = "0000000000001000 D linux_banner\n"
				      "0000000000001040 B cgroup_enable_per_threadgroup_rwsem\n"
				      "0000000000001080 D cgroup_threadgroup_rwsem\n"
				      "0000000000002000 t cgroup_threadgroup_rwsem [module]\n";
static const char symbols_unpatched[] = "0000000000001000 D linux_banner\n"
					"0000000000001080 D cgroup_threadgroup_rwsem\n";
static const char symbols_hidden[] = "0000000000000000 D linux_banner\n"
				     "0000000000000000 D cgroup_threadgroup_rwsem\n";

static void test_variables(void **state)
{
	struct lock_variables v;
	struct fake_root root;

	fake_root_init(&root);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), -ENOENT);
	fake_root_text(&root, "proc/kallsyms", symbols_patched);
	add_kcore(&root, "Linux version 7.3", 1, 0);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), 0);
	assert_int_equal(v.per_threadgroup, TRISTATE_YES);
	assert_int_equal(v.favored, TRISTATE_NO);
	add_kcore(&root, "Linux version 7.3", 0, 1);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), 0);
	assert_int_equal(v.per_threadgroup, TRISTATE_NO);
	assert_int_equal(v.favored, TRISTATE_YES);
	/* No offset, no reading; a bool of 7 is none. */
	add_kcore(&root, "Linux version 7.3", 7, 1);
	assert_int_equal(lock_variables_read(root.fd, -1, &v), 0);
	assert_int_equal(v.per_threadgroup, TRISTATE_UNKNOWN);
	assert_int_equal(v.favored, TRISTATE_UNKNOWN);
	fake_root_finish(&root);
}

/* What is read must make sense, or it is not believed. */
static void test_variables_doubted(void **state)
{
	struct lock_variables v;
	struct fake_root root;

	fake_root_init(&root);
	fake_root_text(&root, "proc/kallsyms", symbols_patched);
	add_kcore(&root, "Another memory", 1, 0);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), -EINVAL);
	add_kcore(&root, "Linux version 6.12", 1, 0);
	fake_root_text(&root, "proc/kallsyms", symbols_hidden);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), -EPERM);
	fake_root_text(&root, "proc/kallsyms", symbols_unpatched);
	assert_int_equal(lock_variables_read(root.fd, 12, &v), 0);
	assert_int_equal(v.per_threadgroup, TRISTATE_UNKNOWN);
	fake_root_text(&root, "proc/kcore", "not an ELF file");
	assert_int_equal(lock_variables_read(root.fd, 12, &v), -EINVAL);
	fake_root_finish(&root);
}

static void test_log(void **state)
{
	struct lock_facts f;
	struct fake_root root;

	fake_root_init(&root);
	lock_facts_read(root.fd, &f);
	assert_int_equal(f.log, LOCK_LOG_UNKNOWN);
	assert_int_equal(f.types_error, -ENOENT);
	assert_int_equal(f.variables_error, -ENOENT);
	assert_int_equal(f.knows_option, TRISTATE_UNKNOWN);
	fake_root_text(&root, "dev/kmsg", "5,0,0,-;Linux version 6.18\n");
	fake_root_text(&root, "sys/kernel/cgroup/features", "nsdelegate\nfavordynmods\n");
	lock_facts_read(root.fd, &f);
	assert_int_equal(f.log, LOCK_LOG_SILENT);
	assert_int_equal(f.knows_option, TRISTATE_YES);
	/* The beginning was overwritten: silence proves nothing. */
	fake_root_text(&root, "dev/kmsg", "5,4711,99,-;usb 1-1: new device\n");
	fake_root_text(&root, "sys/kernel/cgroup/features", "nsdelegate\n");
	lock_facts_read(root.fd, &f);
	assert_int_equal(f.log, LOCK_LOG_UNKNOWN);
	assert_int_equal(f.knows_option, TRISTATE_NO);
	fake_root_text(&root, "dev/kmsg",
		       "4,4711,99,-;cgroup: cgroup favordynmods: per threadgroup rwsem mechanism "
		       "can't be disabled\n");
	lock_facts_read(root.fd, &f);
	assert_int_equal(f.log, LOCK_LOG_SWITCHED_OFF);
	fake_root_finish(&root);
}

#define YES TRISTATE_YES
#define NO TRISTATE_NO
#define DUNNO TRISTATE_UNKNOWN

/* One state of a machine and what is to be made of it. */
struct scene {
	const char *name;
	enum tristate patch;  /* by BTF; DUNNO: unreadable */
	enum tristate v2, v1; /* the mount's flag; DUNNO: no such mount */
	enum tristate knows_option;
	enum lock_log log;
	bool has_variables;
	enum tristate per_threadgroup, favored;
	bool has_probe;
	enum tristate grace_period, finds_process_first;
	bool is_short;  /* a grace period is too short to be seen, says the probe */
	bool expedited; /* say the settings */
	/* expected */
	enum tristate patch_present;
	enum lock_regime regime;
	const char *word; /* the confidence's first */
};

static const struct scene scenes[] = {
	{"6.1 or 6.12, default", NO, NO, DUNNO, YES, .patch_present = NO,
	 .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"6.12, favordynmods", NO, YES, DUNNO, YES, .patch_present = NO,
	 .regime = LOCK_REGIME_GLOBAL_FAVORED, .word = "certain"},
	{"5.10: no such option, always favored", NO, NO, NO, NO, .patch_present = NO,
	 .regime = LOCK_REGIME_GLOBAL_FAVORED, .word = "certain"},
	{"7.x, favordynmods", YES, YES, DUNNO, YES, .patch_present = YES,
	 .regime = LOCK_REGIME_PER_THREADGROUP, .word = "certain"},
	{"7.x, a v1 mount has the flag", YES, NO, YES, YES, .patch_present = YES,
	 .regime = LOCK_REGIME_PER_THREADGROUP, .word = "certain"},
	{"7.x, log whole and silent", YES, NO, DUNNO, YES, LOCK_LOG_SILENT, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"7.x, log not readable", YES, NO, DUNNO, YES, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"7.x, switched off again, by the log", YES, NO, DUNNO, YES, LOCK_LOG_SWITCHED_OFF,
	 .patch_present = YES, .regime = LOCK_REGIME_PER_THREADGROUP_RESIDUAL, .word = "certain"},
	{"7.x, switched off and on again", YES, YES, DUNNO, YES, LOCK_LOG_SWITCHED_OFF,
	 .patch_present = YES, .regime = LOCK_REGIME_PER_THREADGROUP, .word = "certain"},
	{"7.x, switched off again, by its variables", YES, NO, DUNNO, YES, LOCK_LOG_UNKNOWN, true,
	 YES, NO, .patch_present = YES, .regime = LOCK_REGIME_PER_THREADGROUP_RESIDUAL,
	 .word = "certain"},
	{"7.x, the flag is on a mount out of sight", YES, NO, DUNNO, YES, LOCK_LOG_SILENT, true,
	 YES, YES, .patch_present = YES, .regime = LOCK_REGIME_PER_THREADGROUP, .word = "certain"},
	{"7.x, default, by its variables", YES, NO, DUNNO, YES, LOCK_LOG_UNKNOWN, true, NO, NO,
	 .patch_present = YES, .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"6.12 favordynmods, by its variables", NO, YES, DUNNO, YES, LOCK_LOG_UNKNOWN, true, DUNNO,
	 YES, .patch_present = NO, .regime = LOCK_REGIME_GLOBAL_FAVORED, .word = "certain"},
	{"6.12 default while another process migrates", NO, NO, DUNNO, YES, LOCK_LOG_UNKNOWN, true,
	 DUNNO, YES, .patch_present = NO, .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"no BTF, but the patch's variable", DUNNO, YES, DUNNO, YES, LOCK_LOG_UNKNOWN, true, YES,
	 DUNNO, .patch_present = YES, .regime = LOCK_REGIME_PER_THREADGROUP, .word = "certain"},
	{"no BTF, default", DUNNO, NO, DUNNO, YES, .patch_present = DUNNO,
	 .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"no BTF, favordynmods", DUNNO, YES, DUNNO, YES, .patch_present = DUNNO,
	 .regime = LOCK_REGIME_UNKNOWN, .word = "weak"},
	{"no BTF, default, probed, patched", DUNNO, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = YES, .finds_process_first = YES, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"no BTF, default, probed, unpatched", DUNNO, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = YES, .finds_process_first = NO, .patch_present = NO,
	 .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"no BTF, probed, no wait", DUNNO, NO, DUNNO, YES, .has_probe = true, .grace_period = NO,
	 .finds_process_first = DUNNO, .patch_present = DUNNO, .regime = LOCK_REGIME_UNKNOWN,
	 .word = "weak"},
	{"7.x, switched off again, by behaviour", YES, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = NO, .finds_process_first = DUNNO, .patch_present = YES,
	 .regime = LOCK_REGIME_PER_THREADGROUP_RESIDUAL, .word = "likely"},
	{"7.x, default, by behaviour", YES, NO, DUNNO, YES, .has_probe = true, .grace_period = YES,
	 .finds_process_first = YES, .patch_present = YES, .regime = LOCK_REGIME_GLOBAL,
	 .word = "certain"},
	{"7.x, an undecided probe changes nothing", YES, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = DUNNO, .finds_process_first = DUNNO, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"7.x, default, expedited: behaviour decides nothing", YES, NO, DUNNO, YES,
	 .has_probe = true, .grace_period = NO, .finds_process_first = DUNNO, .expedited = true,
	 .patch_present = YES, .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"7.x, expedited, a drain looks like a wait", YES, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = YES, .finds_process_first = YES, .expedited = true, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"7.x, short grace periods, by the probe", YES, NO, DUNNO, YES, .has_probe = true,
	 .grace_period = NO, .finds_process_first = DUNNO, .is_short = true, .patch_present = YES,
	 .regime = LOCK_REGIME_GLOBAL, .word = "likely"},
	{"7.x, expedited, but the log is whole", YES, NO, DUNNO, YES, LOCK_LOG_SILENT,
	 .has_probe = true, .grace_period = NO, .finds_process_first = DUNNO, .expedited = true,
	 .patch_present = YES, .regime = LOCK_REGIME_GLOBAL, .word = "certain"},
	{"7.x, log and behaviour disagree", YES, NO, DUNNO, YES, LOCK_LOG_SILENT, .has_probe = true,
	 .grace_period = NO, .finds_process_first = DUNNO, .patch_present = YES,
	 .regime = LOCK_REGIME_UNKNOWN, .word = "weak"},
};

static void add_mount(char *text, size_t size, int id, bool v2, enum tristate flag)
{
	size_t used = strlen(text);

	if (flag == DUNNO)
		return;
	snprintf(text + used, size - used, "%d 1 0:%d / /c%d rw - cgroup%s x rw%s%s\n", id, id, id,
		 v2 ? "2" : "", v2 ? "" : ",pids", flag == YES ? ",favordynmods" : "");
}

static struct lock_facts facts_of(const struct scene *s, struct cgroup_mounts *mounts)
{
	char text[512] = "";

	add_mount(text, sizeof(text), 41, true, s->v2);
	add_mount(text, sizeof(text), 42, false, s->v1);
	assert_int_equal(mounts_parse(text, mounts), 0);
	return (struct lock_facts){
		.release = "6.18.3",
		.types_error = s->patch == DUNNO ? -EACCES : 0,
		.types = {.patch = s->patch, .has_mode = DUNNO, .gp_count_offset = -1},
		.variables_error = s->has_variables ? 0 : -EPERM,
		.variables = {s->has_variables ? s->per_threadgroup : DUNNO,
			      s->has_variables ? s->favored : DUNNO},
		.mounts = mounts,
		.knows_option = s->knows_option,
		.config_default = DUNNO,
		.log = s->log,
		.expedited = s->expedited,
	};
}

static void check_scene(const struct scene *s)
{
	struct cgroup_mounts mounts = {0};
	struct lock_facts f = facts_of(s, &mounts);
	struct probe_verdict probe = {.shows = s->is_short ? NO : DUNNO,
				      .grace_period = s->grace_period,
				      .finds_process_first = s->finds_process_first};
	struct host h;

	host_init(&h);
	assert_int_equal(lock_judge(&f, s->has_probe ? &probe : NULL, &h), 0);
	if (host_regime(&h) != s->regime || h.lock_patch_present != s->patch_present ||
	    strncmp(h.lock_confidence, s->word, strlen(s->word)) != 0)
		fail_msg("%s: patch %d, %s, %s", s->name, h.lock_patch_present,
			 host_regime_word(&h), h.lock_confidence);
	assert_int_equal(host_lock_certain(&h), strcmp(s->word, "certain") == 0);
	assert_true(h.n_lock_evidence > 0);
	host_finish(&h);
	mounts_finish(&mounts);
}

static void test_scenes(void **state)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		check_scene(&scenes[i]);
}

static bool mentions(const struct host *h, const char *text)
{
	for (size_t i = 0; i < h->n_lock_evidence; i++)
		if (strstr(h->lock_evidence[i], text))
			return true;
	return false;
}

/* Why behaviour decides nothing stands in the confidence and, with what was measured, beside it. */
static void test_short_grace_periods_are_told(void **state)
{
	struct cgroup_mounts mounts = {0};
	struct lock_facts f = {
		.release = "7.0.1",
		.types = {.patch = YES, .has_mode = YES, .gp_count_offset = -1},
		.variables_error = -EPERM,
		.mounts = &mounts,
		.expedited = true,
		.knows_option = YES,
		.config_default = DUNNO,
	};
	struct probe_verdict probe = {.shows = NO,
				      .grace_period = DUNNO,
				      .finds_process_first = DUNNO,
				      .grace_ns = 91000};
	struct host h;

	host_init(&h);
	assert_int_equal(lock_judge(&f, &probe, &h), 0);
	assert_non_null(strstr(h.lock_confidence, "expedited"));
	assert_true(mentions(&h, "/sys/kernel/rcu_expedited"));
	assert_true(mentions(&h, "91.0 us (membarrier)"));
	host_finish(&h);
}

/* What could not be read is said, with the reason; the release number is called a hint. */
static void test_gaps_are_told(void **state)
{
	struct lock_facts f = {
		.release = "6.18.3",
		.types_error = -EACCES,
		.types = {.patch = DUNNO, .has_mode = DUNNO, .gp_count_offset = -1},
		.variables_error = -EPERM,
		.knows_option = DUNNO,
		.config_default = DUNNO,
	};
	struct host h;

	host_init(&h);
	assert_int_equal(lock_judge(&f, NULL, &h), 0);
	assert_int_equal(host_regime(&h), LOCK_REGIME_UNKNOWN);
	assert_true(mentions(&h, "/sys/kernel/btf/vmlinux (Permission denied)"));
	assert_true(mentions(&h, "/proc/kcore (Operation not permitted)"));
	assert_true(mentions(&h, "hint"));
	assert_true(mentions(&h, "mountinfo"));
	assert_true(mentions(&h, "log"));
	host_finish(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_types_missing),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_variables_doubted),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_gaps_are_told),
		cmocka_unit_test(test_short_grace_periods_are_told),
	};

	return cmocka_run_group_tests_name("host-lock", tests, NULL, NULL);
}
