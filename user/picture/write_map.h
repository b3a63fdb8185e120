/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sharing picture, written out: all of one model, picture.h, and of nothing
 * else. Whatever a writer is given is escaped for where it goes; addresses and
 * numbers are the same in all of them.
 */
#ifndef SHMVIZ_WRITE_MAP_H
#define SHMVIZ_WRITE_MAP_H

#include <stdbool.h>
#include <stdio.h>

#include "picture.h"

struct map_format {
	unsigned int width;	/* columns */
	unsigned int height;	/* rows that an object should fit; 0: any */
	bool full;		/* nothing is folded: a line for each run */
	bool utf8;		/* may draw lines, else ASCII only */
	bool colour;
};

/* For a terminal. */
void write_map_text(FILE *out, const struct picture *picture,
		    const struct map_format *format);

/* As Documentation/trace-json.md has it; one object a line. */
void write_map_json(FILE *out, const struct picture *picture);

/* One drawing; a page of its own; a graph for graphviz. */
void write_map_svg(FILE *out, const struct picture *picture);
void write_map_html(FILE *out, const struct picture *picture);
void write_map_dot(FILE *out, const struct picture *picture);

/* What write_map_html() has inside its page, for a page that holds more. */
void write_map_html_body(FILE *out, const struct picture *picture);

#endif /* SHMVIZ_WRITE_MAP_H */
