// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "stat_rows.h"

struct node {
	struct stat_key key;	/* first: what is looked for is a key alone */
	struct stat_value value;
};

static int compare(const void *a, const void *b)
{
	return stat_compare_keys(a, b);
}

/* An inherit is an event of the process that forks: the child is new. */
static struct stat_key key_of(const struct event *ev)
{
	return (struct stat_key) {
		.pid = ev->have & EV_PPID ? ev->ppid : ev->pid,
		.kind = ev->kind,
		.cause = ev->cause,
		.err = event_errno(ev) ? -ev->ret : 0,
		.flags = (event_is_call(ev) && ev->compat ? STAT_COMPAT : 0) |
			 (event_is_call(ev) && ev->seccomp ? STAT_SECCOMP : 0),
	};
}

static struct node *find(struct stat_rows *rows, const struct event *ev)
{
	struct stat_key key = key_of(ev);
	void *found = tfind(&key, &rows->tree, compare);
	struct node *node;

	if (found)
		return *(struct node **)found;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->key = key;
	node->value.born = ev->ts;
	memcpy(node->value.comm, ev->comm, sizeof(node->value.comm));
	if (tsearch(node, &rows->tree, compare))
		return node;
	free(node);
	return NULL;
}

static unsigned int slot_of(__u64 ns)
{
	unsigned int slot = ns ? 63 - __builtin_clzll(ns) : 0;

	return slot < STAT_SLOTS ? slot : STAT_SLOTS - 1;
}

int stat_rows_add(struct stat_rows *rows, const struct event *ev)
{
	struct node *node = find(rows, ev);
	struct stat_value *value;

	if (!node)
		return -ENOMEM;
	value = &node->value;
	if (!(ev->have & EV_DURATION)) {
		value->untimed++;
		return 0;
	}
	value->slots[slot_of(ev->duration)]++;
	value->total += ev->duration;
	if (value->max < ev->duration)
		value->max = ev->duration;
	return 0;
}

struct reading {
	struct stat_table *table;
	int err;
};

static void read_node(const void *at, VISIT visit, void *ctx)
{
	const struct node *node = *(struct node *const *)at;
	struct reading *reading = ctx;

	if ((visit == postorder || visit == leaf) && !reading->err)
		reading->err = stat_table_add(reading->table, &node->key,
					      &node->value);
}

/* In the tree's order, which is the table's. */
int stat_rows_read(const struct stat_rows *rows, struct stat_table *table)
{
	struct reading reading = { .table = table };

	twalk_r(rows->tree, read_node, &reading);
	return reading.err;
}

void stat_rows_free(struct stat_rows *rows)
{
	tdestroy(rows->tree, free);
	rows->tree = NULL;
}
