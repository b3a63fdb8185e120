/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where everything of the drawing of one object lies, in pixels from its top left
 * corner. Each mapping is a wire: it comes out of its process on the left, turns
 * into a line of its own, and runs past the pages that it covers; a mark on the
 * crossing says what it has of the page. From there it goes right, to the page and to
 * the frame behind it.
 *
 *   process            wires           page         frame
 *   +-----------+      |  |
 *   | range   A |------+  |
 *   +-----------+      o--@----------[page 0]-----[frame 0x12f3a0]
 *   +-----------+      |  |
 *   | range   B |------|--+
 *   +-----------+      @  @----------[page 1]-----[frame 0x0b4411]
 *
 * What a person can take in is drawn; the rest is counted (left_out).
 */
#ifndef SHMVIZ_PICTURE_LAYOUT_H
#define SHMVIZ_PICTURE_LAYOUT_H

#include <stdbool.h>

#include "picture.h"
#include "picture_rows.h"

#define LAYOUT_ROWS_MAX		32
#define LAYOUT_MAPPINGS_MAX	48

struct layout_process {
	int y, h;
};

struct layout_wire {
	int y;			/* where it leaves the process */
	int x;			/* of its vertical part */
	int row, rows;		/* first row that it covers, and how many; 0 */
	int top, bottom;	/* of its vertical part */
};

struct layout {
	const struct picture_object *obj;
	struct picture_rows rows;
	bool dense;		/* a row is one line, not two */
	bool small;		/* processes are one line a mapping */
	int width, height;
	int box_w;		/* of a process; it lies at x = 0 */
	int wires_x, wires_w;
	int page_x, page_w;
	int frame_x, frame_w;
	int copy_x, copy_w;	/* frames of private copies; 0: there are none */
	int rows_y, row_h, row_gap; /* row i begins at rows_y + i * row_h */
	size_t n_processes, n_mappings; /* drawn: the first ones */
	size_t left_out;	/* mappings that are not */
	struct layout_process *processes;
	struct layout_wire *wires; /* for each mapping that is drawn */
};

void layout_make(struct layout *layout, const struct picture_object *obj);
void layout_free(struct layout *layout);

/* The middle of row i; the line of a mapping within its process. */
int layout_row_y(const struct layout *layout, size_t row);

#endif /* SHMVIZ_PICTURE_LAYOUT_H */
