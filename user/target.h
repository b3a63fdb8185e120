/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a command line names the object that it is about:
 *
 *   SHMID                 a segment of this IPC namespace
 *   --ipcns PID SHMID     one of the IPC namespace that process PID is in
 *   --pid PID --addr ADDR whatever that process has mapped at that address
 *   --path FILE           a file: POSIX shared memory is below /dev/shm
 *   --board               the device's own pages
 */
#ifndef SHMVIZ_TARGET_H
#define SHMVIZ_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "parse.h"

struct device_object;

struct target {
	const char *command;	/* for messages */
	bool board;
	const char *path;
	int shmid;		/* -1: none given */
	pid_t ipcns;		/* 0: none given */
	pid_t pid;		/* 0: none given */
	uint64_t addr;
	bool has_addr;
	const char *pages;	/* as given; NULL: all */
	struct page_range range; /* after target_open(): inside the object */
};

enum {
	OPT_TARGET_BOARD = 1000, OPT_TARGET_IPCNS, OPT_TARGET_PID,
	OPT_TARGET_ADDR, OPT_TARGET_PATH,
};

/* For the table of getopt_long(); the letters go before the command's own. */
#define TARGET_LETTERS	":p:"
#define TARGET_OPTIONS							\
	{ "addr",  required_argument, NULL, OPT_TARGET_ADDR },		\
	{ "board", no_argument,       NULL, OPT_TARGET_BOARD },		\
	{ "ipcns", required_argument, NULL, OPT_TARGET_IPCNS },		\
	{ "pages", required_argument, NULL, 'p' },			\
	{ "path",  required_argument, NULL, OPT_TARGET_PATH },		\
	{ "pid",   required_argument, NULL, OPT_TARGET_PID }

/* For --help. */
#define TARGET_HELP							\
	"Object:\n"							\
	"  SHMID                    a segment of this IPC namespace\n"	\
	"  --ipcns PID SHMID        one of the IPC namespace that process PID is in\n" \
	"  --pid PID --addr ADDR    what that process has mapped at that address (hex)\n" \
	"  --path FILE              a file; POSIX shared memory is below /dev/shm\n" \
	"  --board                  the pages that /dev/shmviz itself shares\n" \
	"  -p, --pages RANGE        only these of its pages: FIRST-LAST, FIRST+COUNT\n" \
	"                           or one; counted from 0\n"

void target_init(struct target *target, const char *command);

/* Takes option `c` of TARGET_OPTIONS; an exit code, 0 if it was taken. */
int target_option(struct target *target, int c, int argc, char **argv);

/* After the options: takes SHMID and sees that exactly one object is named. */
int target_finish(struct target *target, int argc, char **argv);

/*
 * Opens it by the device and sees that the pages that are asked for are inside
 * it; an exit code, said on stderr if it is not 0.
 */
int target_open(struct target *target, struct device_object *object);

#endif /* SHMVIZ_TARGET_H */
