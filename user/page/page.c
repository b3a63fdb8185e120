// SPDX-License-Identifier: GPL-2.0-or-later
#include "page.h"
#include "page_assets.h"
#include "xml.h"

/* Marked for XML as text that is taken as it is. */
static void put_style(FILE *out, const char *attributes, const char *first,
		      const char *second)
{
	fprintf(out, "<style%s>/*<![CDATA[*/\n%s%s/*]]>*/</style>\n", attributes,
		first, second);
}

void page_style(FILE *out, const char *css)
{
	put_style(out, "", css, "");
}

void page_script(FILE *out, const char *js)
{
	fprintf(out, "<script>/*<![CDATA[*/\n%s/*]]>*/</script>\n", js);
}

void page_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n"
	      "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
	      "base-uri 'none'; form-action 'none'\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	      "<meta name=\"generator\" content=\"shmviz\"/>\n<title>", out);
	xml_put_text(out, title);
	fputs("</title>\n", out);
	put_style(out, "", asset_page_css, asset_map_css);
	/* The button of page.js changes what it is for. */
	put_style(out, " id=\"dark\" media=\"screen and (prefers-color-scheme: dark)\"",
		  asset_page_dark_css, asset_map_dark_css);
	fputs("</head>\n<body>\n<header class=\"top\">\n<h1>", out);
	xml_put_text(out, title);
	fputs("</h1>\n<button type=\"button\" id=\"theme\" hidden=\"hidden\">Dark</button>\n"
	      "</header>\n<main>\n", out);
}

void page_end(FILE *out)
{
	fputs("</main>\n", out);
	page_script(out, asset_page_js);
	fputs("</body>\n</html>\n", out);
}
