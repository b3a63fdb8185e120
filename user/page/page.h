/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of HTML that is complete in itself: style and script are inside, and its
 * Content-Security-Policy lets it load nothing. Light or dark as the reader has it,
 * or by its button; on paper always light. Without scripts it has no button.
 *
 * It is well-formed XML, too: write <br/>, hidden="hidden", and entities by number.
 * Colours come as variables, --ink, --paper and so on (page.css); the classes
 * "scroll" (around wide or long things), "num", "mono" and "muted" are there for all.
 */
#ifndef SHMVIZ_PAGE_H
#define SHMVIZ_PAGE_H

#include <stdio.h>

/* All up to and with the title as a heading; `title` is text, bytes are escaped. */
void page_begin(FILE *out, const char *title);
void page_end(FILE *out);

/* A style sheet, or a script, of PAGE_ASSET(); between the two above. */
void page_style(FILE *out, const char *css);
void page_script(FILE *out, const char *js);

#endif /* SHMVIZ_PAGE_H */
