/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's side of attribution, as far as it goes without a kernel that lets itself be traced. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trace/attribute.h"
#include "trace/kernel_files.h"
#include "fake-root.h"

static void test_symbols(void **state)
{
	struct symbol symbols[] = {{.name = "cgroup_mutex"}, {.name = "css_set_lock"}};
	struct fake_root root;

	fake_root_init(&root);
	assert_int_equal(symbols_find(root.fd, symbols, 2), -ENOENT);
	fake_root_text(&root, "proc/kallsyms",
		       "ffffffff81000000 T _stext\n"
		       "ffffffff86134220 D cgroup_mutex\n"
		       "ffffffff86134240 D cgroup_mutex_of_another_name\n"
		       "ffffffffc0000000 b css_set_lock\t[somemodule]\n");
	assert_int_equal(symbols_find(root.fd, symbols, 2), 0);
	assert_int_equal(symbols[0].address, 0xffffffff86134220);
	assert_int_equal(symbols[1].address, 0); /* a module's is another */
	fake_root_finish(&root);
}

static void assert_explained(int root, int error, const char *log, const char *words)
{
	struct err e = {0};

	attribution_explain(root, error, log, &e);
	assert_int_equal(e.exit_code, EXIT_CANNOT);
	if (!strstr(e.text, words))
		fail_msg("'%s' lacks '%s'", e.text, words);
}

static void test_explain(void **state)
{
	struct fake_root root;

	fake_root_init(&root);
	assert_explained(root.fd, -EPERM, "", "BTF");
	fake_root_text(&root, "sys/kernel/btf/vmlinux", "btf");
	assert_explained(root.fd, -EINVAL, "libbpf: one\nlibbpf: two\n", "libbpf: two (Invalid");
	assert_explained(root.fd, -ESRCH, "", "(No such process)");
	if (geteuid() != 0) {
		assert_explained(root.fd, -EPERM, "", "only root");
	} else {
		assert_explained(root.fd, -EPERM, "", "though root asks");
		fake_root_text(&root, "sys/kernel/security/lockdown",
			       "none [integrity] confidentiality\n");
		assert_explained(root.fd, -EPERM, "", "locked down");
		fake_root_text(&root, "sys/kernel/security/lockdown",
			       "[none] integrity confidentiality\n");
		assert_explained(root.fd, -EACCES, "", "though root asks");
	}
	fake_root_finish(&root);
}

static void test_stacks(void **state)
{
	static const struct {
		char state;
		const char *stack;
		enum part part;
	} cases[] = {
		{'R', "", PART_RUNNING},
		{'S', "[<0>] do_wait+0x5d/0x160\n[<0>] kernel_wait4+0xb4/0x160\n", PART_ASLEEP},
		{'S', "", PART_ASLEEP},
		{'D',
		 "[<0>] __wait_rcu_gp+0x13f/0x150\n[<0>] rcu_sync_enter+0x5b/0xf0\n"
		 "[<0>] percpu_down_write+0x2d/0x1c0\n[<0>] cgroup_procs_write_start+0x15a/0x190\n",
		 PART_GRACE_PERIOD},
		{'D',
		 "[<0>] percpu_down_write+0x14d/0x1c0\n[<0>] "
		 "cgroup_procs_write_start+0x15a/0x190\n",
		 PART_DRAIN},
		{'D', "[<0>] percpu_rwsem_wait+0x116/0x140\n[<0>] __percpu_down_read+0x5e/0x70\n",
		 PART_GATE},
		{'D',
		 "[<0>] __mutex_lock.constprop.0+0x2f4/0x6e0\n[<0>] "
		 "cgroup_kn_lock_live+0x46/0x100\n",
		 PART_CGROUP_MUTEX},
		{'D', "[<0>] __mutex_lock.constprop.0+0x2f4/0x6e0\n[<0>] pipe_write+0x46/0x100\n",
		 PART_ASLEEP},
		{'D',
		 "[<0>] rwsem_down_write_slowpath+0x1/0x2\n[<0>] "
		 "cgroup_procs_write_start+0x1/0x2\n",
		 PART_THREADGROUP},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(stack_judge(cases[i].state, cases[i].stack), cases[i].part);
	assert_true(stack_look(-1) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
