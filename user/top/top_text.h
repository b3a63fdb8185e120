/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in columns of a screen. It is shown text (text_show()) of the locale:
 * nothing in it is a control character.
 */
#ifndef SHMVIZ_TOP_TEXT_H
#define SHMVIZ_TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The columns that it takes. */
int top_text_width(const char *text);

/* Room for `width` columns of any text, or so; what does not fit is left out. */
#define TOP_FITTED(width)	(8 * (size_t)(width) + 8)

/*
 * `text` from column `skip` on, in exactly `width` columns: filled with blanks,
 * on the left if it is `right`; cut with a sign that it was.
 */
void top_text_fit(char *dst, size_t size, const char *text, int width,
		  bool right, int skip);

/* Add to the text in dst; cut at its size, at the end of a character. */
void top_text_add(char *dst, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* SHMVIZ_TOP_TEXT_H */
