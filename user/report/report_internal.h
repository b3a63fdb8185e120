/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the model give each other. */
#ifndef SHMVIZ_REPORT_INTERNAL_H
#define SHMVIZ_REPORT_INTERNAL_H

#include "report.h"

/* report.c */
void *report_grow(void *list, size_t n, size_t *room, size_t size);
__u64 report_entry_of(const struct event *ev);
struct report_deed report_deed_of(const struct event *ev);

/* report_objects.c */
struct report_object *report_object_find(struct report *report,
					 const struct report_id *id);
/* A new one, in the place of one of before. */
struct report_object *report_object_add(struct report *report,
					const struct report_id *id, __u64 ts);
/* It is gone; what is told of it may still come late. */
void report_object_ended(struct report *report, struct report_object *obj);
void report_object_free(struct report *report, struct report_object *obj);

/* report_spans.c */
struct report_span *report_span_begin(struct report *report,
				      struct report_object *obj,
				      const struct event *ev,
				      enum report_begin begin);
/* NULL for `obj`: whichever; the one that begins at or contains `addr`. */
struct report_span *report_span_find(struct report *report,
				     const struct report_object *obj,
				     __u32 pid, __u32 ns_pid, __u64 addr);
void report_span_end(struct report *report, struct report_span *span, __u64 ts,
		     enum report_ending ending, enum rec_cause cause);
/*
 * End the one that a drop is about. False: its beginning was not told of, so it must
 * have been there before.
 */
bool report_span_drop(struct report *report, struct report_object *obj,
		      const struct event *ev);
/* All that are open and began before `ts`. */
void report_spans_vanish(struct report *report, struct report_object *obj,
			 __u64 ts);
void report_spans_free(struct report *report, struct report_object *obj);

/* report_marks.c */
void report_mark_add(struct report_object *obj, enum report_mark_kind kind,
		     const struct event *ev);
void report_point_add(struct report_object *obj, __u64 ts, __u64 nattch);
void report_failure_add(struct report *report, const struct event *ev);
void report_failures_free(struct report *report);

/* report_sysv.c, report_others.c */
void report_event_sysv(struct report *report, const struct event *ev);
void report_event_other(struct report *report, const struct event *ev);

#endif /* SHMVIZ_REPORT_INTERNAL_H */
