/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hypervisor it is, by what the kernel found and what CPUID says. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-root.h"
#include "host/host.h"
#include "host/hypervisor.h"

int __real_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int __wrap_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);

/* A kernel that was built for 8192 CPUs refuses a shorter set, as glibc's cpu_set_t is. */
int __wrap_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	if (size >= 8192 / 8)
		return __real_sched_getaffinity(pid, size, set);
	errno = EINVAL;
	return -1;
}

static void test_judgement(void **state)
{
	static const struct {
		const char *situation;
		struct hypervisor_facts facts;
		const char *accelerator;
	} cases[] = {
		{"KVM/PVM on a host of another kind, log readable",
		 {.logged = "KVM",
		  .clock_sources = "tsc",
		  .signatures = {"bhyve bhyve "},
		  .n_signatures = 1},
		 "kvm"},
		{"the same, log not readable",
		 {.clock_sources = "tsc kvm-clock ",
		  .signatures = {"bhyve bhyve "},
		  .n_signatures = 1},
		 "kvm"},
		{"KVM that shows Hyper-V's signature first",
		 {.clock_sources = "tsc",
		  .signatures = {"Microsoft Hv", "KVMKVMKVM"},
		  .n_signatures = 2},
		 "kvm"},
		{"Hyper-V",
		 {.clock_sources = "hyperv_clocksource_tsc_page acpi_pm",
		  .signatures = {"Microsoft Hv"},
		  .n_signatures = 1},
		 "hyper-v"},
		{"Hyper-V, by the log", {.logged = "Microsoft Hyper-V"}, "hyper-v"},
		{"Xen PVH, by the log", {.logged = "Xen PVH"}, "xen"},
		{"Xen, by /sys/hypervisor", {.type = "xen"}, "xen"},
		{"bhyve itself",
		 {.clock_sources = "tsc hpet", .signatures = {"bhyve bhyve "}, .n_signatures = 1},
		 "bhyve"},
		{"emulation",
		 {.clock_sources = "tsc", .signatures = {"TCGTCGTCGTCG"}, .n_signatures = 1},
		 "tcg"},
		{"nothing that is known",
		 {.signatures = {"SomethingNew"}, .n_signatures = 1},
		 NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hypervisor found = hypervisor_judge(&cases[i].facts);
		const char *expected = cases[i].accelerator;

		if (expected ? !found.accelerator || strcmp(found.accelerator, expected) != 0
			     : found.accelerator != NULL)
			fail_msg("%s: %s", cases[i].situation,
				 found.accelerator ? found.accelerator : "unknown");
		assert_int_equal(found.name != NULL, expected != NULL);
	}
}

static void check(struct fake_root *root, const char *name, const char *accelerator)
{
	struct host h;

	assert_int_equal(host_gather_from(root->fd, &h, NULL, NULL), 0);
	assert_string_equal(h.accelerator, accelerator);
	if (name)
		assert_string_equal(h.hypervisor, name);
	else
		assert_null(h.hypervisor);
	host_finish(&h);
}

/* Whatever this machine's own CPUID says. */
static void test_gathered(void **state)
{
	struct fake_root root;

	unsetenv("CGCHURN_ACCELERATOR");
	fake_root_init(&root);
	fake_root_text(&root, "proc/cpuinfo", "flags\t\t: fpu vme\n");
	check(&root, NULL, "none");
	fake_root_text(&root, "proc/cpuinfo", "flags\t\t: fpu vme hypervisor\n");
	fake_root_text(&root, "dev/kmsg", "6,0,0,-;Hypervisor detected: VMware\n");
	check(&root, "VMware", "vmware");
	/* A program wrote that: its facility is not the kernel's. */
	fake_root_text(&root, "dev/kmsg", "14,0,0,-;Hypervisor detected: VMware\n");
	fake_root_text(&root, "sys/devices/system/clocksource/clocksource0/available_clocksource",
		       "tsc kvm-clock \n");
	check(&root, "KVM", "kvm");
	fake_root_finish(&root);
}

/* What scripts/lib/vm/machine.py puts on the kernel's command line. */
static void test_clock(void **state)
{
	struct fake_root root;
	struct host h;

	fake_root_init(&root);
	fake_root_text(&root, "proc/cmdline", "quiet cgchurn.clock=instructions,2 ro\n");
	assert_int_equal(host_gather_from(root.fd, &h, NULL, NULL), 0);
	assert_string_equal(h.clock_kind, "host");
	assert_true(h.clock_ns_per_instruction < 0 && h.clock_busy_cpus < 0);
	assert_null(h.clock_emulator);
	host_finish(&h);
	fake_root_text(&root, "proc/cmdline",
		       "quiet cgchurn.clock=instructions,2,QEMU-7.2.22 ro\n");
	assert_int_equal(host_gather_from(root.fd, &h, NULL, NULL), 0);
	assert_true(host_counts_instructions(&h));
	assert_int_equal(h.clock_ns_per_instruction, 2);
	assert_true(h.clock_busy_cpus >= 1);
	assert_string_equal(h.clock_emulator, "QEMU 7.2.22");
	host_finish(&h);
	fake_root_finish(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judgement),
		cmocka_unit_test(test_gathered),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests_name("host-hypervisor", tests, NULL, NULL);
}
