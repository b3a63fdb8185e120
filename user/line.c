// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "text.h"

/* Whether a comma is due before the next member. */
static bool comma;
static FILE *to;

static void put(const char *bytes, size_t len)
{
	fwrite_unlocked(bytes, 1, len, to);
}

static void put_name(const char *name)
{
	if (comma)
		putc_unlocked(',', to);
	comma = true;
	putc_unlocked('"', to);
	put(name, strlen(name));
	put("\":", 2);
}

/* Digits from the right, into the end of `text`; at least `digits`. */
static void put_number(uint64_t value, unsigned int base, unsigned int digits)
{
	char text[64], *at = text + sizeof(text);

	while (value || digits || at == text + sizeof(text)) {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
		if (digits)
			digits--;
	}
	put(at, text + sizeof(text) - at);
}

void line_begin(const char *type)
{
	to = stdout;
	putc_unlocked('{', to);
	comma = false;
	line_word("type", type);
}

void line_end(void)
{
	put("}\n", 2);
}

void line_begin_in(FILE *out)
{
	to = out;
	putc_unlocked('{', to);
	comma = false;
}

void line_end_in(void)
{
	putc_unlocked('}', to);
}

void line_open(const char *name)
{
	put_name(name);
	putc_unlocked('{', to);
	comma = false;
}

void line_close(void)
{
	putc_unlocked('}', to);
	comma = true;
}

void line_u64(const char *name, uint64_t value)
{
	put_name(name);
	put_number(value, 10, 1);
}

void line_int(const char *name, int64_t value)
{
	put_name(name);
	if (value < 0)
		putc_unlocked('-', to);
	put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 1);
}

void line_bool(const char *name, bool value)
{
	put_name(name);
	put(value ? "true" : "false", value ? 4 : 5);
}

void line_hex(const char *name, uint64_t value, unsigned int digits)
{
	put_name(name);
	put("\"0x", 3);
	put_number(value, 16, digits);
	putc_unlocked('"', to);
}

void line_mode(const char *name, unsigned int mode)
{
	put_name(name);
	putc_unlocked('"', to);
	put_number(mode, 8, 4);
	putc_unlocked('"', to);
}

void line_word(const char *name, const char *word)
{
	put_name(name);
	putc_unlocked('"', to);
	put(word, strlen(word));
	putc_unlocked('"', to);
}

void line_bytes(const char *name, const void *bytes, size_t len)
{
	char text[TEXT_ESCAPED_SIZE(PATH_MAX)];

	text_escape(text, sizeof(text), bytes, len);
	put_name(name);
	putc_unlocked('"', to);
	/* No control characters are left, and nothing that is no UTF-8. */
	for (const char *at = text; *at; at++) {
		if (*at == '"' || *at == '\\')
			putc_unlocked('\\', to);
		putc_unlocked(*at, to);
	}
	putc_unlocked('"', to);
}
