// SPDX-License-Identifier: GPL-2.0-or-later
/* Latencies of the calls, side by side. */
#include <string.h>

#include "event.h"
#include "term.h"
#include "write_stat.h"

#define LABEL_WIDTH	16
#define COUNT_WIDTH	7
#define BAR_MIN		4
#define BAR_MAX		32

struct histogram {
	struct stat_counts counts[KIND_CALLS];
	enum rec_kind calls[KIND_CALLS]; /* those that have some */
	int ncalls;
	int first, last;	/* slots that are not empty */
	__u64 most[KIND_CALLS];	/* in one of them, of each call */
	unsigned int bar;	/* columns for the longest */
	bool utf8;
};

static void fill(struct histogram *h, const struct stat_table *table)
{
	unsigned int width = term_width();

	*h = (struct histogram) { .first = STAT_SLOTS, .last = -1 };
	h->utf8 = term_utf8();
	for (int kind = 0; kind < KIND_CALLS; kind++) {
		h->counts[kind] = stat_table_of_kind(table, kind);
		if (!h->counts[kind].timed)
			continue;
		h->calls[h->ncalls++] = kind;
		for (int i = 0; i < STAT_SLOTS; i++) {
			if (!h->counts[kind].slots[i])
				continue;
			if (i < h->first)
				h->first = i;
			if (i > h->last)
				h->last = i;
			if (h->most[kind] < h->counts[kind].slots[i])
				h->most[kind] = h->counts[kind].slots[i];
		}
	}
	if (!h->ncalls)
		return;
	width = width > LABEL_WIDTH ? (width - LABEL_WIDTH) / h->ncalls : 0;
	h->bar = width > COUNT_WIDTH + 2 + BAR_MIN ? width - COUNT_WIDTH - 2 :
						     BAR_MIN;
	if (h->bar > BAR_MAX)
		h->bar = BAR_MAX;
}

/* In its column: 123456, 1.23M. */
static void print_count(FILE *out, __u64 count)
{
	static const char units[] = "kMGTPE";
	double value = count / 1000.;
	int unit = 0;

	if (count < 1000000) {
		fprintf(out, " %*llu", COUNT_WIDTH - 1, count);
		return;
	}
	for (; value >= 999.5; unit++)
		value /= 1000;
	fprintf(out, " %*.3g%c", COUNT_WIDTH - 2, value, units[unit]);
}

/*
 * A bar in eighths of a column, or in whole ones; what is not nothing has at
 * least one. `pad`: something follows.
 */
static void print_bar(FILE *out, const struct histogram *h, __u64 count,
		      __u64 most, bool pad)
{
	static const char *const parts[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
		"\u2589",
	};
	unsigned int unit = h->utf8 ? 8 : 1, len, used;

	len = (long double)count * h->bar * unit / most;
	if (count && !len)
		len = 1;
	for (used = 0; used < len / unit; used++)
		fputs(h->utf8 ? "\u2588" : "#", out);
	if (len % unit) {
		fputs(parts[len % unit], out);
		used++;
	}
	if (pad)
		fprintf(out, "%*s", (int)(h->bar - used), "");
}

/* The last call that has something in a slot: nothing is printed after it. */
static int last_in(const struct histogram *h, int slot)
{
	int i = h->ncalls - 1;

	while (i >= 0 && !h->counts[h->calls[i]].slots[slot])
		i--;
	return i;
}

static void print_slot(FILE *out, const struct histogram *h, int slot)
{
	char from[STAT_TIME_SIZE], below[STAT_TIME_SIZE];
	int last = last_in(h, slot);

	write_stat_time(from, stat_slot_start(slot));
	write_stat_time(below, stat_slot_start(slot + 1));
	fprintf(out, "%7s %7s%s", from, slot < STAT_SLOTS - 1 ? below : "",
		last < 0 ? "" : " ");
	for (int i = 0; i <= last; i++) {
		enum rec_kind kind = h->calls[i];
		__u64 count = h->counts[kind].slots[slot];

		if (count)
			print_count(out, count);
		else
			fprintf(out, "%*s", COUNT_WIDTH, "");
		putc(' ', out);
		print_bar(out, h, count, h->most[kind], i < last);
		if (i < last)
			putc(' ', out);
	}
	putc('\n', out);
}

void write_stat_histogram(FILE *out, const struct stat_table *table)
{
	struct histogram h;

	fill(&h, table);
	if (!h.ncalls)
		return;
	fprintf(out, "%7s %7s ", "FROM", "BELOW");
	for (int i = 0; i < h.ncalls; i++) {
		const char *name = event_kind_name(h.calls[i]);

		fprintf(out, " %*s", COUNT_WIDTH - 1, name);
		if (i + 1 < h.ncalls)
			fprintf(out, " %*s ", (int)h.bar, "");
	}
	putc('\n', out);
	for (int slot = h.first; slot <= h.last; slot++)
		print_slot(out, &h, slot);
}
