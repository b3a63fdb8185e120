/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The picture in words: a table of runs, and one of mappings. */
#ifndef SHMVIZ_HTML_TABLES_H
#define SHMVIZ_HTML_TABLES_H

#include <stdio.h>

#include "picture_layout.h"

#define HTML_TABLE_ROWS	1000	/* at most; the table says what is left out */

void html_tables_put(FILE *out, const struct layout *layout);

#endif /* SHMVIZ_HTML_TABLES_H */
