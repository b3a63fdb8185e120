// SPDX-License-Identifier: GPL-2.0-or-later
/* What was counted, for a person. */
#include <stdio.h>
#include <time.h>

#include "text.h"
#include "write_run.h"
#include "write_stat.h"

#define NS_PER_SEC	1000000000ull

static struct anchors anchors;
static bool has_latency;

static void text_start(const struct stat_start *start)
{
	anchors_free(&anchors);
	anchors_add(&anchors, &start->anchor);
	fputs(start->past ? "counted what was traced by " :
	      "counting System V shared memory by ", stderr);
	write_run_source(stderr, start->backend, start->past, start->why,
			 start->blind);
	if (start->redacted)
		puts(TEXT_REDACTED);
}

static void note_latency(const struct stat_table *table)
{
	for (size_t i = 0; i < table->n && !has_latency; i++)
		has_latency = table->rows[i].counts.timed;
}

static void print_lost(const struct stat_report *report)
{
	__u64 known = report->missed + report->unidentified;

	if (report->lost > known)
		printf("LOST %llu: no room for a row; a larger --rows has more\n",
		       report->lost - known);
	if (report->missed)
		printf("LOST %llu: tasks preempted others in a hook, and it let"
		       " them pass\n", report->missed);
	if (report->unidentified)
		printf("LOST %llu: the segment of a shmdt could not be looked up,"
		       " so no filter could tell\n", report->unidentified);
}

static void text_interval(const struct stat_report *report)
{
	time_t sec = anchors_time(&anchors, report->to) / NS_PER_SEC;
	char text[16];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%T", &tm);
	printf("%s, %.3g s: %llu events\n", text,
	       (double)(report->to - report->from) / NS_PER_SEC,
	       stat_table_count(report->table));
	write_stat_results(stdout, report->table, false);
	print_lost(report);
	putchar('\n');
	note_latency(report->table);
}

static void text_anchor(const struct anchor *anchor)
{
	write_run_anchor(stdout, &anchors, anchor);
}

static void text_end(const struct stat_report *report,
		     const struct stat_end *end)
{
	note_latency(report->table);
	printf("Total of %.3g s\n",
	       (double)(report->to - report->from) / NS_PER_SEC);
	if (report->table->n) {
		putchar('\n');
		write_stat_results(stdout, report->table, true);
		putchar('\n');
		write_stat_processes(stdout, report->table);
		putchar('\n');
	}
	if (has_latency) {
		write_stat_histogram(stdout, report->table);
		putchar('\n');
	}
	if (report->unnamed)
		printf("%llu events are of processes that found no room; a"
		       " larger --rows has more\n", report->unnamed);
	print_lost(report);
	write_run_command(stdout, end->reason, end->command_status);
	printf("%llu seen, %llu counted, %llu lost, %llu filtered\n",
	       report->seen, stat_table_count(report->table), report->lost,
	       report->filtered);
}

const struct stat_writer stat_writer_text = {
	.start		= text_start,
	.interval	= text_interval,
	.anchor		= text_anchor,
	.end		= text_end,
};
