/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hypervisor the kernel runs on, judged from what the kernel itself found and what CPUID
 * says. CPUID alone may name another: a hypervisor can show the signatures of several, and where
 * the instruction does not trap in user space (KVM/PVM) the answer is that of the host's own host.
 */
#ifndef CGCHURN_HOST_HYPERVISOR_H
#define CGCHURN_HOST_HYPERVISOR_H

#include <stddef.h>

#define HYPERVISOR_SIGNATURES 8

struct hypervisor_facts {
	char logged[64]; /* of "Hypervisor detected: NAME" in the kernel's log; "" unknown */
	char clock_sources[256]; /* available_clocksource: the kernel registers its hypervisor's */
	char type[64];           /* /sys/hypervisor/type; "" where there is none */
	/* Of CPUID's leaves 0x40000000, 0x40000100 and on, lowest first. */
	char signatures[HYPERVISOR_SIGNATURES][13];
	size_t n_signatures;
};

struct hypervisor {
	const char *name;        /* for people: "KVM"; NULL unknown */
	const char *accelerator; /* "kvm"; NULL unknown */
};

/* The kernel's word first; of CPUID's signatures the known one of the highest leaf, as the kernel
 * chooses (detect_hypervisor_vendor() in arch/x86/kernel/cpu/hypervisor.c). Pure. */
struct hypervisor hypervisor_judge(const struct hypervisor_facts *f);

/* Reads the facts below the folder `root`; CPUID's leaves are this machine's, on x86. */
void hypervisor_facts_read(int root, struct hypervisor_facts *ret);

#endif
