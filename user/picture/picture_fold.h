/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture that is folded until it fits: mappings into columns, runs of pages
 * into rows. What is folded is counted, never dropped; nothing is folded more
 * than it must be.
 */
#ifndef SHMVIZ_PICTURE_FOLD_H
#define SHMVIZ_PICTURE_FOLD_H

#include "picture.h"

/* One mapping, or several that share a column. */
struct fold_column {
	size_t first;		/* the first of its mappings */
	size_t mappings;
	size_t processes;
	bool alike;		/* all have touched the same pages */
	bool one_comm;		/* processes of one name, */
	bool one_prot;		/* and of one protection, */
	bool one_place;		/* at the same addresses, */
	bool one_range;		/* of the same pages */
};

/*
 * What a column has of the pages of a row: of those that have a frame, if there
 * are any, so that holes among them do not make it look half touched.
 */
struct fold_cell {
	uint64_t touched, hollow, copied, unknown;
	uint64_t absent;	/* mapped, but there is no frame to touch */
	uint64_t outside;
	uint64_t copy;		/* the frame of the first copy; 0: none */
};

enum fold_sign {
	FOLD_OUTSIDE,		/* none of it is mapped */
	FOLD_HOLLOW,
	FOLD_TOUCHED,
	FOLD_SOME,		/* some of it is touched */
	FOLD_COPY,
	FOLD_COPY_SOME,		/* some copied, nothing touched */
	FOLD_UNKNOWN,
	FOLD_SIGNS
};

struct fold_row {
	uint64_t first, count;	/* pages */
	uint64_t present, swapped, holes;
	uint64_t pieces;	/* ranges of frames, or of slots */
	uint64_t low, high;	/* first and last frame; or slot, if none */
	uint64_t begin, end;	/* of the first piece; beyond the last one */
	uint64_t shared;	/* pages that two or more processes have */
	uint64_t mapped;	/* pages that any has */
	unsigned int most;	/* processes that share a page, at most, */
	unsigned int least;	/* and at least */
	int32_t maps_least, maps_most;	/* mapcount */
	uint8_t order_least, order_most;
	bool hugetlb;
	bool one_zone;		/* and one node */
	struct shmviz_frame frame; /* of the first page with a frame or slot */
	struct fold_cell *cells; /* of each column */
};

enum fold_level {
	FOLD_NONE,		/* a row is a run */
	FOLD_FRAMES,		/* a row has frames that lie apart */
	FOLD_COUNTS,		/* and counts and flags that differ */
	FOLD_PARTS,		/* a row is a part of the object, or several
				 * that are all alike */
};

struct fold {
	const struct picture_object *obj;
	struct fold_column *columns;
	size_t n_columns;
	size_t *column_of;	/* of each mapping */
	struct fold_row *rows;
	size_t n_rows, room;
	enum fold_level level;
	uint64_t part;		/* pages in a part */
};

/* Into so many columns at most; then into so many rows, 0: any number. */
void fold_columns(struct fold *fold, const struct picture_object *obj,
		  size_t most);
void fold_rows(struct fold *fold, size_t most);
void fold_free(struct fold *fold);

enum fold_sign fold_sign(const struct fold_cell *cell);

#endif /* SHMVIZ_PICTURE_FOLD_H */
