// SPDX-License-Identifier: GPL-2.0-or-later
/* Which attachment is drawn in which line. */
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "write_report_internal.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static size_t find(const struct lanes *lanes, const struct report_span *span)
{
	for (size_t i = 0; i < lanes->n; i++)
		if (lanes->list[i].pid == span->pid &&
		    (span->pid || lanes->list[i].ns_pid == span->ns_pid))
			return i;
	return LANE_NONE;
}

/* The first row of the lane that is free by then; the last one if none is. */
static unsigned int take_row(struct lane *lane, const struct report_span *span)
{
	unsigned int row = 0;

	while (row < lane->rows && lane->busy[row] > span->from)
		row++;
	if (row == ARRAY_SIZE(lane->busy))
		row--;
	if (row == lane->rows)
		lane->rows++;
	if (lane->busy[row] < span->to)
		lane->busy[row] = span->to;
	return row;
}

/* Processes that have no lane, each counted once. */
static int compare(const void *a, const void *b)
{
	const struct report_span *x = *(struct report_span *const *)a;
	const struct report_span *y = *(struct report_span *const *)b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static size_t count_more(const struct report_object *obj)
{
	struct report_span **rest = calloc(obj->n_spans + 1, sizeof(*rest));
	size_t n = 0, more = 0;

	if (!rest)
		err_nomem();
	for (size_t i = 0; i < obj->n_spans; i++)
		if (obj->spans[i]->lane == LANE_NONE)
			rest[n++] = obj->spans[i];
	if (n)
		qsort(rest, n, sizeof(*rest), compare);
	for (size_t i = 0; i < n; i++)
		more += !i || compare(&rest[i - 1], &rest[i]);
	free(rest);
	return more;
}

void lanes_fill(struct lanes *lanes, const struct report_object *obj)
{
	*lanes = (struct lanes) { .row = calloc(obj->n_spans + 1, 1) };
	if (!lanes->row)
		err_nomem();
	for (size_t i = 0; i < obj->n_spans; i++) {
		struct report_span *span = obj->spans[i];

		span->lane = find(lanes, span);
		if (span->lane == LANE_NONE && lanes->n < DRAW_LANES) {
			span->lane = lanes->n;
			lanes->list[lanes->n++] = (struct lane) {
				.pid = span->pid, .ns_pid = span->ns_pid,
				.comm = span->comm,
			};
		}
		if (span->lane == LANE_NONE || lanes->spans == DRAW_SPANS) {
			lanes->left_out++;
			continue;
		}
		lanes->spans++;
		lanes->row[i] = 1 + take_row(&lanes->list[span->lane], span);
	}
	lanes->more = count_more(obj);
}

void lanes_free(struct lanes *lanes)
{
	free(lanes->row);
}
