/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers on the command line, taken strictly: the whole text must be one, no
 * sign, no blank, nothing after it.
 */
#ifndef SHMVIZ_PARSE_H
#define SHMVIZ_PARSE_H

#include <stdint.h>

/*
 * A decimal number of min..max. 0, -EINVAL if the text is no number, -ERANGE if
 * the number lies outside (*value is then UINT64_MAX if it is beyond 64 bits).
 */
int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * A range of pages: FIRST-LAST, FIRST+COUNT or FIRST alone. 0, or -EINVAL if
 * the text is no range or an empty one. Numbers beyond 64 bits are taken as
 * the largest, so that whoever knows the object says what is past its end.
 */
struct page_range {
	uint64_t first;
	uint64_t last;
};
int parse_pages(const char *text, struct page_range *range);

#endif /* SHMVIZ_PARSE_H */
