// SPDX-License-Identifier: GPL-2.0-or-later
/* Which objects are drawn, where there are more than anybody would look at. */
#include <stdlib.h>

#include "err.h"
#include "write_report_internal.h"

/* The more attachments and events, the more there is to see. */
static int compare(const void *a, const void *b)
{
	const struct report_object *x = *(struct report_object *const *)a;
	const struct report_object *y = *(struct report_object *const *)b;

	if (!x->n_spans != !y->n_spans)
		return x->n_spans ? -1 : 1;
	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static struct report_object **by_interest(const struct report *report,
					  size_t *n)
{
	struct report_object **list = calloc(report->n + 1, sizeof(*list));

	if (!list)
		err_nomem();
	*n = 0;
	for (size_t i = 0; i < report->n; i++)
		if (!report_is_idle(report->objects[i]))
			list[(*n)++] = report->objects[i];
	if (*n)
		qsort(list, *n, sizeof(*list), compare);
	return list;
}

void choice_make(struct choice *choice, const struct report *report)
{
	struct report_object **list;
	struct report_object *last;
	size_t n;

	*choice = (struct choice) {
		.line = calloc(report->n + 1, sizeof(bool)),
		.section = calloc(report->n + 1, sizeof(bool)),
	};
	if (!choice->line || !choice->section)
		err_nomem();
	list = by_interest(report, &n);
	last = n > DRAW_OBJECTS ? list[DRAW_OBJECTS - 1] : NULL;
	for (size_t i = 0; i < report->n; i++) {
		struct report_object *obj = report->objects[i];

		if (report_is_idle(obj))
			continue;
		choice->line[i] = !last || compare(&obj, &last) <= 0;
		choice->section[i] = choice->line[i] && obj->n_spans;
		choice->lines += choice->line[i];
		choice->sections += choice->section[i];
		choice->others += !choice->section[i];
	}
	free(list);
}

void choice_free(struct choice *choice)
{
	free(choice->line);
	free(choice->section);
}
