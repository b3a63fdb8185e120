/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is made at the end, though whether it can be made is found out at
 * the beginning. What is there already stays as it is until then.
 */
#ifndef SHMVIZ_OUTPUT_H
#define SHMVIZ_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	const char *path;	/* "-": stdout */
	FILE *file;
	bool made;		/* it was not there before */
};

/* Exit codes: a line has said what was wrong. NULL for `path`: none. */
int output_open(struct output *out, const char *path);
/* Now: empties it. */
int output_begin(struct output *out);
int output_end(struct output *out);
/* After all: what was made for nothing goes away. */
void output_close(struct output *out);

/* One file, whatever it is called. Devices and pipes may serve several times. */
bool output_is_same(const char *a, const char *b);

#endif /* SHMVIZ_OUTPUT_H */
