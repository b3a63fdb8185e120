// SPDX-License-Identifier: GPL-2.0-or-later
/* The right part of a row: pages, frames, and what there is to say of them. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "frame_names.h"
#include "map_text.h"
#include "text.h"

#define CELL_SIZE	128

bool map_is_shared(const struct fold_row *row)
{
	return row->shared > 0;
}

static bool is_mixed(const struct fold_row *row)
{
	return row->present && row->present != row->count;
}

enum glyph map_glyph(const struct fold *fold, const struct fold_row *row,
		     size_t column)
{
	const struct picture_mapping *map =
		&fold->obj->mappings[fold->columns[column].first];
	bool read_only = fold->columns[column].one_prot && map->prot[1] != 'w';

	switch (fold_sign(&row->cells[column])) {
	case FOLD_HOLLOW:
		return GLYPH_HOLLOW;
	case FOLD_TOUCHED:
		return read_only ? GLYPH_READ : GLYPH_TOUCHED;
	case FOLD_SOME:
		return GLYPH_SOME;
	case FOLD_COPY:
		return GLYPH_COPY;
	case FOLD_COPY_SOME:
		return GLYPH_COPY_SOME;
	case FOLD_UNKNOWN:
		return GLYPH_UNKNOWN;
	default:
		return GLYPH_WIRE;
	}
}

void map_colour(struct draw *draw, const struct fold_row *row)
{
	draw_colour(draw, map_is_shared(row) ? COLOUR_SHARED :
			  row->mapped ? COLOUR_SINGLE :
			  row->present ? COLOUR_NONE :
			  row->swapped ? COLOUR_SWAPPED : COLOUR_DIM);
}

static void pages_text(char *text, const struct fold_row *row)
{
	if (row->count == 1)
		snprintf(text, CELL_SIZE, "%" PRIu64, row->first);
	else
		snprintf(text, CELL_SIZE, "%" PRIu64 "-%" PRIu64, row->first,
			 row->first + row->count - 1);
}

static void range_text(char *text, size_t size, uint64_t low, uint64_t high)
{
	if (low == high)
		snprintf(text, size, "0x%" PRIx64, low);
	else
		snprintf(text, size, "0x%" PRIx64 "-0x%" PRIx64, low, high);
}

/*
 * What is in the box; nothing if there is no frame. Of parts only how many: there
 * is more to say of them beside it.
 */
static void frames_text(char *text, const struct fold *fold,
			const struct fold_row *row)
{
	*text = '\0';
	if (!row->present)
		return;
	if (row->pieces == 1 && !is_mixed(row) && fold->level != FOLD_PARTS)
		range_text(text, CELL_SIZE, row->low, row->high);
	else if (row->pieces == 1 || fold->level == FOLD_PARTS)
		snprintf(text, CELL_SIZE, "%" PRIu64 " frame%s", row->present,
			 text_plural(row->present));
	else if (row->pieces == row->present)
		snprintf(text, CELL_SIZE, "%" PRIu64 " frames, scattered",
			 row->present);
	else
		snprintf(text, CELL_SIZE, "%" PRIu64 " frames in %" PRIu64
			 " pieces", row->present, row->pieces);
}

struct map_widths map_measure(const struct fold *fold)
{
	struct map_widths widths = { .pages = strlen("PAGES") };
	char text[CELL_SIZE];

	for (size_t r = 0; r < fold->n_rows; r++) {
		pages_text(text, &fold->rows[r]);
		if (strlen(text) > widths.pages)
			widths.pages = strlen(text);
		frames_text(text, fold, &fold->rows[r]);
		if (strlen(text) > widths.frames)
			widths.frames = strlen(text);
	}
	return widths;
}

/* Things to say, as many as fit; the first one always. */
struct notes {
	struct draw *draw;
	size_t n;
};

static void note(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void note(struct notes *notes, const char *format, ...)
{
	const char *between = notes->n ? ", " : "";
	char text[CELL_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (notes->n && strlen(between) + strlen(text) > draw_left(notes->draw))
		return;
	draw_text(notes->draw, between);
	draw_text(notes->draw, text);
	notes->n++;
}

/* The only column that has touched it, if that is one mapping; or -1. */
static int only_column(const struct fold *fold, const struct fold_row *row)
{
	int only = -1;

	for (size_t c = 0; c < fold->n_columns; c++) {
		if (!row->cells[c].touched)
			continue;
		if (only >= 0 || fold->columns[c].mappings > 1)
			return -1;
		only = c;
	}
	return only;
}

static void note_sharing(struct notes *notes, const struct fold *fold,
			 const struct fold_row *row)
{
	int only = only_column(fold, row);

	if (!row->mapped)
		note(notes, "in no page table");
	else if (row->shared == row->present && row->least == row->most)
		note(notes, "shared by %u", row->most);
	else if (row->shared == row->present)
		note(notes, "shared by %u to %u", row->least, row->most);
	else if (row->shared)
		note(notes, "%" PRIu64 " shared", row->shared);
	else if (only >= 0 && row->mapped == row->present)
		note(notes, "%c alone", map_letter(only));
	else
		note(notes, "not shared");
}

static void note_order(struct notes *notes, const struct fold *fold,
		       const struct fold_row *row)
{
	uint64_t page = fold->obj->info.page_size;
	char size[TEXT_HUMAN_SIZE];

	text_human(size, page << row->order_most);
	if (row->hugetlb)
		note(notes, "huge page%s of %s",
		     text_plural(row->present >> row->order_most), size);
	else if (row->order_most && row->order_most == row->order_least)
		note(notes, "folio%s of %s",
		     text_plural(row->present >> row->order_most ?
			    row->present >> row->order_most : 1), size);
	else if (row->order_most)
		note(notes, "folios up to %s", size);
}

static void note_copies(struct notes *notes, const struct fold *fold,
			const struct fold_row *row)
{
	for (size_t c = 0; c < fold->n_columns; c++) {
		const struct fold_cell *cell = &row->cells[c];

		if (cell->copied && cell->copy && row->count == 1 &&
		    fold->columns[c].mappings == 1)
			note(notes, "%c has a copy, 0x%" PRIx64, map_letter(c),
			     cell->copy);
		else if (cell->copied == 1)
			note(notes, "%c has a copy", map_letter(c));
		else if (cell->copied)
			note(notes, "%c has %" PRIu64 " copies", map_letter(c),
			     cell->copied);
	}
}

/* Entries of page tables that are not those of our columns. */
static void note_mapcount(struct notes *notes, const struct fold *fold,
			  const struct fold_row *row)
{
	uint64_t touched = 0;

	for (size_t c = 0; c < fold->n_columns; c++)
		touched += row->cells[c].touched;
	if (row->maps_least == row->maps_most && row->maps_least >= 0 &&
	    row->present * row->maps_least != touched)
		note(notes, "mapcount %d", row->maps_least);
}

static void note_rest(struct notes *notes, const struct fold *fold,
		      const struct fold_row *row)
{
	uint64_t page = fold->obj->info.page_size;
	char text[CELL_SIZE];

	if (row->pieces > 1 && fold->level == FOLD_PARTS)
		note(notes, row->pieces == row->present ? "scattered" :
		     "in %" PRIu64 " pieces", row->pieces);
	if (row->pieces > 1 || is_mixed(row) || fold->level == FOLD_PARTS) {
		range_text(text, sizeof(text), row->low, row->high);
		note(notes, "%s %s", row->pieces == 1 ? "at" : "within", text);
	} else {
		note(notes, "phys 0x%" PRIx64, row->low * page);
	}
	if (row->one_zone)
		note(notes, "node %u %s", row->frame.node,
		     frame_zone_name(row->frame.zone));
}

static void draw_frameless(struct notes *notes, const struct fold *fold,
			   const struct fold_row *row)
{
	const struct shmviz_frame *frame = &row->frame;

	if (!row->swapped)
		note(notes, "hole%s: no frame", text_plural(row->count));
	else if (row->holes)
		note(notes, "%" PRIu64 " swapped, %" PRIu64 " hole%s",
		     row->swapped, row->holes, text_plural(row->holes));
	else if (frame->swap_type == SHMVIZ_SWAP_POISONED)
		note(notes, "lost to a memory error");
	else if (row->pieces > 1)
		note(notes, "swapped: area %u, %" PRIu64 " slots in %" PRIu64
		     " pieces", frame->swap_type, row->swapped, row->pieces);
	else if (row->count > 1)
		note(notes, "swapped: area %u, slots %" PRIu64 "-%" PRIu64,
		     frame->swap_type, row->low, row->high);
	else
		note(notes, "swapped: area %u, slot %" PRIu64,
		     frame->swap_type, row->low);
	note_copies(notes, fold, row);
}

static void draw_notes(struct draw *draw, const struct fold *fold,
		       const struct fold_row *row, bool copies)
{
	struct notes notes = { .draw = draw };

	note_sharing(&notes, fold, row);
	if (row->holes)
		note(&notes, "%" PRIu64 " hole%s", row->holes,
		     text_plural(row->holes));
	if (row->swapped)
		note(&notes, "%" PRIu64 " swapped", row->swapped);
	if (copies)
		note_copies(&notes, fold, row);
	note_order(&notes, fold, row);
	note_mapcount(&notes, fold, row);
	note_rest(&notes, fold, row);
}

void map_draw_right(struct draw *draw, const struct fold *fold,
		    const struct fold_row *row, const struct map_widths *widths,
		    bool copies)
{
	bool shared = map_is_shared(row);
	enum glyph line = shared ? GLYPH_HEAVY : GLYPH_LIGHT;
	unsigned int left = draw->column + draw->blanks;
	struct notes notes = { .draw = draw };
	char text[CELL_SIZE];

	pages_text(text, row);
	draw_text(draw, text);
	if (!row->present) {
		draw_to(draw, left + widths->pages + 5);
		draw_frameless(&notes, fold, row);
		return;
	}
	draw_text(draw, " ");
	draw_glyphs(draw, line, widths->pages + 2 - strlen(text));
	draw_glyph(draw, shared ? GLYPH_INTO_SHARED : GLYPH_INTO_SINGLE);
	frames_text(text, fold, row);
	draw_format(draw, " %s", text);
	draw_to(draw, left + widths->pages + 5 + widths->frames + 1);
	draw_glyph(draw, shared ? GLYPH_SHARED : GLYPH_SINGLE);
	draw_text(draw, " ");
	draw_colour(draw, shared ? COLOUR_TITLE : COLOUR_NONE);
	draw_notes(draw, fold, row, copies);
}

void map_draw_headings(struct draw *draw, const struct map_widths *widths)
{
	unsigned int left = draw->column + draw->blanks;

	draw_text(draw, "PAGES");
	draw_to(draw, left + widths->pages + 5);
	draw_text(draw, "FRAMES");
	draw_newline(draw);
}
