// SPDX-License-Identifier: GPL-2.0-or-later
/* What was traced and how, the sums, and what is missing, before all else. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "report_words.h"
#include "write_report_internal.h"
#include "xml.h"

#define NS_PER_SEC	1000000000ull

static void put_time(FILE *out, const struct report *report, __u64 ts)
{
	time_t sec = anchors_time(&report->anchors, ts) / NS_PER_SEC;
	char when[64];
	struct tm tm;

	if (!localtime_r(&sec, &tm) ||
	    !strftime(when, sizeof(when), "%F %T %z", &tm))
		strcpy(when, "-");
	fprintf(out, "<time>%s</time>", when);
}

static void put_when(FILE *out, const struct report *report)
{
	char took[REPORT_TIME_SIZE];

	put_time(out, report, report->from);
	fprintf(out, ", %s to the last event",
		report_time(took, report->to - report->from));
	if (report->anchors.n < 2)
		return;
	fputs(" at ", out);
	put_time(out, report, report->to);
	fputs(" (the clock was set meanwhile)", out);
}

static void put_status(FILE *out, const struct trace_end *end)
{
	int status = end->command_status;

	if (strcmp(end->reason, "command"))
		return;
	if (WIFSIGNALED(status))
		fprintf(out, " The command was killed by signal %d.",
			WTERMSIG(status));
	else
		fprintf(out, " The command exited with status %d.",
			WEXITSTATUS(status));
}

static void put_source(FILE *out, const struct report *report,
		       const struct report_page *page)
{
	fputs("<p class=\"source\"><code>", out);
	xml_put_text(out, page->source);
	fputs("</code><br/>", out);
	put_when(out, report);
	fputs(", traced by ", out);
	xml_put_text(out, report->start.backend);
	fputs(" (shmviz ", out);
	xml_put_text(out, report->start.version);
	fputs(").", out);
	if (report->start.redacted)
		fputs(" Keys and names are stand-ins.", out);
	put_status(out, &report->end);
	fputs("</p>\n", out);
}

static void card(FILE *out, const char *id, uint64_t n, const char *what,
		 const char *link)
{
	fprintf(out, "<li class=\"card\" id=\"n-%s\">", id);
	if (link && n)
		fprintf(out, "<a href=\"#%s\">", link);
	fprintf(out, "<b>%" PRIu64 "</b> %s", n, what);
	fputs(link && n ? "</a></li>\n" : "</li>\n", out);
}

static void put_cards(FILE *out, const struct report *report)
{
	size_t made = 0, before = 0, gone = 0, left = 0;

	for (size_t i = 0; i < report->n; i++) {
		const struct report_object *obj = report->objects[i];

		made += obj->created.known;
		before += obj->begin == REPORT_BEFORE;
		if (report_is_idle(obj))
			continue;
		gone += report_is_gone(obj);
		left += report_is_left_behind(obj);
	}
	fputs("<ul class=\"cards\">\n", out);
	card(out, "made", made + report->objects_left_out_made, "created", NULL);
	card(out, "gone", gone + report->objects_left_out, "gone", NULL);
	card(out, "left", left, "left behind", "left");
	card(out, "before", before, "there before", NULL);
	card(out, "events", report->events, "events", "latencies");
	card(out, "failed", report->failed, "calls failed", "failed");
	card(out, "lost", report->lost, "events lost", "missing");
	fputs("</ul>\n", out);
}

static void put_losses(FILE *out, const struct report *report)
{
	static const char *const reasons[] = {
		[LOST_FULL] = "the buffer was full",
		[LOST_MISSED] = "a hook was passed while it was preempted",
		[LOST_UNIDENTIFIED] = "the segment of a shmdt could not be"
				      " looked up",
	};
	char at[REPORT_TIME_SIZE];

	if (!report->lost)
		return;
	fprintf(out, "<li class=\"bad\">%" PRIu64 " events were lost: what is"
		" below lacks them.", (uint64_t)report->lost);
	for (size_t i = 0; i < report->n_losses; i++) {
		const struct report_loss *loss = &report->losses[i];

		fprintf(out, "%s%" PRIu64 " after %s s, %s", i ? "; " : " ",
			(uint64_t)loss->count,
			report_offset(at, report, loss->after),
			reasons[loss->why]);
	}
	fputs(report->n_losses ? ".</li>\n" : "</li>\n", out);
}

static void put_left_out(FILE *out, const struct report *report)
{
	if (report->objects_left_out)
		fprintf(out, "<li>%" PRIu64 " objects that were gone have no"
			" section here, with %" PRIu64 " events: those with the"
			" most events do. They are in the sums.</li>\n",
			(uint64_t)report->objects_left_out,
			(uint64_t)report->objects_left_out_events);
}

static bool is_complete(const struct report *report,
			const struct report_page *page)
{
	return report->ended && !report->lost && !page->filters[0] &&
	       !report->end.filtered && !report->start.blind[0] &&
	       !report->objects_left_out;
}

/* What the reader has to know before believing what follows. */
static void put_missing(FILE *out, const struct report *report,
			const struct report_page *page)
{
	if (is_complete(report, page)) {
		fputs("<p class=\"complete\" id=\"missing\">Nothing was lost, and"
		      " nothing was out of sight.</p>\n", out);
		return;
	}
	fputs("<aside id=\"missing\"><h2>What is missing</h2>\n<ul>\n", out);
	put_losses(out, report);
	if (!report->ended)
		fputs("<li class=\"bad\">The trace was cut off: it has no end."
		      " What came after its last event is not known.</li>\n",
		      out);
	for (size_t i = 0; report->start.blind[i]; i++) {
		fputs("<li>Not seen: ", out);
		xml_put_text(out, report->start.blind[i]);
		fputs(".</li>\n", out);
	}
	if (report->vmas_unseen)
		fputs("<li>So an attachment without an end may have ended: its"
		      " process may be gone.</li>\n", out);
	if (page->filters[0]) {
		fputs("<li>Only what passes <code>", out);
		xml_put_text(out, page->filters);
		fprintf(out, "</code>");
		if (report->filtered_now)
			fprintf(out, ": %" PRIu64 " of what was recorded is left"
				" out", (uint64_t)report->filtered_now);
		fputs(".</li>\n", out);
	}
	if (report->end.filtered)
		fprintf(out, "<li>%" PRIu64 " events were filtered out when it was"
			" traced: of other processes, or not asked for.</li>\n",
			(uint64_t)report->end.filtered);
	put_left_out(out, report);
	fputs("</ul></aside>\n", out);
}

void write_report_head(FILE *out, const struct report *report,
		       const struct report_page *page)
{
	put_source(out, report, page);
	put_cards(out, report);
	put_missing(out, report, page);
}
