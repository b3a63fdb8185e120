/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a command line names the object that it is about:
 *
 *   KIND:WHAT             the notation of object_name.h, as ls --all prints it
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

#include "object_name.h"
#include "parse.h"

struct device_object;
struct option;

struct target {
	const char *command;	/* for messages */
	bool board;
	const char *path;
	bool has_name;
	struct object_name name;
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

/*
 * For the tables of getopt_long(), beside the command's own; the letters go
 * before those.
 */
#define TARGET_LETTERS	":hp:"
#define TARGET_OPTIONS							\
	{ "addr",  required_argument, NULL, OPT_TARGET_ADDR },		\
	{ "board", no_argument,       NULL, OPT_TARGET_BOARD },		\
	{ "help",  no_argument,       NULL, 'h' },			\
	{ "ipcns", required_argument, NULL, OPT_TARGET_IPCNS },		\
	{ "pages", required_argument, NULL, 'p' },			\
	{ "path",  required_argument, NULL, OPT_TARGET_PATH },		\
	{ "pid",   required_argument, NULL, OPT_TARGET_PID }

/* For --help. */
#define TARGET_HELP							\
	"Object:\n"							\
	"  KIND:WHAT                as 'shmviz ls --all' has it: sysv:SHMID,\n" \
	"                           sysv:IPCNS/SHMID (inode of a namespace), posix:/NAME,\n" \
	"                           posix:PID//NAME (in that process's /dev/shm), file:/PATH,\n" \
	"                           KIND:PID/FD, KIND:PID/0xADDR, KIND:@MAJ:MIN/INODE; of kind\n" \
	"                           sysv, posix, memfd, anon or file; %HH in NAME and PATH is\n" \
	"                           a byte\n" \
	"  SHMID                    a segment of this IPC namespace\n"	\
	"  --ipcns PID SHMID        one of the IPC namespace that process PID is in\n" \
	"  --pid PID --addr ADDR    what that process has mapped at that address (hex)\n" \
	"  --path FILE              a file; POSIX shared memory is below /dev/shm\n" \
	"  --board                  the pages that /dev/shmviz itself shares\n" \
	"  -p, --pages RANGE        only these of its pages: FIRST-LAST, FIRST+COUNT\n" \
	"                           or one; counted from 0\n"

/* What a command takes besides an object. */
struct target_options {
	const char *command;		/* for messages */
	const char *letters;
	const struct option *longs;
	/* One of its own options, with optarg; an exit code, 0 to go on. */
	int (*take)(void *data, int c);
};

#define TARGET_WANTS_HELP	(-1)

/*
 * Reads a command line, options and object, and sees that exactly one object is
 * named. An exit code, said on stderr if it is not 0; or TARGET_WANTS_HELP.
 */
int target_parse(struct target *target, const struct target_options *options,
		 void *data, int argc, char **argv);

/*
 * The same for a command that takes any number of objects, also none: --ipcns
 * and --pages go with each of them. A target_list_free() is due in all cases.
 */
struct target_list {
	struct target *targets;
	size_t n;
	const char *pages;	/* as given, also if there is no object */
};
int target_parse_list(struct target_list *list,
		      const struct target_options *options, void *data,
		      int argc, char **argv);
void target_list_free(struct target_list *list);

/*
 * Opens it by the device and sees that the pages that are asked for are inside
 * it; an exit code, said on stderr if it is not 0.
 */
int target_open(struct target *target, struct device_object *object);

/*
 * Opens what a notation leads to; an exit code, with the reason in `why`. The
 * name stays the caller's.
 */
int target_open_name(const struct object_name *name,
		     struct device_object *object, char *why, size_t size);

#endif /* SHMVIZ_TARGET_H */
