/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of ls have in common: lines of libsmartcols, and cells. */
#ifndef SHMVIZ_LS_TABLE_H
#define SHMVIZ_LS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "segment.h"

struct libscols_table;

struct ls_format {
	const int *columns;
	size_t n_columns;
	bool attachments;	/* a line for each below what is attached */
	bool bytes;		/* exact sizes */
	bool headings;
	bool raw;		/* one blank between columns, no attachments */
	bool utf8;		/* tree lines */
};

struct libscols_table *ls_table_new(const struct ls_format *format);

/* Copy one line of printed text, and step to the next. */
void ls_put_line(FILE *out, const char **text);

/* What stands before a line below another one. */
const char *ls_branch(const struct ls_format *format, bool last);

void ls_cell_size(char *cell, size_t size, uint64_t bytes,
		  const struct ls_format *format);
void ls_cell_owner(char *cell, size_t size, uid_t uid);
/* Bytes that anybody may have chosen; and "comm (pid)". */
void ls_cell_bytes(char *cell, size_t size, const char *bytes, size_t len,
		   const struct ls_format *format);
void ls_cell_process(char *cell, size_t size, const struct comm *comm,
		     pid_t pid, const struct ls_format *format);

#endif /* SHMVIZ_LS_TABLE_H */
