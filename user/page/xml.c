// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "xml.h"

void xml_put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(*text, out);
		}
	}
}

void xml_put(FILE *out, const void *bytes, size_t len)
{
	size_t size = TEXT_ESCAPED_SIZE(len);
	char *text = malloc(size);

	if (!text)
		err_nomem();
	text_escape(text, size, bytes, len);
	xml_put_escaped(out, text);
	free(text);
}

void xml_put_text(FILE *out, const char *text)
{
	xml_put(out, text, strlen(text));
}

void xml_put_cut(FILE *out, const char *text, size_t len)
{
	char *cut;

	/* Not within a character. */
	len = strnlen(text, len);
	while (len && (text[len] & 0xc0) == 0x80)
		len--;
	cut = strndup(text, len);
	if (!cut)
		err_nomem();
	xml_put_escaped(out, cut);
	free(cut);
}
