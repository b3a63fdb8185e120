// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_fold.h"
#include "picture_runs.h"

enum fold_sign fold_sign(const struct fold_cell *cell)
{
	uint64_t other = cell->hollow + cell->unknown;

	if (cell->touched)
		return other + cell->copied ? FOLD_SOME : FOLD_TOUCHED;
	if (cell->copied)
		return other ? FOLD_COPY_SOME : FOLD_COPY;
	if (cell->unknown)
		return FOLD_UNKNOWN;
	return cell->hollow + cell->absent ? FOLD_HOLLOW : FOLD_OUTSIDE;
}

static struct fold_row *new_row(struct fold *fold, uint64_t first)
{
	struct fold_row *row;

	if (fold->n_rows == fold->room) {
		fold->room = fold->room ? 2 * fold->room : 64;
		fold->rows = reallocarray(fold->rows, fold->room,
					  sizeof(*fold->rows));
		if (!fold->rows)
			err_nomem();
	}
	row = &fold->rows[fold->n_rows++];
	*row = (struct fold_row) { .first = first };
	row->cells = calloc(fold->n_columns + 1, sizeof(*row->cells));
	if (!row->cells)
		err_nomem();
	return row;
}

static void drop_rows(struct fold *fold, size_t from)
{
	while (fold->n_rows > from)
		free(fold->rows[--fold->n_rows].cells);
}

static void add_cells(const struct fold *fold, struct fold_row *row,
		      const struct picture_run *run, uint64_t skip,
		      uint64_t count)
{
	for (size_t m = 0; m < fold->obj->n_mappings; m++) {
		struct fold_cell *cell = &row->cells[fold->column_of[m]];

		switch ((enum picture_touch)run->touch[m]) {
		case PICTURE_OUTSIDE:
			cell->outside += count;
			break;
		case PICTURE_HOLLOW:
			if (run->frame.state == SHMVIZ_STATE_PRESENT)
				cell->hollow += count;
			else
				cell->absent += count;
			break;
		case PICTURE_TOUCHED:
			cell->touched += count;
			break;
		case PICTURE_COPY:
			cell->copied += count;
			if (!cell->copy && run->copies && run->copies[m])
				cell->copy = run->copies[m] + skip;
			break;
		case PICTURE_UNKNOWN:
			cell->unknown += count;
			break;
		}
	}
}

/* Frames, or slots: where it begins, whether it continues what was there. */
static void add_place(struct fold_row *row, const struct picture_run *run,
		      uint64_t skip, uint64_t count)
{
	bool present = run->frame.state == SHMVIZ_STATE_PRESENT;
	uint64_t at = (present ? run->frame.pfn : run->frame.swap_offset) + skip;

	if (run->frame.state == SHMVIZ_STATE_HOLE ||
	    (!present && row->present))
		return;
	/* Slots are told only where there is no frame. */
	if (present && !row->present)
		row->pieces = 0;
	if (!row->pieces) {
		row->frame = run->frame;
		row->low = row->begin = at;
		row->high = at + count - 1;
	}
	row->pieces += !row->pieces || at != row->end;
	row->end = at + count;
	if (at < row->low)
		row->low = at;
	if (at + count - 1 > row->high)
		row->high = at + count - 1;
}

static void add_kind(struct fold_row *row, const struct picture_run *run)
{
	const struct shmviz_frame *frame = &run->frame;

	if (!row->present) {
		row->least = row->most = run->sharing;
		row->maps_least = row->maps_most = frame->mapcount;
		row->order_least = row->order_most = frame->order;
		row->one_zone = true;
	}
	if (run->sharing < row->least)
		row->least = run->sharing;
	if (run->sharing > row->most)
		row->most = run->sharing;
	if (frame->mapcount < row->maps_least)
		row->maps_least = frame->mapcount;
	if (frame->mapcount > row->maps_most)
		row->maps_most = frame->mapcount;
	if (frame->order < row->order_least)
		row->order_least = frame->order;
	if (frame->order > row->order_most)
		row->order_most = frame->order;
	row->hugetlb |= !!(frame->flags & SHMVIZ_FRAME_HUGETLB);
	row->one_zone &= frame->zone == row->frame.zone &&
			 frame->node == row->frame.node;
}

/* `count` pages of a run, from its page `skip` on. */
static void add_pages(const struct fold *fold, struct fold_row *row,
		      const struct picture_run *run, uint64_t skip,
		      uint64_t count)
{
	add_cells(fold, row, run, skip, count);
	add_place(row, run, skip, count);
	row->count += count;
	switch (run->frame.state) {
	case SHMVIZ_STATE_PRESENT:
		add_kind(row, run);
		row->present += count;
		row->mapped += run->mapped ? count : 0;
		row->shared += run->sharing > 1 ? count : 0;
		break;
	case SHMVIZ_STATE_SWAPPED:
		row->swapped += count;
		break;
	default:
		row->holes += count;
	}
}

static bool same_signs(const struct fold *fold, const struct fold_row *row,
		       const struct picture_run *run)
{
	struct fold_row other = {};
	bool same = true;

	other.cells = calloc(fold->n_columns + 1, sizeof(*other.cells));
	if (!other.cells)
		err_nomem();
	add_cells(fold, &other, run, 0, run->count);
	for (size_t c = 0; c < fold->n_columns && same; c++)
		same = fold_sign(&other.cells[c]) == fold_sign(&row->cells[c]);
	free(other.cells);
	return same;
}

/* The run goes to the row that the one before it is in. */
static bool joins(const struct fold *fold, const struct picture_run *before,
		  const struct picture_run *run)
{
	const struct fold_row *row = &fold->rows[fold->n_rows - 1];
	struct shmviz_frame frame = run->frame;

	if (fold->level == FOLD_NONE || before->frame.state != run->frame.state)
		return false;
	if (fold->level == FOLD_COUNTS)
		return same_signs(fold, row, run);
	if (memcmp(before->touch, run->touch, fold->obj->n_mappings))
		return false;
	/* As if it lay where the other ends. */
	frame.pfn = before->frame.pfn + before->count;
	frame.swap_offset = before->frame.swap_offset + before->count;
	return picture_frame_continues(&before->frame, before->count, &frame);
}

/* Rows of runs; false if they become more than `most`. */
static bool rows_of_runs(struct fold *fold, size_t most)
{
	const struct picture_object *obj = fold->obj;

	drop_rows(fold, 0);
	for (size_t r = 0; r < obj->n_runs; r++) {
		const struct picture_run *run = &obj->runs[r];

		if (!r || !joins(fold, run - 1, run)) {
			if (most && fold->n_rows == most)
				return false;
			new_row(fold, run->first);
		}
		add_pages(fold, &fold->rows[fold->n_rows - 1], run, 0,
			  run->count);
	}
	return true;
}

/* All of it is in one state, and each column has all or nothing of it. */
static bool is_uniform(const struct fold *fold, const struct fold_row *row)
{
	if ((row->present && row->present != row->count) ||
	    (row->swapped && row->swapped != row->count) ||
	    (row->holes && row->holes != row->count))
		return false;
	for (size_t c = 0; c < fold->n_columns; c++) {
		enum fold_sign sign = fold_sign(&row->cells[c]);

		if (sign == FOLD_SOME || sign == FOLD_COPY_SOME ||
		    (row->cells[c].outside && sign != FOLD_OUTSIDE))
			return false;
	}
	return row->least == row->most;
}

static void join_rows(const struct fold *fold, struct fold_row *row,
		      const struct fold_row *next)
{
	row->count += next->count;
	row->present += next->present;
	row->swapped += next->swapped;
	row->holes += next->holes;
	row->shared += next->shared;
	row->mapped += next->mapped;
	row->pieces += next->pieces - (next->pieces && row->end == next->begin);
	row->end = next->end;
	if (next->low < row->low)
		row->low = next->low;
	if (next->high > row->high)
		row->high = next->high;
	if (next->maps_least < row->maps_least)
		row->maps_least = next->maps_least;
	if (next->maps_most > row->maps_most)
		row->maps_most = next->maps_most;
	if (next->order_least < row->order_least)
		row->order_least = next->order_least;
	if (next->order_most > row->order_most)
		row->order_most = next->order_most;
	row->hugetlb |= next->hugetlb;
	row->one_zone &= next->one_zone &&
			 next->frame.zone == row->frame.zone &&
			 next->frame.node == row->frame.node;
	for (size_t c = 0; c < fold->n_columns; c++) {
		struct fold_cell *to = &row->cells[c];
		const struct fold_cell *from = &next->cells[c];

		to->touched += from->touched;
		to->hollow += from->hollow;
		to->copied += from->copied;
		to->unknown += from->unknown;
		to->absent += from->absent;
		to->outside += from->outside;
	}
}

/* The last row is like the one before it, and both are of one kind. */
static bool is_more_of_it(const struct fold *fold)
{
	const struct fold_row *row, *before;

	if (fold->n_rows < 2)
		return false;
	row = &fold->rows[fold->n_rows - 1];
	before = row - 1;
	if (!is_uniform(fold, row) || !is_uniform(fold, before) ||
	    row->least != before->least || !row->present != !before->present ||
	    !row->swapped != !before->swapped)
		return false;
	for (size_t c = 0; c < fold->n_columns; c++)
		if (fold_sign(&row->cells[c]) != fold_sign(&before->cells[c]))
			return false;
	return true;
}

static void finish_part(struct fold *fold)
{
	if (!is_more_of_it(fold))
		return;
	join_rows(fold, &fold->rows[fold->n_rows - 2],
		  &fold->rows[fold->n_rows - 1]);
	drop_rows(fold, fold->n_rows - 1);
}

/* Rows of equal parts; neighbours that are all alike become one. */
static bool rows_of_parts(struct fold *fold, size_t most)
{
	const struct picture_object *obj = fold->obj;
	uint64_t page = obj->page_first, part = fold->part;

	drop_rows(fold, 0);
	for (size_t r = 0; r < obj->n_runs; r++) {
		const struct picture_run *run = &obj->runs[r];
		uint64_t skip = 0;

		while (skip < run->count) {
			uint64_t n = part - page % part;

			if (page == obj->page_first || n == part) {
				finish_part(fold);
				if (fold->n_rows == most + 1)
					return false;
				new_row(fold, page);
			}
			if (n > run->count - skip)
				n = run->count - skip;
			add_pages(fold, &fold->rows[fold->n_rows - 1], run,
				  skip, n);
			skip += n;
			page += n;
		}
	}
	finish_part(fold);
	return fold->n_rows <= most;
}

/*
 * The parts begin where a power of two divides the page: as do huge pages, and
 * people find their way. From small ones up: most of a large object is often
 * of one kind.
 */
static void fold_parts(struct fold *fold, size_t most)
{
	uint64_t least = fold->obj->page_count / most / 64;

	fold->level = FOLD_PARTS;
	for (fold->part = 2; fold->part < least; )
		fold->part *= 2;
	while (!rows_of_parts(fold, most))
		fold->part *= 2;
}

void fold_rows(struct fold *fold, size_t most)
{
	for (int level = FOLD_NONE; level < FOLD_PARTS; level++) {
		fold->level = level;
		if (rows_of_runs(fold, most))
			return;
	}
	fold_parts(fold, most);
}

void fold_free(struct fold *fold)
{
	drop_rows(fold, 0);
	free(fold->rows);
	free(fold->columns);
	free(fold->column_of);
	*fold = (struct fold) {};
}
