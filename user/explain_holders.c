// SPDX-License-Identifier: GPL-2.0-or-later
/* Who else has the frame, or maps the same page of the same object. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "explain.h"

static void read_comm(struct explain_holder *holder)
{
	int dir = procfs_open(holder->pid);
	ssize_t len;

	if (dir < 0)
		return;
	len = procfs_comm(dir, holder->comm);
	holder->comm_len = len > 0 ? len : 0;
	close(dir);
}

/* What the page tables of a holder have there. */
static void look_at(const struct explain *ex, struct explain_holder *holder)
{
	uint64_t entry, pfn;

	holder->has = EXPLAIN_HAS_UNKNOWN;
	if (!holder->pid ||
	    procfs_pagemap(holder->pid, holder->addr, EXPLAIN_PAGE, &entry, 1))
		return;
	pfn = entry & PAGEMAP_PFN;
	if (entry & PAGEMAP_SWAP) {
		holder->has = EXPLAIN_HAS_SWAP;
	} else if (!(entry & PAGEMAP_PRESENT)) {
		holder->has = EXPLAIN_HAS_NOTHING;
	} else if (pfn) {
		holder->pfn = pfn;
		/* Of a mapping that we have no frame of: the object's own. */
		if (ex->state == EXPLAIN_PRESENT)
			holder->has = pfn == (ex->entry & PAGEMAP_PFN) ?
				      EXPLAIN_HAS_FRAME : EXPLAIN_HAS_OTHER;
		else
			holder->has = entry & PAGEMAP_FILE ?
				      EXPLAIN_HAS_FRAME : EXPLAIN_HAS_OTHER;
	}
}

void explain_add_holder(struct explain *ex, const struct explain_holder *holder)
{
	struct explain_holder *holders;

	if (holder->pid == ex->pid && holder->addr == ex->addr)
		return;
	holders = realloc(ex->holders,
			  (ex->n_holders + 1) * sizeof(*holders));
	if (!holders)
		err_nomem();
	ex->holders = holders;
	holders[ex->n_holders] = *holder;
	look_at(ex, &holders[ex->n_holders]);
	read_comm(&holders[ex->n_holders]);
	ex->n_holders++;
}

/* One process that is looked at. */
struct scan {
	struct explain *ex;
	pid_t pid;
	ino_t ns;		/* IPC namespace that a segment is of; 0: any */
};

static int match_vma(const struct proc_vma *vma, void *arg)
{
	struct scan *scan = arg;
	struct explain *ex = scan->ex;
	const struct proc_area *ours = &ex->place.here;
	uint64_t first = vma->offset / EXPLAIN_PAGE;
	struct explain_holder holder = {
		.pid = scan->pid,
		.addr = vma->start + (ex->page - first) * EXPLAIN_PAGE +
			ex->addr % EXPLAIN_PAGE,
	};

	if (vma->dev != ours->dev || vma->ino != ours->ino ||
	    ex->page < first || holder.addr >= vma->end ||
	    (ex->object.kind == OBJECT_SYSV && strcmp(vma->path, ours->path)))
		return 0;
	memcpy(holder.prot, vma->perms, sizeof(holder.prot));
	explain_add_holder(ex, &holder);
	return 0;
}

static int scan_maps(int dir, pid_t pid, void *arg)
{
	struct scan *scan = arg;
	ino_t ns;
	int err;

	scan->pid = pid;
	if (scan->ns && !procfs_ipcns(dir, &ns) && ns != scan->ns)
		return 0;
	err = procfs_each_vma(dir, match_vma, scan);
	if (err == -EACCES || err == -EPERM)
		scan->ex->unseen++;
	return 0;
}

static void by_maps(struct explain *ex)
{
	struct scan scan = { .ex = ex };
	int dir;

	ex->found = EXPLAIN_BY_MAPS;
	if (ex->has_object && ex->object.kind == OBJECT_SYSV) {
		dir = procfs_open(ex->pid);
		if (dir >= 0) {
			if (procfs_ipcns(dir, &scan.ns))
				scan.ns = 0;
			close(dir);
		}
	}
	procfs_each_process(scan_maps, &scan);
}

/*
 * Nobody keeps a list of who has a private frame. But fork leaves it at the same
 * address, so that is where to look.
 */
static int scan_address(int dir, pid_t pid, void *arg)
{
	struct explain *ex = arg;
	struct explain_holder holder = { .pid = pid, .addr = ex->addr };
	struct proc_place place;
	uint64_t entry;
	int err;

	err = procfs_pagemap(pid, ex->addr, EXPLAIN_PAGE, &entry, 1);
	if (err == -EACCES || err == -EPERM)
		ex->unseen++;
	if (err || !(entry & PAGEMAP_PRESENT) ||
	    (entry & PAGEMAP_PFN) != (ex->entry & PAGEMAP_PFN))
		return 0;
	strcpy(holder.prot, "?");
	if (!procfs_place(dir, ex->addr, &place)) {
		memcpy(holder.prot, place.here.perms, sizeof(holder.prot));
		procfs_place_free(&place);
	}
	explain_add_holder(ex, &holder);
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	const struct explain_holder *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* The page is the process's own, not the file's. */
static bool is_private(const struct explain *ex)
{
	return ex->memory == EXPLAIN_ANON ||
	       (ex->memory == EXPLAIN_PRIVATE && ex->state == EXPLAIN_PRESENT &&
		!(ex->entry & PAGEMAP_FILE));
}

void explain_read_holders(struct explain *ex)
{
	if (is_private(ex)) {
		/* What else maps the file has nothing of this page. */
		ex->n_holders = 0;
		ex->found = EXPLAIN_BY_NOTHING;
		if (ex->state == EXPLAIN_PRESENT && !ex->hidden &&
		    !ex->frame.zero) {
			ex->found = EXPLAIN_BY_ADDRESS;
			procfs_each_process(scan_address, ex);
		}
	} else if (ex->found == EXPLAIN_BY_NOTHING && ex->place.here.dev &&
		   ex->memory != EXPLAIN_SPECIAL) {
		by_maps(ex);
	}
	if (ex->n_holders)
		qsort(ex->holders, ex->n_holders, sizeof(*ex->holders), by_pid);
}
