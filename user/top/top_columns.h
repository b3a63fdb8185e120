/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of top: their names, what stands in them, and their order. */
#ifndef SHMVIZ_TOP_COLUMNS_H
#define SHMVIZ_TOP_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum top_column {
	TOP_OBJECT,
	TOP_KIND,
	TOP_SIZE,
	TOP_RSS,
	TOP_SWAP,
	TOP_MAPS,
	TOP_PROCS,
	TOP_FDS,
	TOP_RATE,
	TOP_EVENTS,
	TOP_FILL,		/* how much of it is in memory, as a bar */
	TOP_STATUS,
	TOP_NAME,
	TOP_WHO,		/* processes */
	TOP_TAIL,		/* name, status and processes in one */
	TOP_COLUMNS
};

struct top_column_info {
	const char *heading;
	const char *word;	/* of --sort; NULL: it is no order */
	const char *help;
	char key;		/* that sorts by it; 0: none */
	int width;		/* on the screen; 0: as there is room */
	bool right;
	bool text;		/* its usual order is A to Z, not large to small */
};

extern const struct top_column_info top_columns[TOP_COLUMNS];

/* The column of a word of --sort or of a heading; -1: none. */
int top_sort_parse(const char *text);
/* "activity, events, ..." */
void top_sort_words(char *dst, size_t size);

struct top_row;
struct top_model;

/* The value of a column that counts something; false: not known. */
bool top_column_value(const struct top_row *row, enum top_column column,
		      uint64_t *value);

/*
 * A cell for people, whose width is TOP_FILL's or as it is; what is not known
 * is "-". And one for scripts.
 */
#define TOP_CELL_MAX	20480
void top_column_cell(char *dst, size_t size, const struct top_model *model,
		     const struct top_row *row, enum top_column column);
void top_column_raw(char *dst, size_t size, const struct top_model *model,
		    const struct top_row *row, enum top_column column);

/* 0, 0.5, 12, 1.2K: events in a second. */
const char *top_rate_text(char *dst, size_t size, double rate);

/* As much of `width` columns as `part` is of `whole`, as blocks. */
void top_bar(char *dst, size_t size, int width, uint64_t present,
	     uint64_t swapped, uint64_t whole);

#endif /* SHMVIZ_TOP_COLUMNS_H */
