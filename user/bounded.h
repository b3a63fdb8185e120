/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines and files of others, of which no more is kept in memory than is sensible. */
#ifndef SHMVIZ_BOUNDED_H
#define SHMVIZ_BOUNDED_H

#include <stdio.h>
#include <sys/types.h>

/*
 * json-c makes some 60 bytes of a value that takes two in the text, so there is a
 * bound on values, too, which is one on their commas.
 *
 * The longest line of a trace is that of a segment with some 150,000 attachments.
 */
#define BOUNDED_LINE_MAX	(16u << 20)
#define BOUNDED_LINE_VALUES	2000000
#define BOUNDED_LINE_TEXT	"16 MiB or 2 million values"

/* A picture is read as a whole. */
#define BOUNDED_PICTURE_MAX	(64u << 20)
#define BOUNDED_PICTURE_VALUES	8000000
#define BOUNDED_PICTURE_TEXT	"64 MiB or 8 million values"

/*
 * The next line with its newline, if it has one, and '\0' after it: as getline(3), but
 * -EFBIG for one that is beyond a bound, 0 at the end of the file, and
 * the negative errno of an error.
 */
ssize_t bounded_line(FILE *file, char **line, size_t *room);

#endif /* SHMVIZ_BOUNDED_H */
