// SPDX-License-Identifier: GPL-2.0-or-later
/* What concerns the whole trace, as tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "report_words.h"
#include "text.h"
#include "write_report_internal.h"
#include "xml.h"

void cell_text(FILE *out, const char *escaped)
{
	fputs("<td>", out);
	xml_put_escaped(out, escaped);
	fputs("</td>", out);
}

void cell_number(FILE *out, __u64 number)
{
	fprintf(out, "<td class=\"n\">%" PRIu64 "</td>", (uint64_t)number);
}

void cell_offset(FILE *out, const struct report *report, __u64 ts)
{
	char text[REPORT_TIME_SIZE];

	fprintf(out, "<td class=\"n\" data-ts=\"%" PRIu64 "\">%s</td>",
		(uint64_t)ts, report_offset(text, report, ts));
}

void cell_process(FILE *out, __u32 pid, const __u8 comm[REC_COMM_LEN])
{
	char who[REPORT_LABEL_SIZE];

	report_process(who, pid, comm);
	cell_text(out, who);
}

void cell_size(FILE *out, __u64 size)
{
	char text[TEXT_HUMAN_SIZE];

	fprintf(out, "<td class=\"n\" title=\"%" PRIu64 " bytes\">%s</td>",
		(uint64_t)size, text_human(text, size));
}

static void put_left(FILE *out, const struct report *report,
		     const struct report_object *obj, size_t index)
{
	char label[REPORT_LABEL_SIZE];

	report_label(label, report, obj);
	fputs("<tr><td><a href=\"#", out);
	write_report_anchor(out, index);
	fputs("\">", out);
	xml_put_escaped(out, label);
	fputs("</a></td>", out);
	fprintf(out, "<td class=\"addr\">0x%08x</td>", obj->key);
	cell_size(out, obj->size);
	if (obj->created.known)
		cell_process(out, obj->created.pid, obj->created.comm);
	else if (obj->cpid)
		cell_process(out, obj->cpid, obj->created.comm);
	else
		cell_text(out, "not known");
	if (obj->created.known)
		cell_offset(out, report, obj->created.ts);
	else
		fputs("<td class=\"n\">not seen</td>", out);
	fprintf(out, "<td><code>ipcrm -m %d</code></td></tr>\n",
		(int)obj->id.number);
}

/* With those to which nothing happened it would be a list of the machine. */
static bool is_left_now(const struct report_object *obj)
{
	return report_is_left_behind(obj) && !report_is_idle(obj);
}

void write_report_left(FILE *out, const struct report *report)
{
	size_t n = 0, rows = 0;

	for (size_t i = 0; i < report->n; i++)
		n += is_left_now(report->objects[i]);
	if (!n)
		return;
	fputs("<h2 id=\"left\">Left behind</h2>\n<p>Segments that are there at the"
	      " end with nobody attached. They keep their memory until somebody"
	      " removes them.</p>\n<div class=\"scroll\"><table class=\"left\">"
	      "<thead><tr><th>segment</th><th>key</th><th class=\"n\">size</th>"
	      "<th>creator</th><th class=\"n\">created, s</th><th>to remove it</th>"
	      "</tr></thead><tbody>\n", out);
	for (size_t i = 0; i < report->n && rows < ROWS_MAX; i++) {
		if (!is_left_now(report->objects[i]))
			continue;
		put_left(out, report, report->objects[i], i);
		rows++;
	}
	fputs("</tbody></table></div>\n", out);
	if (n > rows)
		fprintf(out, "<p class=\"note\">and %zu more.</p>\n", n - rows);
}

void write_report_failures(FILE *out, const struct report *report)
{
	if (!report->n_failures)
		return;
	fprintf(out, "<h2 id=\"failed\">Calls that failed</h2>\n"
		"<div class=\"scroll\"><table class=\"failed\"><thead>"
		"<tr><th class=\"n\">first at, s"
		"</th><th>process</th><th>call</th><th>error</th>"
		"<th class=\"n\">times</th><th class=\"n\">last at, s</th></tr>"
		"</thead><tbody>\n");
	for (size_t i = 0; i < report->n_failures; i++) {
		const struct report_failure *failure = &report->failures[i];

		fputs("<tr>", out);
		cell_offset(out, report, failure->first);
		cell_process(out, failure->pid, failure->comm);
		fputs("<td><code>", out);
		xml_put_escaped(out, failure->text);
		fputs("</code></td>", out);
		cell_text(out, failure->error);
		cell_number(out, failure->count);
		if (failure->count > 1)
			cell_offset(out, report, failure->last);
		else
			cell_text(out, "");
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	if (report->failures_left_out)
		fprintf(out, "<p class=\"note\">%" PRIu64 " more are left out:"
			" the first %d different ones are shown.</p>\n",
			(uint64_t)report->failures_left_out,
			REPORT_FAILURES_MAX);
}

static void cell_time(FILE *out, bool known, __u64 ns)
{
	char text[REPORT_TIME_SIZE];

	if (known)
		fprintf(out, "<td class=\"n\" data-ns=\"%" PRIu64 "\">%s</td>",
			(uint64_t)ns, report_time(text, ns));
	else
		fputs("<td class=\"n\"></td>", out);
}

static __u64 percentile(const struct stat_counts *counts, unsigned int percent)
{
	int slot = stat_percentile(counts, percent);

	if (slot < 0)
		return 0;
	return slot + 1 < STAT_SLOTS &&
	       stat_slot_start(slot + 1) < counts->max ?
	       stat_slot_start(slot + 1) : counts->max;
}

/* Bars of powers of two of a nanosecond, from the first that has any. */
static void put_histogram(FILE *out, const struct stat_counts *counts,
			  int first, int last)
{
	__u64 most = 0;

	for (int i = first; i <= last; i++)
		if (most < counts->slots[i])
			most = counts->slots[i];
	fprintf(out, "<td><svg class=\"bars\" viewBox=\"0 0 %d 24\" width=\"%d\""
		" height=\"24\" role=\"img\" aria-label=\"distribution\">",
		10 * (last - first + 1), 10 * (last - first + 1));
	for (int i = first; most && i <= last; i++) {
		double height = 22. * counts->slots[i] / most;
		char from[REPORT_TIME_SIZE];

		if (!counts->slots[i])
			continue;
		fprintf(out, "<g><title>%" PRIu64 " from %s on</title><rect"
			" x=\"%d\" y=\"%.1f\" width=\"9\" height=\"%.1f\"/></g>",
			(uint64_t)counts->slots[i],
			report_time(from, stat_slot_start(i)), 10 * (i - first),
			24 - (height < 1 ? 1 : height), height < 1 ? 1 : height);
	}
	fputs("</svg></td>", out);
}

static void put_latency(FILE *out, const struct stat_row *row, int first,
			int last)
{
	const struct stat_counts *counts = &row->counts;
	bool timed = counts->timed;
	const char *result = row->key.flags & STAT_SECCOMP ? "SIGSYS" :
			     row->key.err ? strerrorname_np(row->key.err) :
			     event_cause_name(row->key.cause) ?: "";

	fprintf(out, "<tr><td>%s%s</td>", event_kind_name(row->key.kind),
		row->key.flags & STAT_COMPAT ? " (32-bit)" : "");
	cell_text(out, result ?: "?");
	cell_number(out, counts->count);
	cell_time(out, timed, stat_mean(counts));
	cell_time(out, timed, percentile(counts, 50));
	cell_time(out, timed, percentile(counts, 99));
	cell_time(out, timed, counts->max);
	if (timed)
		put_histogram(out, counts, first, last);
	else
		fputs("<td></td>", out);
	fputs("</tr>\n", out);
}

void write_report_latencies(FILE *out, const struct report *report)
{
	struct stat_table table = {};
	int first = STAT_SLOTS, last = -1;

	if (stat_rows_read(&report->rows, &table))
		err_nomem();
	for (size_t i = 0; i < table.n; i++) {
		for (int s = 0; s < STAT_SLOTS; s++) {
			if (!table.rows[i].counts.slots[s])
				continue;
			first = s < first ? s : first;
			last = s > last ? s : last;
		}
	}
	if (table.n)
		fputs("<h2 id=\"latencies\">Events and latencies</h2>\n"
		      "<div class=\"scroll\"><table class=\"latencies\"><thead><tr><th>event</th>"
		      "<th>result, cause</th><th class=\"n\">events</th>"
		      "<th class=\"n\">mean</th><th class=\"n\">half below</th>"
		      "<th class=\"n\">99 % below</th><th class=\"n\">longest"
		      "</th><th>distribution</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < table.n; i++)
		put_latency(out, &table.rows[i], first, last);
	if (table.n)
		fputs("</tbody></table></div>\n", out);
	if (table.n && last >= 0)
		fprintf(out, "<p class=\"note\">From the entry of a call to its"
			" return. Times are counted in powers of two of a"
			" nanosecond: what half and 99 of 100 lie below can be up"
			" to twice the exact value. Mean and longest are exact."
			"</p>\n");
	else if (table.n)
		fputs("<p class=\"note\">This trace has no durations: by"
		      " tracepoint they take trace's --entry.</p>\n", out);
	stat_table_free(&table);
}

void write_report_idle(FILE *out, const struct report *report)
{
	char label[REPORT_LABEL_SIZE];
	size_t n = 0, rows = 0;

	for (size_t i = 0; i < report->n; i++)
		n += report_is_idle(report->objects[i]);
	if (!n)
		return;
	fprintf(out, "<h2 id=\"idle\">There all the time</h2>\n<details class=\""
		"idle\"><summary>%zu segment%s to which nothing happened"
		"</summary>\n<div class=\"scroll\"><table><thead><tr><th>segment</th><th>key</th>"
		"<th class=\"n\">size</th><th class=\"n\">nattch</th><th"
		">creator</th><th>at the end</th></tr></thead><tbody>\n", n,
		text_plural(n));
	for (size_t i = 0; i < report->n && rows < ROWS_MAX; i++) {
		const struct report_object *obj = report->objects[i];

		if (!report_is_idle(obj))
			continue;
		report_label(label, report, obj);
		fputs("<tr>", out);
		cell_text(out, label);
		fprintf(out, "<td class=\"addr\">0x%08x</td>", obj->key);
		cell_size(out, obj->size);
		cell_number(out, obj->nattch);
		cell_process(out, obj->cpid, obj->created.comm);
		report_state_words(label, report, obj);
		cell_text(out, label);
		fputs("</tr>\n", out);
		rows++;
	}
	fputs("</tbody></table></div>\n", out);
	if (n > rows)
		fprintf(out, "<p class=\"note\">and %zu more.</p>\n", n - rows);
	fputs("</details>\n", out);
}
