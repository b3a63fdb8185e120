// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <libsmartcols.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "ls_table.h"
#include "table.h"

static struct libscols_table *new_table(const struct ls_format *format,
					bool headings)
{
	struct libscols_table *table = table_new();

	scols_table_enable_raw(table, format->raw);
	scols_table_enable_noheadings(table, !headings);
	return table;
}

static char *print_table(struct libscols_table *table)
{
	char *text = table_text(table);

	scols_unref_table(table);
	return text;
}

static char *print_rows(const struct ls_rows *rows,
			const struct ls_format *format)
{
	struct libscols_table *table = new_table(format, format->headings);

	for (size_t c = 0; c < format->n_columns; c++)
		table_column(table, rows->columns[format->columns[c]].name,
			     rows->columns[format->columns[c]].flags);
	for (size_t i = 0; i < rows->n; i++) {
		struct libscols_line *line = table_line(table);

		for (size_t c = 0; c < format->n_columns; c++) {
			char cell[LS_CELL_MAX] = "";

			rows->put_cell(cell, rows->list, i, format->columns[c],
				       format);
			table_cell(line, c, cell);
		}
	}
	return print_table(table);
}

/* Those of all rows in one table, so that their columns meet. */
static char *print_holders(const struct ls_rows *rows,
			   const struct ls_format *format)
{
	struct libscols_table *table = new_table(format, false);

	table_column(table, "PROCESS", 0);
	table_column(table, "RANGE", SCOLS_FL_RIGHT);
	table_column(table, "PROT", 0);
	table_column(table, "SIZE", SCOLS_FL_RIGHT);
	for (size_t i = 0; i < rows->n; i++)
		rows->add_holders(table, rows->list, i, format);
	return print_table(table);
}

static void add_holder(struct libscols_table *table, const struct comm *comm,
		       pid_t pid, const char *range, const char *prot,
		       const char *size, const struct ls_format *format)
{
	struct libscols_line *line = table_line(table);
	char cell[TEXT_ESCAPED_SIZE(PROC_COMM_MAX) + 32];

	ls_cell_process(cell, sizeof(cell), comm, pid, format);
	table_cell(line, 0, cell);
	table_cell(line, 1, range);
	table_cell(line, 2, prot);
	table_cell(line, 3, size);
}

void ls_add_map(struct libscols_table *table, const struct comm *comm,
		pid_t pid, uint64_t start, uint64_t end, const char *prot,
		const struct ls_format *format)
{
	char range[64], size[64];

	snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, start, end);
	ls_cell_size(size, sizeof(size), end - start, format);
	add_holder(table, comm, pid, range, prot, size, format);
}

void ls_add_same(struct libscols_table *table, const struct comm *comm,
		 pid_t pid, pid_t same, const struct ls_format *format)
{
	char range[64];

	snprintf(range, sizeof(range), "address space of %d", same);
	add_holder(table, comm, pid, range, "", "", format);
}

void ls_add_fd(struct libscols_table *table, const struct comm *comm,
	       pid_t pid, int fd, const struct ls_format *format)
{
	char range[64];

	snprintf(range, sizeof(range), "fd %d", fd);
	add_holder(table, comm, pid, range, "", "", format);
}

/* Copy one line of printed text, and step to the next. */
static void put_line(FILE *out, const char **text)
{
	size_t len = strcspn(*text, "\n");

	fprintf(out, "%.*s\n", (int)len, *text);
	*text += len + ((*text)[len] == '\n');
}

/* What stands before a line below another one. */
static const char *branch(const struct ls_format *format, bool last)
{
	if (last)
		return format->utf8 ? "\u2514\u2500" : "`-";
	return format->utf8 ? "\u251c\u2500" : "|-";
}

static void put_holders(FILE *out, const struct ls_holders *held,
			const struct ls_format *format, const char **text)
{
	size_t n = held->maps + held->same + held->fds;
	uint64_t unseen = 0;

	if (held->nattch > held->maps)
		unseen = held->nattch - held->maps;
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "      %s ", branch(format, i + 1 == n && !unseen));
		put_line(out, text);
	}
	if (unseen)
		fprintf(out, "      %s %" PRIu64 " %snot visible from here\n",
			branch(format, true), unseen, held->maps ? "more " : "");
}

void ls_table_write(FILE *out, const struct ls_rows *rows,
		    const struct ls_format *format)
{
	bool attachments = format->attachments && !format->raw;
	char *printed = print_rows(rows, format);
	char *holders = attachments ? print_holders(rows, format) : NULL;
	const char *next = printed, *next_holder = holders;

	if (rows->redacted && format->headings && !format->raw)
		fputs(TEXT_REDACTED "\n", out);
	if (format->headings && rows->n)
		put_line(out, &next);
	for (size_t i = 0; i < rows->n; i++) {
		put_line(out, &next);
		if (attachments) {
			struct ls_holders held;

			held = rows->count_holders(rows->list, i);
			put_holders(out, &held, format, &next_holder);
		}
	}
	free(holders);
	free(printed);
}

void ls_cell_size(char *cell, size_t size, uint64_t bytes,
		  const struct ls_format *format)
{
	char human[TEXT_HUMAN_SIZE];

	if (format->bytes)
		snprintf(cell, size, "%" PRIu64, bytes);
	else
		snprintf(cell, size, "%s", text_human(human, bytes));
}

void ls_cell_owner(char *cell, size_t size, uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	if (pw)
		text_show(cell, size, pw->pw_name, strlen(pw->pw_name));
	else
		snprintf(cell, size, "%u", uid);
}

void ls_cell_words(char *cell, size_t size, const char *const *words, size_t n,
		   const struct ls_format *format)
{
	size_t len = 0;

	/* A raw line has something in every column: scripts count them. */
	snprintf(cell, size, "%s", n || !format->raw ? "" : "-");
	for (size_t i = 0; i < n; i++)
		len += snprintf(cell + len, size - len, "%s%s", i ? "," : "",
				words[i]);
}

/* Raw tables are escaped when they are printed. */
void ls_cell_bytes(char *cell, size_t size, const char *bytes, size_t len,
		   const struct ls_format *format)
{
	if (format->raw)
		snprintf(cell, size, "%.*s", (int)len, bytes);
	else
		text_show(cell, size, bytes, len);
}

void ls_cell_process(char *cell, size_t size, const struct comm *comm,
		     pid_t pid, const struct ls_format *format)
{
	char name[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	ls_cell_bytes(name, sizeof(name), comm->bytes, comm->len, format);
	snprintf(cell, size, "%s (%d)", name, pid);
}
