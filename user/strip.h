/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strip: an object's pages from first to last as one row of characters. A
 * cell is one page where they all fit, else a number of pages that is the same
 * for each cell but the last.
 *
 *                         UTF-8          ASCII
 *   all present           full block     #
 *   half or more present  dark shade     +
 *   less than half        light shade    -
 *   swapped               s              s      more pages of it than present
 *   hole                  middle dot     .      nothing else in the cell
 *
 * Knows neither frames nor terminals: the caller counts and says what the
 * other end can show.
 */
#ifndef SHMVIZ_STRIP_H
#define SHMVIZ_STRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct strip_cell {
	uint64_t present;
	uint64_t swapped;
	uint64_t holes;
};

struct strip {
	struct strip_cell *cells;
	size_t n;
	uint64_t pages;		/* in the strip */
	uint64_t per_cell;	/* pages */
};

enum strip_state { STRIP_HOLE, STRIP_PRESENT, STRIP_SWAPPED };

struct strip_style {
	bool utf8;
	bool colour;
};

/* A strip of `pages` pages in at most `width` cells. 0 or -ENOMEM. */
int strip_init(struct strip *strip, uint64_t pages, size_t width);
void strip_free(struct strip *strip);

/* Count pages first..first + count - 1 of the strip as being in a state. */
void strip_add(struct strip *strip, uint64_t first, uint64_t count,
	       enum strip_state state);

/* The row, without a newline; then its legend, likewise. */
void strip_draw(FILE *out, const struct strip *strip,
		const struct strip_style *style);
void strip_legend(FILE *out, const struct strip *strip, uint64_t page_size,
		  const struct strip_style *style);

#endif /* SHMVIZ_STRIP_H */
