// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* strtoull() alone would take " -1" as well. */
static int take_digits(const char *text, const char **end, uint64_t *value)
{
	size_t digits = strspn(text, "0123456789");
	int ret = 0;

	if (!digits)
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, NULL, 10);
	if (errno == ERANGE) {
		*value = UINT64_MAX;
		ret = -ERANGE;
	}
	*end = text + digits;
	return ret;
}

int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	const char *end;
	int ret = take_digits(text, &end, value);

	if (ret == -EINVAL || *end)
		return -EINVAL;
	if (ret || *value < min || *value > max)
		return -ERANGE;
	return 0;
}

int parse_pages(const char *text, struct page_range *range)
{
	const char *end;
	uint64_t second;
	char sign;

	if (take_digits(text, &end, &range->first) == -EINVAL)
		return -EINVAL;
	sign = *end;
	if (!sign) {
		range->last = range->first;
		return 0;
	}
	if (sign != '-' && sign != '+')
		return -EINVAL;
	if (take_digits(end + 1, &end, &second) == -EINVAL || *end)
		return -EINVAL;

	if (sign == '-') {
		range->last = second;
		return second < range->first ? -EINVAL : 0;
	}
	if (!second)
		return -EINVAL;
	if (__builtin_add_overflow(range->first, second - 1, &range->last))
		range->last = UINT64_MAX;
	return 0;
}
