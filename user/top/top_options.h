/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of shmviz top. */
#ifndef SHMVIZ_TOP_OPTIONS_H
#define SHMVIZ_TOP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "object.h"
#include "top_columns.h"
#include "tracer.h"

struct top_options {
	bool batch;
	bool redact;		/* with it: names as stand-ins */
	double delay;		/* seconds from one look to the next */
	uint64_t count;		/* looks; 0: no end */
	enum top_column sort;
	bool inverted;
	struct object_choice choice;
	const char *filter;	/* "": none */
	bool events;		/* if the kernel lets us */
	enum tracer_backend backend;
};

#define TOP_WANTS_HELP	(-1)

/* An exit code, said on stderr if it is not 0; or TOP_WANTS_HELP. */
int top_options_parse(struct top_options *opt, int argc, char **argv);
int top_options_help(void);

#endif /* SHMVIZ_TOP_OPTIONS_H */
