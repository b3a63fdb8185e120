/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of System V segments: what the kernel says of each, in every IPC
 * namespace that can be entered, with who made it and who has it attached.
 */
#ifndef SHMVIZ_SEGMENT_H
#define SHMVIZ_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "procfs.h"

/* Bytes, not text. */
struct comm {
	char bytes[PROC_COMM_MAX];
	size_t len;
};

/*
 * One VMA of one process over a segment. A VMA of processes that share an address
 * space is one attachment: it comes once for each of them, one after the other, and
 * all but the first say in `same` that they are the one before.
 */
struct attachment {
	pid_t pid;
	pid_t same;		/* process that has it, too; 0: the first */
	struct comm comm;
	uint64_t start;
	uint64_t end;
	char prot[4];		/* "rw-" */
};

enum creator_state {
	CREATOR_UNKNOWN,	/* in another pid namespace, or hidden from us */
	CREATOR_LIVES,
	CREATOR_GONE,
};

struct segment {
	ino_t ipcns;
	struct proc_shm shm;
	enum creator_state creator_state;
	struct comm creator;	/* if it lives; empty if hidden */
	struct attachment *attachments;	/* see segment_sort_attachments() */
	size_t n_attachments;	/* entries, see struct attachment */
	bool partial;		/* of `shm` no owner, pages, lpid and times */
};

struct segment_list {
	struct segment *segments;	/* own namespace first; by shmid */
	size_t n;
	size_t namespaces;	/* that have segments */
	size_t hidden;		/* processes that did not let us look at them */
	size_t refused;		/* namespaces that we may not enter */
	bool redacted;		/* keys and names are stand-ins */
};

/*
 * Read all of it. Attachments are left out unless asked for: they need a look
 * at the address space of every process of a namespace that has any.
 *
 * Kernel and processes go on meanwhile. nattch and the attachments are read one
 * after the other and may disagree for that reason. Further reasons why
 * attachments can be fewer than nattch: the process is hidden from us or in
 * another pid namespace, or has gone to another IPC namespace since.
 *
 * 0 or a negative errno; segment_list_free() is due only after 0.
 */
int segment_list_read(struct segment_list *list, bool attachments);
void segment_list_free(struct segment_list *list);

/* How many there are, each counted once. */
size_t segment_count_attachments(const struct segment *seg);
/* Puts them in order: by the pid of the first, then address, then pid. */
void segment_sort_attachments(struct segment *seg);

/* NULL if it is not in the list. */
struct segment *segment_find(const struct segment_list *list, ino_t ipcns,
			     int shmid);

/* Marked for destruction, and locked in memory. */
bool segment_is_dest(const struct segment *seg);
bool segment_is_locked(const struct segment *seg);

/* Nobody has it attached and its creator is gone: it stays until IPC_RMID. */
bool segment_is_orphan(const struct segment *seg);

#endif /* SHMVIZ_SEGMENT_H */
