/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What map.js knows of a picture, as a <script> of JSON: shorter than what
 * map --json writes, and only as many runs as a page can handle.
 */
#ifndef SHMVIZ_HTML_DATA_H
#define SHMVIZ_HTML_DATA_H

#include <stdio.h>

#include "picture_layout.h"

#define HTML_DATA_RUNS	20000	/* of an object; the first ones */

void html_data_put(FILE *out, const struct layout *layouts, size_t n);

#endif /* SHMVIZ_HTML_DATA_H */
