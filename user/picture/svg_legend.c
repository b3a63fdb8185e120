// SPDX-License-Identifier: GPL-2.0-or-later
#include "svg_map.h"

#define LEGEND_EACH	330	/* wide */
#define LEGEND_LINE	22

enum {
	HAS_TOUCHED, HAS_HOLLOW, HAS_COPY, HAS_PART, HAS_UNKNOWN, HAS_WRITABLE,
	HAS_READONLY, HAS_PRIVATE, HAS_SHARED, HAS_SINGLE, HAS_UNMAPPED,
	HAS_SWAPPED, HAS_HOLE, HAS_FOLDED, HAS_HUGE, HAS_ALL
};

static const char *const texts[HAS_ALL] = {
	[HAS_TOUCHED] = "touched: its page table leads to the frame",
	[HAS_HOLLOW] = "hollow: mapped, but not touched by this process",
	[HAS_COPY] = "private copy in a frame of its own",
	[HAS_PART] = "some of the pages are touched",
	[HAS_UNKNOWN] = "not known: pagemap could not be read",
	[HAS_WRITABLE] = "shared, writable",
	[HAS_READONLY] = "shared, read-only",
	[HAS_PRIVATE] = "private: written pages are copied",
	[HAS_SHARED] = "frame that two or more processes share",
	[HAS_SINGLE] = "frame that one process has",
	[HAS_UNMAPPED] = "frame that nobody has in a page table",
	[HAS_SWAPPED] = "swapped out",
	[HAS_HOLE] = "hole: no frame; untouched, or punched out",
	[HAS_FOLDED] = "several pages that are alike",
	[HAS_HUGE] = "part of a larger page",
};

static unsigned int row_has(const struct layout *l, const struct picture_row *row)
{
	unsigned int has = 0;

	for (size_t r = 0; r < row->n_runs; r++) {
		const struct picture_run *run = &l->obj->runs[row->run + r];

		if (run->frame.state == SHMVIZ_STATE_SWAPPED)
			has |= 1 << HAS_SWAPPED;
		else if (run->frame.state == SHMVIZ_STATE_HOLE)
			has |= 1 << HAS_HOLE;
		else
			has |= 1 << (run->sharing > 1 ? HAS_SHARED : run->sharing ?
				     HAS_SINGLE : HAS_UNMAPPED);
		has |= run->frame.order ? 1 << HAS_HUGE : 0;
	}
	for (size_t m = 0; m < l->n_mappings; m++) {
		const struct picture_mark *mark = &row->marks[m];

		has |= mark->touched && mark->touched < row->count ?
		       1 << HAS_PART : 0;
		has |= mark->touched ? 1 << HAS_TOUCHED : 0;
		has |= mark->hollow ? 1 << HAS_HOLLOW : 0;
		has |= mark->copies ? 1 << HAS_COPY : 0;
		has |= mark->unknown ? 1 << HAS_UNKNOWN : 0;
	}
	return has | (row->count > 1 ? 1 << HAS_FOLDED : 0);
}

static unsigned int object_has(const struct layout *l)
{
	unsigned int has = 0;

	for (size_t i = 0; i < l->rows.n; i++)
		has |= row_has(l, &l->rows.rows[i]);
	for (size_t i = 0; i < l->n_mappings; i++) {
		uint32_t flags = l->obj->mappings[i].flags;

		if (!(flags & SHMVIZ_SHARER_SHARED))
			has |= 1 << HAS_PRIVATE;
		else
			has |= 1 << (flags & SHMVIZ_SHARER_WRITE ? HAS_WRITABLE :
								  HAS_READONLY);
	}
	return has;
}

static void put_box(FILE *out, const char *class, int x, int y, bool stacked)
{
	if (stacked)
		svg_box(out, class, x + 3, y - 5, 21, 13);
	svg_box(out, class, x, y - 8, 21, 13);
}

static void put_sign(FILE *out, int what, int x, int y)
{
	static const char *const marks[] = {
		[HAS_TOUCHED] = "touched", [HAS_HOLLOW] = "hollow",
		[HAS_COPY] = "copy", [HAS_PART] = "part", [HAS_UNKNOWN] = "unknown",
	};
	static const char *const lines[] = {
		[HAS_WRITABLE] = "line", [HAS_READONLY] = "line readonly",
		[HAS_PRIVATE] = "line private",
	};
	static const char *const boxes[] = {
		[HAS_SHARED] = "fbox shared", [HAS_SINGLE] = "fbox single",
		[HAS_UNMAPPED] = "fbox present", [HAS_SWAPPED] = "box swapped",
		[HAS_HOLE] = "box hole", [HAS_FOLDED] = "box present",
		[HAS_HUGE] = "box present",
	};

	if (what <= HAS_UNKNOWN) {
		svg_mark(out, marks[what], x + 11, y);
	} else if (what <= HAS_PRIVATE) {
		fprintf(out, "<path class=\"%s\" d=\"M%d %dh24\"/>", lines[what], x, y);
	} else {
		put_box(out, boxes[what], x, y + 2, what == HAS_FOLDED);
		if (what == HAS_SHARED)
			svg_box(out, "inner", x + 3, y - 3, 15, 7);
		if (what == HAS_HUGE)
			fprintf(out, "<rect class=\"huge\" x=\"%d\" y=\"%d\" width=\"5\" "
				"height=\"9\"/>", x + 2, y - 4);
	}
}

static int per_line(int width)
{
	return width > 2 * LEGEND_EACH ? width / LEGEND_EACH : 1;
}

int svg_legend_height(const struct layout *l, int width)
{
	int n = __builtin_popcount(object_has(l)), each = per_line(width);

	return (n + each - 1) / each * LEGEND_LINE;
}

void svg_legend(FILE *out, const struct layout *l, int y, int width)
{
	unsigned int has = object_has(l);
	int each = per_line(width), n = 0;

	fputs("<g class=\"legend c0\">\n", out);
	for (int i = 0; i < HAS_ALL; i++) {
		int x = n % each * LEGEND_EACH,
		    at = y + n / each * LEGEND_LINE + LEGEND_LINE / 2;

		if (!(has & 1u << i))
			continue;
		put_sign(out, i, x, at);
		fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n",
			x + 33, at + 4, texts[i]);
		n++;
	}
	fputs("</g>\n", out);
}

void svg_defs(FILE *out)
{
	fputs("<defs><pattern id=\"map-hatch\" width=\"7\" height=\"7\" "
	      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	      "<rect class=\"hatchback\" width=\"7\" height=\"7\"/>"
	      "<path class=\"hatchline\" d=\"M1.5 0v7\"/></pattern></defs>\n", out);
}
