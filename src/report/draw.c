/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/draw.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "report/script.h"

enum { PATIENCE_SECONDS = 60 };

/* The child's part, after the descriptors: only what may be called between fork and exec. */
static void exec_gnuplot(int script, int drawings)
{
	static char name[] = "gnuplot", no_defaults[] = "-d";
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", locale[] = "LC_ALL=C",
		    home[] = "HOME=/";
	char *const argv[] = {name, no_defaults, NULL}, *const environment[] = {path, locale, home,
										NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(script, STDIN_FILENO) < 0 || dup2(drawings, STDOUT_FILENO) < 0)
		_exit(126);
	execvpe(name, argv, environment);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Its exit status, or a negative errno; -ETIME where it took too long. */
static int wait_bounded(pid_t pid)
{
	int status, r = child_wait(pid, clock_now_ns() + PATIENCE_SECONDS * NS_PER_S, &status);

	if (r == -ETIME)
		child_kill(pid, "gnuplot", NULL);
	if (r < 0)
		return r;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EPROTO;
}

static int run_gnuplot(int script, int drawings, struct err *e)
{
	pid_t pid = fork();
	int r;

	if (pid == 0)
		exec_gnuplot(script, drawings);
	if (pid < 0)
		return err_sys(e, EXIT_FAULT, errno, "fork");
	r = wait_bounded(pid);
	if (r == 127) {
		err_set(e, EXIT_CANNOT, ENOENT,
			"gnuplot, which draws the pictures, is not installed");
		err_hint(e,
			 "Debian's package is gnuplot-nox. --no-pictures makes a report without.");
		return -ENOENT;
	}
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "gnuplot");
	return r == 0 ? 0 : err_set(e, EXIT_FAULT, EPROTO, "gnuplot ended with status %d", r);
}

static int print_script(const char *pictures, size_t size, FILE *to, size_t *ret_n)
{
	const char *at = pictures, *end = pictures + size;
	size_t n = 0;

	for (; at < end; n++) {
		struct picture p;
		int r = n < PICTURES_MAX ? picture_read(&at, end, &p) : -EPROTO;

		if (r < 0)
			return r;
		script_print(&p, to);
		picture_finish(&p);
	}
	*ret_n = n;
	return fflush(to) == 0 ? 0 : -errno;
}

/* What gnuplot drew, one after the other, and how many there ought to be. */
static int draw_all(const char *pictures, size_t size, char **ret_drawings, size_t *ret_n,
		    struct err *e)
{
	_cleanup_fd int drawings = memfd_create("drawings", MFD_CLOEXEC);
	int script = memfd_create("script", MFD_CLOEXEC), r;
	_cleanup_file FILE *to = script < 0 ? NULL : fdopen(script, "w");

	if (drawings < 0 || !to)
		return err_sys(e, EXIT_FAULT, errno, "a file in memory");
	r = print_script(pictures, size, to, ret_n);
	if (r == 0 && lseek(script, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0)
		return err_sys(e, EXIT_FAULT, -r, "the script for gnuplot");
	r = run_gnuplot(script, drawings, e);
	if (r < 0)
		return r;
	r = lseek(drawings, 0, SEEK_SET) < 0
		    ? -errno
		    : io_read_fd(drawings, SIZE_MAX - 1, ret_drawings, NULL);
	return r < 0 ? err_sys(e, EXIT_FAULT, -r, "what gnuplot drew") : 0;
}

/* Is there `text` at `p`? Then how long it is. */
static size_t at_text(const char *p, const char *text)
{
	size_t length = strlen(text);

	return strncmp(p, text, length) == 0 ? length : 0;
}

/* "rgb(  3,   3,   3)" is colour 2 of the style sheet. Returns its length, 0 where it is none. */
static size_t at_colour(const char *p, unsigned *ret)
{
	unsigned r, g, b;
	int length = 0;

	if (!at_text(p, "rgb(") || sscanf(p, "rgb(%u,%u,%u)%n", &r, &g, &b, &length) != 3 ||
	    !length)
		return 0;
	if (r != g || g != b || r < 1 || r > PICTURE_COLOURS)
		return 0;
	*ret = r - 1;
	return (size_t)length;
}

/* The end of an attribute that begins here, where it is an id; those of many drawings would clash.
 */
static size_t at_id(const char *p)
{
	char quote;
	const char *end;

	if (!at_text(p, " id="))
		return 0;
	quote = p[4];
	end = quote == '"' || quote == '\'' ? strchr(p + 5, quote) : NULL;
	return end ? (size_t)(end + 1 - p) : 0;
}

/* Definitions and captions of the drawing program's own. */
static size_t at_dropped(const char *p)
{
	static const char *const elements[][2] = {
		{"<title>", "</title>"}, {"<desc>", "</desc>"}, {"<rect", "/>"}};

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		const char *end = at_text(p, elements[i][0]) ? strstr(p, elements[i][1]) : NULL;

		if (end)
			return (size_t)(end - p) + strlen(elements[i][1]);
	}
	return at_id(p);
}

/* The first drawing's definitions (the shapes of points) serve the whole page. */
static const char *skip_definitions(const char *p, bool first, FILE *to)
{
	const char *end = strstr(p, "</defs>");

	if (!end)
		return p + strlen(p);
	end += strlen("</defs>");
	if (first)
		fwrite(p, 1, (size_t)(end - p), to);
	return end;
}

/* From behind "<svg ...>" to "</svg>". */
static void print_drawing(const char *p, const char *end, bool first, FILE *to)
{
	while (p < end) {
		unsigned colour;
		size_t n = at_dropped(p);

		if (at_text(p, "<defs>")) {
			p = skip_definitions(p, first, to);
		} else if (n) {
			p += n;
		} else if ((n = at_colour(p, &colour)) != 0) {
			fprintf(to, "var(--s%u)", colour);
			p += n;
		} else {
			putc(*p++, to);
		}
	}
}

/* Where the next drawing begins and ends; false where there is none. */
static bool find_drawing(const char **p, const char **ret_end)
{
	const char *begin = strstr(*p, "<svg");

	begin = begin ? strchr(begin, '>') : NULL;
	*ret_end = begin ? strstr(begin, "</svg>") : NULL;
	if (!*ret_end)
		return false;
	*p = begin + 1;
	return true;
}

/* `drawings` NULL: the places stay empty. Returns how many were filled. */
static size_t fill_places(const char *page, const char *drawings, FILE *to)
{
	static const char begin[] = "<!--drawing ";
	const char *end;
	size_t n = 0;

	for (;;) {
		const char *place = strstr(page, begin),
			   *behind = place ? strstr(place, "-->") : NULL;

		if (!behind || !drawings || !find_drawing(&drawings, &end))
			break;
		fwrite(page, 1, (size_t)(place - page), to);
		print_drawing(drawings, end, n == 0, to);
		drawings = end;
		page = behind + 3;
		n++;
	}
	fputs(page, to);
	return n;
}

int draw_page(const char *page, size_t page_size, const char *pictures, size_t pictures_size,
	      FILE *to, struct err *e)
{
	_cleanup_free char *drawings = NULL;
	size_t n = 0;
	int r = 0;

	if (memchr(page, '\0', page_size))
		return err_set(e, EXIT_FAULT, EPROTO, "the page holds a NUL");
	if (pictures_size)
		r = draw_all(pictures, pictures_size, &drawings, &n, e);
	if (r < 0)
		return r;
	if (fill_places(page, drawings, to) != n)
		return err_set(e, EXIT_FAULT, EPROTO, "gnuplot drew another number of pictures");
	return 0;
}
