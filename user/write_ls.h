/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments as a table and as JSON. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_LS_H
#define SHMVIZ_WRITE_LS_H

#include <stdio.h>

#include "ls_table.h"
#include "segment.h"

enum ls_column {
	LS_NS, LS_SHMID, LS_KEY, LS_OWNER, LS_UID, LS_GID, LS_CUID, LS_CGID,
	LS_MODE, LS_SIZE, LS_RSS, LS_SWAP, LS_NATTCH, LS_STATUS, LS_CREATOR,
	LS_CPID, LS_LPID, LS_ATIME, LS_DTIME, LS_CTIME, LS_COLUMNS
};

extern const struct ls_column_info ls_columns_known[LS_COLUMNS];

void write_ls_table(FILE *out, const struct segment_list *list,
		    const struct ls_format *format);

/* {"segments":[...]}, as the documentation of the JSON has it. */
void write_ls_json(FILE *out, const struct segment_list *list);

/* Members of one segment in it: all, and its creator. */
struct json_object;
void segment_add_json(struct json_object *o, const struct segment *seg);
void segment_add_creator(struct json_object *o, const struct segment *seg);

/* Words of a segment's status; how many. */
#define SEGMENT_WORDS_MAX	3
size_t segment_words(const struct segment *seg,
		     const char *words[SEGMENT_WORDS_MAX]);

#endif /* SHMVIZ_WRITE_LS_H */
