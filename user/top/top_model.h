/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What top shows: all objects as of the last look, with what happens to each,
 * those that pass the filters in the order that is wanted.
 */
#ifndef SHMVIZ_TOP_MODEL_H
#define SHMVIZ_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"
#include "top_activity.h"
#include "top_columns.h"
#include "top_options.h"

struct top_row {
	const struct object *obj;
	struct top_key key;
	char *object;		/* its notation, shown text */
	char *name;		/* shown text; "": none */
	char status[64];	/* words with commas; "": none */
	uint64_t events;
	double rate;
};

struct top_totals {
	size_t objects[OBJECT_KINDS];
	size_t all;
	uint64_t size;
	uint64_t resident;
	uint64_t swapped;
};

#define TOP_FILTER_MAX	128

struct top_model {
	const struct top_options *opt;
	struct object_list list;
	struct top_row *all;
	size_t n_all;
	struct top_row **rows;	/* that are shown, in order */
	size_t n;
	struct top_totals totals;	/* of all, shown or not */

	/* What is wanted; top_model_order() after a change. */
	enum top_column sort;
	bool inverted;
	bool kinds[OBJECT_KINDS];
	char filter[TOP_FILTER_MAX];

	struct top_activities activities;
	bool traced;		/* rates are known */
	uint64_t looks;
	uint64_t looked;	/* ns of CLOCK_MONOTONIC, when it began */
	uint64_t cost;		/* ns that the last look took */
};

void top_model_init(struct top_model *model, const struct top_options *opt);
void top_model_free(struct top_model *model);

/* Look again. 0 or a negative errno: what was there has gone then. */
int top_model_look(struct top_model *model);

/* Stand-ins in place of names (redact.h), after all is chosen and sorted. */
void top_model_redact(struct top_model *model);

/* Choose and sort again, without a look. */
void top_model_order(struct top_model *model);

/* Where the object is among the rows; -1: nowhere. */
long top_model_find(const struct top_model *model, const struct top_key *key);

/* Any of the words, parted by '|', is in it. Case does not matter. */
bool top_row_matches(const struct top_model *model, const struct top_row *row,
		     const char *words);

/* Who has it, most mappings first: "postgres*3, psql". Shown text. */
void top_row_who(char *dst, size_t size, const struct top_model *model,
		 const struct top_row *row);

#endif /* SHMVIZ_TOP_MODEL_H */
