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
	char comm[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], *text;
	int len;

	text_show(comm, sizeof(comm), process->comm, process->comm_len);
	if (column->processes > 1 && column->one_comm && process->comm_len)
		len = asprintf(&text, "%zu %s", column->processes, comm);
	else if (column->processes > 1)
		len = asprintf(&text, "%zu processes", column->processes);
	else if (!process->pid)
		len = asprintf(&text, "%s", nameless(map));
	else if (column->mappings > 1)
		len = asprintf(&text, "%s (%d), %zu times", comm, process->pid,
			       column->mappings);
	else if (process->comm_len)
		len = asprintf(&text, "%s (%d)", comm, process->pid);
	else
		len = asprintf(&text, "(%d)", process->pid);
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

static void draw_how(struct draw *draw, const struct fold *fold,
		     const struct fold_column *column)
{
	const struct picture_object *obj = fold->obj;
	const struct picture_mapping *map = &obj->mappings[column->first];
	uint64_t pages = (map->end - map->start) / obj->info.page_size;
	const char *between = "  ";
	const struct {
		bool said;
		const char *text;
	} words[] = {
		{ column->one_prot && map->prot[1] != 'w', "read-only" },
		{ column->one_prot && map->prot[3] == 'p', "private" },
		{ map->flags & SHMVIZ_SHARER_LOCKED, "locked" },
		{ map->flags & SHMVIZ_SHARER_VIEW, "a view" },
	};

	draw_text(draw, column->one_prot ? map->prot : "    ");
	if (!column->one_range || is_part(obj, map)) {
		if (column->one_range && pages == 1)
			draw_format(draw, "  page %" PRIu64, map->first);
		else if (column->one_range)
			draw_format(draw, "  pages %" PRIu64 "-%" PRIu64,
				    map->first, map->first + pages - 1);
		else
			draw_text(draw, "  various pages");
		between = ", ";
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i].said)
			continue;
		draw_text(draw, between);
		draw_text(draw, words[i].text);
		between = ", ";
	}
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

/* Room to leave for how it maps: "rw-s  read-only". */
#define HOW_WIDTH	15
#define LEAST_NAME	16

static unsigned int max(unsigned int a, unsigned int b)
{
	return a > b ? a : b;
}

void map_draw_columns(struct draw *draw, const struct fold *fold, bool wires)
{
	unsigned int whos = 0, wheres = 0, left, most;
	size_t n = fold->n_columns;
	char **texts = calloc(2 * n + 1, sizeof(*texts));

	if (!texts)
		err_nomem();
	for (size_t c = 0; c < n; c++) {
		texts[2 * c] = map_who(fold, c);
		texts[2 * c + 1] = where(fold, &fold->columns[c]);
		whos = max(whos, draw_width(texts[2 * c]));
		wheres = max(wheres, draw_width(texts[2 * c + 1]));
	}
	/* Names give way first: each has a letter. */
	left = 1 + (wires ? 2 * n : 0) + 2;
	most = draw->format->width - left - wheres - HOW_WIDTH - 4;
	if (whos < most || most > draw->format->width)
		most = whos < LEAST_NAME ? whos : most > whos ? whos :
			LEAST_NAME;
	if (most < LEAST_NAME)
		most = LEAST_NAME;
	for (size_t c = 0; c < n; c++) {
		draw_text(draw, " ");
		if (wires)
			draw_wires(draw, c, n);
		draw_colour(draw, COLOUR_TITLE);
		draw_format(draw, "%c ", map_letter(c));
		draw_colour(draw, COLOUR_NONE);
		draw_text_in(draw, texts[2 * c], most);
		draw_to(draw, left + most + 2);
		draw_text(draw, texts[2 * c + 1]);
		draw_to(draw, left + most + 2 + wheres + 2);
		draw_how(draw, fold, &fold->columns[c]);
		draw_newline(draw);
		free(texts[2 * c]);
		free(texts[2 * c + 1]);
	}
	free(texts);
}
