// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "picture_words.h"
#include "svg_map.h"
#include "text.h"
#include "xml.h"

#define NAME_MAX_SHOWN	20	/* characters of a process's name */
#define BEND		9	/* radius of the bend of a wire */

/* At most so many bytes of it, and a sign that there is more. */
static void put_short(FILE *out, const void *bytes, size_t len, size_t max)
{
	char text[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], cut[64];

	text_escape(text, sizeof(text), bytes, len);
	if (strlen(text) <= max) {
		xml_put(out, bytes, len);
		return;
	}
	while (len && text_escape(cut, sizeof(cut), bytes, len) >= max)
		len--;
	xml_put(out, bytes, len);
	fputs("&#8230;", out);
}

static void put_name(FILE *out, const struct picture_process *p, size_t max)
{
	if (p->comm_len)
		put_short(out, p->comm, p->comm_len, max);
	else
		fputs("(no name)", out);
	if (p->pid)
		fprintf(out, " <tspan class=\"pid\">%d</tspan>", p->pid);
}

static void put_flags(FILE *out, uint32_t flags)
{
	if (flags & SHMVIZ_SHARER_LOCKED)
		fputs(", locked", out);
	if (flags & SHMVIZ_SHARER_VIEW)
		fputs(", a view of shmviz", out);
	if (flags & SHMVIZ_SHARER_NO_OWNER)
		fputs(", its process starts or ends", out);
	if (flags & SHMVIZ_SHARER_OTHER_NS)
		fputs(", not in this pid namespace", out);
}

static void put_mapping_title(FILE *out, const struct picture_object *obj,
			      const struct picture_mapping *map)
{
	const struct picture_process *p = &obj->processes[map->process];

	fputs("<title>", out);
	xml_put(out, p->comm, p->comm_len);
	fprintf(out, " (%d): 0x%" PRIx64 "-0x%" PRIx64 " %s, from page %" PRIu64,
		p->pid, map->start, map->end, map->prot, map->first);
	put_flags(out, map->flags);
	fputs("</title>", out);
}

static void put_mapping(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_mapping *map = &l->obj->mappings[index];
	int y = l->wires[index].y, left = l->small ? 154 : 12,
	    right = l->box_w - 30;
	char tag[PICTURE_TAG];

	fprintf(out, "<g class=\"map el c%zu\" data-m=\"%zu\" data-p=\"%zu\">",
		map->process % SVG_COLOURS, index, map->process);
	put_mapping_title(out, l->obj, map);
	fprintf(out, "<rect class=\"hit face\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\"/>",
		left - 4, y - 9, right - left + 30);
	fprintf(out, "<text class=\"mono\" x=\"%d\" y=\"%d\">0x%" PRIx64 "-0x%" PRIx64
		"</text>", left, y + 4, map->start, map->end);
	fprintf(out, "<text class=\"mono prot\" x=\"%d\" y=\"%d\" text-anchor=\"end\">"
		"%s</text>", right - 8, y + 4, map->prot);
	fprintf(out, "<rect class=\"tag\" x=\"%d\" y=\"%d\" width=\"24\" height=\"16\" "
		"rx=\"8\"/><text class=\"tagtext\" x=\"%d\" y=\"%d\">%s</text></g>\n",
		right, y - 8, right + 12, y + 4, picture_tag(tag, index));
}

void svg_processes(FILE *out, const struct layout *l)
{
	for (size_t i = 0; i < l->n_processes; i++) {
		const struct picture_process *p = &l->obj->processes[i];
		char *also = picture_also_text(p);
		int y = l->processes[i].y;

		fprintf(out, "<g class=\"proc el c%zu\" data-p=\"%zu\">"
			"<title>", i % SVG_COLOURS, i);
		xml_put(out, p->comm, p->comm_len);
		fprintf(out, " (%d)", p->pid);
		xml_put(out, also, strlen(also));
		free(also);
		fprintf(out, "</title><rect class=\"procbox face\" x=\"0.5\" y=\"%d.5\" "
			"width=\"%d\" height=\"%d\" rx=\"6\"/>"
			"<path class=\"procedge\" d=\"M2.5 %dv%d\"/>", y,
			l->box_w - 1, l->processes[i].h - 1, y + 5,
			l->processes[i].h - 10);
		fprintf(out, "<text class=\"name\" x=\"12\" y=\"%d\">",
			y + (l->small ? 14 : 20));
		put_name(out, p, l->small ? 15 : NAME_MAX_SHOWN);
		if (p->n_also)
			fprintf(out, " +%zu", p->n_also);
		fputs("</text></g>\n", out);
	}
	for (size_t i = 0; i < l->n_mappings; i++)
		put_mapping(out, l, i);
}

static int bend(int a, int b)
{
	int d = abs(a - b);

	return d < BEND ? d : BEND;
}

/*
 * Where a wire goes both up and down it parts in two bends. Dashes would not fit
 * together there, so that those end at the line.
 */
static void put_path(FILE *out, const struct layout *l, const char *class,
		     const struct layout_wire *w)
{
	int up = bend(w->top, w->y), down = bend(w->bottom, w->y);

	fprintf(out, "<path class=\"%s\" d=\"", class);
	if (!w->rows)
		fprintf(out, "M%d %dH%d", l->box_w, w->y, l->wires_x - 6);
	else if (up && down && strcmp(class, "line"))
		fprintf(out, "M%d %dH%dM%d %dV%d", l->box_w, w->y, w->x, w->x, w->top,
			w->bottom);
	else if (up && down)
		fprintf(out, "M%d %dH%dQ%d %d %d %dM%d %dH%dQ%d %d %d %dM%d %dV%d",
			l->box_w, w->y, w->x - up, w->x, w->y, w->x, w->y - up,
			l->box_w, w->y, w->x - down, w->x, w->y, w->x, w->y + down,
			w->x, w->top, w->bottom);
	else if (up || down)
		fprintf(out, "M%d %dH%dQ%d %d %d %dV%d", l->box_w, w->y,
			w->x - up - down, w->x, w->y, w->x, w->y - up + down,
			up ? w->top : w->bottom);
	else
		fprintf(out, "M%d %dH%d", l->box_w, w->y, w->x);
	fputs("\"/>", out);
}

static const char *wire_class(const struct picture_mapping *map)
{
	if (!(map->flags & SHMVIZ_SHARER_SHARED))
		return "line private";
	return map->flags & SHMVIZ_SHARER_WRITE ? "line" : "line readonly";
}

/* The letters once more, where the wire comes to its first page. */
static void put_wire_tag(FILE *out, const struct layout *l, size_t index)
{
	const struct layout_wire *w = &l->wires[index];
	int y = layout_row_y(l, w->row) - l->row_h / 2 - (w->row ? 0 : 4);
	char tag[PICTURE_TAG];

	picture_tag(tag, index);
	fprintf(out, "<rect class=\"wiretagbox\" x=\"%d\" y=\"%d\" width=\"12\" "
		"height=\"12\" rx=\"3\"/><text class=\"wiretag%s\" x=\"%d\" y=\"%d\">"
		"%s</text>", w->x - 6, y - 6, tag[1] ? " two" : "", w->x, y + 3, tag);
}

void svg_wires(FILE *out, const struct layout *l)
{
	for (size_t i = 0; i < l->n_mappings; i++) {
		const struct picture_mapping *map = &l->obj->mappings[i];

		fprintf(out, "<g class=\"wire el c%zu\" data-m=\"%zu\" data-p=\"%zu\">",
			map->process % SVG_COLOURS, i, map->process);
		put_path(out, l, "halo", &l->wires[i]);
		put_path(out, l, wire_class(map), &l->wires[i]);
		fputs("</g>\n", out);
	}
	for (size_t i = 0; i < l->n_mappings; i++) {
		if (!l->wires[i].rows)
			continue;
		fprintf(out, "<g class=\"wire el c%zu\" data-m=\"%zu\" data-p=\"%zu\">",
			l->obj->mappings[i].process % SVG_COLOURS, i,
			l->obj->mappings[i].process);
		put_wire_tag(out, l, i);
		fputs("</g>\n", out);
	}
}

void svg_mark(FILE *out, const char *what, int x, int y)
{
	if (!strcmp(what, "copy"))
		fprintf(out, "<path class=\"sign copy\" d=\"M%d %dl6 6l-6 6l-6 -6z\"/>",
			x, y - 6);
	else
		fprintf(out, "<circle class=\"sign %s\" cx=\"%d\" cy=\"%d\" r=\"%s\"/>",
			what, x, y, strcmp(what, "hollow") ? "5.2" : "3.8");
	if (!strcmp(what, "part"))
		fprintf(out, "<path class=\"half\" d=\"M%d %da5 5 0 0 0 0 10z\"/>", x,
			y - 5);
	if (!strcmp(what, "unknown"))
		fprintf(out, "<text class=\"query\" x=\"%d\" y=\"%d\">?</text>", x, y + 3);
}

static const char *mark_word(const struct picture_mark *mark)
{
	if (mark->touched)
		return mark->hollow || mark->copies || mark->unknown ? "part" :
								      "touched";
	if (mark->copies)
		return "copy";
	return mark->unknown ? "unknown" : mark->hollow ? "hollow" : NULL;
}

static void put_mark_title(FILE *out, const struct layout *l, size_t row,
			   size_t m)
{
	const struct picture_row *r = &l->rows.rows[row];
	const struct picture_mark *mark = &r->marks[m];
	const struct picture_mapping *map = &l->obj->mappings[m];
	uint64_t first = r->first > map->first ? r->first : map->first;
	char pages[PICTURE_WORDS], tag[PICTURE_TAG];

	fprintf(out, "<title>%s: %s at 0x%" PRIx64, picture_tag(tag, m),
		picture_pages_text(pages, first, r->first + r->count - first),
		picture_addr(l->obj, map, first));
	if (r->count == 1)
		fprintf(out, ", %s", mark_word(mark));
	else
		fprintf(out, ", %" PRIu64 " touched, %" PRIu64 " hollow", mark->touched,
			mark->hollow);
	if (mark->copies && r->count > 1)
		fprintf(out, ", %" PRIu64 " copies", mark->copies);
	fputs("</title>", out);
}

void svg_marks(FILE *out, const struct layout *l)
{
	for (size_t row = 0; row < l->rows.n; row++) {
		for (size_t m = 0; m < l->n_mappings; m++) {
			const char *word = mark_word(&l->rows.rows[row].marks[m]);

			if (!word)
				continue;
			fprintf(out, "<g class=\"mark el %s c%zu\" data-r=\"%zu\" "
				"data-m=\"%zu\" data-p=\"%zu\">", word,
				l->obj->mappings[m].process % SVG_COLOURS, row, m,
				l->obj->mappings[m].process);
			put_mark_title(out, l, row, m);
			svg_mark(out, word, l->wires[m].x, layout_row_y(l, row));
			fputs("</g>\n", out);
		}
	}
}

static void put_heads(FILE *out, const struct layout *l)
{
	static const char head[] =
		"<text class=\"colhead\" x=\"%d\" y=\"14\">%s</text>\n";

	fprintf(out, head, 0, "Processes and their addresses");
	fprintf(out, head, l->page_x, "Pages of the object");
	fprintf(out, head, l->frame_x, "Frames of memory");
	if (l->copy_w)
		fprintf(out, head, l->copy_x, "Private copies");
}

void svg_object(FILE *out, const struct layout *l)
{
	put_heads(out, l);
	svg_rows(out, l);
	fprintf(out, "<g class=\"%s\">\n", l->small ? "crowd" : "few");
	svg_wires(out, l);
	svg_marks(out, l);
	fputs("</g>\n", out);
	svg_processes(out, l);
	if (!l->n_mappings)
		fprintf(out, "<text class=\"leftout\" x=\"0\" y=\"%d\">Nobody maps it."
			"</text>\n", l->rows_y + 20);
	if (l->left_out)
		fprintf(out, "<text class=\"leftout\" x=\"0\" y=\"%d\">and %zu more "
			"mappings of %zu processes, not drawn</text>\n", l->height - 8,
			l->left_out, l->obj->n_processes - l->n_processes);
}
