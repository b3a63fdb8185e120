/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine offers to shmviz: found out by trying, where that is
 * possible without leaving a trace, not by version numbers.
 */
#ifndef SHMVIZ_CHECKS_H
#define SHMVIZ_CHECKS_H

#include <stddef.h>

#include "tracer.h"

enum verdict {
	VERDICT_OK,
	VERDICT_LIMITED,	/* there, but not all that could be */
	VERDICT_MISSING,
	VERDICT_OFF,		/* there, and off because somebody chose so */
};

struct check {
	const char *name;	/* one word, for people and for JSON */
	enum verdict verdict;
	char detail[256];	/* what was found */
	char advice[256];	/* what to do; empty if nothing is to be done */
};

#define CHECKS_MAX	16

/* What each command can do here. */
enum ability {
	ABILITY_FULL,
	ABILITY_LIMITED,
	ABILITY_NONE,
	ABILITY_OFF,		/* whoever set up the machine chose so */
};

struct checks {
	char kernel[65];	/* release */
	struct check check[CHECKS_MAX];
	size_t n;

	enum tracer_backend trace;
	enum ability ls;
	enum ability frames;
	enum ability view;
};

void checks_run(struct checks *checks);

#endif /* SHMVIZ_CHECKS_H */
