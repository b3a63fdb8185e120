// SPDX-License-Identifier: GPL-2.0-or-later
/* One object in time: what happened, who had it, how many attachments there were. */
#include <inttypes.h>
#include <stdio.h>

#include "chart.h"
#include "report_words.h"
#include "write_report_internal.h"
#include "xml.h"

#define AXIS_Y		18
#define MARKS_Y		34	/* middle of their line */
#define LANES_Y		50
#define ROW		11	/* a span is so high, */
#define ROW_GAP		2
#define LANE_GAP	7
#define STEPS_GAP	14
#define STEPS		52
#define NAME_MAX_LEN	24	/* characters that the gutter has room for */

struct timeline {
	struct chart chart;
	const struct report_object *obj;
	struct lanes lanes;
	double lanes_end, steps_top, steps_bottom;
};

/*
 * From a little before its first event to a little after the last: what lies
 * between the end of these and that of the trace is nothing but waiting.
 */
static void set_times(struct timeline *t)
{
	const struct report *report = t->chart.report;
	const struct report_object *obj = t->obj;
	__u64 first = obj->events ? obj->first_event : obj->first;
	__u64 length = obj->last > first ? obj->last - first : 0;
	__u64 pad = length / 20 + (report->to - report->from) / 500 + 1000;

	t->chart.from = first > report->from + pad ? first - pad : report->from;
	t->chart.to = obj->last + pad < report->to ? obj->last + pad :
						      report->to;
	if (t->chart.to < obj->last)
		t->chart.to = obj->last;
	if (t->chart.from >= t->chart.to)
		t->chart.to = t->chart.from + 1000;
}

static void set_places(struct timeline *t)
{
	double y = LANES_Y;

	for (size_t i = 0; i < t->lanes.n; i++) {
		struct lane *lane = &t->lanes.list[i];

		lane->y = y;
		y += (lane->rows ?: 1) * (ROW + ROW_GAP) + LANE_GAP;
	}
	if (t->lanes.more)
		y += ROW + LANE_GAP;
	t->lanes_end = y;
	t->steps_top = y + STEPS_GAP;
	t->steps_bottom = t->steps_top + STEPS;
}

static double row_y(const struct timeline *t, size_t span)
{
	const struct lane *lane = &t->lanes.list[t->obj->spans[span]->lane];

	return lane->y + (t->lanes.row[span] - 1) * (ROW + ROW_GAP);
}

/* Cut to what there is room for; the title has all of it. */
static void put_name(const struct timeline *t, double y, const char *name)
{
	size_t n = 0, len = 0;

	while (name[len] && n < NAME_MAX_LEN) {
		len++;
		while ((name[len] & 0xc0) == 0x80)
			len++;
		n++;
	}
	fprintf(t->chart.out, "<text class=\"name\" x=\"%d\" y=\"%.1f\">",
		CHART_GUTTER - 10, y);
	/* Bytes that are escaped already: nothing of it is touched again. */
	fprintf(t->chart.out, "<tspan>");
	xml_put_cut(t->chart.out, name, len);
	fprintf(t->chart.out, "</tspan>%s", name[len] ? "\342\200\246" : "");
	chart_title(&t->chart, name);
	fputs("</text>\n", t->chart.out);
}

static void put_lanes(const struct timeline *t)
{
	char name[REPORT_LABEL_SIZE];

	for (size_t i = 0; i < t->lanes.n; i++) {
		const struct lane *lane = &t->lanes.list[i];

		report_process(name, lane->pid, lane->comm);
		put_name(t, lane->y + ROW - 1, name);
		fprintf(t->chart.out, "<path class=\"lane\" d=\"M%d %.1fH%d\"/>\n",
			CHART_GUTTER, lane->y - LANE_GAP / 2. - 1, CHART_RIGHT);
	}
	if (t->lanes.more) {
		snprintf(name, sizeof(name), "and %zu more%s", t->lanes.more,
			 t->obj->spans_left_out ? ", at least" : " processes");
		put_name(t, t->lanes_end - LANE_GAP, name);
	}
}

/* "123 perl: 0x7f00-0x7f10, by shmat at 0.01 s, for 1.2 ms, ended by exit" */
static void describe(const struct timeline *t, const struct report_span *span,
		     char *text, size_t size)
{
	char who[REPORT_LABEL_SIZE], begin[REPORT_LABEL_SIZE];
	char at[REPORT_TIME_SIZE], took[REPORT_TIME_SIZE];

	report_process(who, span->pid, span->comm);
	report_begin_words(begin, span);
	snprintf(text, size, "%.100s: %#" PRIx64 "-%#" PRIx64
		 "; begin: %.60s, %s s; for %s; end: %s", who,
		 (uint64_t)span->addr, (uint64_t)span->end, begin,
		 report_offset(at, t->chart.report, span->from),
		 report_time(took, span->to - span->from),
		 report_end_words(t->chart.report, span));
}

static const char *const span_classes[] = {
	[REPORT_BEFORE]	 = "before",
	[REPORT_UNSEEN]	 = "before",
	[REPORT_SHMAT]	 = "shmat",
	[REPORT_INHERIT] = "inherit",
	[REPORT_SPLIT]	 = "split",
	[REPORT_MAP]	 = "shmat",
};

/* An end that is not in the picture has an arrow there. */
static void put_ends(const struct timeline *t, const struct report_span *span,
		     double x, double end, double y)
{
	FILE *out = t->chart.out;

	if (span->begin == REPORT_BEFORE || span->begin == REPORT_UNSEEN)
		fprintf(out, "<path class=\"end\" d=\"M%.1f %.1fl-5 %.1fl5 %.1f\"/>",
			x, y, ROW / 2., ROW / 2.);
	if (span->ending == REPORT_OPEN)
		fprintf(out, "<path class=\"end\" d=\"M%.1f %.1fl6 %.1fl-6 %.1f\"/>",
			end, y, ROW / 2., ROW / 2.);
	else if (span->ending == REPORT_VANISHED)
		fprintf(out, "<text class=\"unsure\" x=\"%.1f\" y=\"%.1f\">?</text>",
			end + 2, y + ROW - 1.5);
}

static void put_span(const struct timeline *t, size_t i)
{
	const struct report_span *span = t->obj->spans[i];
	double x = chart_x(&t->chart, span->from);
	double end = chart_x(&t->chart, span->to), y = row_y(t, i);
	FILE *out = t->chart.out;
	char text[512];

	describe(t, span, text, sizeof(text));
	if (span->ending == REPORT_OPEN)
		end = CHART_RIGHT;
	if (end - x < 2)
		end = x + 2;
	fprintf(out, "<g class=\"span %s\" tabindex=\"0\" data-pid=\"%u\""
		" data-from=\"%" PRIu64 "\" data-to=\"%" PRIu64 "\">",
		span_classes[span->begin], span->pid, (uint64_t)span->from,
		(uint64_t)span->to);
	chart_title(&t->chart, text);
	fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\""
		" rx=\"2\"/>", x, y, end - x, ROW);
	if (span->begin == REPORT_INHERIT)
		fprintf(out, "<rect class=\"hatch\" x=\"%.1f\" y=\"%.1f\""
			" width=\"%.1f\" height=\"%d\" rx=\"2\"/>", x, y,
			end - x, ROW);
	put_ends(t, span, x, end, y);
	fputs("</g>\n", out);
}

/* From the line of who forked to that of the child. */
static bool put_arrow(const struct timeline *t, size_t child)
{
	const struct report_span *span = t->obj->spans[child];
	double x = chart_x(&t->chart, span->from), to = row_y(t, child);
	double from;

	for (size_t i = 0; i < t->lanes.n; i++) {
		const struct lane *lane = &t->lanes.list[i];

		if (lane->pid != span->ppid || i == span->lane)
			continue;
		from = lane->y + ROW / 2.;
		to += to > from ? 0 : ROW;
		fprintf(t->chart.out, "<path class=\"fork\" marker-end=\"url(#tip)\""
			" d=\"M%.1f %.1fV%.1f\"/>", x, from, to);
		return true;
	}
	return false;
}

static void put_spans(const struct timeline *t)
{
	unsigned int arrows = 0;

	for (size_t i = 0; i < t->obj->n_spans; i++)
		if (t->lanes.row[i])
			put_span(t, i);
	fputs("<g class=\"forks\">", t->chart.out);
	for (size_t i = 0; i < t->obj->n_spans && arrows < DRAW_ARROWS; i++)
		if (t->lanes.row[i] &&
		    t->obj->spans[i]->begin == REPORT_INHERIT)
			arrows += put_arrow(t, i);
	fputs("</g>\n", t->chart.out);
}

/* Each has its own shape: filled disc, cross, square, triangle, ring. */
static void put_shape(FILE *out, enum report_mark_kind kind, double x)
{
	static const char *const shapes[REPORT_MARK_MAX] = {
		[REPORT_MARK_CREATE]  = "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
		[REPORT_MARK_RMID]    = "m-5-5l10 10m0-10l-10 10",
		[REPORT_MARK_DESTROY] = "m-5-5h10v10h-10z",
		[REPORT_MARK_FAILED]  = "m0-5l5.5 10h-11z",
		[REPORT_MARK_OTHER]   = "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
	};

	fprintf(out, "<path class=\"shape\" d=\"M%.1f %d%s\"/>", x, MARKS_Y,
		shapes[kind]);
}

static void put_mark(const struct timeline *t, const struct report_mark *mark)
{
	static const char *const classes[REPORT_MARK_MAX] = {
		"create", "rmid", "destroy", "failed", "other",
	};
	char who[REPORT_LABEL_SIZE], at[REPORT_TIME_SIZE], text[1024];
	double x = chart_x(&t->chart, mark->ts);
	FILE *out = t->chart.out;

	report_process(who, mark->pid, mark->comm);
	snprintf(text, sizeof(text), "%s: %s, by %.100s, %s s",
		 report_mark_words(mark->kind), mark->text, who,
		 report_offset(at, t->chart.report, mark->ts));
	fprintf(out, "<g class=\"mark %s\" tabindex=\"0\" data-pid=\"%u\">",
		classes[mark->kind], mark->pid);
	chart_title(&t->chart, text);
	if (mark->kind <= REPORT_MARK_DESTROY)
		fprintf(out, "<path class=\"line\" d=\"M%.1f %dV%.1f\"/>", x,
			MARKS_Y, t->steps_bottom);
	put_shape(out, mark->kind, x);
	fputs("</g>\n", out);
}

static void put_steps(const struct timeline *t)
{
	const struct report_object *obj = t->obj;
	FILE *out = t->chart.out;
	const char *what = report_is_segment(obj) ? "nattch" : "mappings seen";

	if (!obj->n_points)
		return;
	fprintf(out, "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>"
		"<text class=\"scale\" x=\"%d\" y=\"%.1f\">0</text>"
		"<path class=\"lane\" d=\"M%d %.1fH%d\"/>\n",
		CHART_GUTTER - 28, (t->steps_top + t->steps_bottom) / 2 + 4,
		what, CHART_GUTTER - 8, t->steps_bottom + 4, CHART_GUTTER, t->steps_bottom,
		CHART_RIGHT);
	if (obj->nattch_max)
		fprintf(out, "<text class=\"scale\" x=\"%d\" y=\"%.1f\">%" PRIu64
			"</text>\n", CHART_GUTTER - 8, t->steps_top + 5,
			(uint64_t)obj->nattch_max);
	chart_steps(&t->chart, obj, t->steps_top, t->steps_bottom, "area", true);
	chart_steps(&t->chart, obj, t->steps_top, t->steps_bottom, "steps",
		    false);
}

void write_report_timeline(FILE *out, const struct report *report,
			   const struct report_object *obj)
{
	struct timeline t = {
		.chart = { .out = out, .report = report }, .obj = obj,
	};
	char label[REPORT_LABEL_SIZE], text[REPORT_LABEL_SIZE + 32];

	set_times(&t);
	lanes_fill(&t.lanes, obj);
	set_places(&t);
	report_label(label, report, obj);
	snprintf(text, sizeof(text), "timeline of %s", label);
	chart_open(&t.chart, "timeline", text, t.steps_bottom + 8);
	chart_axis(&t.chart, AXIS_Y - 4, t.steps_bottom);
	put_lanes(&t);
	put_steps(&t);
	for (size_t i = 0; i < obj->n_marks; i++)
		put_mark(&t, &obj->marks[i]);
	put_spans(&t);
	chart_close(&t.chart);
	if (t.lanes.left_out || obj->spans_left_out)
		fprintf(out, "<p class=\"note\">%" PRIu64 " attachments are not"
			" drawn, %zu processes%s have no line of their own.</p>\n",
			(uint64_t)(t.lanes.left_out + obj->spans_left_out),
			t.lanes.more, obj->spans_left_out ? " or more" : "");
	lanes_free(&t.lanes);
}
