/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notation of objects, the same for all commands:
 *
 *   sysv:SHMID            a System V segment of this IPC namespace
 *   sysv:IPCNS/SHMID      one of another: the inode number of the namespace
 *   posix:/NAME           POSIX shared memory, as shm_open() names it
 *   posix:PID//NAME       the same in the /dev/shm that process PID has
 *   file:/PATH            a file
 *   KIND:PID/FD           what process PID has open as FD (decimal); not sysv
 *   KIND:PID/0xADDR       what process PID has mapped at an address
 *   KIND:@MAJ:MIN/INODE   what is no process's, by device and inode number as
 *                         stat(2) has them, decimal; not sysv, not file
 *
 * KIND is sysv, posix, memfd, anon or file. In NAME and PATH, %HH is a byte: so
 * any name can be written in characters that no shell touches.
 */
#ifndef SHMVIZ_OBJECT_NAME_H
#define SHMVIZ_OBJECT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum object_kind {
	OBJECT_SYSV,
	OBJECT_POSIX,
	OBJECT_MEMFD,
	OBJECT_ANON,
	OBJECT_FILE,
	OBJECT_KINDS
};

/* "sysv", and "a System V segment". */
const char *object_kind_word(enum object_kind kind);
const char *object_kind_text(enum object_kind kind);

/* The kind that `len` bytes are the word of, or -1. */
int object_kind_parse(const char *text, size_t len);

/* "sysv, posix, ..." */
#define OBJECT_KINDS_KNOWN	"sysv, posix, memfd, anon, file"

enum object_form {
	OBJECT_BY_ID,		/* shmid, ns */
	OBJECT_BY_PATH,		/* path, pid */
	OBJECT_BY_FD,		/* pid, fd */
	OBJECT_BY_ADDR,		/* pid, addr */
	OBJECT_BY_INODE,	/* dev, ino */
};

struct object_name {
	enum object_kind kind;
	enum object_form form;
	int shmid;
	ino_t ns;		/* IPC namespace; 0: this one */
	pid_t pid;		/* by path: whose /dev/shm; 0: our own */
	int fd;
	uint64_t addr;
	dev_t dev;
	ino_t ino;
	char *path;		/* bytes; begins with a slash */
};

/* It has a colon: it is meant to be one. */
bool object_name_looks_so(const char *text);

/*
 * Read one. 0, or -EINVAL with what is wrong in `why`, which names the text.
 * The path is allocated: object_name_free().
 */
int object_name_parse(struct object_name *name, const char *text, char *why,
		      size_t size);
void object_name_free(struct object_name *name);

/* Write one, so that object_name_parse() reads it back; to be freed. */
char *object_name_text(const struct object_name *name);

#endif /* SHMVIZ_OBJECT_NAME_H */
