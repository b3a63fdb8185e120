// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "xml.h"

static void put_escaped(FILE *out, const char *text)
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
	put_escaped(out, text);
	free(text);
}

void xml_put_text(FILE *out, const char *text)
{
	xml_put(out, text, strlen(text));
}
