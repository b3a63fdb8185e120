/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a picture in text is drawn with: signs and lines, and text that knows
 * how wide it is. A line never goes past the width: what does not fit is cut, and
 * says so.
 */
#ifndef SHMVIZ_MAP_DRAW_H
#define SHMVIZ_MAP_DRAW_H

#include <stdint.h>
#include <stdio.h>

#include "picture_fold.h"
#include "write_map.h"

enum glyph {
	/* Told in the legend, if used. */
	GLYPH_TOUCHED, GLYPH_READ, GLYPH_HOLLOW, GLYPH_SOME, GLYPH_COPY,
	GLYPH_COPY_SOME, GLYPH_UNKNOWN, GLYPH_WIRE, GLYPH_SHARED, GLYPH_SINGLE,
	GLYPHS_TOLD,
	/* Lines: heavy where frames are shared. */
	GLYPH_LIGHT = GLYPHS_TOLD, GLYPH_HEAVY, GLYPH_DASHED, GLYPH_CORNER,
	GLYPH_INTO_SINGLE, GLYPH_INTO_SHARED,
	GLYPH_CROSS_LIGHT, GLYPH_CROSS_HEAVY,	/* over a wire */
	GLYPH_DOWN_LIGHT, GLYPH_DOWN_HEAVY,	/* a joint: left, right, down */
	GLYPH_SIDE_LIGHT, GLYPH_SIDE_HEAVY,	/* left, up, down */
	GLYPH_END_LIGHT, GLYPH_END_HEAVY,	/* left, up */
	GLYPH_POST_LIGHT, GLYPH_POST_HEAVY,	/* up, down */
	GLYPHS
};

/* What is said with words and signs as well. */
enum draw_colour {
	COLOUR_NONE, COLOUR_TITLE, COLOUR_SHARED, COLOUR_SINGLE, COLOUR_DIM,
	COLOUR_SWAPPED, COLOUR_COPY,
};

struct draw {
	FILE *out;
	const struct map_format *format;
	unsigned int column;	/* of this line */
	unsigned int blanks;	/* owed: a line ends without any */
	uint32_t used;		/* glyphs of the legend, as bits */
	enum draw_colour colour;
};

void draw_glyph(struct draw *draw, enum glyph glyph);
void draw_glyphs(struct draw *draw, enum glyph glyph, unsigned int n);
void draw_text(struct draw *draw, const char *text);
/* In so many columns at most. */
void draw_text_in(struct draw *draw, const char *text, unsigned int width);
/* Likewise "NAME (PID)": what is cut is the name. */
void draw_name(struct draw *draw, const char *text, unsigned int width);
void draw_format(struct draw *draw, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void draw_to(struct draw *draw, unsigned int column);	/* with blanks */
void draw_colour(struct draw *draw, enum draw_colour colour);
void draw_newline(struct draw *draw);

/* Columns that are left in this line. */
unsigned int draw_left(const struct draw *draw);

/* Columns that a text takes. */
unsigned int draw_width(const char *text);

/* Words that go on in the next line, indented, where they do not fit. */
void draw_word(struct draw *draw, const char *text, const char *between,
	       unsigned int indent);

#endif /* SHMVIZ_MAP_DRAW_H */
