// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rows. Wired: one line a row, with a sign on the wire of each column.
 * Joined: one line for each column that has something of the row, with the
 * address, joined to the pages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_text.h"

/* The first column from which a line goes to the frames; or all of them. */
static size_t first_touched(const struct fold *fold, const struct fold_row *row)
{
	size_t c = 0;

	while (c < fold->n_columns && !row->cells[c].touched)
		c++;
	return c;
}

/* `line`: one goes through it. */
static void draw_sign(struct draw *draw, const struct fold *fold,
		      const struct fold_row *row, size_t c, bool line)
{
	enum glyph glyph = map_glyph(fold, row, c);

	if (glyph == GLYPH_WIRE && line) {
		map_colour(draw, row);
		draw_glyph(draw, map_is_shared(row) ? GLYPH_CROSS_HEAVY :
						      GLYPH_CROSS_LIGHT);
		draw->used |= 1u << GLYPH_WIRE;
		return;
	}
	if (glyph == GLYPH_COPY || glyph == GLYPH_COPY_SOME)
		draw_colour(draw, COLOUR_COPY);
	else if (row->cells[c].touched)
		map_colour(draw, row);
	else
		draw_colour(draw, COLOUR_DIM);
	draw_glyph(draw, glyph);
}

void map_draw_wired(struct draw *draw, const struct fold *fold)
{
	struct map_widths widths = map_measure(fold);

	draw_colour(draw, COLOUR_DIM);
	draw_text(draw, " ");
	for (size_t c = 0; c < fold->n_columns; c++) {
		draw_glyph(draw, GLYPH_POST_LIGHT);
		draw_text(draw, " ");
	}
	draw_text(draw, "  ");
	map_draw_headings(draw, &widths);
	for (size_t r = 0; r < fold->n_rows; r++) {
		const struct fold_row *row = &fold->rows[r];
		size_t from = first_touched(fold, row);
		enum glyph line = map_is_shared(row) ? GLYPH_HEAVY :
						       GLYPH_LIGHT;

		draw_text(draw, " ");
		for (size_t c = 0; c < fold->n_columns; c++) {
			draw_sign(draw, fold, row, c, c >= from);
			map_colour(draw, row);
			if (c >= from)
				draw_glyph(draw, line);
			else
				draw_text(draw, " ");
		}
		if (from < fold->n_columns)
			draw_glyph(draw, line);
		draw_to(draw, 1 + 2 * fold->n_columns + 2);
		map_draw_right(draw, fold, row, &widths, true);
		draw_newline(draw);
	}
}

static bool has_line(const struct fold_row *row, size_t c)
{
	return fold_sign(&row->cells[c]) != FOLD_OUTSIDE;
}

/* Each has a line of its own, unless all that map it have nothing of it. */
static bool is_active(const struct fold *fold, const struct fold_row *row)
{
	for (size_t c = 0; c < fold->n_columns; c++)
		if (has_line(row, c) &&
		    fold_sign(&row->cells[c]) != FOLD_HOLLOW)
			return true;
	return false;
}

static size_t lines_of_row(const struct fold *fold, const struct fold_row *row)
{
	size_t lines = 0;

	if (!is_active(fold, row))
		return 1;
	for (size_t c = 0; c < fold->n_columns; c++)
		lines += has_line(row, c);
	return lines;
}

size_t map_joined_lines(const struct fold *fold)
{
	size_t lines = 0;

	for (size_t r = 0; r < fold->n_rows; r++)
		lines += lines_of_row(fold, &fold->rows[r]);
	return lines;
}

/* What is to the left of the pages: letter, maybe a name, address, a line. */
struct left {
	unsigned int name;	/* columns; 0: none */
	unsigned int address;
	unsigned int sign;	/* where the sign stands */
	unsigned int pages;
};

#define NAME_MOST	24
#define WIDE		100	/* from here on there is room for names */

static struct left measure_left(const struct draw *draw,
				const struct fold *fold)
{
	struct left left = { .address = strlen("ADDRESS") };
	char text[32];

	for (size_t m = 0; m < fold->obj->n_mappings; m++) {
		unsigned int n = snprintf(text, sizeof(text), "%" PRIx64,
					  fold->obj->mappings[m].end - 1);

		left.address = n > left.address ? n : left.address;
	}
	for (size_t c = 0; draw->format->width >= WIDE && c < fold->n_columns;
	     c++) {
		char *who = map_who(fold, c);
		unsigned int n = draw_width(who);

		n = n > NAME_MOST ? NAME_MOST : n;
		left.name = n > left.name ? n : left.name;
		free(who);
	}
	left.sign = 3 + (left.name ? left.name + 1 : 0) + left.address + 1;
	left.pages = left.sign + 6;
	return left;
}

/* The address of the row's first page that the column has. */
static void draw_address(struct draw *draw, const struct fold *fold,
			 const struct fold_row *row, size_t c,
			 const struct left *left)
{
	const struct fold_column *column = &fold->columns[c];
	const struct picture_mapping *map =
		&fold->obj->mappings[column->first];
	uint64_t page = row->first > map->first ? row->first : map->first;

	draw_format(draw, " %c ", map_letter(c));
	if (left->name) {
		char *who = map_who(fold, c);

		draw_name(draw, who, left->name);
		free(who);
		draw_to(draw, 3 + left->name + 1);
	}
	if (column->one_place && column->one_range)
		draw_format(draw, "%*" PRIx64, (int)left->address,
			    picture_addr(fold->obj, map, page));
	else
		draw_format(draw, "%*s", (int)left->address, "various");
	draw_to(draw, left->sign);
}

/* What joins line `i` of `n` lines to the pages; heavy where it is shared. */
static enum glyph joint(size_t i, size_t n, bool heavy)
{
	if (n == 1)
		return heavy ? GLYPH_HEAVY : GLYPH_LIGHT;
	if (!i)
		return heavy ? GLYPH_DOWN_HEAVY : GLYPH_DOWN_LIGHT;
	if (i == n - 1)
		return heavy ? GLYPH_END_HEAVY : GLYPH_END_LIGHT;
	return heavy ? GLYPH_SIDE_HEAVY : GLYPH_SIDE_LIGHT;
}

static void draw_copy(struct draw *draw, const struct fold_cell *cell,
		      const struct fold_row *row)
{
	draw_glyphs(draw, GLYPH_LIGHT, 2);
	draw_text(draw, row->count == 1 ? " a copy of its own" :
					  " copies of its own");
	if (cell->copy)
		draw_format(draw, ": frame 0x%" PRIx64, cell->copy);
}

static void draw_inactive(struct draw *draw, const struct fold *fold,
			  const struct fold_row *row,
			  const struct map_widths *widths,
			  const struct left *left)
{
	enum glyph glyph = GLYPHS;

	draw_colour(draw, COLOUR_DIM);
	/* All that map it, by their letters, as far as they fit. */
	draw_text(draw, " ");
	for (size_t c = 0; c < fold->n_columns; c++) {
		if (!has_line(row, c))
			continue;
		if (draw->column + 4 < left->sign)
			draw_format(draw, "%c ", map_letter(c));
		glyph = map_glyph(fold, row, c);
	}
	draw_to(draw, left->sign);
	if (glyph < GLYPHS)
		draw_glyph(draw, glyph);
	draw_to(draw, left->pages);
	map_colour(draw, row);
	map_draw_right(draw, fold, row, widths, true);
	draw_newline(draw);
}

static void draw_active(struct draw *draw, const struct fold *fold,
			const struct fold_row *row,
			const struct map_widths *widths,
			const struct left *left)
{
	bool heavy = map_is_shared(row);
	size_t joined = 0, at = 0;
	bool drawn = false;

	for (size_t c = 0; c < fold->n_columns; c++)
		joined += row->cells[c].touched > 0;
	/* Who has it, first: the pages stand beside the first line. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t c = 0; c < fold->n_columns; c++) {
			bool touched = row->cells[c].touched > 0;

			if (!has_line(row, c) || touched != !pass)
				continue;
			draw_address(draw, fold, row, c, left);
			draw_sign(draw, fold, row, c, false);
			if (touched) {
				map_colour(draw, row);
				draw_glyphs(draw, heavy ? GLYPH_HEAVY :
							  GLYPH_LIGHT, 2);
				draw_glyph(draw, joint(at++, joined, heavy));
			}
			if (!drawn) {
				map_colour(draw, row);
				if (touched)
					draw_glyph(draw, heavy ? GLYPH_HEAVY :
								 GLYPH_LIGHT);
				draw_to(draw, left->pages);
				map_draw_right(draw, fold, row, widths,
					       !touched);
				drawn = true;
			} else if (row->cells[c].copied && !touched) {
				draw_copy(draw, &row->cells[c], row);
			}
			draw_newline(draw);
		}
	}
}

void map_draw_joined(struct draw *draw, const struct fold *fold, bool apart)
{
	struct map_widths widths = map_measure(fold);
	struct left left = measure_left(draw, fold);

	draw_colour(draw, COLOUR_DIM);
	draw_to(draw, left.sign - 1 - strlen("ADDRESS"));
	draw_text(draw, "ADDRESS");
	draw_to(draw, left.pages);
	map_draw_headings(draw, &widths);
	for (size_t r = 0; r < fold->n_rows; r++) {
		const struct fold_row *row = &fold->rows[r];

		if (r && apart && (lines_of_row(fold, row) > 1 ||
				   lines_of_row(fold, row - 1) > 1))
			draw_newline(draw);
		if (is_active(fold, row))
			draw_active(draw, fold, row, &widths, &left);
		else
			draw_inactive(draw, fold, row, &widths, &left);
	}
}
