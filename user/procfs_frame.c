// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "procfs_frame.h"

#define FOLIO_MAX	(1u << 18)	/* frames of the largest huge page */
#define BATCH		512

static const char *const flag_words[32] = {
	[KPF_LOCKED]	    = "locked",	   [KPF_ERROR]	      = "error",
	[KPF_REFERENCED]    = "referenced", [KPF_UPTODATE]    = "uptodate",
	[KPF_DIRTY]	    = "dirty",	   [KPF_LRU]	      = "lru",
	[KPF_ACTIVE]	    = "active",	   [KPF_SLAB]	      = "slab",
	[KPF_WRITEBACK]	    = "writeback", [KPF_RECLAIM]      = "reclaim",
	[KPF_BUDDY]	    = "buddy",	   [KPF_MMAP]	      = "mmap",
	[KPF_ANON]	    = "anon",	   [KPF_SWAPCACHE]    = "swapcache",
	[KPF_SWAPBACKED]    = "swapbacked", [KPF_COMPOUND_HEAD] = "head",
	[KPF_COMPOUND_TAIL] = "tail",	   [KPF_HUGE]	      = "hugetlb",
	[KPF_UNEVICTABLE]   = "unevictable", [KPF_HWPOISON]   = "hwpoison",
	[KPF_NOPAGE]	    = "nopage",	   [KPF_KSM]	      = "ksm",
	[KPF_THP]	    = "thp",	   [KPF_OFFLINE]      = "offline",
	[KPF_ZERO_PAGE]	    = "zero-page", [KPF_IDLE]	      = "idle",
	[KPF_PGTABLE]	    = "pgtable",
};

size_t procfs_frame_flags(uint64_t flags, const char *words[32])
{
	size_t n = 0;

	for (unsigned int bit = 0; bit < 32; bit++)
		if (flags >> bit & 1 && flag_words[bit])
			words[n++] = flag_words[bit];
	return n;
}

/* Entries of one of the files that have a word for each frame. */
static size_t read_words(const char *path, uint64_t pfn, uint64_t *words,
			 size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = pread(fd, words, n * sizeof(*words), pfn * sizeof(*words));
	close(fd);
	return len > 0 ? len / sizeof(*words) : 0;
}

static bool is(uint64_t flags, unsigned int bit)
{
	return flags >> bit & 1;
}

/* How many tails follow from `pfn` on, at most `max`. */
static uint64_t count_tails(uint64_t pfn, uint64_t max)
{
	uint64_t flags[BATCH], found = 0;

	while (found < max) {
		size_t n = read_words("/proc/kpageflags", pfn + found, flags,
				      BATCH);

		if (!n)
			return found;
		for (size_t i = 0; i < n; i++, found++)
			if (!is(flags[i], KPF_COMPOUND_TAIL))
				return found;
	}
	return found;
}

/* A folio is as long as its alignment at most: its head is found in steps. */
static bool find_order(uint64_t pfn, uint64_t flags, unsigned int *order)
{
	uint64_t head = pfn, word = flags, n;

	*order = 0;
	if (!is(flags, KPF_COMPOUND_HEAD) && !is(flags, KPF_COMPOUND_TAIL))
		return true;
	for (unsigned int bit = 0; !is(word, KPF_COMPOUND_HEAD); bit++) {
		if (1u << bit >= FOLIO_MAX)
			return false;
		if (!(head >> bit & 1))
			continue;
		head &= ~(1ull << bit);
		if (!read_words("/proc/kpageflags", head, &word, 1))
			return false;
	}
	n = 1 + count_tails(head + 1, FOLIO_MAX - 1);
	while (2ull << *order <= n)
		++*order;
	return true;
}

/* "Node 0, zone    DMA32", then lines, "spanned N" and "start_pfn: N" among them. */
static bool find_zone(uint64_t pfn, struct proc_frame *frame)
{
	FILE *info = fopen("/proc/zoneinfo", "re");
	uint64_t spanned = 0, start;
	bool found = false;
	char *line = NULL;
	size_t room = 0;

	while (info && !found && getline(&line, &room, info) > 0) {
		if (sscanf(line, "Node %u, zone %15s", &frame->node,
			   frame->zone) == 2)
			spanned = 0;
		else if (sscanf(line, " start_pfn: %" SCNu64, &start) == 1)
			found = pfn >= start && pfn - start < spanned;
		else
			sscanf(line, " spanned %" SCNu64, &spanned);
	}
	free(line);
	if (info)
		fclose(info);
	return found;
}

void procfs_frame(uint64_t pfn, struct proc_frame *frame)
{
	*frame = (struct proc_frame) {};
	frame->has_flags = read_words("/proc/kpageflags", pfn, &frame->flags, 1);
	frame->has_count = read_words("/proc/kpagecount", pfn, &frame->count, 1);
	frame->has_cgroup = read_words("/proc/kpagecgroup", pfn,
				       &frame->cgroup, 1);
	frame->has_order = frame->has_flags &&
			   find_order(pfn, frame->flags, &frame->order);
	frame->has_zone = find_zone(pfn, frame);
}

/*
 * PAGEMAP_SCAN, which headers older than Linux 6.7 do not have; the layout is that
 * of linux/fs.h.
 */
struct scan_region {
	uint64_t start, end, categories;
};

struct scan_args {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask,
		 return_mask;
};

#define SCAN_PAGE_IS_HUGE	(1u << 6)

int procfs_is_huge(int dir, uint64_t addr)
{
	uint64_t page = addr & ~4095ull;
	struct scan_region region = {};
	struct scan_args args = {
		.size = sizeof(args), .start = page, .end = page + 4096,
		.vec = (uintptr_t)&region, .vec_len = 1,
		.category_mask = SCAN_PAGE_IS_HUGE,
		.return_mask = SCAN_PAGE_IS_HUGE,
	};
	int fd = openat(dir, "pagemap", O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, _IOWR('f', 16, struct scan_args), &args);
	if (ret < 0)
		ret = errno == ENOTTY ? -EOPNOTSUPP : -errno;
	close(fd);
	return ret < 0 ? ret : ret > 0;
}
