/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exit codes, and what is said when something goes wrong: one line on stderr
 * that names what was wrong and what to do.
 */
#ifndef SHMVIZ_ERR_H
#define SHMVIZ_ERR_H

enum exit_code {
	EXIT_DONE	= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,	/* the command line is wrong */
	EXIT_LACKS	= 3,	/* kernel or module lacks what is needed */
	EXIT_LOST	= 4,	/* events were lost under --strict */
};

/*
 * Print "shmviz: MESSAGE" as exactly one line: whatever bytes the arguments
 * bring along, control characters among them come out as text_escape() has
 * them.
 */
void err_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, prefixed with "shmviz COMMAND: " and ending in where to read. */
int err_usage(const char *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What getopt_long() refused, as one line; returns EXIT_USAGE. `c` is what it
 * returned, '?' or ':' (start the option string with ':' to get the second).
 */
int err_option(const char *command, int c, char **argv);

/* For writers: no memory is left, and nothing sensible can still be shown. */
void err_nomem(void) __attribute__((noreturn));

/* stdout is a file: finish_output() names it. */
void output_goes_to(const char *path);

/* Flush stdout, and keep the reason if that fails, for finish_output(). */
void flush_output(void);

/*
 * Flush stdout; say so and return EXIT_FAILED when something that was written
 * to it since the start could not be, EXIT_DONE otherwise.
 */
int finish_output(void);

#endif /* SHMVIZ_ERR_H */
