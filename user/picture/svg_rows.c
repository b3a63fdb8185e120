// SPDX-License-Identifier: GPL-2.0-or-later
/* The right half of the drawing: pages, frames, and what leads to them. */
#include <inttypes.h>
#include <string.h>

#include "picture_words.h"
#include "svg_map.h"
#include "text.h"

void svg_box(FILE *out, const char *class, int x, int y, int w, int h)
{
	fprintf(out, "<rect class=\"%s\" x=\"%d.5\" y=\"%d.5\" width=\"%d\" "
		"height=\"%d\" rx=\"4\"/>", class, x, y, w - 1, h - 1);
}

static const char *state_word(const struct picture_row *row)
{
	if (row->present)
		return "present";
	return row->swapped ? "swapped" : "hole";
}

/* Where the line of a row begins: at the first mark that leads to it; or -1. */
static int leftmost(const struct layout *l, const struct picture_row *row,
		    bool touched)
{
	int x = -1;

	for (size_t m = 0; m < l->n_mappings; m++) {
		const struct picture_mark *mark = &row->marks[m];

		if (!mark->touched && (touched || !(mark->hollow + mark->copies +
						    mark->unknown)))
			continue;
		if (x < 0 || l->wires[m].x < x)
			x = l->wires[m].x;
	}
	return x;
}

static void put_links(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_row *row = &l->rows.rows[index];
	int y = layout_row_y(l, index), solid = leftmost(l, row, true),
	    dotted = leftmost(l, row, false), from = l->page_x + l->page_w,
	    to = solid < 0 ? l->page_x : solid;
	const char *shared = row->shared ? " strong" : "";

	fprintf(out, "<g class=\"link el%s\" data-r=\"%zu\">", shared, index);
	if (dotted >= 0 && dotted < to)
		fprintf(out, "<path class=\"maybe\" d=\"M%d %dH%d\"/>", dotted, y, to);
	if (solid >= 0)
		fprintf(out, "<path class=\"leads\" d=\"M%d %dH%d\"/>", solid, y,
			l->page_x);
	if (row->present)
		fprintf(out, "<path class=\"leads\" d=\"M%d %dH%d\"/>"
			"<path class=\"arrow\" d=\"M%d %dl-9 -5v10z\"/>", from, y,
			l->frame_x - 8, l->frame_x - 1, y);
	else if (row->swapped)
		fprintf(out, "<path class=\"maybe\" d=\"M%d %dH%d\"/>", from, y,
			l->frame_x);
	fputs("</g>\n", out);
}

static void put_page(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_row *row = &l->rows.rows[index];
	int y = l->rows_y + index * l->row_h + l->row_gap / 2,
	    h = l->row_h - l->row_gap, x = l->page_x;
	char pages[PICTURE_WORDS], kind[PICTURE_WORDS], class[32];

	snprintf(class, sizeof(class), "box %s", state_word(row));
	fprintf(out, "<g class=\"page el %s\" data-r=\"%zu\"><title>%s: %" PRIu64
		" present, %" PRIu64 " swapped, %" PRIu64 " holes; %" PRIu64
		" in shared frames</title>", state_word(row), index,
		picture_pages_text(pages, row->first, row->count), row->present,
		row->swapped, row->holes, row->shared);
	for (int i = row->count > 1 ? 2 : 0; i; i--)
		svg_box(out, class, x + 2 * i, y + 2 * i, l->page_w - 4, h - 4);
	snprintf(class, sizeof(class), "box face %s", state_word(row));
	svg_box(out, class, x, y, l->page_w - (row->count > 1 ? 4 : 0),
		h - (row->count > 1 ? 4 : 0));
	if (picture_row_order(l->obj, row))
		fprintf(out, "<rect class=\"huge\" x=\"%d\" y=\"%d\" width=\"5\" "
			"height=\"%d\"/>", x + 2, y + 2,
			h - (row->count > 1 ? 8 : 4));
	fprintf(out, "<text class=\"label\" x=\"%d\" y=\"%d\">%s</text>", x + 13,
		l->dense ? y + h / 2 + 3 : y + 16, pages);
	picture_row_kind(kind, l->obj, row);
	if (!l->dense)
		fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>",
			x + 13, y + 31, kind);
	else if (strcmp(kind, "present"))
		fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\" "
			"text-anchor=\"end\">%s</text>", x + l->page_w - 11,
			y + h / 2 + 3, kind);
	fputs("</g>\n", out);
}

/* How many share it, in a pill if they are two or more. */
static void put_sharing(FILE *out, const struct layout *l,
			const struct picture_row *row, int y)
{
	int right = l->frame_x + l->frame_w - 9, w;
	char text[PICTURE_WORDS];

	if (!*picture_row_sharing(text, row))
		return;
	w = strlen(text) * 6.2 + 12;
	if (row->most > 1)
		fprintf(out, "<rect class=\"pill\" x=\"%d\" y=\"%d\" width=\"%d\" "
			"height=\"16\" rx=\"8\"/>", right - w, y - 8, w);
	fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>",
		row->most > 1 ? "pilltext" : "small", row->most > 1 ? right - w / 2 :
		right - 4, y + 4, row->most > 1 ? "middle" : "end", text);
}

/* The physical address, or how many of them are shared. */
static void put_second(FILE *out, const struct layout *l,
		       const struct picture_row *row)
{
	struct picture_run run = picture_row_run(l->obj, row);

	if (row->present && row->n_runs == 1)
		fprintf(out, "at 0x%" PRIx64, (uint64_t)run.frame.pfn *
			l->obj->info.page_size);
	else if (row->present)
		fprintf(out, "%" PRIu64 " of them shared", row->shared);
	else if (row->swapped && run.frame.swap_type == SHMVIZ_SWAP_POISONED)
		fputs("the content is gone", out);
	else if (row->swapped)
		fputs("in swap", out);
	else
		fputs("untouched, or punched out", out);
}

static void put_frame(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_row *row = &l->rows.rows[index];
	int y = l->rows_y + index * l->row_h + l->row_gap / 2,
	    h = l->row_h - l->row_gap, x = l->frame_x;
	const char *class = row->shared ? "shared" : row->most ? "single" :
			    state_word(row);
	char place[PICTURE_WORDS], box[32];

	picture_row_place(place, l->obj, row);
	fprintf(out, "<g class=\"frame el %s\" data-r=\"%zu\"><title>%s</title>",
		class, index, place);
	snprintf(box, sizeof(box), "fbox face %s", class);
	svg_box(out, box, x, y, l->frame_w, h);
	if (row->shared)
		svg_box(out, "inner", x + 3, y + 3, l->frame_w - 6, h - 6);
	fprintf(out, "<text class=\"mono label\" x=\"%d\" y=\"%d\">%s</text>", x + 12,
		l->dense ? y + h / 2 + 4 : y + 17, place);
	if (!l->dense) {
		fprintf(out, "<text class=\"small mono\" x=\"%d\" y=\"%d\">", x + 12,
			y + 32);
		put_second(out, l, row);
		fputs("</text>", out);
	}
	put_sharing(out, l, row, y + h / 2);
	fputs("</g>\n", out);
}

static void put_copies(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_row *row = &l->rows.rows[index];
	int y = layout_row_y(l, index);
	char tag[PICTURE_TAG];
	size_t n = 0, first = 0;

	for (size_t m = l->obj->n_mappings; m--; ) {
		n += !!row->marks[m].copies;
		first = row->marks[m].copies ? m : first;
	}
	if (!n)
		return;
	fprintf(out, "<g class=\"copies el c%zu\" data-r=\"%zu\" data-m=\"%zu\" "
		"data-p=\"%zu\">", l->obj->mappings[first].process % SVG_COLOURS,
		index, first, l->obj->mappings[first].process);
	svg_box(out, "cbox", l->copy_x, y - 11, l->copy_w, 22);
	svg_mark(out, "copy", l->copy_x + 14, y);
	fprintf(out, "<text class=\"mono\" x=\"%d\" y=\"%d\">%s", l->copy_x + 26, y + 4,
		picture_tag(tag, first));
	if (n > 1)
		fprintf(out, " and %zu more", n - 1);
	else if (picture_row_copy(l->obj, row, first))
		fprintf(out, " 0x%" PRIx64, picture_row_copy(l->obj, row, first));
	fputs("</text></g>\n", out);
}

void svg_rows(FILE *out, const struct layout *l)
{
	for (size_t i = 0; i < l->rows.n; i++)
		put_links(out, l, i);
	for (size_t i = 0; i < l->rows.n; i++) {
		put_page(out, l, i);
		put_frame(out, l, i);
		if (l->copy_w)
			put_copies(out, l, i);
	}
	if (!l->rows.n)
		fprintf(out, "<text class=\"leftout\" x=\"%d\" y=\"%d\">no page</text>\n",
			l->page_x, l->rows_y + 16);
}
