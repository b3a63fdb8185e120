/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of libsmartcols. Cells are escaped already (text_show()) and printed as
 * they are; no column is cut to the terminal's width. Running out of memory ends
 * the process with a line about it.
 */
#ifndef SHMVIZ_TABLE_H
#define SHMVIZ_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct libscols_line;
struct libscols_table;

/* scols_unref_table() frees it. */
struct libscols_table *table_new(void);
/* flags: SCOLS_FL_RIGHT, or 0. */
void table_column(struct libscols_table *table, const char *name, int flags);
struct libscols_line *table_line(struct libscols_table *table);
void table_cell(struct libscols_line *line, size_t column, const char *cell);

/*
 * Print the table to memory, to be freed; without lines it is "", not even
 * headings. Its last line may end with a line feed, or not.
 */
char *table_text(struct libscols_table *table);

/* The same to `out`; every line ends. */
void table_put(FILE *out, struct libscols_table *table);

#endif /* SHMVIZ_TABLE_H */
