/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/hypervisor.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "base/cleanup.h"
#include "base/io.h"
#include "host/gather.h"

/* Where hypervisor_cpuid_base() of the kernel looks (arch/x86/include/asm/cpuid/api.h). */
enum { CPUINFO_SIZE_MAX = 64 << 20 };

enum { LEAF_FIRST = 0x40000000, LEAF_END = 0x40010000, LEAF_STEP = 0x100 };

/* By the beginning of what the kernel logs, the clock source that it registers, /sys/hypervisor
 * and CPUID's signature; NULL: not known by that. */
static const struct {
	const char *logged, *clock_source, *type, *signature;
	struct hypervisor is;
} known[] = {
	{"KVM", "kvm-clock", NULL, "KVMKVMKVM", {"KVM", "kvm"}},
	{NULL, NULL, NULL, "Linux KVM Hv", {"KVM", "kvm"}},
	{NULL, NULL, NULL, "TCGTCGTCGTCG", {"QEMU without acceleration (TCG)", "tcg"}},
	{"Microsoft Hyper-V", "hyperv_clocksource", NULL, "Microsoft Hv", {"Hyper-V", "hyper-v"}},
	{"VMware", NULL, NULL, "VMwareVMware", {"VMware", "vmware"}},
	{"Xen", "xen", "xen", "XenVMMXenVMM", {"Xen", "xen"}},
	{NULL, NULL, NULL, "VBoxVBoxVBox", {"VirtualBox", "virtualbox"}},
	{"ACRN", NULL, NULL, "ACRNACRNACRN", {"ACRN", "acrn"}},
	{"Bhyve", NULL, NULL, "bhyve bhyve ", {"bhyve", "bhyve"}},
	{"Jailhouse", NULL, NULL, "Jailhouse", {"Jailhouse", "jailhouse"}},
};
enum { N_KNOWN = sizeof(known) / sizeof(known[0]) };

static bool begins(const char *text, const char *with)
{
	return with && strncasecmp(text, with, strlen(with)) == 0;
}

/* Whether a word of the list begins so. */
static bool lists(const char *words, const char *with)
{
	for (const char *at = words; at && *at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (begins(at, with))
			return true;
	}
	return false;
}

static bool has_signature(const struct hypervisor_facts *f, size_t which, const char *signature)
{
	return signature && strcmp(f->signatures[which], signature) == 0;
}

struct hypervisor hypervisor_judge(const struct hypervisor_facts *f)
{
	for (size_t i = 0; f->logged[0] && i < N_KNOWN; i++)
		if (begins(f->logged, known[i].logged))
			return known[i].is;
	for (size_t i = 0; i < N_KNOWN; i++)
		if (lists(f->clock_sources, known[i].clock_source))
			return known[i].is;
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].type && strcmp(f->type, known[i].type) == 0)
			return known[i].is;
	for (size_t which = f->n_signatures; which--;)
		for (size_t i = 0; i < N_KNOWN; i++)
			if (has_signature(f, which, known[i].signature))
				return known[i].is;
	return (struct hypervisor){NULL, NULL};
}

static bool take_name(const char *record, void *opaque)
{
	static const char line[] = "Hypervisor detected: ";
	struct hypervisor_facts *f = opaque;
	const char *text = strchr(record, ';'), *at = text ? strstr(text, line) : NULL;

	/* Whoever may write to /dev/kmsg could write that, too; the kernel's is a line's beginning.
	 */
	if (!at || at != text + 1)
		return false;
	snprintf(f->logged, sizeof(f->logged), "%.*s", (int)strcspn(at + strlen(line), "\n"),
		 at + strlen(line));
	return true;
}

#if defined(__x86_64__) || defined(__i386__)
static void read_signatures(struct hypervisor_facts *f)
{
	for (unsigned leaf = LEAF_FIRST; leaf < LEAF_END; leaf += LEAF_STEP) {
		unsigned eax, words[3];
		char *text = f->signatures[f->n_signatures];

		__cpuid(leaf, eax, words[0], words[1], words[2]);
		(void)eax;
		memcpy(text, words, sizeof(words));
		text[sizeof(words)] = '\0';
		for (char *c = text; *c; c++)
			if (!isprint((unsigned char)*c))
				*c = '?';
		/* Processors answer a leaf that they lack with another one's numbers. */
		if (leaf > LEAF_FIRST && (!text[0] || strchr(text, '?')))
			continue;
		if (text[0] && ++f->n_signatures == HYPERVISOR_SIGNATURES)
			return;
	}
}
#else
static void read_signatures(struct hypervisor_facts *f)
{
	(void)f;
}
#endif

void hypervisor_facts_read(int root, struct hypervisor_facts *ret)
{
	bool whole;

	memset(ret, 0, sizeof(*ret));
	kmsg_visit(root, take_name, ret, &whole);
	if (io_read_attr(root, "sys/devices/system/clocksource/clocksource0/available_clocksource",
			 ret->clock_sources, sizeof(ret->clock_sources)) < 0)
		ret->clock_sources[0] = '\0';
	if (io_read_attr(root, "sys/hypervisor/type", ret->type, sizeof(ret->type)) < 0)
		ret->type[0] = '\0';
	read_signatures(ret);
}

/* The CPU flag "hypervisor" is the processor's word for "you are a guest": TRISTATE_UNKNOWN where
 * there are no flags, as on other architectures. */
static enum tristate is_guest(struct gather *g)
{
	_cleanup_free char *text = NULL;
	char flags[4096];

	if (io_read_all(g->root, "proc/cpuinfo", CPUINFO_SIZE_MAX, &text, NULL) < 0 ||
	    !gather_value(text, "flags", flags, sizeof(flags)))
		return TRISTATE_UNKNOWN;
	return strstr(flags, " hypervisor") ? TRISTATE_YES : TRISTATE_NO;
}

/* Where none of what is known shows: the firmware's names, whose silence proves nothing. */
static void gather_unknown_hypervisor(struct gather *g, const struct hypervisor_facts *f)
{
	char buf[256];

	gather_set(g, &g->h->hypervisor, f->type);
	if (gather_read(g, "proc/device-tree/hypervisor/compatible", buf, sizeof(buf)))
		gather_set(g, &g->h->hypervisor, buf);
	else if (gather_read(g, "sys/class/dmi/id/sys_vendor", buf, sizeof(buf)) &&
		 strstr(buf, "QEMU"))
		gather_set(g, &g->h->hypervisor, "QEMU");
	if (f->n_signatures)
		gather_setf(g, &g->h->hypervisor, "unknown (CPUID signature \"%s\")",
			    f->signatures[0]);
}

/* A short word, as ours are; anything else in the variable is not meant for us. */
static bool is_word(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n < 32 && text[n] == '\0';
}

/*
 * The accelerator decides whether absolute times mean anything. Whoever boots a guest knows it best
 * and names it in CGCHURN_ACCELERATOR. Else the hypervisor decides, else the firmware's names.
 */
void gather_virtualisation(struct gather *g)
{
	const char *named = getenv("CGCHURN_ACCELERATOR");
	enum tristate guest = is_guest(g);
	struct hypervisor_facts facts;
	struct hypervisor found;

	if (named && is_word(named))
		gather_set(g, &g->h->accelerator, named);
	if (guest == TRISTATE_NO) {
		gather_set(g, &g->h->accelerator, "none");
		return;
	}
	hypervisor_facts_read(g->root, &facts);
	/* Without the flag CPUID's leaves mean nothing. */
	if (guest != TRISTATE_YES)
		facts.n_signatures = 0;
	found = hypervisor_judge(&facts);
	gather_set(g, &g->h->hypervisor, found.name);
	gather_set(g, &g->h->accelerator, found.accelerator);
	if (!found.name)
		gather_unknown_hypervisor(g, &facts);
}
