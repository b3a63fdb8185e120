/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trace tells of each object, as a model: when it was made and by whom, who
 * had it attached from when to when, how many attachments it had, what failed, what
 * was left behind. Made of events alone, live ones or recorded ones; nothing is
 * counted here that the kernel's own numbers say.
 *
 *   report_new -> report_start -> report_segment... -> (report_event |
 *   report_lost | report_anchor)... -> report_end? -> report_finish -> writers -> report_free
 *
 * Memory is bounded, however long the trace: see REPORT_*_MAX. What found no room
 * is counted, and the writers say so. Running out of memory ends the process with a
 * line about it.
 */
#ifndef SHMVIZ_REPORT_H
#define SHMVIZ_REPORT_H

#include "event.h"
#include "segment.h"
#include "stat_rows.h"
#include "write_trace.h"

#define REPORT_OTHERS_MAX	2000	/* objects that are no segments: the same */
#define REPORT_ENDED_MAX	1000	/* objects that are gone: those with the
					 * most events stay */
#define REPORT_SPANS_MAX	1000	/* that have ended, of one object */
#define REPORT_MARKS_MAX	300	/* of one object */
#define REPORT_POINTS_MAX	2048	/* of its number of attachments */
#define REPORT_FAILURES_MAX	500	/* different ones */
#define REPORT_LOSSES_MAX	100

/* How it came that a span begins, or an object is known. */
enum report_begin {
	REPORT_BEFORE,		/* it was there when the trace began */
	REPORT_UNSEEN,		/* not told: seen first later on */
	REPORT_SHMAT,
	REPORT_INHERIT,		/* by fork */
	REPORT_SPLIT,		/* off another, or moved */
	REPORT_MAP,		/* mmap, of what is no segment */
};

enum report_ending {
	REPORT_OPEN,		/* still there after the last event */
	REPORT_DROPPED,		/* `cause` says by what */
	REPORT_VANISHED,	/* gone by `to` at the latest: not told when */
};

/* Whose deed it was, and when. */
struct report_deed {
	bool known;
	__u64 ts;
	__u64 entry;			/* of the call; else `ts` */
	__u32 pid, tid;
	__u8 comm[REC_COMM_LEN];	/* bytes, NUL-padded */
};

/* One attachment, a VMA, of one process. */
struct report_span {
	struct report_span *next;	/* open ones of processes like this */
	struct report_object *object;
	__u32 pid, tid, ns_pid;
	__u8 comm[REC_COMM_LEN];
	__u64 addr, end;
	__u64 from, to;			/* ns */
	__u64 entry;			/* of the shmat; else `from` */
	enum report_begin begin;
	enum report_ending ending;
	enum rec_cause cause;
	__u32 ppid;			/* REPORT_INHERIT: who forked */
	unsigned int n_also;		/* processes that share the address space; */
	__u32 also_pid;			/* the first of them */
	__u8 also_comm[REC_COMM_LEN];
	size_t lane;			/* for writers */
};

enum report_mark_kind {
	REPORT_MARK_CREATE,
	REPORT_MARK_RMID,
	REPORT_MARK_DESTROY,
	REPORT_MARK_FAILED,
	REPORT_MARK_OTHER,		/* IPC_SET, SHM_LOCK, resize, unlink, ... */
	REPORT_MARK_MAX,
};

struct report_mark {
	enum report_mark_kind kind;
	__u64 ts;
	__u32 pid;
	__u8 comm[REC_COMM_LEN];
	char *text;			/* "shmctl(5, IPC_RMID, NULL)" */
};

/* nattch from `ts` on until the next one; several in one have been merged. */
struct report_point {
	__u64 ts;
	__u64 last, min, max;
};

/* What tells objects apart, together with the generation. */
struct report_id {
	enum rec_object_kind kind;	/* OBJ_NONE: a segment */
	__u32 space;			/* IPC namespace, or device */
	__u64 number;			/* shmid, or inode */
};

struct report_object {
	struct report_id id;
	unsigned int generation;	/* 1; more: the number was used again */
	bool have_segment;		/* key, size, mode are the kernel's */
	__u32 key;			/* before IPC_RMID took it */
	__u64 size;
	__u32 mode;
	__u32 cpid;
	__u8 name[REC_NAME_LEN];	/* of what is no segment */

	enum report_begin begin;	/* BEFORE, UNSEEN, or SHMAT: made now */
	struct report_deed created;	/* if made now; else pid and name of the
					 * creator, if they are known */
	struct report_deed rmid;
	struct report_deed destroyed;
	enum rec_cause cause;		/* of the last */
	bool vanished;			/* it is gone, its end was not told */

	__u64 first, last;		/* known from, and to its last event */
	__u64 first_event;
	__u64 events, failed;
	__u64 kinds[KIND_MAX];

	bool have_nattch;		/* of segments: nattch of the events; of
					 * others: mappings, counted */
	__u64 nattch, nattch_max;
	struct report_point *points;
	size_t n_points, room_points;
	struct report_span **spans;	/* by their beginning */
	size_t n_spans, room_spans, ended_spans;
	__u64 spans_left_out;
	struct report_mark *marks;
	size_t n_marks, room_marks;
	__u64 marks_left_out;
	bool recent;			/* it may still be told of */
};

/* Calls that failed in the same way. */
struct report_failure {
	__u64 first, last, count;
	__u32 pid;
	__u8 comm[REC_COMM_LEN];	/* of the first */
	const char *error;		/* "EEXIST" */
	char *text;
};

struct report_loss {
	__u64 after;			/* the event before it; 0: none */
	__u64 count;
	enum trace_loss why;
};

#define REPORT_OPEN_BUCKETS	1024
#define REPORT_RECENT		64

struct report {
	bool started, ended;		/* there was a start, an end line */
	struct trace_start start;	/* strings are ours */
	struct anchors anchors;		/* that of the start first */
	struct trace_end end;
	bool vmas_unseen;		/* only calls are told: attachments made or
					 * dropped otherwise are not */
	__u64 from, to;			/* start or first event, last event */
	__u64 events, failed;
	__u64 filtered_now;		/* by the filter of now */
	struct stat_rows rows;		/* all processes in one */

	struct report_object **objects;	/* by their first event */
	size_t n, room;
	size_t n_ended, n_others;
	size_t others_room;	/* so many before some are left out */
	__u64 objects_left_out, objects_left_out_events;
	__u64 objects_left_out_made;

	struct report_failure *failures;/* by their first */
	size_t n_failures, room_failures;
	__u64 failures_left_out;

	struct report_loss *losses;
	size_t n_losses, room_losses;
	__u64 lost;			/* the sum, also without an end line */

	/* Not for writers. */
	void *by_id, *by_failure;
	struct report_span *open[REPORT_OPEN_BUCKETS];
	struct report_object *recent[REPORT_RECENT];
	unsigned int next_recent;
};

struct report *report_new(void);
void report_free(struct report *report);

void report_start(struct report *report, const struct trace_start *start);
void report_segment(struct report *report, const struct segment *seg);
void report_event(struct report *report, const struct event *ev);
void report_lost(struct report *report, __u64 count, enum trace_loss why);
void report_anchor(struct report *report, const struct anchor *anchor);
void report_end(struct report *report, const struct trace_end *end);

/*
 * What the kernel has of the own namespace's segments after the last event: for
 * those whose end was not told. `now` is CLOCK_MONOTONIC.
 */
void report_still_there(struct report *report, const struct segment_list *list,
			__u64 now);

/* Nothing more will come: sorts, and closes what is known to be over. */
void report_finish(struct report *report);

/* It was not destroyed and, as far as is known, has nobody attached. */
bool report_is_left_behind(const struct report_object *obj);
/* It was there at the start, and nothing happened to it. */
bool report_is_idle(const struct report_object *obj);
bool report_is_gone(const struct report_object *obj);
static inline bool report_is_segment(const struct report_object *obj)
{
	return obj->id.kind == OBJ_NONE;
}

#endif /* SHMVIZ_REPORT_H */
