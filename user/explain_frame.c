// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame behind the address, and how large the piece is that maps it. */
#include <linux/kernel-page-flags.h>
#include <string.h>

#include "explain.h"
#include "frame_names.h"
#include "procfs_frame.h"

#define HUGE_PAGE	(2ull << 20)
#define HUGE_PAGES	(HUGE_PAGE / EXPLAIN_PAGE)

/* All of the 2 MiB around it in frames one after the other, from an aligned one. */
static bool looks_huge(const struct explain *ex)
{
	uint64_t entries[HUGE_PAGES], start = ex->addr & ~(HUGE_PAGE - 1);

	if (start < ex->place.here.start ||
	    start + HUGE_PAGE > ex->place.here.end ||
	    procfs_pagemap(ex->pid, start, EXPLAIN_PAGE, entries, HUGE_PAGES))
		return false;
	if ((entries[0] & PAGEMAP_PFN) % HUGE_PAGES)
		return false;
	for (uint64_t i = 0; i < HUGE_PAGES; i++)
		if (!(entries[i] & PAGEMAP_PRESENT) ||
		    (entries[i] & PAGEMAP_PFN) !=
		    (entries[0] & PAGEMAP_PFN) + i)
			return false;
	return true;
}

/* hugetlb says so for the VMA; transparent huge pages are a matter of each. */
static void read_leaf(struct explain *ex, int dir)
{
	int huge;

	ex->leaf = EXPLAIN_PAGE;
	ex->leaf_sure = true;
	if (ex->place.page_size > EXPLAIN_PAGE) {
		ex->leaf = ex->place.page_size;
		return;
	}
	if (ex->state != EXPLAIN_PRESENT || !ex->place.huge)
		return;
	huge = procfs_is_huge(dir, ex->addr);
	if (huge < 0) {
		huge = looks_huge(ex);
		ex->leaf_sure = !huge;
	}
	if (huge)
		ex->leaf = HUGE_PAGE;
}

static void take_proc(struct explain_frame *frame)
{
	struct proc_frame proc;

	procfs_frame(frame->pfn, &proc);
	frame->has_order = proc.has_order;
	frame->order = proc.order;
	frame->has_node = proc.has_zone;
	frame->node = proc.node;
	memcpy(frame->zone, proc.zone, sizeof(frame->zone));
	frame->has_mapcount = proc.has_count;
	frame->mapcount = proc.count;
	frame->has_memcg = proc.has_cgroup;
	frame->memcg = proc.cgroup;
	frame->has_flags = proc.has_flags;
	frame->n_flags = procfs_frame_flags(proc.flags, frame->flags);
	frame->zero = proc.flags >> KPF_ZERO_PAGE & 1;
}

/* The module knows better, of what is the object's own. */
static void take_device(struct explain_frame *frame,
			const struct shmviz_frame *known)
{
	frame->by_device = true;
	frame->has_order = frame->has_node = frame->has_mapcount = true;
	frame->has_memcg = frame->has_flags = true;
	frame->order = known->order;
	frame->node = known->node;
	strcpy(frame->zone, frame_zone_name(known->zone));
	frame->mapcount = known->mapcount;
	frame->memcg = known->memcg;
	frame->n_flags = 0;
	for (const struct frame_flag *flag = frame_flags; flag->bit; flag++)
		if (known->flags & flag->bit)
			frame->flags[frame->n_flags++] = flag->name;
}

void explain_read_frame(struct explain *ex, int dir)
{
	struct explain_frame *frame = &ex->frame;

	read_leaf(ex, dir);
	if (ex->state != EXPLAIN_PRESENT || ex->hidden)
		return;
	ex->has_frame = true;
	frame->pfn = ex->entry & PAGEMAP_PFN;
	if (ex->has_page && ex->object_page.state == SHMVIZ_STATE_PRESENT &&
	    ex->object_page.pfn == frame->pfn)
		take_device(frame, &ex->object_page);
	else
		take_proc(frame);
}
