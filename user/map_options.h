/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz map. */
#ifndef SHMVIZ_MAP_OPTIONS_H
#define SHMVIZ_MAP_OPTIONS_H

#include <stdbool.h>

#include "object.h"
#include "target.h"

enum map_output {
	MAP_TEXT, MAP_JSON, MAP_SVG, MAP_HTML, MAP_DOT,
};

struct map_options {
	struct target_list list;	/* none: all objects */
	struct object_choice choice;
	bool kinds;			/* --kind was given */
	const char *from;		/* NULL: the running system */
	enum map_output output;
	const char *output_given;	/* the option that said so; or NULL */
	unsigned int width, height;	/* 0: the terminal's */
	bool full, ascii, redact;
};

#define MAP_WANTS_HELP	TARGET_WANTS_HELP

/*
 * An exit code, said on stderr if it is not 0; or MAP_WANTS_HELP.
 * target_list_free() is due in all cases.
 */
int map_options_parse(struct map_options *opt, int argc, char **argv);
int map_help(void);

#endif /* SHMVIZ_MAP_OPTIONS_H */
