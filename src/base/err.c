/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/escape.h"

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

int err_no_memory(struct err *e)
{
	return err_set(e, EXIT_FAULT, ENOMEM, "out of memory");
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
void err_print(const struct err *e, FILE *to)
{
	fputs("cgchurn: ", to);
	escape_print(e->text[0] ? e->text : "unknown error", to);
	fputc('\n', to);
	if (e->hint[0]) {
		fputs("  ", to);
		escape_print(e->hint, to);
		fputc('\n', to);
	}
}
