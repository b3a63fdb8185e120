/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz ls. */
#ifndef SHMVIZ_LS_OPTIONS_H
#define SHMVIZ_LS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "ls_table.h"
#include "object.h"

#define LS_COLUMNS_MAX	32

struct ls_columns {
	int columns[LS_COLUMNS_MAX];
	size_t n;
};

struct ls_options {
	struct ls_columns chosen;
	bool add;		/* to the usual columns, not in place of them */
	bool bytes, json, noheadings, raw, redact, summary;
	bool all;		/* every kind of object, not segments alone */
	struct object_choice choice;
};

#define LS_WANTS_HELP	(-1)

/* An exit code, said on stderr if it is not 0; or LS_WANTS_HELP. */
int ls_options_parse(struct ls_options *opt, int argc, char **argv);
int ls_help(void);

/*
 * The columns to show. Of the usual ones the first is that of namespaces, shown
 * if there is more than one.
 */
struct ls_columns ls_columns_choose(const struct ls_options *opt,
				    const int *usual, size_t n,
				    bool namespaces);

struct ls_format ls_format_of(const struct ls_options *opt,
			      const struct ls_columns *columns);

#endif /* SHMVIZ_LS_OPTIONS_H */
