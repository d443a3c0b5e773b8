/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void set_text(struct err *e, enum exit_code exit_code, const char *format, va_list ap)
{
	e->exit_code = exit_code;
	e->hint[0] = '\0';
	vsnprintf(e->text, sizeof(e->text), format, ap);
}

int err_set(struct err *e, enum exit_code exit_code, int errnum, const char *format, ...)
{
	va_list ap;

	if (e) {
		va_start(ap, format);
		set_text(e, exit_code, format, ap);
		va_end(ap);
	}
	return errnum > 0 ? -errnum : -EINVAL;
}

int err_sys(struct err *e, enum exit_code exit_code, int errnum, const char *format, ...)
{
	va_list ap;
	size_t used;

	if (e) {
		va_start(ap, format);
		set_text(e, exit_code, format, ap);
		va_end(ap);
		used = strlen(e->text);
		snprintf(e->text + used, sizeof(e->text) - used, ": %s", strerror(errnum));
	}
	return errnum > 0 ? -errnum : -EINVAL;
}

void err_hint(struct err *e, const char *format, ...)
{
	va_list ap;

	if (!e)
		return;
	va_start(ap, format);
	vsnprintf(e->hint, sizeof(e->hint), format, ap);
	va_end(ap);
}

/* A file name or a JSON string may hold terminal escapes; a message must not pass them on. */
static void print_masked(const char *text, FILE *to)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		fputc(c < 0x20 || c == 0x7f ? '?' : c, to);
	}
}

void err_print(const struct err *e, FILE *to)
{
	fputs("cgchurn: ", to);
	print_masked(e->text[0] ? e->text : "unknown error", to);
	fputc('\n', to);
	if (e->hint[0]) {
		fputs("  ", to);
		print_masked(e->hint, to);
		fputc('\n', to);
	}
}

const char *err_name(int errnum)
{
	/* glibc 2.32 and later; the table is the C library's, not ours. */
	return strerrorname_np(errnum);
}
