// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "write_view.h"

#define LINE	16

static bool is_printable(uint8_t byte)
{
	return byte >= ' ' && byte < 0x7f;
}

static void put_text(FILE *out, const uint8_t *bytes)
{
	fputs("  |", out);
	for (int i = 0; i < LINE; i++)
		putc(is_printable(bytes[i]) ? bytes[i] : '.', out);
	fputs("|\n", out);
}

static void put_line(FILE *out, uint64_t offset, const uint8_t *bytes)
{
	fprintf(out, "%08" PRIx64 " ", offset);
	for (int i = 0; i < LINE; i++)
		fprintf(out, "%s%02x", i == LINE / 2 ? "  " : " ", bytes[i]);
	put_text(out, bytes);
}

void write_view_page(FILE *out, uint64_t offset, const uint8_t *bytes,
		     size_t size)
{
	bool folded = false;

	for (size_t i = 0; i < size; i += LINE) {
		if (i && i + LINE < size &&
		    !memcmp(bytes + i, bytes + i - LINE, LINE)) {
			if (!folded)
				fputs("*\n", out);
			folded = true;
			continue;
		}
		folded = false;
		put_line(out, offset + i, bytes + i);
	}
}

static void put_changed_line(FILE *out, uint64_t offset, const uint8_t *before,
			     const uint8_t *bytes,
			     const struct view_format *format)
{
	fprintf(out, "%08" PRIx64 " ", offset);
	for (int i = 0; i < LINE; i++) {
		bool changed = before[i] != bytes[i];
		bool colour = changed && format->colour;

		fprintf(out, "%s%s%s%02x%s", i == LINE / 2 ? " " : "",
			changed ? "*" : " ", colour ? "\033[1;31m" : "",
			bytes[i], colour ? "\033[0m" : "");
	}
	put_text(out, bytes);
}

void write_view_changes(FILE *out, uint64_t offset, const uint8_t *before,
			const uint8_t *bytes, size_t size,
			const struct view_format *format)
{
	for (size_t i = 0; i < size; i += LINE)
		if (memcmp(before + i, bytes + i, LINE))
			put_changed_line(out, offset + i, before + i, bytes + i,
					 format);
}

void write_view_gap(FILE *out, uint64_t offset, uint64_t first, uint64_t last,
		    const char *why)
{
	fprintf(out, "%08" PRIx64 "  ", offset);
	if (first == last)
		fprintf(out, "-- page %" PRIu64 ": %s\n", first, why);
	else
		fprintf(out, "-- pages %" PRIu64 "-%" PRIu64 ": %s\n", first,
			last, why);
}
