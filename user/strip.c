// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "strip.h"
#include "text.h"

enum sign { SIGN_FULL, SIGN_MOST, SIGN_SOME, SIGN_SWAPPED, SIGN_HOLE };

static const struct {
	const char *utf8, *ascii, *colour;
} signs[] = {
	[SIGN_FULL]	= { "\u2588", "#", "\033[32m" },
	[SIGN_MOST]	= { "\u2593", "+", "\033[32m" },
	[SIGN_SOME]	= { "\u2591", "-", "\033[32m" },
	[SIGN_SWAPPED]	= { "s", "s", "\033[33m" },
	[SIGN_HOLE]	= { "\u00b7", ".", "" },
};

#define COLOUR_OFF	"\033[0m"

int strip_init(struct strip *strip, uint64_t pages, size_t width)
{
	*strip = (struct strip) { .pages = pages, .per_cell = 1 };
	if (pages > width)
		strip->per_cell = pages / width + !!(pages % width);
	strip->n = pages / strip->per_cell + !!(pages % strip->per_cell);
	strip->cells = calloc(strip->n ? strip->n : 1, sizeof(*strip->cells));
	return strip->cells ? 0 : -ENOMEM;
}

void strip_free(struct strip *strip)
{
	free(strip->cells);
	*strip = (struct strip) {};
}

void strip_add(struct strip *strip, uint64_t first, uint64_t count,
	       enum strip_state state)
{
	while (count) {
		struct strip_cell *cell = &strip->cells[first / strip->per_cell];
		uint64_t room = strip->per_cell - first % strip->per_cell;
		uint64_t n = count < room ? count : room;

		if (state == STRIP_PRESENT)
			cell->present += n;
		else if (state == STRIP_SWAPPED)
			cell->swapped += n;
		else
			cell->holes += n;
		first += n;
		count -= n;
	}
}

static enum sign sign_of(const struct strip_cell *cell)
{
	uint64_t pages = cell->present + cell->swapped + cell->holes;

	if (cell->swapped > cell->present)
		return SIGN_SWAPPED;
	if (!cell->present)
		return SIGN_HOLE;
	if (cell->present == pages)
		return SIGN_FULL;
	return cell->present >= pages - cell->present ? SIGN_MOST : SIGN_SOME;
}

static void put_sign(FILE *out, enum sign sign, const struct strip_style *style)
{
	fputs(style->utf8 ? signs[sign].utf8 : signs[sign].ascii, out);
}

/* Colour is switched where it changes, not for each cell. */
static void put_colour(FILE *out, const char *from, const char *to,
		       const struct strip_style *style)
{
	if (!style->colour || from == to)
		return;
	if (*from)
		fputs(COLOUR_OFF, out);
	fputs(to, out);
}

void strip_draw(FILE *out, const struct strip *strip,
		const struct strip_style *style)
{
	static const char none[] = "";
	const char *colour = none;

	for (size_t i = 0; i < strip->n; i++) {
		enum sign sign = sign_of(&strip->cells[i]);
		const char *wanted = *signs[sign].colour ?
				     signs[sign].colour : none;

		/* The shades of one state have one colour. */
		if (sign == SIGN_MOST || sign == SIGN_SOME)
			wanted = signs[SIGN_FULL].colour;
		put_colour(out, colour, wanted, style);
		put_sign(out, sign, style);
		colour = wanted;
	}
	put_colour(out, colour, none, style);
}

static void put_meaning(FILE *out, enum sign sign, const char *meaning,
			const struct strip_style *style)
{
	static const char none[] = "";

	put_colour(out, none, signs[sign].colour, style);
	put_sign(out, sign, style);
	put_colour(out, signs[sign].colour, none, style);
	fprintf(out, " %s", meaning);
}

void strip_legend(FILE *out, const struct strip *strip, uint64_t page_size,
		  const struct strip_style *style)
{
	char size[TEXT_HUMAN_SIZE];

	put_meaning(out, SIGN_FULL, "present  ", style);
	if (strip->per_cell > 1) {
		put_meaning(out, SIGN_MOST, "half or more  ", style);
		put_meaning(out, SIGN_SOME, "less  ", style);
	}
	put_meaning(out, SIGN_SWAPPED, "swapped  ", style);
	put_meaning(out, SIGN_HOLE, "hole", style);
	fprintf(out, "  (a cell is %" PRIu64 " page%s, %s)", strip->per_cell,
		text_plural(strip->per_cell),
		text_human(size, strip->per_cell * page_size));
}
