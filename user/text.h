/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for people and for JSON, made of bytes that anybody may have chosen.
 */
#ifndef SHMVIZ_TEXT_H
#define SHMVIZ_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>

/* Room that text_escape() needs at most for `len` bytes. */
#define TEXT_ESCAPED_SIZE(len)	(4 * (size_t)(len) + 1)

/*
 * Make `len` bytes (NUL among them) safe to show: printable valid UTF-8 stays
 * as it is; every byte of a control character (C0, DEL, C1), of a character
 * that reorders or breaks the line (U+2028..202E, U+2066..2069), and every byte
 * that is no valid UTF-8 becomes \xHH; a backslash becomes two. So the result
 * says which bytes there were: undoing \\ and \xHH gives them back.
 *
 * Writes at most dst_size bytes including the NUL that always ends them, never
 * a part of a character or of an escape. Returns the length of the whole
 * result without the NUL, as snprintf() does: >= dst_size means it was cut.
 */
size_t text_escape(char *dst, size_t dst_size, const void *src, size_t len);

/*
 * The same for the screen: bytes beyond ASCII are \xHH, too, where the locale
 * does not have UTF-8. libsmartcols would try to measure them, for ever.
 */
size_t text_show(char *dst, size_t dst_size, const void *src, size_t len);

/*
 * The bytes that text_escape() made it of, at most `size`; how many.
 */
size_t text_unescape(void *dst, size_t size, const char *text);

/*
 * A number of bytes in at most five characters or so: 0, 512, 4K, 1.5M, 16G.
 * Units are powers of 1024; one digit after the point where it is not zero.
 */
#define TEXT_HUMAN_SIZE	24
const char *text_human(char dst[TEXT_HUMAN_SIZE], uint64_t bytes);

/* What a text of a redacted model says of itself. */
#define TEXT_REDACTED	"redacted: frames, keys and names are stand-ins"

/* What vprintf() would print, to be freed. */
char *text_vformat(const char *format, va_list args)
	__attribute__((format(printf, 1, 0)));

/* What is put behind a noun: "s", but for one. */
static inline const char *text_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* As text_show(), right to `out`; for strings that may come from a file. */
void text_put(FILE *out, const char *text);
void text_put_line(FILE *out, const char *before, const char *text);

#endif /* SHMVIZ_TEXT_H */
