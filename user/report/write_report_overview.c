// SPDX-License-Identifier: GPL-2.0-or-later
/* All objects on one axis: when each was there, and how much attached. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chart.h"
#include "report_words.h"
#include "text.h"
#include "write_report_internal.h"
#include "xml.h"

#define TOP		20
#define ROW		22
#define BAR		14
#define NAME_MAX_LEN	24	/* bytes that the gutter has room for */

static void put_mark(const struct chart *chart, double y, const char *class,
		     __u64 ts)
{
	double x = chart_x(chart, ts);

	fprintf(chart->out, "<path class=\"tack %s\" d=\"M%.1f %.1fv%d\"/>",
		class, x, y - 1, BAR + 2);
}

static void put_row(const struct chart *chart, const struct report_object *obj,
		    size_t index, double y)
{
	char label[REPORT_LABEL_SIZE], state[REPORT_LABEL_SIZE];
	char text[2 * REPORT_LABEL_SIZE], size[TEXT_HUMAN_SIZE];
	__u64 end = obj->destroyed.known ? obj->destroyed.ts : obj->last;
	double x = chart_x(chart, obj->first);
	double to = report_is_gone(obj) ? chart_x(chart, end) : CHART_RIGHT;
	FILE *out = chart->out;

	report_label(label, chart->report, obj);
	report_state_words(state, chart->report, obj);
	snprintf(text, sizeof(text), "%.300s, %s: %" PRIu64 " events; at most %"
		 PRIu64 " attachments; %.100s", label,
		 text_human(size, obj->size), (uint64_t)obj->events,
		 (uint64_t)obj->nattch_max, state);
	fputs("<a href=\"#", out);
	write_report_anchor(out, index);
	fprintf(out, "\" class=\"row%s\">",
		report_is_left_behind(obj) ? " left" : "");
	chart_title(chart, text);
	fprintf(out, "<rect class=\"hit\" x=\"0\" y=\"%.1f\" width=\"%d\""
		" height=\"%d\"/><text class=\"name\" x=\"%d\" y=\"%.1f\">",
		y - 4, CHART_WIDTH, ROW, CHART_GUTTER - 10, y + BAR - 3);
	xml_put_cut(out, label, NAME_MAX_LEN);
	fprintf(out, "%s</text><rect class=\"life\" x=\"%.1f\" y=\"%.1f\""
		" width=\"%.1f\" height=\"%d\"/>", strlen(label) > NAME_MAX_LEN ?
		"\342\200\246" : "", x, y, to - x < 2 ? 2 : to - x, BAR);
	chart_steps(chart, obj, y, y + BAR, "area", true);
	if (obj->created.known)
		put_mark(chart, y, "create", obj->created.ts);
	if (obj->rmid.known)
		put_mark(chart, y, "rmid", obj->rmid.ts);
	if (obj->destroyed.known)
		put_mark(chart, y, "destroy", obj->destroyed.ts);
	if (!report_is_gone(obj))
		fprintf(out, "<path class=\"end\" d=\"M%d %.1fl6 %.1fl-6 %.1f\"/>",
			CHART_RIGHT, y, BAR / 2., BAR / 2.);
	fputs("</a>\n", out);
}

void write_report_overview(FILE *out, const struct report *report,
			   const struct choice *choice)
{
	struct chart chart = {
		.out = out, .report = report,
		.from = report->from,
		.to = report->to > report->from ? report->to : report->from + 1,
	};
	size_t more = choice->sections + choice->others - choice->lines;

	if (!choice->lines)
		return;
	fputs("<h2 id=\"all\">All at a glance</h2>\n", out);
	chart_open(&chart, "overview", "all objects",
		   TOP + choice->lines * ROW + 12);
	chart_axis(&chart, 12, TOP + choice->lines * ROW + 4);
	for (size_t i = 0, row = 0; i < report->n; i++)
		if (choice->line[i])
			put_row(&chart, report->objects[i], i,
				TOP + 6 + ROW * row++);
	chart_close(&chart);
	if (more)
		fprintf(out, "<p class=\"note\">These have the most events. %zu"
			" more are not drawn: they are in <a href=\"#others\">the"
			" table of the others</a>.</p>\n", more);
}
