// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stand-ins for frames and swap slots: ranges of consecutive numbers for ranges
 * of consecutive numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "redact.h"

#define GAP_MAX		64	/* between two ranges, at most; at least 1 */
#define FIRST_MIN	0x10000	/* where the first one lies, at least */

struct range {
	uint64_t first;
	uint64_t count;
	uint64_t stand_in;	/* of the first */
	unsigned int order;	/* alignment to be kept */
};

struct ranges {
	struct range *r;
	size_t n, room;
};

struct space {
	struct ranges known;	/* by number; none overlaps another */
	struct ranges learned;	/* as they came, without stand-ins yet */
	uint64_t next;		/* first stand-in beyond those given out */
};

static struct space spaces[2];

static void add(struct ranges *list, struct range range)
{
	if (list->n == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->r = realloc(list->r, list->room * sizeof(*list->r));
		if (!list->r)
			err_nomem();
	}
	list->r[list->n++] = range;
}

static int by_number(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Not quite even, which matters to nobody: 2^64 is large. */
static uint64_t random_below(uint64_t limit)
{
	static uint64_t pool[256];
	static size_t left;

	if (!left) {
		left = sizeof(pool) / sizeof(pool[0]);
		redact_random(pool, sizeof(pool));
	}
	return pool[--left] % limit;
}

/* The first known range that ends beyond a number; NULL if all end before. */
static const struct range *at_or_after(const struct space *space,
				       uint64_t number)
{
	size_t low = 0, high = space->known.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct range *range = &space->known.r[middle];

		if (number >= range->first + range->count)
			low = middle + 1;
		else
			high = middle;
	}
	return low < space->known.n ? &space->known.r[low] : NULL;
}

/* The known range that has a number, or NULL. */
static const struct range *find(const struct space *space, uint64_t number)
{
	const struct range *range = at_or_after(space, number);

	return range && range->first <= number ? range : NULL;
}

void redact_learn(enum redact_space space, uint64_t first, uint64_t count,
		  unsigned int order)
{
	struct range range = { .first = first, .count = count, .order = order };

	if (count)
		add(&spaces[space].learned, range);
}

/* What lies side by side or overlaps becomes one. */
static void merge(struct ranges *list)
{
	size_t n = 0;

	qsort(list->r, list->n, sizeof(*list->r), by_number);
	for (size_t i = 0; i < list->n; i++) {
		struct range *last = n ? &list->r[n - 1] : NULL;
		const struct range *range = &list->r[i];
		uint64_t end = range->first + range->count;

		if (!last || range->first > last->first + last->count) {
			list->r[n++] = *range;
			continue;
		}
		if (end > last->first + last->count)
			last->count = end - last->first;
		if (last->order < range->order)
			last->order = range->order;
	}
	list->n = n;
}

/* The parts of a range that have no stand-ins yet. */
static void add_unknown(const struct space *space, const struct range *range,
			struct ranges *list)
{
	uint64_t at = range->first, end = range->first + range->count;

	while (at < end) {
		const struct range *known = at_or_after(space, at);
		struct range part = *range;

		if (known && known->first <= at) {
			at = known->first + known->count;
			continue;
		}
		part.first = at;
		at = known && known->first < end ? known->first : end;
		part.count = at - part.first;
		add(list, part);
	}
}

static void shuffle(struct ranges *list)
{
	for (size_t i = list->n; i > 1; i--) {
		size_t j = random_below(i);
		struct range swap = list->r[i - 1];

		list->r[i - 1] = list->r[j];
		list->r[j] = swap;
	}
}

/* In an order that chance has made, with gaps that chance has made. */
static void place(struct space *space, struct range *range)
{
	uint64_t align = 1ull << range->order;
	uint64_t at = space->next + 1 + random_below(GAP_MAX);

	at += (range->first - at) & (align - 1);
	range->stand_in = at;
	space->next = at + range->count;
}

static void place_learned(struct space *space)
{
	struct ranges news = {};

	if (!space->learned.n)
		return;
	merge(&space->learned);
	for (size_t i = 0; i < space->learned.n; i++)
		add_unknown(space, &space->learned.r[i], &news);
	space->learned.n = 0;
	if (!space->next)
		space->next = FIRST_MIN + random_below(8 * FIRST_MIN);
	shuffle(&news);
	for (size_t i = 0; i < news.n; i++) {
		place(space, &news.r[i]);
		add(&space->known, news.r[i]);
	}
	free(news.r);
	qsort(space->known.r, space->known.n, sizeof(*space->known.r),
	      by_number);
}

uint64_t redact_number(enum redact_space space, uint64_t number)
{
	const struct range *range;

	place_learned(&spaces[space]);
	range = find(&spaces[space], number);
	if (!range) {
		redact_learn(space, number, 1, 0);
		place_learned(&spaces[space]);
		range = find(&spaces[space], number);
	}
	return range->stand_in + (number - range->first);
}

uint64_t redact_together(enum redact_space space, uint64_t first,
			 uint64_t count)
{
	const struct range *range;
	uint64_t left;

	redact_number(space, first);
	range = find(&spaces[space], first);
	left = range->count - (first - range->first);
	return left < count ? left : count;
}
