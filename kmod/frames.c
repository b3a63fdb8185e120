// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the frames of an object from its page cache: nothing is allocated,
 * swapped in, mapped or marked as referenced by it.
 */
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "compat.h"
#include "internal.h"

/* Records taken at a time: bounds what runs under RCU. */
#define FRAMES_BATCH	256

static const struct {
	unsigned int bit;
	u32 flag;
} frame_flags[] = {
	{ PG_locked,		SHMVIZ_FRAME_LOCKED },
	{ PG_uptodate,		SHMVIZ_FRAME_UPTODATE },
	{ PG_dirty,		SHMVIZ_FRAME_DIRTY },
	{ PG_lru,		SHMVIZ_FRAME_LRU },
	{ PG_active,		SHMVIZ_FRAME_ACTIVE },
	{ PG_referenced,	SHMVIZ_FRAME_REFERENCED },
	{ PG_unevictable,	SHMVIZ_FRAME_UNEVICTABLE },
	{ PG_mlocked,		SHMVIZ_FRAME_MLOCKED },
	{ PG_writeback,		SHMVIZ_FRAME_WRITEBACK },
	{ PG_swapbacked,	SHMVIZ_FRAME_SWAPBACKED },
	{ PG_workingset,	SHMVIZ_FRAME_WORKINGSET },
};

static u32 folio_frame_flags(struct folio *folio)
{
	unsigned long bits = compat_folio_flags(folio);
	u32 flags = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(frame_flags); i++)
		if (bits & BIT(frame_flags[i].bit))
			flags |= frame_flags[i].flag;
	return flags;
}

static u8 folio_frame_zone(struct folio *folio)
{
	switch (folio_zonenum(folio)) {
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return SHMVIZ_ZONE_DMA;
#endif
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return SHMVIZ_ZONE_DMA32;
#endif
	case ZONE_NORMAL:
		return SHMVIZ_ZONE_NORMAL;
#ifdef CONFIG_HIGHMEM
	case ZONE_HIGHMEM:
		return SHMVIZ_ZONE_HIGHMEM;
#endif
	case ZONE_MOVABLE:
		return SHMVIZ_ZONE_MOVABLE;
#ifdef CONFIG_ZONE_DEVICE
	case ZONE_DEVICE:
		return SHMVIZ_ZONE_DEVICE;
#endif
	default:
		return SHMVIZ_ZONE_OTHER;
	}
}

/* The nearest cgroup that is still online, as /proc/kpagecgroup has it. */
static u64 folio_frame_memcg(struct folio *folio)
{
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg = folio_memcg(folio);

	while (memcg && !(memcg->css.flags & CSS_ONLINE))
		memcg = parent_mem_cgroup(memcg);
	if (memcg)
		return cgroup_ino(memcg->css.cgroup);
#endif
	return 0;
}

/* Pages first .. last, whose records begin at @frame. */
struct frames_range {
	struct shmviz_frame *frame;
	u64 first;
	u64 last;
};

static void fill_folio(const struct frames_range *range, struct folio *folio,
		       u64 start, bool hugetlb)
{
	u64 from = max(start, range->first);
	u64 to = min(start + folio_nr_pages(folio) - 1, range->last);
	struct shmviz_frame tmpl = {
		.memcg = folio_frame_memcg(folio),
		.flags = folio_frame_flags(folio),
		.refcount = folio_ref_count(folio) - 1,
		.node = folio_nid(folio),
		.state = SHMVIZ_STATE_PRESENT,
		.order = folio_order(folio),
		.zone = folio_frame_zone(folio),
	};
	struct shmviz_frame *frame;
	u64 i;

	if (hugetlb)
		tmpl.flags |= SHMVIZ_FRAME_HUGETLB;
	for (i = from; i <= to; i++) {
		frame = &range->frame[i - range->first];
		*frame = tmpl;
		frame->pfn = folio_pfn(folio) + (i - start);
		frame->mapcount = compat_page_mapcount(folio,
						folio_page(folio, i - start));
		if (folio_test_large(folio))
			frame->flags |= i == start ? SHMVIZ_FRAME_HEAD :
						     SHMVIZ_FRAME_TAIL;
	}
}

/*
 * log2 of the pages that a swap entry stands for: more than one if a folio was
 * swapped out in one piece. Negative if it is no longer where @xas found it.
 * Asked under the lock of the array: while a large entry is split, its parts
 * for some time say the slot of the whole.
 */
static int swap_entry_order(struct xa_state *xas, void *entry)
{
	int order = -1;

	xas_lock_irq(xas);
	if (xas_reload(xas) == entry)
		order = xa_get_order(xas->xa, xas->xa_index);
	xas_unlock_irq(xas);
	return order;
}

static void fill_swap(const struct frames_range *range, void *entry, u64 index,
		      unsigned int order)
{
	u64 start = round_down(index, 1UL << order);
	u64 from = max(start, range->first);
	u64 to = min(start + (1UL << order) - 1, range->last);
	swp_entry_t swap = radix_to_swp_entry(entry);
	struct shmviz_frame *frame;
	u64 i;

	for (i = from; i <= to; i++) {
		frame = &range->frame[i - range->first];
		frame->state = SHMVIZ_STATE_SWAPPED;
		if (!compat_is_swap(swap)) {
			frame->swap_type = SHMVIZ_SWAP_POISONED;
			continue;
		}
		frame->swap_type = swp_type(swap);
		frame->swap_offset = swp_offset(swap) + (i - start);
	}
}

/* Fills in what an entry of the page cache stands for; false: look again. */
static bool fill_entry(struct shmviz_object *obj, struct xa_state *xas,
		       struct folio *folio, const struct frames_range *range)
{
	unsigned int shift = compat_hugetlb_index_shift(obj->order);
	bool same;
	int order;

	if (xa_is_value(folio)) {
		/* Elsewhere it is a trace of an evicted page. */
		if (!obj->shmem)
			return true;
		order = swap_entry_order(xas, folio);
		if (order >= 0)
			fill_swap(range, folio, xas->xa_index, order);
		return order >= 0;
	}
	/* Pinned, it can be neither freed nor split while it is read. */
	if (!folio_try_get(folio))
		return false;
	same = folio == xas_reload(xas);
	if (same)
		fill_folio(range, folio, (u64)folio->index << shift,
			   obj->hugetlb);
	folio_put(folio);
	return same;
}

/* Pages @first .. @first + @count - 1 into @frame, which comes out complete. */
static void frames_fill(struct shmviz_object *obj, u64 first, u64 count,
			struct shmviz_frame *frame)
{
	unsigned int shift = compat_hugetlb_index_shift(obj->order);
	struct address_space *mapping = obj->file->f_mapping;
	struct frames_range range = {
		.frame = frame, .first = first, .last = first + count - 1,
	};
	XA_STATE(xas, &mapping->i_pages, first >> shift);
	struct folio *folio;

	memset(frame, 0, count * sizeof(*frame));
	rcu_read_lock();
	xas_for_each(&xas, folio, range.last >> shift) {
		if (xas_retry(&xas, folio))
			continue;
		if (!fill_entry(obj, &xas, folio, &range))
			xas_reset(&xas);
	}
	rcu_read_unlock();
}

static struct shmviz_frame *frames_alloc_batch(u64 count)
{
	return kvmalloc_array(min_t(u64, count, FRAMES_BATCH),
			      sizeof(struct shmviz_frame), GFP_KERNEL_ACCOUNT);
}

struct frames_count {
	struct shmviz_info *info;
	u64 next;		/* all pages before it are counted */
};

/*
 * Of the pages start .. start + n - 1 those that are to be counted: inside the
 * object, and not seen before as a part of something larger, or smaller.
 */
static u64 count_pages(struct frames_count *count, u64 start, u64 n)
{
	u64 from = max(start, count->next);
	u64 to = min(start + n, count->info->pages);

	if (from >= to)
		return 0;
	count->next = to;
	return to - from;
}

/* Adds what an entry of the page cache stands for; false: look again. */
static bool count_entry(struct shmviz_object *obj, struct xa_state *xas,
			struct folio *folio, struct frames_count *count)
{
	unsigned int shift = compat_hugetlb_index_shift(obj->order);
	struct shmviz_info *info = count->info;
	bool same;
	int order;
	u64 n;

	if (xa_is_value(folio)) {
		/* Elsewhere it is a trace of an evicted page. */
		if (!obj->shmem)
			return true;
		order = swap_entry_order(xas, folio);
		if (order < 0)
			return false;
		n = 1ULL << order;
		info->swapped += count_pages(count,
					     round_down(xas->xa_index, n), n);
		return true;
	}
	if (!folio_try_get(folio))
		return false;
	same = folio == xas_reload(xas);
	if (same)
		info->present += count_pages(count, (u64)folio->index << shift,
					     folio_nr_pages(folio));
	folio_put(folio);
	return same;
}

/*
 * Goes by what is there, not by the size: a sparse object can be very large.
 * Nor beyond the end: fallocate() can have put any number of pages there.
 */
int shmviz_frames_count(struct shmviz_object *obj, struct shmviz_info *info)
{
	unsigned int shift = compat_hugetlb_index_shift(obj->order);
	XA_STATE(xas, &obj->file->f_mapping->i_pages, 0);
	struct frames_count count = { .info = info };
	unsigned int batch = 0;
	struct folio *folio;

	info->pages = shmviz_object_pages(obj);
	if (!info->pages)
		return 0;
	rcu_read_lock();
	xas_for_each(&xas, folio, (info->pages - 1) >> shift) {
		if (xas_retry(&xas, folio))
			continue;
		if (!count_entry(obj, &xas, folio, &count)) {
			xas_reset(&xas);
			continue;
		}
		if (++batch % FRAMES_BATCH)
			continue;
		xas_pause(&xas);
		rcu_read_unlock();
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		rcu_read_lock();
	}
	rcu_read_unlock();

	info->holes = info->pages - info->present - info->swapped;
	return 0;
}

/* Returns the records written, or an error if there are none. */
static s64 frames_copy(struct shmviz_object *obj, u64 first, u64 count,
		       struct shmviz_frame __user *ubuf)
{
	struct shmviz_frame *batch;
	u64 done, n;
	int err = 0;

	batch = frames_alloc_batch(count);
	if (!batch)
		return -ENOMEM;
	for (done = 0; done < count; done += n) {
		if (signal_pending(current)) {
			err = done ? 0 : -EINTR;
			break;
		}
		n = min_t(u64, count - done, FRAMES_BATCH);
		frames_fill(obj, first + done, n, batch);
		if (copy_to_user(ubuf + done, batch, n * sizeof(*batch))) {
			err = -EFAULT;
			break;
		}
		cond_resched();
	}
	kvfree(batch);
	return err ? err : done;
}

int shmviz_frames_ioctl(struct shmviz_object *obj,
			struct shmviz_frames __user *uarg)
{
	u64 pages = shmviz_object_pages(obj);
	struct shmviz_frames arg;
	u64 end;
	s64 done;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.flags || arg.pad || arg.first > pages ||
	    check_add_overflow(arg.first, arg.count, &end))
		return -EINVAL;

	arg.count = min(arg.count, pages - arg.first);
	if (arg.count) {
		done = frames_copy(obj, arg.first, arg.count,
				   u64_to_user_ptr(arg.buf));
		if (done < 0)
			return done;
		arg.count = done;
	}
	return put_user(arg.count, &uarg->count);
}
