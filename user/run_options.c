// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "parse.h"
#include "run_options.h"

int run_parse_seconds(const char *text, double min, double *seconds)
{
	char *end;

	/* strtod() alone would take more: signs, blanks, hex, "inf". */
	if (strspn(text, "0123456789.") != strlen(text))
		return -EINVAL;
	*seconds = strtod(text, &end);
	return end == text || *end || *seconds <= 0 || *seconds < min ||
	       *seconds > atof(RUN_SECONDS_MAX) ? -EINVAL : 0;
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

int run_parse_size(const char *text, uint64_t min, uint64_t max, uint64_t *size)
{
	static const char units[] = "KMG";
	char digits[32];
	const char *unit;
	size_t len = strlen(text);
	uint64_t scale = 1;

	if (!len || len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len + 1);
	unit = strchr(units, toupper((unsigned char)digits[len - 1]));
	if (unit && *unit) {
		scale = 1ull << (10 * (unit - units + 1));
		digits[len - 1] = '\0';
	}
	if (parse_number(digits, 0, max / scale, size) || *size * scale < min)
		return -EINVAL;
	*size *= scale;
	return 0;
}

int run_getopt(int argc, char **argv, const char *shorts,
	       const struct option *longs, int *at, bool *dashes)
{
	int before = optind, c = getopt_long(argc, argv, shorts, longs, at);

	*dashes = c == -1 && optind > before;
	return c;
}

int run_parse_command(const char *name, int argc, char **argv, bool dashes,
		      char ***command)
{
	*command = NULL;
	if (optind == argc)
		return dashes ? err_usage(name, "no command after '--'") :
				EXIT_DONE;
	if (!dashes)
		return err_usage(name,
			"unexpected argument '%s': a command goes after '--'",
			argv[optind]);
	*command = argv + optind;
	return EXIT_DONE;
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
