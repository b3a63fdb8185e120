// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <time.h>

#include "err.h"
#include "page_assets.h"
#include "picture_words.h"
#include "svg_map.h"
#include "write_map.h"
#include "xml.h"

#define MARGIN		24
#define HEADING_H	62	/* name of an object, and a line about it */
#define LEGEND_GAP	22
#define OBJECT_GAP	40

static void put_heading(FILE *out, const struct picture_object *obj, int y)
{
	char *name = picture_object_text(obj);

	fprintf(out, "<text class=\"heading\" x=\"0\" y=\"%d\">", y + 16);
	xml_put_text(out, name);
	if (obj->label) {
		fputs(" <tspan class=\"aka\">", out);
		xml_put_text(out, obj->label);
		fputs("</tspan>", out);
	}
	fprintf(out, "</text>\n<text class=\"about\" x=\"0\" y=\"%d\">", y + 38);
	picture_put_summary(out, obj);
	fputs("; ", out);
	picture_put_holders(out, obj);
	fputs("</text>\n", out);
	free(name);
}

static void put_description(FILE *out, const struct picture *picture)
{
	fputs("<title>Who shares which frames</title>\n<desc>", out);
	for (size_t i = 0; i < picture->n; i++) {
		const struct picture_object *obj = &picture->objects[i];
		char *name = picture_object_text(obj);

		xml_put_text(out, name);
		fputs(": ", out);
		picture_put_summary(out, obj);
		fputs("; ", out);
		picture_put_holders(out, obj);
		fputs(". ", out);
		free(name);
	}
	fputs("</desc>\n", out);
}

static void put_foot(FILE *out, const struct picture *picture, int y)
{
	time_t taken = picture->taken / 1000000000;
	struct tm tm;
	char when[64] = "";

	if (gmtime_r(&taken, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out, "<text class=\"foot\" x=\"0\" y=\"%d\">shmviz map, %s", y, when);
	if (picture->host) {
		fputs(", ", out);
		xml_put_text(out, picture->host);
	}
	if (picture->redacted)
		fputs("; redacted: numbers and names are stand-ins", out);
	fputs("</text>\n", out);
}

static int height_of(const struct layout *l)
{
	return HEADING_H + l->height + LEGEND_GAP + svg_legend_height(l, l->width);
}

static void put_object(FILE *out, const struct layout *l, int y)
{
	fprintf(out, "<g transform=\"translate(0 %d)\">\n", y);
	put_heading(out, l->obj, 0);
	fprintf(out, "<g transform=\"translate(0 %d)\">\n", HEADING_H);
	svg_object(out, l);
	svg_legend(out, l, l->height + LEGEND_GAP, l->width);
	fputs("</g></g>\n", out);
}

static void put_svg(FILE *out, const struct picture *picture,
		    const struct layout *layouts)
{
	int width = 480, height = MARGIN, y = MARGIN;

	for (size_t i = 0; i < picture->n; i++) {
		width = layouts[i].width > width ? layouts[i].width : width;
		height += height_of(&layouts[i]) + OBJECT_GAP;
	}
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"shmviz\" "
		"role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"%d 0 %d %d\">\n",
		width + 2 * MARGIN, height + MARGIN, -MARGIN, width + 2 * MARGIN,
		height + MARGIN);
	put_description(out, picture);
	fprintf(out, "<style>\n%s\n@media (prefers-color-scheme: dark) {\n%s}\n"
		"</style>\n", asset_map_css, asset_map_dark_css);
	svg_defs(out);
	fprintf(out, "<rect class=\"paper\" x=\"%d\" y=\"0\" width=\"%d\" "
		"height=\"%d\"/>\n", -MARGIN, width + 2 * MARGIN, height + MARGIN);
	for (size_t i = 0; i < picture->n; i++) {
		put_object(out, &layouts[i], y);
		y += height_of(&layouts[i]) + OBJECT_GAP;
	}
	put_foot(out, picture, height);
	fputs("</svg>\n", out);
}

void write_map_svg(FILE *out, const struct picture *picture)
{
	struct layout *layouts = calloc(picture->n + 1, sizeof(*layouts));

	if (!layouts)
		err_nomem();
	for (size_t i = 0; i < picture->n; i++)
		layout_make(&layouts[i], &picture->objects[i]);
	put_svg(out, picture, layouts);
	for (size_t i = 0; i < picture->n; i++)
		layout_free(&layouts[i]);
	free(layouts);
}
