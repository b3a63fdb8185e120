// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts by result and by process. */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "event.h"
#include "table.h"
#include "term.h"
#include "text.h"
#include "write_stat.h"

/* A table of more is no help to a person; --json has all. */
#define PROCESSES_MAX	20

/* Columns that it takes to show each kind, and a name, with room to spare. */
#define PROCESSES_WIDE	100

#define CELL_MAX	(TEXT_ESCAPED_SIZE(REC_COMM_LEN) + 32)

const char *write_stat_time(char dst[STAT_TIME_SIZE], __u64 ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	double value = ns;
	int unit = 0;

	/* Not 1e+03 of the smaller one. */
	for (; value >= 999.5 && unit < 3; unit++)
		value /= 1000;
	snprintf(dst, STAT_TIME_SIZE, value < 999.5 ? "%.3g%s" : "%.0f%s",
		 value, units[unit]);
	return dst;
}

static void put_percentile(char cell[CELL_MAX],
			   const struct stat_counts *counts,
			   unsigned int percent)
{
	int slot = stat_percentile(counts, percent);
	char time[STAT_TIME_SIZE];

	if (slot < STAT_SLOTS - 1)
		snprintf(cell, CELL_MAX, "<%s",
			 write_stat_time(time, stat_slot_start(slot + 1)));
	else
		snprintf(cell, CELL_MAX, ">%s",
			 write_stat_time(time, stat_slot_start(slot)));
}

enum { COL_EVENT, COL_RESULT, COL_COUNT, COL_AVG, COL_P50, COL_P99, COL_MAX };

static void set_latency(struct libscols_line *line,
			const struct stat_counts *counts, bool max)
{
	char cell[CELL_MAX];

	table_cell(line, COL_AVG, write_stat_time(cell, stat_mean(counts)));
	put_percentile(cell, counts, 50);
	table_cell(line, COL_P50, cell);
	put_percentile(cell, counts, 99);
	table_cell(line, COL_P99, cell);
	if (max)
		table_cell(line, COL_MAX, write_stat_time(cell, counts->max));
}

static void put_result(char cell[CELL_MAX], const struct stat_key *key)
{
	const char *name = strerrorname_np(key->err);

	if (key->kind >= KIND_CALLS)
		snprintf(cell, CELL_MAX, "%s",
			 event_cause_name(key->cause) ?: "");
	else if (!key->err)
		snprintf(cell, CELL_MAX, "ok");
	else if (key->flags & STAT_SECCOMP)
		snprintf(cell, CELL_MAX, "SIGSYS");
	else if (name)
		snprintf(cell, CELL_MAX, "%s", name);
	else
		snprintf(cell, CELL_MAX, "errno %u", key->err);
}

static void add_result(struct libscols_table *table,
		       const struct stat_row *row, bool latency, bool max)
{
	struct libscols_line *line = table_line(table);
	char cell[CELL_MAX];

	snprintf(cell, sizeof(cell), "%s%s", event_kind_name(row->key.kind),
		 row->key.flags & STAT_COMPAT ? " 32-bit" : "");
	table_cell(line, COL_EVENT, cell);
	put_result(cell, &row->key);
	table_cell(line, COL_RESULT, cell);
	snprintf(cell, sizeof(cell), "%llu", row->counts.count);
	table_cell(line, COL_COUNT, cell);
	if (latency && row->counts.timed)
		set_latency(line, &row->counts, max);
}

void write_stat_results(FILE *out, const struct stat_table *rows, bool max)
{
	struct libscols_table *table;
	struct stat_table sums = {};
	bool latency = false;

	if (stat_table_by_result(&sums, rows))
		err_nomem();
	if (!sums.n)
		goto out;
	for (size_t i = 0; i < sums.n; i++)
		latency |= sums.rows[i].counts.timed != 0;
	table = table_new();
	table_column(table, "EVENT", 0);
	table_column(table, "RESULT", 0);
	table_column(table, "COUNT", SCOLS_FL_RIGHT);
	if (latency) {
		table_column(table, "AVG", SCOLS_FL_RIGHT);
		table_column(table, "P50", SCOLS_FL_RIGHT);
		table_column(table, "P99", SCOLS_FL_RIGHT);
	}
	if (latency && max)
		table_column(table, "MAX", SCOLS_FL_RIGHT);
	for (size_t i = 0; i < sums.n; i++)
		add_result(table, &sums.rows[i], latency, max);
	table_put(out, table);
	scols_unref_table(table);
out:
	stat_table_free(&sums);
}

static void put_process(char cell[CELL_MAX],
			const struct stat_process *process)
{
	size_t len = strnlen((const char *)process->comm, REC_COMM_LEN);

	if (process->rest)
		snprintf(cell, CELL_MAX, "(no room)");
	else if (!len)
		snprintf(cell, CELL_MAX, "?");
	else
		text_show(cell, CELL_MAX, process->comm, len);
}

/* Only the kinds that there are; what is no call in one column, if narrow. */
struct process_columns {
	enum rec_kind kinds[KIND_MAX];
	size_t n;
	bool others, failed, time;
};

static void choose_columns(struct process_columns *cols,
			   const struct stat_process *list, size_t n)
{
	bool wide = term_width() >= PROCESSES_WIDE;

	*cols = (struct process_columns) {};
	for (int kind = 0; kind < KIND_MAX; kind++) {
		__u64 count = 0;

		for (size_t i = 0; i < n; i++)
			count += list[i].kinds[kind];
		if (count && (kind < KIND_CALLS || wide))
			cols->kinds[cols->n++] = kind;
		else if (count)
			cols->others = true;
	}
	for (size_t i = 0; i < n; i++) {
		cols->failed |= list[i].failed != 0;
		cols->time |= list[i].total != 0;
	}
}

/* Of the kinds that have no column. */
static __u64 other_events(const struct stat_process *process,
			  const struct process_columns *cols)
{
	__u64 count = process->count;

	for (size_t i = 0; i < cols->n; i++)
		count -= process->kinds[cols->kinds[i]];
	return count;
}

static void add_process_columns(struct libscols_table *table,
				const struct process_columns *cols)
{
	table_column(table, "PID", SCOLS_FL_RIGHT);
	for (size_t i = 0; i < cols->n; i++) {
		char name[16];
		size_t c = 0;

		for (const char *s = event_kind_name(cols->kinds[i]); *s; s++)
			name[c++] = *s & ~0x20;
		name[c] = '\0';
		table_column(table, name, SCOLS_FL_RIGHT);
	}
	if (cols->others)
		table_column(table, "OTHER", SCOLS_FL_RIGHT);
	if (cols->failed)
		table_column(table, "FAILED", SCOLS_FL_RIGHT);
	if (cols->time)
		table_column(table, "TIME", SCOLS_FL_RIGHT);
	/* The last, so that no name, however wide, moves what is beside it. */
	table_column(table, "COMM", 0);
}

static void add_process(struct libscols_table *table,
			const struct stat_process *process,
			const struct process_columns *cols)
{
	struct libscols_line *line = table_line(table);
	char cell[CELL_MAX];
	size_t c = 0;

	snprintf(cell, sizeof(cell), "%u", process->pid);
	table_cell(line, c++, process->pid ? cell : "-");
	for (size_t i = 0; i < cols->n; i++) {
		snprintf(cell, sizeof(cell), "%llu",
			 process->kinds[cols->kinds[i]]);
		table_cell(line, c++, cell);
	}
	if (cols->others) {
		snprintf(cell, sizeof(cell), "%llu",
			 other_events(process, cols));
		table_cell(line, c++, cell);
	}
	if (cols->failed) {
		snprintf(cell, sizeof(cell), "%llu", process->failed);
		table_cell(line, c++, cell);
	}
	if (cols->time)
		table_cell(line, c++, write_stat_time(cell, process->total));
	put_process(cell, process);
	table_cell(line, c, cell);
}

void write_stat_processes(FILE *out, const struct stat_table *rows)
{
	struct process_columns cols;
	struct stat_process *list;
	struct libscols_table *table;
	__u64 more = 0;
	size_t n;

	list = stat_processes(rows, &n);
	if (!list)
		err_nomem();
	if (!n)
		goto out;
	choose_columns(&cols, list, n);
	table = table_new();
	add_process_columns(table, &cols);
	for (size_t i = 0; i < n; i++) {
		/* That of those without a name is the last, and not left out. */
		if (i < PROCESSES_MAX || list[i].rest)
			add_process(table, &list[i], &cols);
		else
			more += list[i].count;
	}
	table_put(out, table);
	scols_unref_table(table);
	if (more)
		fprintf(out, "and %zu processes more, with %llu events; --json"
			" has all\n",
			n - PROCESSES_MAX - list[n - 1].rest, more);
out:
	free(list);
}
