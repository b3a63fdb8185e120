// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace for a person: one line a call, in the words of strace. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "decode.h"
#include "text.h"
#include "write_run.h"
#include "write_trace.h"

#define NS_PER_SEC	1000000000ull

static struct anchors anchors;
static bool narrow;
static __u64 own_ipcns;

static void say_objects(__u32 objects)
{
	const char *comma = "";

	if (objects == 1u << OBJ_NONE) {
		fprintf(stderr, "System V shared memory");
		return;
	}
	fprintf(stderr, "shared memory (");
	for (int object = 0; object < OBJ_MAX; object++) {
		if (!(objects & 1u << object))
			continue;
		fprintf(stderr, "%s%s", comma, event_object_name(object));
		comma = ", ";
	}
	fprintf(stderr, ")");
}

static void text_start(const struct trace_start *start)
{
	anchors_free(&anchors);
	anchors_add(&anchors, &start->anchor);
	narrow = start->narrow;
	own_ipcns = start->ipcns;
	fprintf(stderr, start->past ? "traced " : "tracing ");
	say_objects(start->objects);
	fputs(" by ", stderr);
	write_run_source(stderr, start->backend, start->past, start->why,
			 start->blind);
	if (start->redacted)
		puts(TEXT_REDACTED);
	if (narrow)
		puts("TIME         PID COMM: CALL = RESULT; TOOK, SEGMENT AFTER IT");
	else
		printf("%-15s %7s %-15s %-46s %-16s %8s  %s\n", "TIME", "PID",
		       "COMM", "CALL", "RESULT", "TOOK", "SEGMENT");
}

/* What was there before the first event has no time. */
static void print_before(pid_t pid, const struct comm *comm, const char *what)
{
	char name[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	text_show(name, sizeof(name), comm->bytes, comm->len);
	printf(narrow ? "%-12s %d %s: %s;" :
			"%-15s %7d %-15s %-46s   %-14s        - ",
	       "before", pid, name, what, "");
}

static void text_segment(const struct segment *seg)
{
	char size[TEXT_HUMAN_SIZE], what[64];

	snprintf(what, sizeof(what), "segment %d", seg->shm.shmid);
	print_before(seg->shm.cpid, &seg->creator, what);
	printf(" %s", text_human(size, seg->shm.size));
	if (seg->shm.key)
		printf(" key %#x", seg->shm.key);
	printf(" nattch %llu", (unsigned long long)seg->shm.nattch);
	if (segment_is_dest(seg))
		printf(" dest");
	if (segment_is_locked(seg))
		printf(" locked");
	if (seg->ipcns != own_ipcns)
		printf(" of ipc namespace %llu", (unsigned long long)seg->ipcns);
	putchar('\n');
	for (size_t i = 0; i < seg->n_attachments; i++) {
		const struct attachment *at = &seg->attachments[i];

		snprintf(what, sizeof(what), "attached %#llx%s",
			 (unsigned long long)at->start,
			 at->same ? ", the same" : "");
		print_before(at->pid, &at->comm, what);
		printf(" shmid %d\n", seg->shm.shmid);
	}
}

static void print_time(__u64 ts)
{
	__u64 ns = anchors_time(&anchors, ts);
	time_t sec = ns / NS_PER_SEC;
	char text[16];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%T", &tm);
	if (narrow)
		printf("%s.%03u", text, (unsigned int)(ns % NS_PER_SEC / 1000000));
	else
		printf("%s.%06u", text, (unsigned int)(ns % NS_PER_SEC / 1000));
}

static void print_result(const struct event *ev)
{
	const char *err = event_failure(ev);
	char text[32];

	if (!event_is_call(ev)) {
		printf(narrow ? ";" : "   %-14s", "");
		return;
	}
	if (err)
		snprintf(text, sizeof(text), "%s", err);
	else if (ev->kind == KIND_SHMAT)
		snprintf(text, sizeof(text), "%#llx",
			 (unsigned long long)ev->ret);
	else
		snprintf(text, sizeof(text), "%lld", (long long)ev->ret);
	printf(narrow ? " = %s;" : " = %-14s", text);
}

static void print_took(const struct event *ev)
{
	if (ev->have & EV_DURATION)
		printf(narrow ? " %lluus" : " %6lluus",
		       (unsigned long long)ev->duration / 1000);
	else if (!narrow)
		printf(" %8s", "-");
}

/* There is no result and it takes no time: room for two addresses. */
static void print_object(const struct event *ev, const char *comm,
			 const char *call)
{
	char size[TEXT_HUMAN_SIZE];

	printf(narrow ? " %u %s: %s;" : " %7u %-15s %-73s ", ev->pid, comm,
	       call);
	printf(" %s inode %llu", text_human(size, ev->size),
	       (unsigned long long)ev->ino);
	if (ev->kind == KIND_UNLINK && ev->nlink)
		printf(" %u names left", ev->nlink);
}

static void print_segment(const struct event *ev)
{
	char size[TEXT_HUMAN_SIZE];

	/* Said already by the arguments of the others. */
	if (ev->kind >= KIND_SHMDT && ev->kind != KIND_SHMCTL &&
	    ev->have & EV_SHMID)
		printf(" shmid %d", ev->shmid);
	if (ev->have & EV_NATTCH) {
		printf(" %s", text_human(size, ev->size));
		if (ev->kind != KIND_SHMGET && ev->key)
			printf(" key %#x", ev->key);
		if (ev->gone)
			printf(" destroyed");
		else
			printf(" nattch %llu", (unsigned long long)ev->nattch);
		if (ev->dest && !ev->gone)
			printf(" dest");
		if (ev->locked)
			printf(" locked");
	}
	if (ev->have & EV_CREATED)
		printf(ev->created ? " new" : " existing");
	if (ev->have & EV_SHMID && ev->ipcns != ev->caller_ipcns)
		printf(" of ipc namespace %u", ev->ipcns);
	if (ev->compat)
		printf(" 32-bit");
	if (ev->seccomp)
		printf(" refused by seccomp");
}

static const char *escape_comm(char dst[TEXT_ESCAPED_SIZE(REC_COMM_LEN)],
			       const __u8 comm[REC_COMM_LEN])
{
	text_show(dst, TEXT_ESCAPED_SIZE(REC_COMM_LEN), comm,
		    strnlen((const char *)comm, REC_COMM_LEN));
	return dst;
}

static void text_event(const struct event *ev)
{
	char comm[TEXT_ESCAPED_SIZE(REC_COMM_LEN)];
	char call[2 * DECODE_SIZE];

	/* The line of the call says it all. */
	if (ev->kind == KIND_DROP && ev->cause == CAUSE_SHMDT)
		return;
	escape_comm(comm, ev->comm);
	decode_event(call, sizeof(call), ev);
	print_time(ev->ts);
	if (ev->have & EV_OBJECT) {
		print_object(ev, comm, call);
	} else {
		printf(narrow ? " %u %s: %s" : " %7u %-15s %-46s", ev->pid,
		       comm, call);
		print_result(ev);
		print_took(ev);
		if (!narrow)
			putchar(' ');
		print_segment(ev);
	}
	if (ev->have & EV_BY)
		printf(" in the context of %u %s", ev->by_pid,
		       escape_comm(comm, ev->by_comm));
	putchar('\n');
}

static void text_lost(__u64 count, enum trace_loss why)
{
	static const char *const reasons[] = {
		[LOST_FULL] = "the buffer was full; a larger --buffer holds more",
		[LOST_MISSED] = "tasks preempted others in a hook, and it let"
				" them pass",
		[LOST_UNIDENTIFIED] = "the segment of a shmdt could not be looked"
				      " up, so no filter could tell",
	};

	printf("LOST %llu: %s\n", (unsigned long long)count, reasons[why]);
}

static void text_anchor(const struct anchor *anchor)
{
	write_run_anchor(stdout, &anchors, anchor);
}

static void text_end(const struct trace_end *end)
{
	write_run_command(stdout, end->reason, end->command_status);
	if (end->unidentified)
		printf("the segments of %llu shmdt could not be looked up\n",
		       (unsigned long long)end->unidentified);
	printf("%llu seen, %llu delivered, %llu lost, %llu filtered\n",
	       (unsigned long long)end->seen,
	       (unsigned long long)end->delivered,
	       (unsigned long long)end->lost,
	       (unsigned long long)end->filtered);
}

const struct trace_writer trace_writer_text = {
	.start	= text_start,
	.segment = text_segment,
	.event	= text_event,
	.lost	= text_lost,
	.anchor	= text_anchor,
	.end	= text_end,
};
