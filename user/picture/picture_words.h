/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all drawings of the sharing picture say in the same words. */
#ifndef SHMVIZ_PICTURE_WORDS_H
#define SHMVIZ_PICTURE_WORDS_H

#include <stdio.h>

#include "picture.h"
#include "picture_rows.h"

#define PICTURE_WORDS	128

/* The letters by which a mapping is known: A to Z, AA, AB, ... */
#define PICTURE_TAG	16
const char *picture_tag(char tag[PICTURE_TAG], size_t mapping);

/* "page 3", "pages 0-511" */
const char *picture_pages_text(char text[PICTURE_WORDS], uint64_t first,
			       uint64_t count);

/* "frame 0x12f3a0", "frames 0x12f3a0-0x12f3a3", "swap 0 slot 17", "no frame" */
const char *picture_run_place(char text[PICTURE_WORDS],
			      const struct picture_run *run);
/* The same of all runs of a row: "128 runs of frames" */
const char *picture_row_place(char text[PICTURE_WORDS],
			      const struct picture_object *obj,
			      const struct picture_row *row);

/* "swapped out", "hole", "huge 2M", "mixed", the size of several; or "present" */
const char *picture_row_kind(char text[PICTURE_WORDS],
			     const struct picture_object *obj,
			     const struct picture_row *row);
/* "shared by 3", "shared by 1-3", "only one", "not mapped"; or "" */
const char *picture_row_sharing(char text[PICTURE_WORDS],
				const struct picture_row *row);

/* "8 pages of 4K: 6 present, 1 swapped, 1 hole"; plain ASCII */
void picture_put_summary(FILE *out, const struct picture_object *obj);
/* "3 processes with 3 mappings; 2 frames are shared" */
void picture_put_holders(FILE *out, const struct picture_object *obj);

/* Pages with a frame that two or more processes share. */
uint64_t picture_shared(const struct picture_object *obj);

/* A page of it is part of a larger one: log2 of the pages, or 0. */
unsigned int picture_row_order(const struct picture_object *obj,
			       const struct picture_row *row);

#endif /* SHMVIZ_PICTURE_WORDS_H */
