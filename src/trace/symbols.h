/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of the kernel's variables. Private to src/trace/. */
#ifndef CGCHURN_TRACE_SYMBOLS_H
#define CGCHURN_TRACE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbol {
	const char *name;
	uint64_t address; /* 0: not there, or hidden from us (kptr_restrict) */
};

/* Fills in the addresses of /proc/kallsyms below the folder `root`. 0 or a negative errno. */
int symbols_find(int root, struct symbol *symbols, size_t n);

#endif
