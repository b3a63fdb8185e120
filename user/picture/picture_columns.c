// SPDX-License-Identifier: GPL-2.0-or-later
/* Which mappings share a column: as few as fit, those that are most alike. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_fold.h"

/*
 * What mappings must have in common, from all of it to little; if even so there
 * are too many, all others share the last column.
 */
enum {
	SAME_COMM = 1, SAME_PROT = 2, SAME_RANGE = 4, SAME_TOUCH = 8,
	OTHERS = 16,
};

static const unsigned int steps[] = {
	SAME_COMM | SAME_PROT | SAME_RANGE | SAME_TOUCH,
	SAME_PROT | SAME_RANGE | SAME_TOUCH,
	SAME_COMM | SAME_PROT | SAME_RANGE,
	SAME_COMM | SAME_PROT,
	SAME_PROT,
	SAME_COMM | SAME_PROT | OTHERS,
};

static void *must(void *memory)
{
	if (!memory)
		err_nomem();
	return memory;
}

/* A number for what each mapping has touched: FNV-1a over its column. */
static uint64_t *hash_touch(const struct picture_object *obj)
{
	uint64_t *hashes = must(calloc(obj->n_mappings + 1, sizeof(*hashes)));

	for (size_t m = 0; m < obj->n_mappings; m++)
		hashes[m] = 0xcbf29ce484222325;
	for (size_t r = 0; r < obj->n_runs; r++)
		for (size_t m = 0; m < obj->n_mappings; m++)
			hashes[m] = (hashes[m] ^ obj->runs[r].touch[m]) *
				    0x100000001b3;
	return hashes;
}

static bool same_touch(const struct picture_object *obj, size_t a, size_t b)
{
	for (size_t r = 0; r < obj->n_runs; r++)
		if (obj->runs[r].touch[a] != obj->runs[r].touch[b])
			return false;
	return true;
}

static bool same_range(const struct picture_mapping *a,
		       const struct picture_mapping *b)
{
	return a->first == b->first && a->end - a->start == b->end - b->start;
}

static bool same_comm(const struct picture_object *obj,
		      const struct picture_mapping *a,
		      const struct picture_mapping *b)
{
	const struct picture_process *p = &obj->processes[a->process];
	const struct picture_process *q = &obj->processes[b->process];

	return p->comm_len == q->comm_len && !p->pid == !q->pid &&
	       !memcmp(p->comm, q->comm, p->comm_len);
}

static bool same_prot(const struct picture_mapping *a,
		      const struct picture_mapping *b)
{
	return !strcmp(a->prot, b->prot) && a->flags == b->flags;
}

static bool alike(const struct picture_object *obj, const uint64_t *hashes,
		  size_t a, size_t b, unsigned int same)
{
	const struct picture_mapping *x = &obj->mappings[a];
	const struct picture_mapping *y = &obj->mappings[b];

	return (!(same & SAME_COMM) || same_comm(obj, x, y)) &&
	       (!(same & SAME_PROT) || same_prot(x, y)) &&
	       (!(same & SAME_RANGE) || same_range(x, y)) &&
	       (!(same & SAME_TOUCH) || (hashes[a] == hashes[b] &&
					 same_touch(obj, a, b)));
}

static void add_to_column(struct fold *fold, const uint64_t *hashes, size_t c,
			  size_t m, size_t before)
{
	const struct picture_object *obj = fold->obj;
	struct fold_column *column = &fold->columns[c];
	const struct picture_mapping *first = &obj->mappings[column->first];
	const struct picture_mapping *map = &obj->mappings[m];

	column->mappings++;
	/* Mappings of one process lie one after the other. */
	if (obj->mappings[before].process != map->process)
		column->processes++;
	column->alike &= alike(obj, hashes, column->first, m, SAME_TOUCH);
	column->one_comm &= same_comm(obj, first, map);
	column->one_prot &= same_prot(first, map);
	column->one_place &= first->start == map->start;
	column->one_range &= same_range(first, map);
	fold->column_of[m] = c;
}

/* Columns by what `same` says; false if they become more than `most`. */
static bool make_columns(struct fold *fold, const uint64_t *hashes, size_t most,
			 unsigned int same)
{
	const struct picture_object *obj = fold->obj;
	size_t *last = must(calloc(most + 1, sizeof(*last)));
	bool fits = true;

	fold->n_columns = 0;
	for (size_t m = 0; m < obj->n_mappings && fits; m++) {
		size_t c = 0;

		while (c < fold->n_columns &&
		       !alike(obj, hashes, fold->columns[c].first, m, same))
			c++;
		if (c == most && same & OTHERS)
			c--;
		fits = c < most;
		if (!fits)
			break;
		if (c == fold->n_columns) {
			fold->columns[fold->n_columns++] = (struct fold_column) {
				.first = m, .processes = 1, .alike = true,
				.one_comm = true, .one_prot = true,
				.one_place = true, .one_range = true,
			};
			last[c] = m;
		}
		add_to_column(fold, hashes, c, m, last[c]);
		last[c] = m;
	}
	free(last);
	return fits;
}

static void one_each(struct fold *fold)
{
	for (size_t m = 0; m < fold->obj->n_mappings; m++) {
		fold->columns[m] = (struct fold_column) {
			.first = m, .mappings = 1, .processes = 1,
			.alike = true, .one_comm = true, .one_prot = true,
			.one_place = true, .one_range = true,
		};
		fold->column_of[m] = m;
	}
	fold->n_columns = fold->obj->n_mappings;
}

void fold_columns(struct fold *fold, const struct picture_object *obj,
		  size_t most)
{
	size_t room = obj->n_mappings > most ? most : obj->n_mappings;
	uint64_t *hashes;

	*fold = (struct fold) { .obj = obj };
	fold->columns = must(calloc(room + 1, sizeof(*fold->columns)));
	fold->column_of = must(calloc(obj->n_mappings + 1,
				      sizeof(*fold->column_of)));
	if (obj->n_mappings <= most) {
		one_each(fold);
		return;
	}
	hashes = hash_touch(obj);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (make_columns(fold, hashes, most, steps[i]))
			break;
	free(hashes);
}
