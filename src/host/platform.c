/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies below the kernel: bare metal or a virtual machine, and of which kind; the clock; libc.
 *
 * The accelerator decides whether absolute times mean anything at all. Whoever boots a guest knows
 * it best and says so in CGCHURN_ACCELERATOR. Else the hypervisor's signature in CPUID tells
 * (x86: leaf 0x40000000), else the firmware's names.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/cleanup.h"
#include "base/io.h"
#include "host/cpu.h"
#include "host/gather.h"

enum { CPUID_HYPERVISOR_LEAF = 0x40000000, CPUINFO_SIZE_MAX = 64 << 20 };

static const struct {
	const char *signature, *hypervisor, *accelerator;
} signatures[] = {
	{"KVMKVMKVM", "KVM", "kvm"},
	{"TCGTCGTCGTCG", "QEMU without acceleration (TCG)", "tcg"},
	{"Linux KVM Hv", "KVM", "kvm"},
	{"Microsoft Hv", "Hyper-V", "hyper-v"},
	{"VMwareVMware", "VMware", "vmware"},
	{"XenVMMXenVMM", "Xen", "xen"},
	{"VBoxVBoxVBox", "VirtualBox", "virtualbox"},
	{"ACRNACRNACRN", "ACRN", "acrn"},
	{"bhyve bhyve ", "bhyve", "bhyve"},
};

static void use_signature(struct gather *g, const char *signature)
{
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		if (strcmp(signature, signatures[i].signature) != 0)
			continue;
		gather_set(g, &g->h->hypervisor, signatures[i].hypervisor);
		gather_set(g, &g->h->accelerator, signatures[i].accelerator);
		return;
	}
	gather_setf(g, &g->h->hypervisor, "unknown (CPUID signature \"%s\")", signature);
}

#if defined(__x86_64__) || defined(__i386__)
static void ask_cpuid(struct gather *g)
{
	unsigned eax, words[3];
	char signature[sizeof(words) + 1] = "";

	__cpuid(CPUID_HYPERVISOR_LEAF, eax, words[0], words[1], words[2]);
	(void)eax;
	memcpy(signature, words, sizeof(words));
	for (char *c = signature; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	use_signature(g, signature);
}

/* The CPU flag "hypervisor" is the processor's word for "you are a guest". */
static void gather_virtualisation(struct gather *g)
{
	_cleanup_free char *text = NULL;
	char flags[4096];

	if (io_read_all(g->root, "proc/cpuinfo", CPUINFO_SIZE_MAX, &text, NULL) < 0 ||
	    !cpuinfo_value(text, "flags", flags, sizeof(flags)))
		return;
	if (strstr(flags, " hypervisor"))
		ask_cpuid(g);
	else
		gather_set(g, &g->h->accelerator, "none");
}
#else
/* Elsewhere only the firmware's names tell; their silence proves nothing. */
static void gather_virtualisation(struct gather *g)
{
	char buf[256];

	if (gather_read(g, "sys/hypervisor/type", buf, sizeof(buf)) ||
	    gather_read(g, "proc/device-tree/hypervisor/compatible", buf, sizeof(buf)))
		gather_set(g, &g->h->hypervisor, buf);
	else if (gather_read(g, "sys/class/dmi/id/sys_vendor", buf, sizeof(buf)) &&
		 strstr(buf, "QEMU"))
		gather_set(g, &g->h->hypervisor, "QEMU");
}
#endif

/* A short word, as ours are; anything else in the variable is not meant for us. */
static bool is_word(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n < 32 && text[n] == '\0';
}

static void gather_libc(struct gather *g)
{
#ifdef __GLIBC__
	gather_setf(g, &g->h->libc, "glibc %s", gnu_get_libc_version());
#endif
}

void gather_platform(struct gather *g)
{
	const char *told = getenv("CGCHURN_ACCELERATOR");

	if (told && is_word(told))
		gather_set(g, &g->h->accelerator, told);
	gather_virtualisation(g);
	gather_file(g, &g->h->clock_source,
		    "sys/devices/system/clocksource/clocksource0/current_clocksource");
	gather_libc(g);
}
