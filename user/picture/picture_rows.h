/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of a drawing: the pages of a small object, one by one; else its runs,
 * folded until they are few enough to be looked at. First runs that differ in
 * nothing but where their frames lie become one row, then neighbours do, by ranges
 * of pages of equal size. A row says how many pages of each kind are in it, so that
 * nothing goes unsaid.
 */
#ifndef SHMVIZ_PICTURE_ROWS_H
#define SHMVIZ_PICTURE_ROWS_H

#include "picture.h"

/* Pages of a row, by what a mapping has of them. */
struct picture_mark {
	uint64_t touched, hollow, copies, unknown;
};

struct picture_row {
	uint64_t first, count;	/* pages */
	size_t run, n_runs;	/* of the object: one after the other */
	uint64_t present, swapped, holes; /* pages */
	uint64_t shared;	/* pages with a frame that two or more share */
	unsigned int least, most; /* processes that share a frame, among present */
	struct picture_mark *marks; /* for each mapping */
};

#define PICTURE_ROWS_PAGES	12	/* so many are shown one by one */

struct picture_rows {
	struct picture_row *rows;
	size_t n;
};

/* At most `max` rows, or a few more. Ends the process if memory does not suffice. */
void picture_rows_fold(struct picture_rows *rows,
		       const struct picture_object *obj, size_t max);
void picture_rows_free(struct picture_rows *rows);

/* The part of its run that a row is, if it is of one run. */
struct picture_run picture_row_run(const struct picture_object *obj,
				   const struct picture_row *row);
/* The frame of its copy in a mapping, or 0 */
uint64_t picture_row_copy(const struct picture_object *obj,
			  const struct picture_row *row, size_t mapping);

#endif /* SHMVIZ_PICTURE_ROWS_H */
