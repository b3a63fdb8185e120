/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of trace events, between who makes them and who writes them. */
#ifndef SHMVIZ_PERFETTO_INTERNAL_H
#define SHMVIZ_PERFETTO_INTERNAL_H

#include "perfetto.h"

/*
 * Those of one moment, in this order: an arrow needs what it leads from and to, and
 * goes to the last of its thread.
 */
enum perfetto_rank {
	PERFETTO_END,
	PERFETTO_BEGIN,
	PERFETTO_EVENT,
	PERFETTO_COUNTER,
	PERFETTO_FROM,
	PERFETTO_TO,
	PERFETTO_END_AT_ONCE,	/* of what begins at that moment, too */
};

/*
 * {"name":..,"ph":..,"ts":..,"pid":..,"tid":..  and whatever else is put on the
 * returned file before perfetto_close(); NULL: there are too many.
 */
FILE *perfetto_open(struct perfetto *perfetto, enum perfetto_rank rank,
		    __u64 ts, char phase, const char *name, __u32 pid,
		    __u32 tid);
void perfetto_close(struct perfetto *perfetto);

/* Where objects are, as if they were a process; and those who have no number. */
#define PERFETTO_OBJECTS	4194305		/* above any pid */
#define PERFETTO_UNKNOWN	4194306

/* ,"NAME":TEXT of text that text_escape() has made */
void perfetto_text(FILE *out, const char *name, const char *text);

/* What a process or thread is called: from now on, or unless that is known. */
void perfetto_name(struct perfetto *perfetto, __u32 pid, __u32 tid,
		   const __u8 comm[REC_COMM_LEN], bool newer);

/* perfetto_spans.c */
void perfetto_add_objects(struct perfetto *perfetto,
			  const struct report *report);

#endif /* SHMVIZ_PERFETTO_INTERNAL_H */
