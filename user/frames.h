/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of an object's pages: runs of pages that are told by one record.
 * Holes and consecutive swap slots take one run however many they are, so that
 * memory follows what is resident, not the size of the object.
 */
#ifndef SHMVIZ_FRAMES_H
#define SHMVIZ_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <shmviz.h>

struct frame_run {
	uint64_t first;		/* page index in the object */
	uint64_t count;		/* pages; 1 if they are present */
	struct shmviz_frame frame;	/* of the first page */
};

struct frame_list {
	struct frame_run *runs;	/* one after the other, by page */
	size_t n;
	size_t room;

	/* Pages in the list, and how many there are of each state. */
	uint64_t pages;
	uint64_t present;
	uint64_t swapped;
	uint64_t holes;

	bool redacted;		/* frames, keys and names are stand-ins */
};

/*
 * Append `count` pages, from page `first` on, which follows the last one that
 * was added. 0 or -ENOMEM. An empty list is all zeroes.
 */
int frame_list_add(struct frame_list *list, uint64_t first,
		   const struct shmviz_frame *frames, size_t count);
void frame_list_free(struct frame_list *list);

/* The record of page `i` (0..count - 1) of a run. */
struct shmviz_frame frame_of_run(const struct frame_run *run, uint64_t i);

/*
 * `b` continues `a`: pages one after the other in frames one after the other,
 * and all else that is told of them is the same, but for being head or tail of
 * a large folio. What a reader may fold into one line.
 */
bool frame_run_continues(const struct frame_run *a, const struct frame_run *b);

#endif /* SHMVIZ_FRAMES_H */
