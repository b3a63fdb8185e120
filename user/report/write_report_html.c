// SPDX-License-Identifier: GPL-2.0-or-later
/* The page: its parts in their order. */
#include <stdio.h>

#include "page.h"
#include "report_assets.h"
#include "report_words.h"
#include "write_map.h"
#include "write_report_internal.h"
#include "xml.h"

/* Patterns and arrow heads that the drawings use, once. */
static void put_defs(FILE *out)
{
	fputs("<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\">"
	      "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\""
	      " patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	      "<path class=\"hatching\" d=\"M0 0V5\"/></pattern>"
	      "<marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\""
	      " markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
	      "<path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs></svg>\n",
	      out);
}

static void put_key(FILE *out)
{
	static const struct {
		const char *class, *drawing, *words;
	} keys[] = {
		{ "span shmat",
		  "<rect x=\"2\" y=\"4\" width=\"26\" height=\"11\" rx=\"2\"/>",
		  "attached by shmat or mmap" },
		{ "span inherit",
		  "<rect x=\"2\" y=\"4\" width=\"26\" height=\"11\" rx=\"2\"/>"
		  "<rect class=\"hatch\" x=\"2\" y=\"4\" width=\"26\" height=\"11\" rx=\"2\"/>",
		  "inherited by fork" },
		{ "span split",
		  "<rect x=\"2\" y=\"4\" width=\"26\" height=\"11\" rx=\"2\"/>",
		  "split off" },
		{ "span before",
		  "<rect x=\"6\" y=\"4\" width=\"22\" height=\"11\" rx=\"2\"/>"
		  "<path class=\"end\" d=\"M6 4l-5 5.5l5 5.5\"/>",
		  "there before" },
		{ "span shmat",
		  "<rect x=\"2\" y=\"4\" width=\"20\" height=\"11\" rx=\"2\"/>"
		  "<path class=\"end\" d=\"M22 4l6 5.5l-6 5.5\"/>",
		  "goes on" },
		{ "mark create",
		  "<path class=\"shape\" d=\"M9 9.5a5 5 0 1 0 10 0a5 5 0 1 0-10 0z\"/>",
		  "created" },
		{ "mark rmid",
		  "<path class=\"shape\" d=\"M9 4.5l10 10m0-10l-10 10\"/>",
		  "marked by IPC_RMID" },
		{ "mark destroy",
		  "<path class=\"shape\" d=\"M9 4.5h10v10h-10z\"/>",
		  "destroyed" },
		{ "mark failed",
		  "<path class=\"shape\" d=\"M14 4.5l5.5 10h-11z\"/>",
		  "a call failed" },
		{ "mark other",
		  "<path class=\"shape\" d=\"M11 9.5a3 3 0 1 0 6 0a3 3 0 1 0-6 0z\"/>",
		  "lock, size, owner, name" },
		{ "forks",
		  "<path class=\"fork\" marker-end=\"url(#tip)\" d=\"M14 1V18\"/>",
		  "fork, from parent to child" },
	};

	fputs("<ul class=\"key\">", out);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		fprintf(out, "<li><svg viewBox=\"0 0 30 19\" width=\"30\""
			" height=\"19\" aria-hidden=\"true\"><g class=\"%s\">%s</g>"
			"</svg> %s</li>\n", keys[i].class, keys[i].drawing,
			keys[i].words);
	fputs("</ul>\n", out);
}

static void put_objects(FILE *out, const struct report *report,
			const struct choice *choice)
{
	if (!choice->sections)
		return;
	fputs("<h2 id=\"objects\">One by one</h2>\n"
	      "<p>Each has its own axis, from its first event to its last;"
	      " times are seconds from the beginning of the trace. A line is a"
	      " process.</p>\n", out);
	put_key(out);
	for (size_t i = 0; i < report->n; i++)
		if (choice->section[i])
			write_report_object(out, report, report->objects[i], i);
}

static void put_picture(FILE *out, const struct report_page *page)
{
	fputs("<h2 id=\"picture\">Who shares what at the end</h2>\n", out);
	if (page->picture) {
		write_map_html_body(out, page->picture);
		return;
	}
	fputs("<p class=\"muted\">", out);
	xml_put_text(out, page->no_picture);
	fputs("</p>\n", out);
}

static void put_report(FILE *out, const struct report *report,
		       const struct report_page *page)
{
	struct choice choice;

	choice_make(&choice, report);
	put_defs(out);
	write_report_head(out, report, page);
	if (!report->events)
		fputs("<p class=\"nothing\">Nothing happened: the trace has no"
		      " event.</p>\n", out);
	write_report_left(out, report);
	write_report_overview(out, report, &choice);
	put_objects(out, report, &choice);
	write_report_others(out, report, &choice);
	write_report_failures(out, report);
	write_report_latencies(out, report);
	write_report_idle(out, report);
	choice_free(&choice);
}

void write_report_html(FILE *out, const struct report *report,
		       const struct report_page *page)
{
	page_begin(out, "Shared memory: what happened");
	page_style(out, asset_report_css);
	fputs("<div class=\"report\">\n", out);
	put_report(out, report, page);
	fputs("<p id=\"details\" aria-live=\"polite\" hidden=\"hidden\"></p>\n"
	      "</div>\n", out);
	put_picture(out, page);
	page_script(out, asset_report_js);
	page_end(out);
}
