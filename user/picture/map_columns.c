// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "map_text.h"
#include "text.h"

char map_letter(size_t column)
{
	return column < 26 ? 'A' + column : 'a' + column - 26;
}

static const char *nameless(const struct picture_mapping *map)
{
	if (map->flags & SHMVIZ_SHARER_NO_OWNER)
		return "(starting or ending)";
	if (map->flags & SHMVIZ_SHARER_OTHER_NS)
		return "(in another pid namespace)";
	return "(no process)";
}

char *map_who(const struct fold *fold, size_t c)
{
	const struct fold_column *column = &fold->columns[c];
	const struct picture_object *obj = fold->obj;
	const struct picture_mapping *map = &obj->mappings[column->first];
	const struct picture_process *process = &obj->processes[map->process];
	char comm[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], *text, *also;
	int len;

	also = picture_also_text(process);
	text_show(comm, sizeof(comm), process->comm, process->comm_len);
	if (column->processes > 1 && column->one_comm && process->comm_len)
		len = asprintf(&text, "%zu %s", column->processes, comm);
	else if (column->processes > 1)
		len = asprintf(&text, "%zu processes", column->processes);
	else if (!process->pid)
		len = asprintf(&text, "%s", nameless(map));
	else if (column->mappings > 1)
		len = asprintf(&text, "%s (%d)%s, %zu times", comm,
			       process->pid, also, column->mappings);
	else if (process->comm_len)
		len = asprintf(&text, "%s (%d)%s", comm, process->pid, also);
	else
		len = asprintf(&text, "(%d)%s", process->pid, also);
	free(also);
	if (len < 0)
		err_nomem();
	return text;
}

static char *where(const struct fold *fold, const struct fold_column *column)
{
	const struct picture_mapping *map = &fold->obj->mappings[column->first];
	char *text;
	int len;

	if (column->one_place && column->one_range)
		len = asprintf(&text, "%" PRIx64 "-%" PRIx64, map->start,
			       map->end);
	else
		len = asprintf(&text, "various");
	if (len < 0)
		err_nomem();
	return text;
}

/* It maps less than all that is shown. */
static bool is_part(const struct picture_object *obj,
		    const struct picture_mapping *map)
{
	uint64_t pages = (map->end - map->start) / obj->info.page_size;

	return map->first > obj->page_first ||
	       map->first + pages < obj->page_first + obj->page_count;
}

/* Which pages, if not all that are shown. */
static void put_pages(FILE *out, const struct fold *fold,
		      const struct fold_column *column, const char *between,
		      bool brief)
{
	const struct picture_object *obj = fold->obj;
	const struct picture_mapping *map = &obj->mappings[column->first];
	uint64_t pages = (map->end - map->start) / obj->info.page_size;

	if (column->one_range && !is_part(obj, map))
		return;
	if (brief)
		fprintf(out, "%sin part", between);
	else if (!column->one_range)
		fprintf(out, "%svarious pages", between);
	else if (pages == 1)
		fprintf(out, "%spage %" PRIu64, between, map->first);
	else
		fprintf(out, "%spages %" PRIu64 "-%" PRIu64, between,
			map->first, map->first + pages - 1);
}

/* Brief: without what the protection says anyway. */
static char *how(const struct fold *fold, const struct fold_column *column,
		 bool brief)
{
	const struct picture_mapping *map =
		&fold->obj->mappings[column->first];
	const char *between = "  ";
	const struct {
		bool said;
		const char *text;
	} words[] = {
		{ !brief && column->one_prot && map->prot[1] != 'w',
		  "read-only" },
		{ !brief && column->one_prot && map->prot[3] == 'p',
		  "private" },
		{ map->flags & SHMVIZ_SHARER_LOCKED, "locked" },
		{ map->flags & SHMVIZ_SHARER_VIEW, "a view" },
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		err_nomem();
	fputs(column->one_prot ? map->prot : "    ", out);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i].said)
			continue;
		fprintf(out, "%s%s", between, words[i].text);
		between = ", ";
	}
	put_pages(out, fold, column, between, brief);
	if (fclose(out))
		err_nomem();
	return text;
}

static void draw_wires(struct draw *draw, size_t column, size_t n)
{
	draw_colour(draw, COLOUR_DIM);
	for (size_t c = 0; c < n; c++) {
		if (c < column) {
			draw_glyph(draw, GLYPH_POST_LIGHT);
			draw_text(draw, " ");
		} else {
			draw_glyph(draw, c == column ? GLYPH_CORNER :
						       GLYPH_LIGHT);
			draw_glyph(draw, GLYPH_LIGHT);
		}
	}
	draw_colour(draw, COLOUR_NONE);
}

static unsigned int max(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

/* The columns of the lines, and how wide each is. */
enum { WHO, WHERE, HOW, TEXTS };

struct texts {
	char *(*of)[TEXTS];	/* of each column */
	unsigned int width[TEXTS];
};

static void make_texts(struct texts *texts, const struct fold *fold, bool brief)
{
	*texts = (struct texts) {};
	texts->of = calloc(fold->n_columns + 1, sizeof(*texts->of));
	if (!texts->of)
		err_nomem();
	for (size_t c = 0; c < fold->n_columns; c++) {
		const struct fold_column *column = &fold->columns[c];

		texts->of[c][WHO] = map_who(fold, c);
		texts->of[c][WHERE] = where(fold, column);
		texts->of[c][HOW] = how(fold, column, brief);
		for (int i = 0; i < TEXTS; i++)
			texts->width[i] = max(texts->width[i],
					      draw_width(texts->of[c][i]));
	}
}

static void free_texts(struct texts *texts, const struct fold *fold)
{
	for (size_t c = 0; c < fold->n_columns; c++)
		for (int i = 0; i < TEXTS; i++)
			free(texts->of[c][i]);
	free(texts->of);
}

#define LEAST_NAME	16

/*
 * Room for names, of `width` columns that are left: they give way first, each
 * has a letter. 0 if even so it is not enough.
 */
static unsigned int room_for_names(const struct texts *texts, unsigned int width)
{
	unsigned int taken = texts->width[WHERE] + texts->width[HOW] + 4;
	unsigned int least = texts->width[WHO] < LEAST_NAME ?
			     texts->width[WHO] : LEAST_NAME;

	if (width < taken + least)
		return 0;
	return width - taken < texts->width[WHO] ? width - taken :
						   texts->width[WHO];
}

void map_draw_columns(struct draw *draw, const struct fold *fold, bool wires)
{
	unsigned int left = 1 + (wires ? 2 * fold->n_columns : 0) + 2, names;
	struct texts texts;

	make_texts(&texts, fold, false);
	names = room_for_names(&texts, draw->format->width - left);
	if (!names) {
		free_texts(&texts, fold);
		make_texts(&texts, fold, true);
		names = room_for_names(&texts, draw->format->width - left);
	}
	if (!names)
		names = LEAST_NAME;
	for (size_t c = 0; c < fold->n_columns; c++) {
		draw_text(draw, " ");
		if (wires)
			draw_wires(draw, c, fold->n_columns);
		draw_colour(draw, COLOUR_TITLE);
		draw_format(draw, "%c ", map_letter(c));
		draw_colour(draw, COLOUR_NONE);
		draw_name(draw, texts.of[c][WHO], names);
		draw_to(draw, left + names + 2);
		draw_text(draw, texts.of[c][WHERE]);
		draw_to(draw, left + names + 2 + texts.width[WHERE] + 2);
		draw_text(draw, texts.of[c][HOW]);
		draw_newline(draw);
	}
	free_texts(&texts, fold);
}
