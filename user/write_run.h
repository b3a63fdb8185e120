/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the writers of trace and of stat begin and end, as text and as JSON. */
#ifndef SHMVIZ_WRITE_RUN_H
#define SHMVIZ_WRITE_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "anchor.h"

struct json_object;

/*
 * By which backend, why by no better one ("": there is none), and what can't be
 * seen; the list ends with NULL. What is past was written down and is over.
 */
void write_run_source(FILE *out, const char *backend, bool past,
		      const char *why, const char *const *blind);

/* How the command ended, if that was the reason; `status` is waitpid()'s. */
void write_run_command(FILE *out, const char *reason, int status);

/* Adds an anchor, and says that the clock was set. */
void write_run_anchor(FILE *out, struct anchors *anchors,
		      const struct anchor *anchor);

/* {"type":"TYPE"}, and the line when it is complete. */
struct json_object *run_json(const char *type);
void run_json_put(struct json_object *obj);

/* The same as members. */
void run_json_source(struct json_object *obj, const char *version,
		     const char *backend, const char *why,
		     const char *const *blind);
void run_json_anchor(struct json_object *obj, const struct anchor *anchor);
/* The whole line. */
void run_json_put_anchor(const struct anchor *anchor);
void run_json_reason(struct json_object *obj, const char *reason, int status);

#endif /* SHMVIZ_WRITE_RUN_H */
