// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run_options.h"

#define SECONDS_MAX	1e9

int run_parse_seconds(const char *text, double min, double *seconds)
{
	char *end;

	/* strtod() alone would take more: signs, blanks, hex, "inf". */
	if (strspn(text, "0123456789.") != strlen(text))
		return -EINVAL;
	*seconds = strtod(text, &end);
	return end == text || *end || *seconds <= 0 || *seconds < min ||
	       *seconds > SECONDS_MAX ? -EINVAL : 0;
}

int run_parse_backend(const char *text, enum tracer_backend *backend)
{
	for (int b = TRACER_TRACEPOINT; b < TRACER_BACKENDS; b++) {
		if (!strcmp(text, tracer_backend_name(b))) {
			*backend = b;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned int run_list_pids(const struct tracer_filter *filter,
			   pid_t pids[FILTER_MAX])
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < filter->nnums; i++)
		if (filter->nums[i].list == FILTER_PID)
			pids[n++] = filter->nums[i].value;
	return n;
}
