// SPDX-License-Identifier: GPL-2.0-or-later
#include <shmviz.h>

#include "frame_names.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

const struct frame_flag frame_flags[] = {
	{ SHMVIZ_FRAME_LOCKED,		'L', "locked" },
	{ SHMVIZ_FRAME_UPTODATE,	'U', "uptodate" },
	{ SHMVIZ_FRAME_DIRTY,		'D', "dirty" },
	{ SHMVIZ_FRAME_LRU,		'l', "lru" },
	{ SHMVIZ_FRAME_ACTIVE,		'A', "active" },
	{ SHMVIZ_FRAME_REFERENCED,	'R', "referenced" },
	{ SHMVIZ_FRAME_UNEVICTABLE,	'u', "unevictable" },
	{ SHMVIZ_FRAME_MLOCKED,		'm', "mlocked" },
	{ SHMVIZ_FRAME_WRITEBACK,	'W', "writeback" },
	{ SHMVIZ_FRAME_SWAPBACKED,	'b', "swapbacked" },
	{ SHMVIZ_FRAME_WORKINGSET,	'w', "workingset" },
	{ SHMVIZ_FRAME_HUGETLB,		'G', "hugetlb" },
	{ SHMVIZ_FRAME_HEAD,		'H', "head" },
	{ SHMVIZ_FRAME_TAIL,		'T', "tail" },
	{}
};

const char *frame_state_name(unsigned int state)
{
	static const char *const names[] = {
		[SHMVIZ_STATE_HOLE] = "hole",
		[SHMVIZ_STATE_PRESENT] = "present",
		[SHMVIZ_STATE_SWAPPED] = "swapped",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *frame_zone_name(unsigned int zone)
{
	static const char *const names[] = {
		[SHMVIZ_ZONE_OTHER] = "other",
		[SHMVIZ_ZONE_DMA] = "DMA",
		[SHMVIZ_ZONE_DMA32] = "DMA32",
		[SHMVIZ_ZONE_NORMAL] = "Normal",
		[SHMVIZ_ZONE_HIGHMEM] = "HighMem",
		[SHMVIZ_ZONE_MOVABLE] = "Movable",
		[SHMVIZ_ZONE_DEVICE] = "Device",
	};

	return zone < ARRAY_SIZE(names) ? names[zone] : "other";
}

size_t info_words(uint32_t flags, const char *words[INFO_WORDS_MAX])
{
	static const struct {
		uint32_t bit;
		const char *word;
	} names[INFO_WORDS_MAX] = {
		{ SHMVIZ_INFO_DEST, "dest" },
		{ SHMVIZ_INFO_LOCKED, "locked" },
		{ SHMVIZ_INFO_HUGETLB, "hugetlb" },
		{ SHMVIZ_INFO_GONE, "gone" },
		{ SHMVIZ_INFO_STALE, "stale" },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].bit)
			words[n++] = names[i].word;
	return n;
}
