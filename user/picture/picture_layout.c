// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_layout.h"
#include "picture_words.h"

#define HEADER_H	30	/* the names of the columns */
#define SMALL_MAPPINGS	8	/* more than that are drawn small */
#define DENSE_ROWS	14
#define SMALL_LINE	25	/* of a mapping and of a row, so that none meet */

static void *get_room(size_t n, size_t size)
{
	void *room = calloc(n ? n : 1, size);

	if (!room)
		err_nomem();
	return room;
}

/* Processes are drawn with all of their mappings or with none, but the first. */
static void choose(struct layout *l)
{
	const struct picture_object *obj = l->obj;

	for (size_t i = 0; i < obj->n_processes; i++) {
		size_t n = obj->processes[i].n_mappings;

		if (l->n_mappings + n > LAYOUT_MAPPINGS_MAX && i)
			break;
		l->n_processes++;
		l->n_mappings += n;
	}
	if (l->n_mappings > LAYOUT_MAPPINGS_MAX)
		l->n_mappings = LAYOUT_MAPPINGS_MAX;
	l->left_out = obj->n_mappings - l->n_mappings;
}

static size_t drawn_of(const struct layout *l, size_t process)
{
	const struct picture_process *p = &l->obj->processes[process];
	size_t end = p->mapping + p->n_mappings;

	return (end < l->n_mappings ? end : l->n_mappings) - p->mapping;
}

/* Wide enough for the longest range. */
static int box_width(const struct layout *l)
{
	int longest = 20;

	for (size_t i = 0; i < l->n_mappings; i++) {
		const struct picture_mapping *map = &l->obj->mappings[i];
		int len = snprintf(NULL, 0, "0x%" PRIx64 "-0x%" PRIx64, map->start,
				   map->end);

		if (len > longest)
			longest = len;
	}
	return longest * 6.7 + (l->small ? 238 : 96);
}

/* The processes below each other; their height in all. */
static int stack(struct layout *l)
{
	int head = l->small ? 0 : 28, line = l->small ? SMALL_LINE : 26,
	    foot = l->small ? -5 : 4, gap = l->small ? 5 : 16, y = 0;

	for (size_t i = 0; i < l->n_processes; i++) {
		size_t n = drawn_of(l, i);

		l->processes[i].y = y;
		l->processes[i].h = head + n * line + foot;
		for (size_t m = 0; m < n; m++)
			l->wires[l->obj->processes[i].mapping + m].y =
				y + head + m * line + (l->small ? 10 : 13);
		y += l->processes[i].h + gap;
	}
	return y ? y - gap : 0;
}

static bool covers(size_t mapping, const struct picture_row *row)
{
	const struct picture_mark *mark = &row->marks[mapping];

	return mark->touched || mark->hollow || mark->copies || mark->unknown;
}

static void reach(struct layout *l, size_t mapping)
{
	struct layout_wire *w = &l->wires[mapping];

	for (size_t i = 0; i < l->rows.n; i++) {
		if (!covers(mapping, &l->rows.rows[i]))
			continue;
		if (!w->rows)
			w->row = i;
		w->rows = i - w->row + 1;
	}
	w->top = w->bottom = w->y;
	if (!w->rows)
		return;
	if (layout_row_y(l, w->row) < w->top)
		w->top = layout_row_y(l, w->row);
	if (layout_row_y(l, w->row + w->rows - 1) > w->bottom)
		w->bottom = layout_row_y(l, w->row + w->rows - 1);
}

/*
 * The nearer to the pages a wire comes out, the further left it turns: so wires from
 * above and below the pages never cross.
 */
static int distance(const struct layout *l, size_t mapping)
{
	int y = l->wires[mapping].y, bottom = l->rows_y + l->rows.n * l->row_h;

	if (y < l->rows_y - l->row_h)
		return l->rows_y - y;
	return y > bottom + l->row_h ? y - bottom : 0;
}

static void order(struct layout *l, int pitch)
{
	for (size_t i = 0; i < l->n_mappings; i++) {
		int before = 0;

		for (size_t k = 0; k < l->n_mappings; k++)
			before += distance(l, k) < distance(l, i) ||
				  (k < i && distance(l, k) == distance(l, i));
		l->wires[i].x = l->wires_x + before * pitch + pitch / 2;
	}
}

static bool has_copies(const struct layout *l)
{
	for (size_t i = 0; i < l->rows.n; i++)
		for (size_t m = 0; m < l->obj->n_mappings; m++)
			if (l->rows.rows[i].marks[m].copies)
				return true;
	return false;
}

/* Wide enough for what is written in them. */
static void measure(struct layout *l)
{
	char text[PICTURE_WORDS];

	l->page_w = 150;
	l->frame_w = 200;
	for (size_t i = 0; i < l->rows.n; i++) {
		const struct picture_row *row = &l->rows.rows[i];
		int page, frame;

		page = strlen(picture_pages_text(text, row->first, row->count)) * 7.7;
		if (l->dense)
			page += strlen(picture_row_kind(text, l->obj, row)) * 6 + 14;
		frame = strlen(picture_row_place(text, l->obj, row)) * 7;
		frame += strlen(picture_row_sharing(text, row)) * 6;
		if (page + 28 > l->page_w)
			l->page_w = page + 28;
		if (frame + 46 > l->frame_w)
			l->frame_w = frame + 46;
	}
}

static void columns(struct layout *l, int pitch)
{
	l->box_w = box_width(l);
	measure(l);
	l->wires_x = l->box_w + (l->small ? 24 : 36);
	l->wires_w = l->n_mappings * pitch;
	l->page_x = l->wires_x + l->wires_w + 40;
	l->frame_x = l->page_x + l->page_w + 60;
	l->width = l->frame_x + l->frame_w;
	if (has_copies(l)) {
		l->copy_x = l->width + 28;
		l->copy_w = 150;
		l->width = l->copy_x + l->copy_w;
	}
}

/* The least distance of the middle of a row from where a wire comes out. */
static int clearance(const struct layout *l, int rows_y)
{
	int least = l->row_h;

	for (size_t i = 0; i < l->n_mappings; i++) {
		int past = (l->wires[i].y - rows_y - l->row_h / 2) % l->row_h,
		    d = past < 0 ? past + l->row_h : past;

		d = d < l->row_h - d ? d : l->row_h - d;
		least = d < least ? d : least;
	}
	return least;
}

/* How far down the rows must go for wires to come out between them. */
static int between(const struct layout *l)
{
	int best = 0;

	for (int d = 1; d < l->row_h; d++)
		if (clearance(l, l->rows_y + d) > clearance(l, l->rows_y + best))
			best = d;
	return best;
}

/*
 * The lower of two columns is put in the middle of the other; but processes never
 * so far down that they cannot be seen together with the first pages.
 */
static void heights(struct layout *l)
{
	int left = stack(l), right = l->rows.n * l->row_h,
	    high = left > right ? left : right, shift, bottom;

	shift = HEADER_H + (l->dense || left == high ? 0 : (high - left) / 2);
	for (size_t i = 0; i < l->n_processes; i++)
		l->processes[i].y += shift;
	for (size_t i = 0; i < l->n_mappings; i++)
		l->wires[i].y += shift;
	l->rows_y = HEADER_H + (l->dense ? 0 : (high - right) / 2);
	l->rows_y += between(l);
	bottom = l->rows_y + right;
	if (bottom < HEADER_H + left)
		bottom = HEADER_H + left;
	l->height = bottom + (l->left_out ? 28 : 8);
}

void layout_make(struct layout *l, const struct picture_object *obj)
{
	int pitch;

	*l = (struct layout) { .obj = obj };
	picture_rows_fold(&l->rows, obj, LAYOUT_ROWS_MAX);
	choose(l);
	l->small = l->n_mappings > SMALL_MAPPINGS;
	l->dense = l->small || l->rows.n > DENSE_ROWS;
	l->row_h = l->small ? SMALL_LINE : l->dense ? 30 : 48;
	l->row_gap = l->small ? 4 : l->dense ? 6 : 8;
	pitch = l->n_mappings <= SMALL_MAPPINGS ? 30 :
		l->n_mappings <= 20 ? 18 : 14;
	l->processes = get_room(l->n_processes, sizeof(*l->processes));
	l->wires = get_room(l->n_mappings, sizeof(*l->wires));
	columns(l, pitch);
	heights(l);
	order(l, pitch);
	for (size_t i = 0; i < l->n_mappings; i++)
		reach(l, i);
}

void layout_free(struct layout *l)
{
	picture_rows_free(&l->rows);
	free(l->processes);
	free(l->wires);
	*l = (struct layout) {};
}

int layout_row_y(const struct layout *l, size_t row)
{
	return l->rows_y + row * l->row_h + l->row_h / 2;
}
