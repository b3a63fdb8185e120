// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "err.h"
#include "frame_names.h"
#include "html_data.h"
#include "html_tables.h"
#include "page.h"
#include "page_assets.h"
#include "picture_words.h"
#include "svg_map.h"
#include "write_map.h"
#include "xml.h"

#define MARGIN		12
#define LEGEND_GAP	22

static void put_svg(FILE *out, const struct layout *l, size_t index)
{
	int width = l->width + 2 * MARGIN,
	    legend = l->height + LEGEND_GAP,
	    height = legend + svg_legend_height(l, l->width) + MARGIN;

	fprintf(out, "<div class=\"drawing scroll\" role=\"region\" tabindex=\"0\" "
		"aria-label=\"Drawing\">\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"class=\"shmviz\" data-object=\"%zu\" role=\"group\" "
		"aria-label=\"Processes, pages and frames\" width=\"%d\" height=\"%d\" "
		"viewBox=\"%d 0 %d %d\">\n", index, width, height, -MARGIN, width,
		height);
	if (!index)
		svg_defs(out);
	svg_object(out, l);
	svg_legend(out, l, legend, l->width);
	fputs("</svg>\n</div>\n", out);
}

static void put_status(FILE *out, const struct picture_object *obj)
{
	const char *words[INFO_WORDS_MAX];
	size_t n = info_words(obj->info.flags, words);

	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? ", " : " Status: ", words[i]);
	if (n)
		fputs(".", out);
	if (obj->page_count != obj->info.pages)
		fprintf(out, " Shown: pages %ju to %ju.", (uintmax_t)obj->page_first,
			(uintmax_t)(obj->page_first + obj->page_count - 1));
}

static void put_heading(FILE *out, const struct picture_object *obj, size_t index)
{
	char *name = picture_object_text(obj);

	fprintf(out, "<section class=\"object\" id=\"object-%zu\" data-object=\"%zu\">\n"
		"<h2><span class=\"notation\">", index, index);
	xml_put_text(out, name);
	fputs("</span>", out);
	if (obj->label) {
		fputs(" <span class=\"muted\">", out);
		xml_put_text(out, obj->label);
		fputs("</span>", out);
	}
	fputs("</h2>\n<p class=\"about\">", out);
	picture_put_summary(out, obj);
	fputs("; ", out);
	picture_put_holders(out, obj);
	fputs(".", out);
	put_status(out, obj);
	fputs("</p>\n", out);
	free(name);
}

static void put_object(FILE *out, const struct layout *l, size_t index)
{
	put_heading(out, l->obj, index);
	put_svg(out, l, index);
	fputs("<div class=\"details\" aria-live=\"polite\" hidden=\"hidden\"></div>\n",
	      out);
	html_tables_put(out, l);
	fputs("</section>\n", out);
}

static void put_contents(FILE *out, const struct picture *picture)
{
	if (picture->n < 2)
		return;
	fputs("<nav class=\"contents\" aria-label=\"Objects\"><ul>\n", out);
	for (size_t i = 0; i < picture->n; i++) {
		const struct picture_object *obj = &picture->objects[i];
		char *name = picture_object_text(obj);

		fprintf(out, "<li><a href=\"#object-%zu\">", i);
		xml_put_text(out, name);
		fputs("</a> <span class=\"muted\">", out);
		picture_put_holders(out, obj);
		fputs("</span></li>\n", out);
		free(name);
	}
	fputs("</ul></nav>\n", out);
}

static void put_tools(FILE *out)
{
	fputs("<div class=\"tools\" role=\"search\" hidden=\"hidden\">\n"
	      "<label for=\"map-search\">Find</label> "
	      "<input type=\"search\" id=\"map-search\" autocomplete=\"off\" "
	      "spellcheck=\"false\" placeholder=\"pid, name, address, frame, page\"/>\n"
	      "<span class=\"muted\" id=\"map-found\" role=\"status\"></span>\n"
	      "<ul id=\"map-results\"></ul>\n"
	      "<p class=\"muted hint\">Point at a page, a frame or a process to see what "
	      "belongs to it; click keeps it. Keys: arrows to move in the drawing, Enter "
	      "to keep, Esc to let go, / to find.</p>\n</div>\n", out);
}

void write_map_html_body(FILE *out, const struct picture *picture)
{
	struct layout *layouts = calloc(picture->n + 1, sizeof(*layouts));

	if (!layouts)
		err_nomem();
	fputs("<div class=\"map\">\n", out);
	put_contents(out, picture);
	put_tools(out);
	for (size_t i = 0; i < picture->n; i++) {
		layout_make(&layouts[i], &picture->objects[i]);
		put_object(out, &layouts[i], i);
	}
	if (!picture->n)
		fputs("<p>No object.</p>\n", out);
	html_data_put(out, layouts, picture->n);
	page_script(out, asset_map_model_js);
	page_script(out, asset_map_js);
	fputs("</div>\n", out);
	for (size_t i = 0; i < picture->n; i++)
		layout_free(&layouts[i]);
	free(layouts);
}

static void put_source(FILE *out, const struct picture *picture)
{
	time_t taken = picture->taken / 1000000000;
	struct tm tm;
	char when[64] = "";

	if (gmtime_r(&taken, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out, "<p class=\"muted\">shmviz map, %s", when);
	if (picture->host) {
		fputs(", ", out);
		xml_put_text(out, picture->host);
	}
	if (picture->redacted)
		fputs("; redacted: numbers and names are stand-ins", out);
	fputs("</p>\n", out);
}

void write_map_html(FILE *out, const struct picture *picture)
{
	page_begin(out, "Who shares which frames");
	put_source(out, picture);
	write_map_html_body(out, picture);
	page_end(out);
}
