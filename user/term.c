// SPDX-License-Identifier: GPL-2.0-or-later
#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "parse.h"
#include "term.h"

#define DEFAULT_WIDTH	80
#define LEAST_WIDTH	20
#define MOST_WIDTH	4096
#define DEFAULT_HEIGHT	50
#define LEAST_HEIGHT	5
#define MOST_HEIGHT	4096

unsigned int term_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	uint64_t n;

	if (columns && !parse_number(columns, LEAST_WIDTH, MOST_WIDTH, &n))
		return n;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) &&
	    ws.ws_col >= LEAST_WIDTH && ws.ws_col <= MOST_WIDTH)
		return ws.ws_col;
	return DEFAULT_WIDTH;
}

unsigned int term_height(void)
{
	const char *lines = getenv("LINES");
	struct winsize ws;
	uint64_t n;

	if (lines && !parse_number(lines, LEAST_HEIGHT, MOST_HEIGHT, &n))
		return n;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) &&
	    ws.ws_row >= LEAST_HEIGHT && ws.ws_row <= MOST_HEIGHT)
		return ws.ws_row;
	return DEFAULT_HEIGHT;
}

bool term_is_tty(void)
{
	return isatty(STDOUT_FILENO);
}

bool term_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

bool term_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	return term_is_tty() && term && *term && strcmp(term, "dumb");
}
