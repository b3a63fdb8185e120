// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "err.h"
#include "map_draw.h"
#include "text.h"

static const struct {
	const char *utf8, *ascii;
} glyphs[GLYPHS] = {
	[GLYPH_TOUCHED]		= { "\u25cf", "*" },
	[GLYPH_READ]		= { "\u25ce", "r" },
	[GLYPH_HOLLOW]		= { "\u25cb", "o" },
	[GLYPH_SOME]		= { "\u25d0", "%" },
	[GLYPH_COPY]		= { "\u25c6", "c" },
	[GLYPH_COPY_SOME]	= { "\u25c8", "d" },
	[GLYPH_UNKNOWN]		= { "?", "?" },
	[GLYPH_WIRE]		= { "\u2502", "|" },
	[GLYPH_SHARED]		= { "\u2503", "#" },
	[GLYPH_SINGLE]		= { "\u2502", "|" },
	[GLYPH_LIGHT]		= { "\u2500", "-" },
	[GLYPH_HEAVY]		= { "\u2501", "=" },
	[GLYPH_DASHED]		= { "\u254c", "." },
	[GLYPH_CORNER]		= { "\u250c", "+" },
	[GLYPH_INTO_SINGLE]	= { "\u2524", "|" },
	[GLYPH_INTO_SHARED]	= { "\u252b", "#" },
	[GLYPH_CROSS_LIGHT]	= { "\u253c", "|" },
	[GLYPH_CROSS_HEAVY]	= { "\u253f", "|" },
	[GLYPH_DOWN_LIGHT]	= { "\u252c", "+" },
	[GLYPH_DOWN_HEAVY]	= { "\u2533", "+" },
	[GLYPH_SIDE_LIGHT]	= { "\u2524", "+" },
	[GLYPH_SIDE_HEAVY]	= { "\u252b", "+" },
	[GLYPH_END_LIGHT]	= { "\u2518", "+" },
	[GLYPH_END_HEAVY]	= { "\u251b", "+" },
	[GLYPH_POST_LIGHT]	= { "\u2502", "|" },
	[GLYPH_POST_HEAVY]	= { "\u2503", "|" },
};

static const char *const colours[] = {
	[COLOUR_NONE] = "",
	[COLOUR_TITLE] = "\033[1m",
	[COLOUR_SHARED] = "\033[1;36m",
	[COLOUR_SINGLE] = "\033[32m",
	[COLOUR_DIM] = "\033[2m",
	[COLOUR_SWAPPED] = "\033[33m",
	[COLOUR_COPY] = "\033[35m",
};

unsigned int draw_left(const struct draw *draw)
{
	unsigned int at = draw->column + draw->blanks;

	return at < draw->format->width ? draw->format->width - at : 0;
}

/* A piece of known width, that is wholly there or not at all. */
static void put(struct draw *draw, const char *bytes, size_t len,
		unsigned int width)
{
	if (draw_left(draw) < width)
		return;
	fprintf(draw->out, "%*s", draw->blanks, "");
	draw->column += draw->blanks + width;
	draw->blanks = 0;
	fwrite(bytes, 1, len, draw->out);
}

void draw_glyph(struct draw *draw, enum glyph glyph)
{
	const char *text = draw->format->utf8 ? glyphs[glyph].utf8 :
						glyphs[glyph].ascii;

	put(draw, text, strlen(text), 1);
	if (glyph < GLYPHS_TOLD)
		draw->used |= 1u << glyph;
}

void draw_glyphs(struct draw *draw, enum glyph glyph, unsigned int n)
{
	while (n--)
		draw_glyph(draw, glyph);
}

/* The next character of a text: its bytes and columns. */
static size_t take_char(const char *text, unsigned int *width)
{
	mbstate_t state = {};
	wchar_t wide;
	size_t len = mbrtowc(&wide, text, strlen(text), &state);
	int columns;

	*width = 1;
	if (len == 0 || len > strlen(text))
		return 1;
	columns = wcwidth(wide);
	*width = columns < 0 ? 1 : columns;
	return len;
}

unsigned int draw_width(const char *text)
{
	unsigned int total = 0, width;

	while (*text) {
		text += take_char(text, &width);
		total += width;
	}
	return total;
}

void draw_text_in(struct draw *draw, const char *text, unsigned int most)
{
	const char *more = draw->format->utf8 ? "\u2026" : "~";
	unsigned int width, left = draw_left(draw);
	size_t len;
	bool cut;

	left = left < most ? left : most;
	cut = draw_width(text) > left;
	for (; *text; text += len) {
		len = take_char(text, &width);
		if (cut && left < width + 1)
			break;
		if (*text == ' ')
			draw->blanks++;
		else
			put(draw, text, len, width);
		left -= width;
	}
	if (cut)
		put(draw, more, strlen(more), 1);
}

void draw_text(struct draw *draw, const char *text)
{
	draw_text_in(draw, text, draw->format->width);
}

void draw_name(struct draw *draw, const char *text, unsigned int most)
{
	const char *pid = strrchr(text, ' ');
	unsigned int tail = pid && pid[1] == '(' ? strlen(pid) : 0;
	char *name;

	if (!tail || draw_width(text) <= most || tail + 2 > most) {
		draw_text_in(draw, text, most);
		return;
	}
	name = strndup(text, pid - text);
	if (!name)
		err_nomem();
	draw_text_in(draw, name, most - tail);
	draw_text(draw, pid);
	free(name);
}

void draw_format(struct draw *draw, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	draw_text(draw, text);
	free(text);
}

void draw_to(struct draw *draw, unsigned int column)
{
	if (draw->column + draw->blanks < column)
		draw->blanks = column - draw->column;
}

void draw_colour(struct draw *draw, enum draw_colour colour)
{
	if (!draw->format->colour || draw->colour == colour)
		return;
	if (draw->colour != COLOUR_NONE)
		fputs("\033[0m", draw->out);
	fputs(colours[colour], draw->out);
	draw->colour = colour;
}

void draw_newline(struct draw *draw)
{
	draw_colour(draw, COLOUR_NONE);
	putc('\n', draw->out);
	draw->column = draw->blanks = 0;
}

void draw_word(struct draw *draw, const char *text, const char *between,
	       unsigned int indent)
{
	if (draw->column > indent) {
		if (draw_left(draw) < strlen(between) + draw_width(text))
			draw_newline(draw);
		else
			draw_text(draw, between);
	}
	draw_to(draw, indent);
	draw_text(draw, text);
}
