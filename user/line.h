/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One JSON object on one line of stdout, member by member as it is made; nothing
 * is kept. The forms are those of json.h.
 *
 * json-c builds an object first and then prints it, which takes 15 us for an
 * event: with every processor at it, more events came than could be written.
 * This takes one.
 */
#ifndef SHMVIZ_LINE_H
#define SHMVIZ_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* {"type":"TYPE" ... }, with a newline after it. */
void line_begin(const char *type);
void line_end(void);

/* The same anywhere, with no type and no newline. */
void line_begin_in(FILE *out);
void line_end_in(void);

/* A member that is an object, for the members until line_close(). */
void line_open(const char *name);
void line_close(void);

void line_u64(const char *name, uint64_t value);
void line_int(const char *name, int64_t value);
void line_bool(const char *name, bool value);
/* "0x" and at least `digits` digits, as a string. */
void line_hex(const char *name, uint64_t value, unsigned int digits);
/* Four octal digits, as a string. */
void line_mode(const char *name, unsigned int mode);
/* Printable ASCII without quotes and backslashes, as the program's own. */
void line_word(const char *name, const char *word);
/* Anybody's bytes, as text_escape() shows them. */
void line_bytes(const char *name, const void *bytes, size_t len);

#endif /* SHMVIZ_LINE_H */
