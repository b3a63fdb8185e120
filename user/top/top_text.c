// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "term.h"
#include "top_text.h"

/* One character: its bytes, and the columns that it takes; 0 at the end. */
static size_t take(const char *text, int *columns)
{
	mbstate_t state = {};
	wchar_t wc;
	size_t len = mbrtowc(&wc, text, MB_CUR_MAX, &state);

	if (len == (size_t)-1 || len == (size_t)-2) {
		*columns = 1;
		return 1;
	}
	*columns = len ? wcwidth(wc) : 0;
	/* Nobody knows what a terminal makes of it. */
	if (*columns < 0)
		*columns = -1;
	return len;
}

int top_text_width(const char *text)
{
	int width = 0, columns;
	size_t len;

	while ((len = take(text, &columns))) {
		width += columns < 0 ? 1 : columns;
		text += len;
	}
	return width;
}

/* A character, or a question mark for one that has no known width. */
static void put(char *dst, size_t size, size_t *used, const char *text,
		size_t len, int columns)
{
	const char *from = columns < 0 ? "?" : text;
	size_t n = columns < 0 ? 1 : len;

	if (*used + n >= size)
		return;
	memcpy(dst + *used, from, n);
	*used += n;
	dst[*used] = '\0';
}

static void put_blanks(char *dst, size_t size, size_t *used, int n)
{
	while (n-- > 0)
		put(dst, size, used, " ", 1, 1);
}

static const char *skip_columns(const char *text, int skip)
{
	int columns;
	size_t len;

	while (skip > 0 && (len = take(text, &columns))) {
		text += len;
		skip -= columns < 0 ? 1 : columns;
	}
	return text;
}

void top_text_fit(char *dst, size_t size, const char *text, int width,
		  bool right, int skip)
{
	size_t used = 0, len;
	int total, columns, at = 0, room;
	bool cut;

	dst[0] = '\0';
	text = skip_columns(text, skip);
	total = top_text_width(text);
	cut = total > width;
	room = cut ? width - 1 : width;
	if (right && !cut)
		put_blanks(dst, size, &used, width - total);
	while ((len = take(text, &columns))) {
		int wide = columns < 0 ? 1 : columns;

		if (at + wide > room)
			break;
		put(dst, size, &used, text, len, columns);
		at += wide;
		text += len;
	}
	if (right && !cut)
		return;
	if (cut && width > 0) {
		put_blanks(dst, size, &used, room - at);
		put(dst, size, &used, term_utf8() ? "\u2026" : "~",
		    term_utf8() ? strlen("\u2026") : 1, 1);
	} else {
		put_blanks(dst, size, &used, width - at);
	}
}

void top_text_add(char *dst, size_t size, const char *fmt, ...)
{
	size_t used = strlen(dst), len, end = 0;
	va_list ap;
	int columns;

	va_start(ap, fmt);
	vsnprintf(dst + used, size - used, fmt, ap);
	va_end(ap);
	if (strlen(dst) + 1 < size)
		return;
	/* A part of a character may be left at the end. */
	while ((len = take(dst + end, &columns)) && end + len < size - MB_CUR_MAX)
		end += len;
	dst[end] = '\0';
}
