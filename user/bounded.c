// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "bounded.h"

#define ROOM_FIRST	4096

/* For one byte more, and the '\0'. */
static int make_room(char **line, size_t *room, size_t len)
{
	size_t bigger = *room ? 2 * *room : ROOM_FIRST;
	char *moved;

	if (len + 2 <= *room)
		return 0;
	if (len >= BOUNDED_LINE_MAX)
		return -EFBIG;
	if (bigger > BOUNDED_LINE_MAX + 1)
		bigger = BOUNDED_LINE_MAX + 1;
	moved = realloc(*line, bigger);
	if (!moved)
		return -ENOMEM;
	*line = moved;
	*room = bigger;
	return 0;
}

ssize_t bounded_line(FILE *file, char **line, size_t *room)
{
	size_t len = 0, values = 0;
	int c, err;

	do {
		errno = 0;
		c = getc_unlocked(file);
		if (c == EOF)
			break;
		values += c == ',';
		err = values > BOUNDED_LINE_VALUES ? -EFBIG :
		      make_room(line, room, len);
		if (err)
			return err;
		(*line)[len++] = c;
	} while (c != '\n');
	if (c == EOF && ferror(file))
		return errno ? -errno : -EIO;
	if (len)
		(*line)[len] = '\0';
	return len;
}
