// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "frame_names.h"
#include "map_text.h"
#include "text.h"

static const struct {
	const char *text;
} meanings[GLYPHS_TOLD] = {
	[GLYPH_TOUCHED] = { "touched" },
	[GLYPH_READ] = { "touched, read-only" },
	[GLYPH_HOLLOW] = { "mapped, no page-table entry" },
	[GLYPH_SOME] = { "touched in part" },
	[GLYPH_COPY] = { "a private copy" },
	[GLYPH_COPY_SOME] = { "private copies of some" },
	[GLYPH_UNKNOWN] = { "could not be read" },
	[GLYPH_WIRE] = { "not mapped there" },
	[GLYPH_SHARED] = { "frame shared by two or more" },
	[GLYPH_SINGLE] = { "frame not shared" },
};

static void draw_legend(struct draw *draw)
{
	uint32_t used = draw->used;

	for (int glyph = 0; glyph < GLYPHS_TOLD; glyph++) {
		const char *text = meanings[glyph].text;

		if (!(used & 1u << glyph))
			continue;
		if (draw_left(draw) < 7 + strlen(text))
			draw_newline(draw);
		draw_text(draw, draw->column ? "   " : " ");
		draw_glyph(draw, glyph);
		if (glyph == GLYPH_SHARED || glyph == GLYPH_SINGLE) {
			draw_text(draw, " ");
			draw_glyph(draw, glyph);
		}
		draw_format(draw, " %s", text);
	}
	if (draw->column)
		draw_newline(draw);
}

static void title_word(struct draw *draw, const char *between,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void title_word(struct draw *draw, const char *between,
		       const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	draw_word(draw, text, between, 2);
	free(text);
}

/* Its name, if the notation does not have it anyway. */
static void title_label(struct draw *draw, const struct picture_object *obj)
{
	char *shown;
	size_t size;

	if (!obj->label || !*obj->label ||
	    (obj->name.form == OBJECT_BY_PATH &&
	     obj->info.kind != SHMVIZ_KIND_BOARD))
		return;
	size = TEXT_ESCAPED_SIZE(strlen(obj->label)) * 4;
	shown = malloc(size);
	if (!shown)
		err_nomem();
	text_show(shown, size, obj->label, strlen(obj->label));
	title_word(draw, "  ", "%s", shown);
	free(shown);
}

static void draw_title(struct draw *draw, const struct picture_object *obj)
{
	const struct shmviz_info *info = &obj->info;
	const char *words[INFO_WORDS_MAX];
	char *name = picture_object_text(obj), size[TEXT_HUMAN_SIZE];
	size_t n = info_words(info->flags, words);

	draw_colour(draw, COLOUR_TITLE);
	draw_text(draw, name);
	free(name);
	title_label(draw, obj);
	draw_colour(draw, COLOUR_NONE);
	title_word(draw, "  ", "%s, %" PRIu64 " page%s:",
		   text_human(size, info->size), (uint64_t)info->pages,
		   text_plural(info->pages));
	title_word(draw, " ", "%" PRIu64 " present,", (uint64_t)info->present);
	title_word(draw, " ", "%" PRIu64 " swapped,", (uint64_t)info->swapped);
	title_word(draw, " ", "%" PRIu64 " hole%s", (uint64_t)info->holes,
		   text_plural(info->holes));
	if (info->kind == SHMVIZ_KIND_SEGMENT)
		title_word(draw, "; ", "nattch %" PRIu64,
			   (uint64_t)info->nattch);
	for (size_t i = 0; i < n; i++)
		title_word(draw, "; ", "%s", words[i]);
	if (obj->page_count < info->pages && obj->page_count)
		title_word(draw, "; ", "here pages %" PRIu64 "-%" PRIu64,
			   obj->page_first,
			   obj->page_first + obj->page_count - 1);
	draw_newline(draw);
}

/* What the longest of these lines takes. */
#define WIDTH_FOLDED	80

static void draw_folded(struct draw *draw, const struct fold *fold)
{
	uint64_t page = fold->obj->info.page_size;
	char size[TEXT_HUMAN_SIZE];

	draw_colour(draw, COLOUR_DIM);
	if (fold->n_columns < fold->obj->n_mappings) {
		draw_format(draw, " Folded: %zu mappings into %zu column%s.",
			    fold->obj->n_mappings, fold->n_columns,
			    text_plural(fold->n_columns));
		draw_newline(draw);
		draw_colour(draw, COLOUR_DIM);
	}
	switch (fold->level) {
	case FOLD_NONE:
		break;
	case FOLD_FRAMES:
		draw_text(draw, " Folded: frames of a row may lie apart; --full "
				"shows each.");
		break;
	case FOLD_COUNTS:
		draw_text(draw, " Folded: frames of a row may lie apart and "
				"differ in kind; --full shows each.");
		break;
	case FOLD_PARTS:
		draw_format(draw, draw->format->width < WIDTH_FOLDED ?
			    " Folded: %s (%" PRIu64 " pages) a row or more" :
			    " Folded: %s (%" PRIu64 " pages) a row, more where "
			    "all is alike; --full shows all.",
			    text_human(size, fold->part * page), fold->part);
		break;
	}
	if (draw->column)
		draw_newline(draw);
	draw_colour(draw, COLOUR_NONE);
}

static void draw_object(struct draw *draw, const struct fold *fold,
			enum map_shape shape)
{
	draw_title(draw, fold->obj);
	draw_folded(draw, fold);
	if (fold->n_columns)
		map_draw_columns(draw, fold, shape == MAP_WIRED);
	else
		draw_text(draw, " Nobody maps it.");
	if (!fold->n_columns)
		draw_newline(draw);
	if (!fold->n_rows)
		return;
	if (shape == MAP_WIRED)
		map_draw_wired(draw, fold);
	else
		map_draw_joined(draw, fold, shape == MAP_JOINED_APART);
}

/* Lines that it takes, with legend and a prompt below. */
static unsigned int count_lines(const struct draw *draw,
				const struct fold *fold, enum map_shape shape)
{
	struct draw trial = { .format = draw->format };
	unsigned int lines = 2;
	char *text = NULL;
	size_t size;

	trial.out = open_memstream(&text, &size);
	if (!trial.out)
		err_nomem();
	draw_object(&trial, fold, shape);
	draw_legend(&trial);
	if (fclose(trial.out))
		err_nomem();
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	free(text);
	return lines;
}

/* What a picture with lines joined may have where no height is given. */
#define LINES_JOINED	50
#define ROWS_LEAST	4
#define COLUMNS_LEAST	4
/* Columns to the right of the wires that a row needs. */
#define WIDTH_RIGHT	50
/* And what it takes to say all of it. */
#define WIDTH_FULL	120

static size_t most_columns(const struct map_format *format)
{
	size_t most = (format->width - WIDTH_RIGHT) / 2;

	/* A line for each of them, and as many rows. */
	if (format->height && most > (format->height - 8) / 2)
		most = (format->height - 8) / 2;
	if (most < COLUMNS_LEAST)
		most = COLUMNS_LEAST;
	return most < MAP_COLUMNS_MAX ? most : MAP_COLUMNS_MAX;
}

/* The clearest shape of those that fit with nothing folded; else wired. */
static enum map_shape choose_shape(const struct draw *draw,
				   const struct fold *fold)
{
	unsigned int height = draw->format->height;
	int shape = MAP_JOINED_APART;

	if (!fold->n_columns || fold->level != FOLD_NONE ||
	    map_joined_lines(fold) > (height ? height : LINES_JOINED))
		return MAP_WIRED;
	while (height && shape > MAP_WIRED &&
	       count_lines(draw, fold, shape) > height)
		shape--;
	return shape;
}

/* Rows until they fit. */
static enum map_shape fit_rows(const struct draw *draw, struct fold *fold)
{
	unsigned int height = draw->format->height, lines;
	enum map_shape shape;
	size_t room = height;

	for (;;) {
		fold_rows(fold, room);
		shape = choose_shape(draw, fold);
		lines = height ? count_lines(draw, fold, shape) : 0;
		if (lines <= height || room <= ROWS_LEAST)
			return shape;
		/* As many rows too many as there are lines too many. */
		room = fold->n_rows;
		room = room > lines - height + ROWS_LEAST ?
		       room - (lines - height) : ROWS_LEAST;
	}
}

void write_map_text(FILE *out, const struct picture *picture,
		    const struct map_format *format)
{
	struct draw draw = { .out = out, .format = format };
	struct fold fold;
	enum map_shape shape;

	if (picture->redacted)
		fputs(TEXT_REDACTED "\n", out);
	for (size_t i = 0; i < picture->n && !ferror(out); i++) {
		if (i)
			draw_newline(&draw);
		fold_columns(&fold, &picture->objects[i],
			     format->full ? MAP_COLUMNS_MAX :
					    most_columns(format));
		shape = fit_rows(&draw, &fold);
		draw_object(&draw, &fold, shape);
		fold_free(&fold);
	}
	if (!draw.used)
		return;
	draw_newline(&draw);
	draw_legend(&draw);
}
