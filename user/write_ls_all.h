/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of every kind as a table and as JSON. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_LS_ALL_H
#define SHMVIZ_WRITE_LS_ALL_H

#include <stdio.h>

#include "ls_table.h"
#include "object.h"
#include "write_ls.h"

enum ls_all_column {
	ALL_NS, ALL_KIND, ALL_OBJECT, ALL_NAME, ALL_SIZE, ALL_ALLOC, ALL_RSS,
	ALL_SWAP, ALL_MAPS, ALL_PROCS, ALL_FDS, ALL_STATUS, ALL_OWNER, ALL_UID,
	ALL_GID, ALL_MODE, ALL_DEV, ALL_INODE, ALL_COLUMNS
};

extern const struct ls_column_info ls_all_columns_known[ALL_COLUMNS];

void write_ls_all_table(FILE *out, const struct object_list *list,
			const struct ls_format *format);

/* {"objects":[...]}, as the documentation of the JSON has it. */
void write_ls_all_json(FILE *out, const struct object_list *list);

/* Words of an object's status; how many. */
#define OBJECT_WORDS_MAX	(SEGMENT_WORDS_MAX + 2)
size_t object_words(const struct object_list *list, const struct object *obj,
		    const char *words[OBJECT_WORDS_MAX]);

#endif /* SHMVIZ_WRITE_LS_ALL_H */
