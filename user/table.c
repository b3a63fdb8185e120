// SPDX-License-Identifier: GPL-2.0-or-later
#include <libsmartcols.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "table.h"

struct libscols_table *table_new(void)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		err_nomem();
	/* Cells are escaped already; a second time would garble them. */
	scols_table_enable_noencoding(table, true);
	scols_table_enable_minout(table, true);
	return table;
}

void table_column(struct libscols_table *table, const char *name, int flags)
{
	if (!scols_table_new_column(table, name, 0, flags))
		err_nomem();
}

struct libscols_line *table_line(struct libscols_table *table)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		err_nomem();
	return line;
}

void table_cell(struct libscols_line *line, size_t column, const char *cell)
{
	if (scols_line_set_data(line, column, cell))
		err_nomem();
}

/* To memory, so that no terminal makes it cut or break lines. */
char *table_text(struct libscols_table *table)
{
	char *text = NULL;

	if (scols_table_is_empty(table))
		text = strdup("");
	else if (scols_print_table_to_string(table, &text))
		text = NULL;
	if (!text)
		err_nomem();
	return text;
}

void table_put(FILE *out, struct libscols_table *table)
{
	char *text = table_text(table);

	fputs(text, out);
	/* The last line ends, or does not, by the version of the library. */
	if (*text && text[strlen(text) - 1] != '\n')
		putc('\n', out);
	free(text);
}
