/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what FRAMES and INFO say of a segment's pages: the records, and what
 * the kernel itself has of the same pages.
 */
#ifndef SHMVIZ_TEST_PAGES_H
#define SHMVIZ_TEST_PAGES_H

#include "util.h"

#define THP		512		/* pages of a huge page */
#define PAGES		(3 * THP)	/* of a segment, at most */

extern size_t page;			/* its size in bytes */
extern struct shmviz_frame frames[PAGES];

/*
 * An IPC namespace of our own, so that the totals of SHM_INFO are those of one
 * segment, and one processor, so that its lists of pages to come are ours to
 * empty. Or the program bails out.
 */
void pages_alone(void);

/* All records of a segment of so many pages, into frames. */
void take_frames(int obj, int pages);

/* How many of frames are in a state. */
int count_state(int state, int pages);

/* A flag of /proc/kpageflags. */
bool kpage_has(uint64_t pfn, int bit);

/* The record of a page against what the kernel has of the frame behind addr. */
void expect_frame(const struct shmviz_frame *frame, const char *addr);

/*
 * The records just taken of PAGES pages against the kernel's sums of this segment:
 * its line of /proc/sysvipc/shm, and SHM_INFO, whose totals are of this namespace.
 */
void expect_sums(int obj, int shmid);

#endif /* SHMVIZ_TEST_PAGES_H */
