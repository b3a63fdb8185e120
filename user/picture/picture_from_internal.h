/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of picture_from.c give each other. */
#ifndef SHMVIZ_PICTURE_FROM_INTERNAL_H
#define SHMVIZ_PICTURE_FROM_INTERNAL_H

#include "picture.h"
#include "strict.h"

/* No object and no memory has more; sums of two stay in 64 bits. */
#define FROM_PAGES_MAX	(1ULL << 52)
#define FROM_ORDER_MAX	20	/* of 4K pages: 4 GiB */

struct from_word {
	uint32_t bit;
	const char *word;
};

/* Zeroed, for at least one. */
void *from_room(size_t n, size_t size);
/* Bits of the member "flags"; words of a newer version are left alone. */
uint32_t from_words(struct strict *st, struct json_object *obj,
		    const struct from_word *words);

/* The runs of an object that has all else; `index`: which it is. */
bool from_runs(struct strict *st, struct json_object *item, size_t index,
	       struct picture_object *obj);

#endif /* SHMVIZ_PICTURE_FROM_INTERNAL_H */
