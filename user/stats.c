// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

/* The flags that make it another result. */
#define STAT_RESULT	(STAT_COMPAT | STAT_SECCOMP)

static struct stat_row *add_row(struct stat_table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	struct stat_row *rows;

	if (table->n == table->room) {
		rows = realloc(table->rows, room * sizeof(*rows));
		if (!rows)
			return NULL;
		table->rows = rows;
		table->room = room;
	}
	rows = &table->rows[table->n++];
	memset(rows, 0, sizeof(*rows));
	return rows;
}

static int order(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int compare_results(const struct stat_key *a, const struct stat_key *b)
{
	return order(a->kind, b->kind) ?: order(a->cause, b->cause) ?:
	       order(a->err, b->err) ?:
	       order(a->flags & STAT_RESULT, b->flags & STAT_RESULT);
}

int stat_compare_keys(const struct stat_key *a, const struct stat_key *b)
{
	return compare_results(a, b) ?: order(a->flags, b->flags) ?:
	       order(a->pid, b->pid);
}

static int compare_rows(const void *a, const void *b)
{
	const struct stat_row *x = a, *y = b;

	return stat_compare_keys(&x->key, &y->key);
}

int stat_table_add(struct stat_table *table, const struct stat_key *key,
		   const struct stat_value *value)
{
	struct stat_row *row;

	/* A newer kernel side could have more of them. */
	if (key->kind >= KIND_MAX || key->cause >= CAUSE_MAX)
		return 0;
	row = add_row(table);
	if (!row)
		return -ENOMEM;
	row->key = *key;
	row->born = value->born;
	memcpy(row->comm, value->comm, sizeof(row->comm));
	memcpy(row->counts.slots, value->slots, sizeof(row->counts.slots));
	for (int i = 0; i < STAT_SLOTS; i++)
		row->counts.timed += value->slots[i];
	row->counts.count = row->counts.timed + value->untimed;
	row->counts.total = value->total;
	row->counts.max = value->max;
	return 0;
}

static int on_row(const struct stat_key *key, const struct stat_value *value,
		  void *ctx)
{
	return stat_table_add(ctx, key, value);
}

int stat_table_read(struct stat_table *table, const struct tracer *t)
{
	int err = tracer_stat_read(t, on_row, table);

	if (!err && table->n)
		qsort(table->rows, table->n, sizeof(*table->rows),
		      compare_rows);
	return err;
}

static void subtract(struct stat_counts *a, const struct stat_counts *b)
{
	a->count -= b->count;
	a->timed -= b->timed;
	a->total -= b->total;
	/* The kernel keeps one for the whole run. */
	a->max = 0;
	for (int i = 0; i < STAT_SLOTS; i++)
		a->slots[i] -= b->slots[i];
}

static void add(struct stat_counts *a, const struct stat_counts *b)
{
	a->count += b->count;
	a->timed += b->timed;
	a->total += b->total;
	if (a->max < b->max)
		a->max = b->max;
	for (int i = 0; i < STAT_SLOTS; i++)
		a->slots[i] += b->slots[i];
}

int stat_table_since(struct stat_table *table, const struct stat_table *now,
		     const struct stat_table *before)
{
	static const struct stat_counts none;
	struct stat_row *row;
	size_t b = 0;

	for (size_t i = 0; i < now->n; i++) {
		const struct stat_row *is = &now->rows[i];
		const struct stat_counts *was = &none;

		while (b < before->n && compare_rows(&before->rows[b], is) < 0)
			b++;
		if (b < before->n && !compare_rows(&before->rows[b], is))
			was = &before->rows[b].counts;
		if (is->counts.count == was->count)
			continue;
		row = add_row(table);
		if (!row)
			return -ENOMEM;
		*row = *is;
		subtract(&row->counts, was);
	}
	return 0;
}

int stat_table_by_result(struct stat_table *sums,
			 const struct stat_table *table)
{
	struct stat_row *sum = NULL;

	for (size_t i = 0; i < table->n; i++) {
		const struct stat_row *row = &table->rows[i];

		if (!sum || compare_results(&sum->key, &row->key)) {
			sum = add_row(sums);
			if (!sum)
				return -ENOMEM;
			sum->key = row->key;
			sum->key.pid = 0;
			sum->key.flags &= STAT_RESULT;
		}
		add(&sum->counts, &row->counts);
	}
	return 0;
}

void stat_table_free(struct stat_table *table)
{
	free(table->rows);
	*table = (struct stat_table) {};
}

__u64 stat_table_count(const struct stat_table *table)
{
	__u64 count = 0;

	for (size_t i = 0; i < table->n; i++)
		count += table->rows[i].counts.count;
	return count;
}

struct stat_counts stat_table_of_kind(const struct stat_table *table,
				      enum rec_kind kind)
{
	struct stat_counts sum = {};

	for (size_t i = 0; i < table->n; i++)
		if (table->rows[i].key.kind == kind)
			add(&sum, &table->rows[i].counts);
	return sum;
}

static int compare_pids(const void *a, const void *b)
{
	const struct stat_key *x = &(*(const struct stat_row *const *)a)->key;
	const struct stat_key *y = &(*(const struct stat_row *const *)b)->key;

	return order(x->flags & STAT_REST, y->flags & STAT_REST) ?:
	       order(x->pid, y->pid);
}

static int compare_counts(const void *a, const void *b)
{
	const struct stat_process *x = a, *y = b;

	return order(x->rest, y->rest) ?: order(y->count, x->count) ?:
	       order(x->pid, y->pid);
}

static void add_to_process(struct stat_process *process,
			   const struct stat_row *row)
{
	process->pid = row->key.pid;
	process->rest = row->key.flags & STAT_REST;
	if (row->born >= process->born) {
		process->born = row->born;
		memcpy(process->comm, row->comm, sizeof(process->comm));
	}
	process->count += row->counts.count;
	process->kinds[row->key.kind] += row->counts.count;
	process->total += row->counts.total;
	if (row->key.err)
		process->failed += row->counts.count;
}

struct stat_process *stat_processes(const struct stat_table *table, size_t *n)
{
	const struct stat_row **rows = calloc(table->n + 1, sizeof(*rows));
	struct stat_process *list = calloc(table->n + 1, sizeof(*list));

	*n = 0;
	if (!rows || !list) {
		free(list);
		list = NULL;
		goto out;
	}
	for (size_t i = 0; i < table->n; i++)
		rows[i] = &table->rows[i];
	qsort(rows, table->n, sizeof(*rows), compare_pids);
	for (size_t i = 0; i < table->n; i++) {
		if (!i || compare_pids(&rows[i - 1], &rows[i]))
			(*n)++;
		add_to_process(&list[*n - 1], rows[i]);
	}
	qsort(list, *n, sizeof(*list), compare_counts);
out:
	free(rows);
	return list;
}

__u64 stat_mean(const struct stat_counts *counts)
{
	return counts->timed ? counts->total / counts->timed : 0;
}

int stat_percentile(const struct stat_counts *counts, unsigned int percent)
{
	__u64 sum = 0;

	for (int i = 0; i < STAT_SLOTS; i++) {
		sum += counts->slots[i];
		if (counts->slots[i] &&
		    (long double)sum * 100 >=
		    (long double)counts->timed * percent)
			return i;
	}
	return -1;
}

__u64 stat_slot_start(unsigned int slot)
{
	return slot ? 1ull << slot : 0;
}
