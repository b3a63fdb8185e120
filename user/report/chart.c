// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>

#include "chart.h"
#include "report_words.h"
#include "xml.h"

#define TICKS	8
#define DOT	0.5	/* nearer than this two places are one */

double chart_x(const struct chart *chart, __u64 ts)
{
	double part;

	if (ts <= chart->from)
		return CHART_GUTTER;
	if (ts >= chart->to)
		return CHART_RIGHT;
	part = (double)(ts - chart->from) / (double)(chart->to - chart->from);
	return CHART_GUTTER + part * (CHART_RIGHT - CHART_GUTTER);
}

/* text_escape() has been there: what is left is what XML means something by. */
static void put(FILE *out, const char *text)
{
	xml_put_escaped(out, text);
}

void chart_title(const struct chart *chart, const char *text)
{
	fputs("<title>", chart->out);
	put(chart->out, text);
	fputs("</title>", chart->out);
}

void chart_open(const struct chart *chart, const char *class, const char *label,
		unsigned int height)
{
	fprintf(chart->out, "<div class=\"chart\"><svg class=\"%s\" role=\"group\""
		" viewBox=\"0 0 %d %u\" aria-label=\"", class, CHART_WIDTH,
		height);
	put(chart->out, label);
	fputs("\">\n", chart->out);
}

void chart_close(const struct chart *chart)
{
	fputs("</svg></div>\n", chart->out);
}

/* 1, 2 or 5 times a power of ten, so that there are some TICKS. */
static double step_of(double length)
{
	double rough = length / TICKS, power = pow(10, floor(log10(rough)));

	if (rough / power <= 1)
		return power;
	if (rough / power <= 2)
		return 2 * power;
	return rough / power <= 5 ? 5 * power : 10 * power;
}

/* As many digits as the step needs, in the unit that the axis has. */
static void put_tick(const struct chart *chart, double ns, double step)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "\302\265s" }, { 1, "ns" } };
	double most = (double)(chart->to - chart->report->from);
	int unit = 0, digits;

	while (unit < 3 && most < units[unit].ns)
		unit++;
	digits = ceil(-log10(step / units[unit].ns) - 1e-9);
	fprintf(chart->out, "%.*f %s", digits > 0 ? digits : 0,
		ns / units[unit].ns, units[unit].name);
}

void chart_axis(const struct chart *chart, double top, double bottom)
{
	__u64 zero = chart->report->from;
	double from = (double)chart->from - (double)zero;
	double to = (double)chart->to - (double)zero;
	double step = to > from ? step_of(to - from) : 1;

	for (double at = ceil(from / step) * step; at <= to; at += step) {
		double x = chart_x(chart, zero + (__u64)(at > 0 ? at : 0));

		fprintf(chart->out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>"
			"<text class=\"tick\" x=\"%.1f\" y=\"%.1f\">", x, top + 4,
			bottom, x, top);
		put_tick(chart, at > 0 ? at : 0, step);
		fputs("</text>\n", chart->out);
		/* Beyond what a double can tell apart. */
		if (at + step <= at)
			break;
	}
}

static double height(const struct report_object *obj, __u64 n, double top,
		     double bottom)
{
	__u64 most = obj->nattch_max ?: 1;

	return bottom - (bottom - top) * ((double)n / (double)most);
}

/* When it ends, if it is in the picture. */
static double last_x(const struct chart *chart, const struct report_object *obj)
{
	if (!report_is_gone(obj))
		return CHART_RIGHT;
	return chart_x(chart, obj->destroyed.known ? obj->destroyed.ts :
						     obj->last);
}

/* Several in one place are a line from the lowest to the highest. */
static void put_steps(const struct chart *chart, const struct report_object *obj,
		      double top, double bottom)
{
	FILE *out = chart->out;
	double end = last_x(chart, obj);

	for (size_t i = 0; i < obj->n_points; i++) {
		double x = chart_x(chart, obj->points[i].ts);
		__u64 min = obj->points[i].min, max = obj->points[i].max;

		while (i + 1 < obj->n_points &&
		       chart_x(chart, obj->points[i + 1].ts) - x < DOT) {
			i++;
			if (min > obj->points[i].min)
				min = obj->points[i].min;
			if (max < obj->points[i].max)
				max = obj->points[i].max;
		}
		fprintf(out, "H%.1f", x);
		if (min != obj->points[i].last || max != min)
			fprintf(out, "V%.1fV%.1f",
				height(obj, min, top, bottom),
				height(obj, max, top, bottom));
		fprintf(out, "V%.1f",
			height(obj, obj->points[i].last, top, bottom));
	}
	fprintf(out, "H%.1f", end);
}

void chart_steps(const struct chart *chart, const struct report_object *obj,
		 double top, double bottom, const char *class, bool area)
{
	double x;

	if (!obj->n_points)
		return;
	x = chart_x(chart, obj->points[0].ts);
	fprintf(chart->out, "<path class=\"%s\" d=\"M%.1f %.1f", class, x, area ?
		bottom : height(obj, obj->points[0].min, top, bottom));
	put_steps(chart, obj, top, bottom);
	if (area)
		fprintf(chart->out, "V%.1fZ", bottom);
	fputs("\"/>\n", chart->out);
}
