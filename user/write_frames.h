/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames as a table with a strip picture, and as JSON. Asks the kernel nothing. */
#ifndef SHMVIZ_WRITE_FRAMES_H
#define SHMVIZ_WRITE_FRAMES_H

#include <stdbool.h>
#include <stdio.h>

#include <shmviz.h>

#include "frames.h"
#include "sharers.h"
#include "strip.h"

enum frames_lines {
	FRAMES_LINES_RUNS,	/* one a present page; runs of others folded */
	FRAMES_LINES_FOLD,	/* runs of present pages folded, too */
	FRAMES_LINES_ALL,	/* one a page */
};

struct frames_format {
	enum frames_lines lines;
	unsigned int width;	/* columns for the strip */
	bool fit;		/* keep the table within width as well */
	struct strip_style strip;
};

void write_frames_text(FILE *out, const struct shmviz_info *info,
		       const struct frame_list *frames,
		       const struct sharer_list *sharers,
		       const struct frames_format *format);

/* As the documentation of the JSON has it; one page a line. */
void write_frames_json(FILE *out, const struct shmviz_info *info,
		       const struct frame_list *frames,
		       const struct sharer_list *sharers);

#endif /* SHMVIZ_WRITE_FRAMES_H */
