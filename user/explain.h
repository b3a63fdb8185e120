/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One virtual address of one process, taken apart: the model of shmviz explain.
 * Where a member says that something is there, that part was found; all else is
 * zero.
 */
#ifndef SHMVIZ_EXPLAIN_H
#define SHMVIZ_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <shmviz.h>

#include "object_name.h"
#include "procfs.h"
#include "procfs_address.h"
#include "procfs_pagemap.h"

#define EXPLAIN_PAGE		4096u
#define EXPLAIN_PAGE_SHIFT	12

/* Bits of a pagemap entry that procfs_pagemap.h does not have. */
#define EXPLAIN_UFFD_WP		(1ull << 57)
#define EXPLAIN_EXCLUSIVE	(1ull << 56)
#define EXPLAIN_SOFT_DIRTY	(1ull << 55)

/* What kind of address it is. */
enum explain_where {
	EXPLAIN_MAPPED,
	EXPLAIN_UNMAPPED,	/* no VMA is around it */
	EXPLAIN_KERNEL,		/* in the half of addresses that is the kernel's */
	EXPLAIN_NONCANONICAL,	/* no address at all */
};

/* What lies behind the mapping. */
enum explain_memory {
	EXPLAIN_OBJECT,		/* shared mapping of an object */
	EXPLAIN_PRIVATE,	/* private mapping of a file or object */
	EXPLAIN_ANON,		/* private memory without a file */
	EXPLAIN_SPECIAL,	/* the kernel's, or a device's */
};

/* What the page-table entry of the page says. */
enum explain_entry {
	EXPLAIN_HOLLOW,		/* there is none */
	EXPLAIN_PRESENT,	/* it leads to a frame */
	EXPLAIN_SWAPPED,	/* it leads to swap */
};

/* What another mapping has of the same page. */
enum explain_has {
	EXPLAIN_HAS_FRAME,	/* the same frame */
	EXPLAIN_HAS_NOTHING,	/* mapped, but no page-table entry */
	EXPLAIN_HAS_OTHER,	/* another frame: a copy of its own */
	EXPLAIN_HAS_SWAP,	/* its own copy, in swap */
	EXPLAIN_HAS_UNKNOWN,	/* it could not be looked at */
};

/* How the others were found. */
enum explain_found {
	EXPLAIN_BY_NOTHING,
	EXPLAIN_BY_DEVICE,	/* all mappings of the object, by the module */
	EXPLAIN_BY_MAPS,	/* of the processes that /proc shows */
	EXPLAIN_BY_ADDRESS,	/* private memory: who has the frame at the same
				 * address, as after fork */
};

struct explain_holder {
	pid_t pid;		/* 0: not in our pid namespace, or none */
	pid_t same;		/* the mapping is that of this process, too, with
				 * which it shares an address space; 0: of none */
	char comm[PROC_COMM_MAX];
	size_t comm_len;
	uint64_t addr;		/* of the same byte */
	char prot[5];
	uint32_t flags;		/* SHMVIZ_SHARER_* */
	enum explain_has has;
	uint64_t pfn;		/* EXPLAIN_HAS_FRAME, _OTHER */
};

#define EXPLAIN_FLAGS_MAX	32

struct explain_frame {
	uint64_t pfn;
	bool has_order, has_node, has_mapcount, has_memcg, has_flags;
	unsigned int order;
	unsigned int node;
	char zone[16];
	int64_t mapcount;
	uint64_t memcg;		/* 0: charged to none */
	const char *flags[EXPLAIN_FLAGS_MAX];
	size_t n_flags;
	bool by_device;		/* else by /proc/kpage* and /proc/zoneinfo */
	bool zero;		/* the frame of zeros that all share */
};

struct explain {
	pid_t pid;
	char comm[PROC_COMM_MAX];
	size_t comm_len;
	uint64_t addr;
	unsigned int levels;	/* of the page tables; 0: not x86-64 */
	enum explain_where where;
	bool redacted;

	struct proc_place place;

	/* From here on only if it is mapped. */
	enum explain_memory memory;
	uint64_t page;		/* of the object that is mapped; EXPLAIN_ANON: 0 */
	uint64_t leaf;		/* bytes that the last entry of the walk maps */
	bool leaf_sure;		/* and that is known */

	bool has_object;
	struct object_name object;
	char *label;		/* bytes; key, name or path; NULL: none */
	uint64_t size;
	bool has_mode;		/* these three: */
	unsigned int mode;
	uid_t uid;
	gid_t gid;
	bool has_info;		/* of the device; SHMVIZ_KIND_SEGMENT: has key ... */
	struct shmviz_info info;
	bool has_page;		/* of the device: the object's own page */
	struct shmviz_frame object_page;

	bool has_entry;		/* pagemap goes so far; else all of this is 0: */
	uint64_t entry;
	enum explain_entry state;
	bool hidden;		/* present, but we may not know the PFN */
	unsigned int swap_type;	/* EXPLAIN_SWAPPED */
	uint64_t swap_offset;
	bool has_frame;
	struct explain_frame frame;

	enum explain_found found;
	struct explain_holder *holders; /* by pid, then address; without itself */
	size_t n_holders;
	size_t unseen;		/* processes that could not be looked at */
	char no_device[256];	/* why the module was not asked; "": it was */
};

/* An exit code, said on stderr if it is not 0; explain_free() is due always. */
int explain_read(struct explain *ex, pid_t pid, uint64_t addr);
void explain_free(struct explain *ex);

/* The two parts of the reading that have files of their own. */
void explain_read_object(struct explain *ex, int dir);
void explain_read_holders(struct explain *ex);
void explain_read_frame(struct explain *ex, int dir);

/* One more mapping; what it has is read by pagemap. */
void explain_add_holder(struct explain *ex, const struct explain_holder *holder);

/* Stand-ins, as redact.h has it. */
void explain_redact(struct explain *ex);

#endif /* SHMVIZ_EXPLAIN_H */
