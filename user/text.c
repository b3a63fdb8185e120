// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <langinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"

/* Take one UTF-8 character: its length, or 0 if there is no valid one. */
static size_t utf8_take(const unsigned char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;

	*code = s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

static bool is_plain(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == '\\')
		return false;
	if ((code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return false;
	return true;
}

size_t text_escape(char *dst, size_t dst_size, const void *src, size_t len)
{
	const unsigned char *s = src;
	size_t total = 0, used = 0;
	bool full = false;

	while (len) {
		char piece[5];
		const char *from = piece;
		uint32_t code = 0;
		size_t taken = utf8_take(s, len, &code), n;

		if (taken && is_plain(code)) {
			from = (const char *)s;
			n = taken;
		} else if (taken && code == '\\') {
			n = sprintf(piece, "\\\\");
		} else {
			n = sprintf(piece, "\\x%02x", s[0]);
			taken = 1;
		}
		/* Once cut, stay cut: a hole in the middle would mislead. */
		full = full || used + n >= dst_size;
		if (!full) {
			memcpy(dst + used, from, n);
			used += n;
		}
		total += n;
		s += taken;
		len -= taken;
	}
	if (dst_size)
		dst[used] = '\0';
	return total;
}

size_t text_show(char *dst, size_t dst_size, const void *src, size_t len)
{
	size_t full = text_escape(dst, dst_size, src, len), used = 0;
	const char *codeset = nl_langinfo(CODESET);
	char *text;

	if (!strcmp(codeset, "UTF-8") || !dst_size)
		return full;
	text = strdup(dst);
	if (!text)
		err_nomem();
	for (const char *s = text; *s && used + 5 <= dst_size; s++)
		used += sprintf(dst + used, (uint8_t)*s < 0x80 ? "%c" :
				"\\x%02x", (uint8_t)*s);
	dst[used] = '\0';
	free(text);
	return used;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t text_unescape(void *dst, size_t size, const char *text)
{
	uint8_t *bytes = dst;
	size_t len = 0;

	while (*text && len < size) {
		if (text[0] == '\\' && text[1] == 'x' &&
		    hex_digit(text[2]) >= 0 && hex_digit(text[3]) >= 0) {
			bytes[len++] = hex_digit(text[2]) << 4 |
				       hex_digit(text[3]);
			text += 4;
			continue;
		}
		text += text[0] == '\\' && text[1];
		bytes[len++] = *text++;
	}
	return len;
}

const char *text_human(char dst[TEXT_HUMAN_SIZE], uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	uint64_t tenths;
	int unit = -1;
	unsigned int shift = 0;

	while (bytes >> shift >= 1024) {
		shift += 10;
		unit++;
	}
	if (unit < 0) {
		snprintf(dst, TEXT_HUMAN_SIZE, "%" PRIu64, bytes);
		return dst;
	}

	/* To the nearest tenth, a half upwards; ten times an EiB needs more bits. */
	tenths = ((unsigned __int128)bytes * 10 + (1ULL << (shift - 1))) >> shift;
	if (tenths >= 10240 && units[unit + 1]) {
		tenths = 10;
		unit++;
	}
	if (tenths % 10)
		snprintf(dst, TEXT_HUMAN_SIZE, "%" PRIu64 ".%d%c", tenths / 10,
			 (int)(tenths % 10), units[unit]);
	else
		snprintf(dst, TEXT_HUMAN_SIZE, "%" PRIu64 "%c", tenths / 10,
			 units[unit]);
	return dst;
}

void text_put(FILE *out, const char *text)
{
	char shown[TEXT_ESCAPED_SIZE(256)];
	size_t len = strlen(text);

	text_show(shown, sizeof(shown), text, len < 256 ? len : 256);
	fputs(shown, out);
}

void text_put_line(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	text_put(out, text);
	fputc('\n', out);
}

char *text_vformat(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		err_nomem();
	return text;
}
