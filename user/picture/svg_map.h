/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the drawing of one object, as elements of SVG. What belongs
 * together has the same numbers: data-p the process, data-m the mapping, data-r the
 * row; map.css says how it looks, map.js what it does.
 */
#ifndef SHMVIZ_SVG_MAP_H
#define SHMVIZ_SVG_MAP_H

#include <stdio.h>

#include "picture_layout.h"

#define SVG_COLOURS	8	/* of processes, by turns: class c0 to c7 */

void svg_processes(FILE *out, const struct layout *layout);
void svg_wires(FILE *out, const struct layout *layout);
void svg_rows(FILE *out, const struct layout *layout);
void svg_marks(FILE *out, const struct layout *layout);

/* One mark: "touched", "hollow", "copy", "part" or "unknown", at x, y. */
void svg_mark(FILE *out, const char *what, int x, int y);
/* Boxes of pages and frames: "page present", "frame shared", ... */
void svg_box(FILE *out, const char *class, int x, int y, int w, int h);

/* All of them, with the heads of the columns, from 0, 0. */
void svg_object(FILE *out, const struct layout *layout);

/* What the signs mean that are in the drawing, in as many columns as fit. */
void svg_legend(FILE *out, const struct layout *layout, int y, int width);
int svg_legend_height(const struct layout *layout, int width);

/* Patterns that the classes refer to; once in a document. */
void svg_defs(FILE *out);

#endif /* SHMVIZ_SVG_MAP_H */
