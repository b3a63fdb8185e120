// SPDX-License-Identifier: GPL-2.0-or-later
/* Who else has the frame, or maps the same page of the same object. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "explain.h"
#include "spaces.h"

static void read_comm(struct explain_holder *holder)
{
	int dir = procfs_open(holder->pid);
	ssize_t len;

	if (dir < 0)
		return;
	len = procfs_comm(dir, holder->pid, holder->comm);
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

static int by_first(const void *a, const void *b)
{
	const struct explain_holder *x = a, *y = b;
	pid_t p = x->same ?: x->pid, q = y->same ?: y->pid;

	if (p != q)
		return p < q ? -1 : 1;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (!x->same != !y->same)
		return x->same ? 1 : -1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The process itself first, then those of the holders, with repetitions. */
static pid_t *list_pids(const struct explain *ex, size_t *n)
{
	pid_t *pids = calloc(2 * (ex->n_holders + 1), sizeof(*pids));

	if (!pids)
		err_nomem();
	pids[0] = ex->pid;
	*n = 1;
	for (size_t i = 0; i < ex->n_holders; i++)
		if (ex->holders[i].pid)
			pids[(*n)++] = ex->holders[i].pid;
	return pids;
}

/* Of an address space the module names one process. */
static void add_others(struct explain *ex)
{
	struct space_other *others;
	size_t n, mappings = ex->n_holders;
	pid_t *pids = list_pids(ex, &n);
	ssize_t found = spaces_others(pids, n, &others);

	free(pids);
	for (ssize_t i = 0; i < found; i++) {
		struct explain_holder copy = {
			.pid = others[i].pid, .addr = ex->addr,
		};

		if (others[i].with == ex->pid) {
			memcpy(copy.prot, ex->place.here.perms,
			       sizeof(copy.prot));
			explain_add_holder(ex, &copy);
		}
		for (size_t k = 0; k < mappings; k++) {
			copy = ex->holders[k];
			copy.pid = others[i].pid;
			if (ex->holders[k].pid == others[i].with)
				explain_add_holder(ex, &copy);
		}
	}
	free(others);
}

static void find_shared_spaces(struct explain *ex)
{
	size_t n;
	pid_t *pids;

	if (ex->found == EXPLAIN_BY_DEVICE)
		add_others(ex);
	pids = list_pids(ex, &n);
	if (spaces_first(pids, n, pids + n))
		err_nomem();
	for (size_t i = 0, k = 1; i < ex->n_holders; i++) {
		if (!ex->holders[i].pid)
			continue;
		if (pids[n + k] != pids[k])
			ex->holders[i].same = pids[n + k];
		k++;
	}
	free(pids);
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
	find_shared_spaces(ex);
	if (ex->n_holders)
		qsort(ex->holders, ex->n_holders, sizeof(*ex->holders), by_first);
}
