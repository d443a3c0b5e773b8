/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies below the kernel: bare metal or a virtual machine, and of which kind; the clock; libc.
 *
 * The accelerator decides whether absolute times mean anything at all. Whoever boots a guest knows
 * it best and says so in CGCHURN_ACCELERATOR. Else the hypervisor decides (host/hypervisor.h), else
 * the firmware's names.
 */
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/cleanup.h"
#include "base/io.h"
#include "host/cpu.h"
#include "host/gather.h"
#include "host/hypervisor.h"

enum { CPUINFO_SIZE_MAX = 64 << 20 };

/* The CPU flag "hypervisor" is the processor's word for "you are a guest": TRISTATE_UNKNOWN where
 * there are no flags, as on other architectures. */
static enum tristate is_guest(struct gather *g)
{
	_cleanup_free char *text = NULL;
	char flags[4096];

	if (io_read_all(g->root, "proc/cpuinfo", CPUINFO_SIZE_MAX, &text, NULL) < 0 ||
	    !cpuinfo_value(text, "flags", flags, sizeof(flags)))
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

static void gather_virtualisation(struct gather *g)
{
	enum tristate guest = is_guest(g);
	struct hypervisor_facts facts;
	struct hypervisor found;

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
