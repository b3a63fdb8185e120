/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the little programs of the lab share: how they talk, how they fail, and how
 * they wait for you. What a program is about stands in the program itself.
 */
#ifndef LAB_H
#define LAB_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* for the names of errors; so this header comes first */
#endif

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

/* "writer 210: ..." on one line, in one write: nothing stays in a buffer. */
static inline void tell(int fd, const char *text)
{
	char line[500];
	int n = snprintf(line, sizeof(line), "%s %d: %s\n",
			 program_invocation_short_name, getpid(), text);

	if (write(fd, line, n) != n)
		exit(1);
}

__attribute__((format(printf, 1, 2)))
static inline void say(const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tell(STDOUT_FILENO, text);
}

/* Says which call failed and why, and ends. */
static inline void fail(const char *call)
{
	char text[200];

	snprintf(text, sizeof(text), "%s failed: %s (%s)", call,
		 strerrorname_np(errno), strerror(errno));
	tell(STDERR_FILENO, text);
	exit(1);
}

static inline void usage(const char *text)
{
	fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, text);
	exit(2);
}

/*
 * Waits until you say "kill -USR1 PID". The signal is kept back from the first line
 * of main on, so that one which comes early is not lost.
 */
static inline void prepare_to_wait(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline void wait_for_you(void)
{
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	say("waits");
	sigwait(&set, &signal);
}

/* A segment on the command line: "0x5eed" is a key, "5" an id. */
static inline int segment_of(const char *text)
{
	int shmid;

	if (strncmp(text, "0x", 2))
		return atoi(text);
	shmid = shmget(strtoul(text, NULL, 16), 0, 0);
	if (shmid < 0)
		fail("shmget");
	return shmid;
}

static inline size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

#endif /* LAB_H */
