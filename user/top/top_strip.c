// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "strip.h"
#include "term.h"
#include "top_columns.h"
#include "top_screen.h"
#include "top_strip.h"
#include "top_text.h"
#include "top_ui.h"

/* Lines for the pages, on a screen of so many. */
static int strip_lines(int height)
{
	if (height < 18)
		return 1;
	return height < 30 ? 2 : height < 40 ? 3 : 4;
}

static void fill(struct strip *strip, const struct frame_list *frames)
{
	static const enum strip_state states[] = {
		[SHMVIZ_STATE_HOLE] = STRIP_HOLE,
		[SHMVIZ_STATE_PRESENT] = STRIP_PRESENT,
		[SHMVIZ_STATE_SWAPPED] = STRIP_SWAPPED,
	};

	for (size_t i = 0; i < frames->n; i++)
		strip_add(strip, frames->runs[i].first, frames->runs[i].count,
			  states[frames->runs[i].frame.state]);
}

/* As strip.h draws it: its text, to be freed. */
static char *text_of(const struct strip *strip, uint64_t page_size, bool legend)
{
	const struct strip_style style = { .utf8 = term_utf8() };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		err_nomem();
	if (legend)
		strip_legend(out, strip, page_size, &style);
	else
		strip_draw(out, strip, &style);
	if (fclose(out))
		err_nomem();
	return text;
}

/* So many characters of it from the next one on. */
static const char *put_cells(int y, const char *cells, int width)
{
	char line[TOP_FITTED(512)];
	size_t len = 0;
	int x;

	for (int i = 0; i < width && cells[len]; i++) {
		len++;
		while ((cells[len] & 0xc0) == 0x80)
			len++;
	}
	snprintf(line, sizeof(line), "%.*s", (int)len, cells);
	x = top_put_text(y, 0, LOOK_PLAIN, "[");
	x = top_put_pages(y, x, line, LOOK_PLAIN);
	top_put_text(y, x, LOOK_PLAIN, "]");
	return cells + len;
}

static int put_strip(const struct top_frames *frames, int y, int lines)
{
	int width = top_screen_width() - 2;
	char *cells, *legend, text[160];
	const char *next;
	struct strip strip;

	if (width > 500)
		width = 500;
	if (strip_init(&strip, frames->list.pages, (size_t)width * lines))
		err_nomem();
	fill(&strip, &frames->list);
	cells = text_of(&strip, frames->page_size, false);
	legend = text_of(&strip, frames->page_size, true);
	for (next = cells; *next;)
		next = put_cells(y++, next, width);
	top_put(y++, 0, top_screen_width(), LOOK_DIM, legend);
	snprintf(text, sizeof(text), "%" PRIu64 " pages: %" PRIu64 " present, %"
		 PRIu64 " swapped, %" PRIu64 " holes; %" PRIu64
		 " page-table entries", frames->list.pages, frames->list.present,
		 frames->list.swapped, frames->list.holes, frames->mappings);
	top_put(y++, 0, top_screen_width(), LOOK_PLAIN, text);
	strip_free(&strip);
	free(cells);
	free(legend);
	return y;
}

/* Without frames: how much, but not which. */
static int put_bar(const struct object *obj, int y)
{
	char bar[4 * 512];
	int width = top_screen_width() - 2;

	if (!obj->known || !obj->counted)
		return y;
	top_bar(bar, sizeof(bar), width > 500 ? 500 : width, obj->resident,
		obj->shmem ? obj->swapped : 0, obj->size);
	put_cells(y, bar, width);
	return y + 1;
}

int top_draw_strip(const struct top_ui *ui, int y, int height)
{
	const struct top_detail *detail = &ui->detail;
	char text[560];

	if (!detail->row || height < 7)
		return y;
	if (detail->frames.there)
		return put_strip(&detail->frames, y, strip_lines(height));
	y = put_bar(detail->row->obj, y);
	snprintf(text, sizeof(text), "! how much, not which pages: %s",
		 detail->frames.why);
	top_put(y, 0, top_screen_width(), LOOK_WARNING, text);
	return y + 1;
}
