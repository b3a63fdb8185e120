// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_rows.h"

/* They differ in nothing but where their frames or slots lie. */
static bool alike(const struct picture_object *obj, const struct picture_run *a,
		  const struct picture_run *b)
{
	return a->frame.state == b->frame.state &&
	       a->frame.order == b->frame.order && a->sharing == b->sharing &&
	       !memcmp(a->touch, b->touch, obj->n_mappings);
}

/* How many runs from `i` on are alike, and their pages. */
static size_t group(const struct picture_object *obj, size_t i, bool fold,
		    uint64_t *count)
{
	size_t n = 1;

	*count = obj->runs[i].count;
	while (fold && i + n < obj->n_runs &&
	       alike(obj, &obj->runs[i + n - 1], &obj->runs[i + n]))
		*count += obj->runs[i + n++].count;
	return n;
}

/*
 * The rows, without what is in them, into `rows` if it is not NULL; how many. What
 * is smaller than half of `unit` goes together if it begins in one range of so many
 * pages.
 */
static size_t cut(const struct picture_object *obj, uint64_t unit, bool fold,
		  struct picture_row *rows)
{
	struct picture_row row = {};
	bool small = false;
	size_t n = 0;

	for (size_t i = 0, runs; i < obj->n_runs; i += runs) {
		uint64_t first = obj->runs[i].first, count;
		bool was_small = small;

		runs = group(obj, i, fold, &count);
		small = count < unit / 2;
		if (small && was_small && first / unit == row.first / unit) {
			row.n_runs += runs;
			row.count += count;
		} else {
			row = (struct picture_row) { .first = first,
				.count = count, .run = i, .n_runs = runs };
			n++;
		}
		if (rows)
			rows[n - 1] = row;
	}
	return n;
}

static void add_touch(struct picture_mark *mark, unsigned int touch,
		      uint64_t count)
{
	if (touch == PICTURE_TOUCHED)
		mark->touched += count;
	else if (touch == PICTURE_HOLLOW)
		mark->hollow += count;
	else if (touch == PICTURE_COPY)
		mark->copies += count;
	else if (touch == PICTURE_UNKNOWN)
		mark->unknown += count;
}

static void add_run(struct picture_row *row, const struct picture_object *obj,
		    const struct picture_run *run)
{
	/* A row of one page can be less than its run. */
	uint64_t count = run->count < row->count ? run->count : row->count;

	if (run->frame.state == SHMVIZ_STATE_PRESENT) {
		if (!row->present || run->sharing < row->least)
			row->least = run->sharing;
		if (run->sharing > row->most)
			row->most = run->sharing;
		row->present += count;
		row->shared += run->sharing > 1 ? count : 0;
	} else if (run->frame.state == SHMVIZ_STATE_SWAPPED) {
		row->swapped += count;
	} else {
		row->holes += count;
	}
	for (size_t m = 0; m < obj->n_mappings; m++)
		add_touch(&row->marks[m], run->touch[m], count);
}

/* A row for each page. */
static void unfold(const struct picture_object *obj, struct picture_row *rows)
{
	for (size_t i = 0; i < obj->n_runs; i++)
		for (uint64_t page = 0; page < obj->runs[i].count; page++)
			*rows++ = (struct picture_row) { .run = i, .n_runs = 1,
				.first = obj->runs[i].first + page, .count = 1 };
}

static void *get_room(size_t n, size_t size)
{
	void *room = calloc(n ? n : 1, size);

	if (!room)
		err_nomem();
	return room;
}

void picture_rows_fold(struct picture_rows *rows,
		       const struct picture_object *obj, size_t max)
{
	bool fold = obj->n_runs > max,
	     pages = !fold && obj->page_count <= PICTURE_ROWS_PAGES;
	uint64_t unit = 0;

	while (fold && unit / 4 <= obj->page_count && cut(obj, unit, fold, NULL) > max)
		unit = unit ? 2 * unit : 4;
	rows->n = pages ? obj->page_count : cut(obj, unit, fold, NULL);
	rows->rows = get_room(rows->n, sizeof(*rows->rows));
	if (pages)
		unfold(obj, rows->rows);
	else
		cut(obj, unit, fold, rows->rows);
	for (size_t i = 0; i < rows->n; i++) {
		struct picture_row *row = &rows->rows[i];

		row->marks = get_room(obj->n_mappings, sizeof(*row->marks));
		for (size_t r = 0; r < row->n_runs; r++)
			add_run(row, obj, &obj->runs[row->run + r]);
	}
}

void picture_rows_free(struct picture_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->rows[i].marks);
	free(rows->rows);
	*rows = (struct picture_rows) {};
}

struct picture_run picture_row_run(const struct picture_object *obj,
				   const struct picture_row *row)
{
	struct picture_run run = obj->runs[row->run];
	uint64_t skip = row->first - run.first;

	run.first = row->first;
	run.count = row->count;
	if (run.frame.state == SHMVIZ_STATE_PRESENT)
		run.frame.pfn += skip;
	else
		run.frame.swap_offset += skip;
	return run;
}

uint64_t picture_row_copy(const struct picture_object *obj,
			  const struct picture_row *row, size_t mapping)
{
	const struct picture_run *run = &obj->runs[row->run];

	if (row->n_runs > 1 || !run->copies || !run->copies[mapping])
		return 0;
	return run->copies[mapping] + (row->first - run->first);
}
