/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One address taken apart, as text 80 columns wide and as JSON. */
#ifndef SHMVIZ_WRITE_EXPLAIN_H
#define SHMVIZ_WRITE_EXPLAIN_H

#include <stdio.h>

#include "explain.h"

#define EXPLAIN_WIDTH	80

void write_explain_text(FILE *out, const struct explain *ex);
void write_explain_json(FILE *out, const struct explain *ex);

/* A step of the walk through the page tables: bits high..low of the address. */
struct explain_step {
	const char *name;	/* "PGD", ..., "PTE"; "offset" is the last */
	unsigned int high, low;
	uint64_t index;
};

#define EXPLAIN_STEPS_MAX	6

/* From the top to the offset: how many. None if the levels are not known. */
size_t explain_steps(const struct explain *ex,
		     struct explain_step steps[EXPLAIN_STEPS_MAX]);

/* "mapped", "unmapped", ...; "object", ...; "present", ...; "frame", ... */
const char *explain_where_word(enum explain_where where);
const char *explain_memory_word(enum explain_memory memory);
const char *explain_state_word(enum explain_entry state);
const char *explain_has_word(enum explain_has has);

/*
 * For the parts of the text: a line that begins with a label (or ""), of words
 * that go on below each other; a heading; the parts themselves.
 */
void explain_put(FILE *out, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void explain_heading(FILE *out, const char *text);
void explain_put_walk(FILE *out, const struct explain *ex);
void explain_put_bits(FILE *out, const struct explain *ex);
void explain_put_entry(FILE *out, const struct explain *ex);
void explain_put_holders(FILE *out, const struct explain *ex);

#endif /* SHMVIZ_WRITE_EXPLAIN_H */
