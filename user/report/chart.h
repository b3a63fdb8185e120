/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the drawings of a report have in common: a time axis, times to places. */
#ifndef SHMVIZ_CHART_H
#define SHMVIZ_CHART_H

#include <stdio.h>

#include "report.h"

#define CHART_WIDTH	1100
#define CHART_GUTTER	190	/* names, left of the plot */
#define CHART_RIGHT	1066

struct chart {
	FILE *out;
	const struct report *report;
	__u64 from, to;		/* the time from the left edge to the right one */
};

/* In the plot, also of times that lie outside. */
double chart_x(const struct chart *chart, __u64 ts);

/* <svg>, named by `label`, which is escaped already. */
void chart_open(const struct chart *chart, const char *class, const char *label,
		unsigned int height);
void chart_close(const struct chart *chart);

/* Lines and times, at `top`, down to `bottom`. */
void chart_axis(const struct chart *chart, double top, double bottom);

/*
 * The number of attachments as steps between the heights `bottom` (0) and `top`
 * (the most there were), until `to`.
 */
void chart_steps(const struct chart *chart, const struct report_object *obj,
		 double top, double bottom, const char *class, bool area);

/* <title>, from escaped text. */
void chart_title(const struct chart *chart, const char *text);

#endif /* SHMVIZ_CHART_H */
