/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of ls have in common: rows, who has them, and cells. */
#ifndef SHMVIZ_LS_TABLE_H
#define SHMVIZ_LS_TABLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "segment.h"
#include "text.h"

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

/* A column as headings and -o name it, and what it shows in a few words. */
struct ls_column_info {
	const char *name;
	int flags;		/* of libsmartcols */
	const char *help;
};

/* Room for any path with every byte of it escaped, and for what goes with it. */
#define LS_CELL_MAX	(TEXT_ESCAPED_SIZE(PATH_MAX) + 32)

/* Who has what a row shows. */
struct ls_holders {
	size_t maps, fds;
	size_t same;		/* lines of ls_add_same() */
	uint64_t nattch;	/* mappings that the kernel counts; 0: it does not */
};

/* What a table shows: rows of a list that only these functions know. */
struct ls_rows {
	const struct ls_column_info *columns;
	const void *list;
	size_t n;
	bool redacted;
	/* One cell, of LS_CELL_MAX bytes and empty before. */
	void (*put_cell)(char *cell, const void *list, size_t row, int column,
			 const struct ls_format *format);
	struct ls_holders (*count_holders)(const void *list, size_t row);
	/* A line for each of them, by ls_add_map() and ls_add_fd(). */
	void (*add_holders)(struct libscols_table *table, const void *list,
			    size_t row, const struct ls_format *format);
};

void ls_table_write(FILE *out, const struct ls_rows *rows,
		    const struct ls_format *format);

void ls_add_map(struct libscols_table *table, const struct comm *comm,
		pid_t pid, uint64_t start, uint64_t end, const char *prot,
		const struct ls_format *format);
/* A process that has the mapping before it, too, since they share an address space. */
void ls_add_same(struct libscols_table *table, const struct comm *comm,
		 pid_t pid, pid_t same, const struct ls_format *format);
void ls_add_fd(struct libscols_table *table, const struct comm *comm,
	       pid_t pid, int fd, const struct ls_format *format);

void ls_cell_size(char *cell, size_t size, uint64_t bytes,
		  const struct ls_format *format);
void ls_cell_owner(char *cell, size_t size, uid_t uid);
/* The words of a status, separated by commas. */
void ls_cell_words(char *cell, size_t size, const char *const *words, size_t n,
		   const struct ls_format *format);
/* Bytes that anybody may have chosen; and "comm (pid)". */
void ls_cell_bytes(char *cell, size_t size, const char *bytes, size_t len,
		   const struct ls_format *format);
void ls_cell_process(char *cell, size_t size, const struct comm *comm,
		     pid_t pid, const struct ls_format *format);

#endif /* SHMVIZ_LS_TABLE_H */
