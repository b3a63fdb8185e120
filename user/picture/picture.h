/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sharing picture, as a model: who maps an object, at which virtual addresses,
 * and which frame lies behind each of its pages. Everything that draws or exports
 * it (terminal, SVG, HTML, DOT, JSON, report, top, explain) is given this and
 * nothing else: a writer never asks the kernel anything.
 *
 * It is read from the running system (picture_read.h) or from what map --json
 * wrote (picture_from.h).
 */
#ifndef SHMVIZ_PICTURE_H
#define SHMVIZ_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <shmviz.h>

#include "object_name.h"
#include "procfs.h"

/* What a mapping has of a page of the object. */
enum picture_touch {
	PICTURE_OUTSIDE,	/* the mapping does not reach this page */
	PICTURE_HOLLOW,		/* mapped, but no page-table entry: not touched
				 * yet, or taken away again */
	PICTURE_TOUCHED,	/* a page-table entry leads to the object's frame */
	PICTURE_COPY,		/* private mapping: it has a copy of its own */
	PICTURE_UNKNOWN,	/* pagemap could not be read */
};

/* A letter for each, as JSON has them. */
#define PICTURE_TOUCH_LETTERS	"-oxc?"

/* One VMA of one process. */
struct picture_mapping {
	size_t process;		/* index in the object's processes */
	uint64_t start;		/* virtual addresses */
	uint64_t end;		/* first beyond */
	uint64_t first;		/* page of the object that lies at start */
	char prot[5];		/* "rw-s"; "rw-p": private */
	uint32_t flags;		/* SHMVIZ_SHARER_* */
};

/* A process that shares the address space of another: its mappings are the other's. */
struct picture_also {
	pid_t pid;
	char comm[PROC_COMM_MAX]; /* bytes */
	size_t comm_len;
};

struct picture_process {
	pid_t pid;		/* 0: not in our pid namespace, or none */
	char comm[PROC_COMM_MAX]; /* bytes */
	size_t comm_len;
	struct picture_also *also; /* by pid */
	size_t n_also;
	size_t mapping, n_mappings; /* its mappings: one after the other */
};

/*
 * Pages first .. first + count - 1 of the object that are alike: in state, in
 * flags and counts, and in what each mapping has of them. Present ones lie in
 * frames one after the other, swapped ones in slots one after the other.
 */
struct picture_run {
	uint64_t first;
	uint64_t count;
	struct shmviz_frame frame; /* of the first page; refcount, and flags that
				    * come and go by themselves, may differ */
	unsigned int mapped;	/* mappings that are PICTURE_TOUCHED */
	unsigned int sharing;	/* different processes among them: two or more
				 * share the frame */
	uint8_t *touch;		/* enum picture_touch, for each mapping */
	uint64_t *copies;	/* frame of the first page of a copy, for each
				 * mapping; 0: none. NULL if there is none */
};

struct picture_object {
	struct object_name name; /* the notation, in its shortest form */
	char *label;		/* bytes; its key ("0x0000beef"), name or path, or
				 * NULL if it has none */
	struct shmviz_info info; /* kind, size, pages, present, ... */
	struct picture_process *processes; /* by pid */
	size_t n_processes;
	struct picture_mapping *mappings; /* by process, then address */
	size_t n_mappings;
	struct picture_run *runs; /* by page; without a gap from page_first */
	size_t n_runs;
	uint64_t page_first, page_count; /* what was asked for; else all */
};

struct picture {
	struct picture_object *objects;
	size_t n;
	int64_t taken;		/* ns since 1970 */
	char *host;		/* uname -nr; NULL: not told */
	bool redacted;		/* numbers and names are stand-ins */
};

void picture_free(struct picture *picture);

/* " and helper (250)", of all in `also`; "" if there is none. To be freed. */
char *picture_also_text(const struct picture_process *process);

/* What to call it: the notation, or "board"; to be freed. The word for its kind. */
char *picture_object_text(const struct picture_object *obj);
const char *picture_object_kind(const struct picture_object *obj);

/* The frame of page `page` of a run, and the virtual address of it in a mapping. */
uint64_t picture_pfn(const struct picture_run *run, uint64_t page);
uint64_t picture_addr(const struct picture_object *obj,
		      const struct picture_mapping *map, uint64_t page);

/* Fill in `mapped` and `sharing`, which follow from `touch`. */
void picture_count_holders(const struct picture_object *obj,
			   struct picture_run *run);

#endif /* SHMVIZ_PICTURE_H */
