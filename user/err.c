// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

/* Long enough for any path or argument that is worth reading. */
#define MESSAGE_MAX	1024

/* The errno of the first flush that failed; stdio keeps but a flag. */
static int output_error;

/* What stdout is; NULL: what shmviz was started with. */
static const char *output_path;

void output_goes_to(const char *path)
{
	output_path = path;
}

void flush_output(void)
{
	if (fflush(stdout) && !output_error)
		output_error = errno;
}

static void put_line(const char *prefix, const char *command, const char *tail,
		     const char *fmt, va_list ap)
{
	char message[MESSAGE_MAX], line[4 * MESSAGE_MAX];
	int len;

	len = vsnprintf(message, sizeof(message), fmt, ap);
	if (len < 0)
		return;
	text_escape(line, sizeof(line), message, strlen(message));
	/* What was printed before the problem is read before it. */
	flush_output();
	fprintf(stderr, "%s%s: %s%s\n", prefix, command, line, tail);
}

void err_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line("shmviz", "", "", fmt, ap);
	va_end(ap);
}

int err_usage(const char *command, const char *fmt, ...)
{
	char tail[64];
	va_list ap;

	snprintf(tail, sizeof(tail), ": see 'shmviz %s --help'", command);
	va_start(ap, fmt);
	put_line("shmviz ", command, tail, fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

int err_option(const char *command, int c, char **argv)
{
	const char *arg = argv[optind - 1];
	bool is_long = !strncmp(arg, "--", 2);
	char letter[3] = { '-', (char)optopt, '\0' };

	if (c == ':')
		return err_usage(command, "option '%s' needs a value",
				 is_long ? arg : letter);
	if (!is_long || (optopt && !strchr(arg, '=')))
		return err_usage(command, "unknown option '%s'", letter);
	if (optopt)
		return err_usage(command, "option '%.*s' takes no value",
				 (int)strcspn(arg, "="), arg);
	return err_usage(command, "unknown option '%s'", arg);
}

void err_nomem(void)
{
	err_line("out of memory");
	exit(EXIT_FAILED);
}

int finish_output(void)
{
	const char *why;

	/* After a failed write the data is kept: flushing it fails again. */
	flush_output();
	if (!output_error && !ferror(stdout))
		return EXIT_DONE;

	why = output_error ? strerror(output_error) : "write error";
	if (output_path)
		err_line("cannot write '%s': %s", output_path, why);
	else
		err_line("cannot write output: %s", why);
	return EXIT_FAILED;
}
