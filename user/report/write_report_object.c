// SPDX-License-Identifier: GPL-2.0-or-later
/* The section of one object: facts, its timeline, and the same as tables. */
#include <inttypes.h>
#include <stdio.h>

#include "report_words.h"
#include "text.h"
#include "write_report_internal.h"
#include "xml.h"

#define POINTS_MAX	200	/* rows of nattch */

void write_report_anchor(FILE *out, size_t index)
{
	fprintf(out, "o%zu", index + 1);
}

static void put_deed(FILE *out, const struct report *report, const char *what,
		     const struct report_deed *deed)
{
	char who[REPORT_LABEL_SIZE], at[REPORT_TIME_SIZE];

	report_process(who, deed->pid, deed->comm);
	fprintf(out, "<div><dt>%s</dt><dd>", what);
	if (deed->known)
		fprintf(out, "%s s, by ", report_offset(at, report, deed->ts));
	xml_put_escaped(out, who);
	fputs("</dd></div>\n", out);
}

static void put_begin(FILE *out, const struct report *report,
		      const struct report_object *obj)
{
	if (obj->created.known)
		put_deed(out, report, "created", &obj->created);
	else if (obj->begin == REPORT_BEFORE)
		fputs("<div><dt>created</dt><dd>before the trace</dd></div>\n",
		      out);
	else
		fputs("<div><dt>created</dt><dd>not seen</dd></div>\n", out);
	if (!obj->created.known && (obj->created.pid || obj->cpid)) {
		struct report_deed by = obj->created;

		by.pid = obj->cpid ?: by.pid;
		put_deed(out, report, "creator", &by);
	}
}

static void put_facts(FILE *out, const struct report *report,
		      const struct report_object *obj)
{
	char size[TEXT_HUMAN_SIZE], state[REPORT_LABEL_SIZE];

	report_state_words(state, report, obj);
	fputs("<dl class=\"facts\">\n", out);
	if (obj->have_segment) {
		if (obj->key)
			fprintf(out, "<div><dt>key</dt><dd>0x%08x</dd></div>\n",
				obj->key);
		else
			fputs("<div><dt>key</dt><dd>none</dd></div>\n", out);
		fprintf(out, "<div><dt>mode</dt><dd>%04o</dd></div>\n",
			obj->mode & 0777);
	}
	fprintf(out, "<div><dt>size</dt><dd title=\"%" PRIu64 " bytes\">%s</dd>"
		"</div>\n", (uint64_t)obj->size, text_human(size, obj->size));
	put_begin(out, report, obj);
	if (obj->rmid.known)
		put_deed(out, report, "marked (IPC_RMID)", &obj->rmid);
	if (obj->destroyed.known)
		put_deed(out, report, "destroyed", &obj->destroyed);
	fprintf(out, "<div><dt>at the end</dt><dd>");
	xml_put_escaped(out, state);
	fprintf(out, "</dd></div>\n<div><dt>%s, at most</dt><dd class=\"most\">%"
		PRIu64 "</dd></div>\n<div><dt>events</dt><dd>%" PRIu64 "</dd>"
		"</div>\n", report_is_segment(obj) ? "nattch" : "mappings",
		(uint64_t)obj->nattch_max, (uint64_t)obj->events);
	fputs("</dl>\n", out);
}

static void put_span_row(FILE *out, const struct report *report,
			 const struct report_span *span)
{
	char begin[REPORT_LABEL_SIZE], took[REPORT_TIME_SIZE];

	fputs("<tr>", out);
	cell_process(out, span->pid, span->comm);
	fprintf(out, "<td class=\"addr\">%#" PRIx64 "</td>",
		(uint64_t)span->addr);
	report_begin_words(begin, span);
	cell_text(out, begin);
	if (span->begin == REPORT_BEFORE || span->begin == REPORT_UNSEEN)
		cell_text(out, "");
	else
		cell_offset(out, report, span->from);
	cell_text(out, report_end_words(report, span));
	if (span->ending == REPORT_OPEN)
		cell_text(out, "");
	else
		cell_offset(out, report, span->to);
	fprintf(out, "<td class=\"n\">%s</td></tr>\n",
		report_time(took, span->to - span->from));
}

static void put_spans(FILE *out, const struct report *report,
		      const struct report_object *obj)
{
	size_t n = obj->n_spans < ROWS_MAX ? obj->n_spans : ROWS_MAX;
	uint64_t all = obj->n_spans + obj->spans_left_out;

	if (!all)
		return;
	fprintf(out, "<details class=\"spans\"><summary>%" PRIu64 " attachment%s"
		"</summary>\n<div class=\"scroll\"><table><thead>"
		"<tr><th>process</th><th>address</th>"
		"<th>by</th><th class=\"n\">from, s</th><th>ended by</th>"
		"<th class=\"n\">to, s</th><th class=\"n\">for</th></tr></thead>"
		"<tbody>\n", all, text_plural(all));
	for (size_t i = 0; i < n; i++)
		put_span_row(out, report, obj->spans[i]);
	fputs("</tbody></table></div>\n", out);
	if (all > n)
		fprintf(out, "<p class=\"note\">%" PRIu64 " more are left out:"
			" the trace has them.</p>\n", all - n);
	fputs("</details>\n", out);
}

static void put_marks(FILE *out, const struct report *report,
		      const struct report_object *obj)
{
	if (!obj->n_marks)
		return;
	fprintf(out, "<details class=\"marks\"><summary>%zu mark%s</summary>\n"
		"<div class=\"scroll\"><table><thead><tr><th class=\"n\">at, s</th><th>what</th>"
		"<th>process</th><th>call or event</th></tr></thead><tbody>\n",
		obj->n_marks, text_plural(obj->n_marks));
	for (size_t i = 0; i < obj->n_marks; i++) {
		const struct report_mark *mark = &obj->marks[i];

		fputs("<tr>", out);
		cell_offset(out, report, mark->ts);
		cell_text(out, report_mark_words(mark->kind));
		cell_process(out, mark->pid, mark->comm);
		fputs("<td><code>", out);
		xml_put_escaped(out, mark->text);
		fputs("</code></td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	if (obj->marks_left_out)
		fprintf(out, "<p class=\"note\">%" PRIu64 " more are left out."
			"</p>\n", (uint64_t)obj->marks_left_out);
	fputs("</details>\n", out);
}

static void put_points(FILE *out, const struct report *report,
		       const struct report_object *obj)
{
	size_t n = obj->n_points < POINTS_MAX ? obj->n_points : POINTS_MAX;

	if (!n)
		return;
	fprintf(out, "<details class=\"points\"><summary>%s, step by step"
		"</summary>\n<div class=\"scroll\"><table><thead><tr><th class=\"n\">from, s</th>"
		"<th class=\"n\">number</th></tr></thead><tbody>\n",
		report_is_segment(obj) ? "nattch" : "mappings");
	for (size_t i = 0; i < n; i++) {
		const struct report_point *point = &obj->points[i];

		fputs("<tr>", out);
		cell_offset(out, report, point->ts);
		if (point->min == point->max)
			cell_number(out, point->last);
		else
			fprintf(out, "<td class=\"n\">%" PRIu64 " to %" PRIu64
				", then %" PRIu64 "</td>", (uint64_t)point->min,
				(uint64_t)point->max, (uint64_t)point->last);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	if (obj->n_points > n)
		fprintf(out, "<p class=\"note\">%zu more steps are left out.</p>"
			"\n", obj->n_points - n);
	fputs("</details>\n", out);
}

void write_report_object(FILE *out, const struct report *report,
			 const struct report_object *obj, size_t index)
{
	char label[REPORT_LABEL_SIZE];

	report_label(label, report, obj);
	fputs("<section class=\"object\" id=\"", out);
	write_report_anchor(out, index);
	fputs("\">\n<h3>", out);
	xml_put_escaped(out, label);
	if (report_is_left_behind(obj))
		fputs(" <span class=\"badge\">left behind</span>", out);
	fputs("</h3>\n", out);
	put_facts(out, report, obj);
	write_report_timeline(out, report, obj);
	put_spans(out, report, obj);
	put_marks(out, report, obj);
	put_points(out, report, obj);
	fputs("</section>\n", out);
}

static void put_other(FILE *out, const struct report *report,
		      const struct report_object *obj, size_t index)
{
	char label[REPORT_LABEL_SIZE];

	report_label(label, report, obj);
	fputs("<tr id=\"", out);
	write_report_anchor(out, index);
	fputs("\">", out);
	cell_text(out, label);
	if (obj->have_segment)
		fprintf(out, "<td class=\"addr\">0x%08x</td>", obj->key);
	else
		cell_text(out, "");
	cell_size(out, obj->size);
	if (obj->created.known) {
		cell_offset(out, report, obj->created.ts);
		cell_process(out, obj->created.pid, obj->created.comm);
	} else {
		cell_text(out, "");
		cell_text(out, "");
	}
	if (obj->destroyed.known)
		cell_offset(out, report, obj->destroyed.ts);
	else
		cell_text(out, "");
	report_state_words(label, report, obj);
	cell_text(out, label);
	cell_number(out, obj->n_spans + obj->spans_left_out);
	cell_number(out, obj->events);
	fputs("</tr>\n", out);
}

void write_report_others(FILE *out, const struct report *report,
			 const struct choice *choice)
{
	if (!choice->others)
		return;
	fputs("<h2 id=\"others\">The others</h2>\n<p>Nobody was seen to attach"
	      " them, or there were too many to draw.</p>\n<div class=\"scroll\">"
	      "<table class=\"others\"><thead><tr><th>object</th><th>key</th>"
	      "<th class=\"n\">size</th><th class=\"n\">created, s</th><th>by"
	      "</th><th class=\"n\">destroyed, s</th><th>at the end</th><th"
	      " class=\"n\">attachments</th><th class=\"n\">events</th></tr>"
	      "</thead><tbody>\n", out);
	for (size_t i = 0; i < report->n; i++)
		if (!report_is_idle(report->objects[i]) && !choice->section[i])
			put_other(out, report, report->objects[i], i);
	fputs("</tbody></table></div>\n", out);
}
