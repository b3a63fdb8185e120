/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the picture in text, write_map_text.c puts them together. */
#ifndef SHMVIZ_MAP_TEXT_H
#define SHMVIZ_MAP_TEXT_H

#include "map_draw.h"
#include "picture_fold.h"

/* The letter of a column. */
#define MAP_COLUMNS_MAX	52
char map_letter(size_t column);

/* Who is in a column, to be freed: "producer (812)", "30 postgres". */
char *map_who(const struct fold *fold, size_t column);

/* The columns, a line each: who it is, where, how; with wires down, or not. */
void map_draw_columns(struct draw *draw, const struct fold *fold, bool wires);

/*
 * Rows with a sign for each column; rows with a line for each column, with or
 * without an empty line between them.
 */
enum map_shape { MAP_WIRED, MAP_JOINED, MAP_JOINED_APART };
void map_draw_wired(struct draw *draw, const struct fold *fold);
void map_draw_joined(struct draw *draw, const struct fold *fold, bool apart);
size_t map_joined_lines(const struct fold *fold);

/* How wide pages and frames are, for all rows alike. */
struct map_widths {
	unsigned int pages, frames;
};
struct map_widths map_measure(const struct fold *fold);

/*
 * From the pages on to the right: pages, a line to the frames, and what there is
 * to say of them, as much as fits; of private copies, too, or not.
 */
void map_draw_right(struct draw *draw, const struct fold *fold,
		    const struct fold_row *row, const struct map_widths *widths,
		    bool copies);
void map_draw_headings(struct draw *draw, const struct map_widths *widths);

enum glyph map_glyph(const struct fold *fold, const struct fold_row *row,
		     size_t column);
bool map_is_shared(const struct fold_row *row);
void map_colour(struct draw *draw, const struct fold_row *row);

#endif /* SHMVIZ_MAP_TEXT_H */
