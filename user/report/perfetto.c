// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "err.h"
#include "json.h"
#include "line.h"
#include "perfetto_internal.h"
#include "report_words.h"
#include "text.h"

struct traced {
	__u64 ts;
	enum perfetto_rank rank;
	size_t at, len, number;
};

/* A name of a process or thread, the newest. */
struct task {
	__u32 pid, tid;
	__u8 comm[REC_COMM_LEN];
};

struct perfetto {
	FILE *mem;
	char *text;
	size_t size, begun;
	struct traced *entries;
	size_t n, room;
	__u64 left_out;
	void *tasks;
};

struct perfetto *perfetto_new(void)
{
	struct perfetto *perfetto = calloc(1, sizeof(*perfetto));

	if (perfetto)
		perfetto->mem = open_memstream(&perfetto->text,
					       &perfetto->size);
	if (!perfetto || !perfetto->mem)
		err_nomem();
	return perfetto;
}

void perfetto_free(struct perfetto *perfetto)
{
	if (!perfetto)
		return;
	if (perfetto->mem)
		fclose(perfetto->mem);
	tdestroy(perfetto->tasks, free);
	free(perfetto->entries);
	free(perfetto->text);
	free(perfetto);
}

static struct traced *add_entry(struct perfetto *perfetto)
{
	if (perfetto->n == perfetto->room) {
		perfetto->room = perfetto->room ? 2 * perfetto->room : 1024;
		perfetto->entries = reallocarray(perfetto->entries,
						 perfetto->room,
						 sizeof(struct traced));
		if (!perfetto->entries)
			err_nomem();
	}
	return &perfetto->entries[perfetto->n];
}

static __u32 shown_pid(__u32 pid)
{
	return pid ?: PERFETTO_UNKNOWN;
}

/* Escaped text has neither control characters nor anything that is no UTF-8. */
static void put_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

void perfetto_text(FILE *out, const char *name, const char *text)
{
	fprintf(out, ",\"%s\":", name);
	put_string(out, text);
}

FILE *perfetto_open(struct perfetto *perfetto, enum perfetto_rank rank,
		    __u64 ts, char phase, const char *name, __u32 pid,
		    __u32 tid)
{
	struct traced *entry;

	if (perfetto->n >= PERFETTO_EVENTS_MAX) {
		perfetto->left_out++;
		return NULL;
	}
	entry = add_entry(perfetto);
	*entry = (struct traced) {
		.ts = ts, .rank = rank, .at = ftello(perfetto->mem),
		.number = perfetto->n,
	};
	fputs("{\"name\":", perfetto->mem);
	put_string(perfetto->mem, name);
	fprintf(perfetto->mem, ",\"ph\":\"%c\",\"ts\":%" PRIu64 ".%03u,\"pid\":%u"
		",\"tid\":%u", phase, (uint64_t)(ts / 1000),
		(unsigned int)(ts % 1000), shown_pid(pid),
		shown_pid(tid ?: pid));
	return perfetto->mem;
}

void perfetto_close(struct perfetto *perfetto)
{
	struct traced *entry = &perfetto->entries[perfetto->n++];

	putc('}', perfetto->mem);
	entry->len = ftello(perfetto->mem) - entry->at;
	if (ferror(perfetto->mem))
		err_nomem();
}

static int compare_tasks(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static struct task *find_task(struct perfetto *perfetto, __u32 pid, __u32 tid,
			      bool *found)
{
	struct task key = { .pid = pid, .tid = tid }, *task;
	void *at = tfind(&key, &perfetto->tasks, compare_tasks);

	*found = at;
	if (at)
		return *(struct task **)at;
	task = malloc(sizeof(*task));
	if (!task)
		err_nomem();
	*task = key;
	if (!tsearch(task, &perfetto->tasks, compare_tasks))
		err_nomem();
	return task;
}

void perfetto_name(struct perfetto *perfetto, __u32 pid, __u32 tid,
		   const __u8 comm[REC_COMM_LEN], bool newer)
{
	struct task *task;
	bool found;

	if (!pid)
		return;
	task = find_task(perfetto, pid, tid, &found);
	if (!found || newer)
		memcpy(task->comm, comm, REC_COMM_LEN);
}

/* Its name is the call alone, so that all of a kind look the same. */
static void add_call(struct perfetto *perfetto, const struct event *ev)
{
	bool timed = ev->have & EV_DURATION && ev->duration <= ev->ts;
	__u64 ts = timed ? ev->ts - ev->duration : ev->ts;
	char name[64], text[2 * DECODE_SIZE];
	FILE *out;

	snprintf(name, sizeof(name), "%s%s%s", event_name(ev),
		 event_failure(ev) ? " " : "", event_failure(ev) ?: "");
	out = perfetto_open(perfetto, PERFETTO_EVENT, ts, timed ? 'X' : 'i',
			    name, ev->pid, ev->tid);
	if (!out)
		return;
	fprintf(out, ",\"cat\":\"%s\"", !event_is_call(ev) ? "event" :
		event_errno(ev) ? "call,failed" : "call");
	if (timed)
		fprintf(out, ",\"dur\":%" PRIu64 ".%03u",
			(uint64_t)(ev->duration / 1000),
			(unsigned int)(ev->duration % 1000));
	else
		fputs(",\"s\":\"t\"", out);
	decode_event(text, sizeof(text), ev);
	fputs(",\"args\":", out);
	line_begin_in(out);
	line_bytes("text", text, strlen(text));
	trace_json_members(ev);
	line_end_in();
	perfetto_close(perfetto);
}

static void add_counter(struct perfetto *perfetto, const struct event *ev)
{
	char name[64];
	FILE *out;

	snprintf(name, sizeof(name), "%u/%d", ev->ipcns, ev->shmid);
	out = perfetto_open(perfetto, PERFETTO_COUNTER, ev->ts, 'C', name,
			    PERFETTO_OBJECTS, PERFETTO_OBJECTS);
	if (!out)
		return;
	fprintf(out, ",\"args\":{\"nattch\":%" PRIu64 "}",
		(uint64_t)ev->nattch);
	perfetto_close(perfetto);
}

void perfetto_event(struct perfetto *perfetto, const struct event *ev)
{
	perfetto_name(perfetto, ev->pid, ev->tid, ev->comm, true);
	/* Its first thread may have done nothing. */
	perfetto_name(perfetto, ev->pid, ev->pid, ev->comm, false);
	add_call(perfetto, ev);
	if (ev->have & EV_NATTCH && ev->have & EV_SHMID)
		add_counter(perfetto, ev);
}

void perfetto_lost(struct perfetto *perfetto, __u64 ts, __u64 count)
{
	FILE *out = perfetto_open(perfetto, PERFETTO_EVENT, ts, 'i',
				  "events lost", PERFETTO_OBJECTS,
				  PERFETTO_OBJECTS);

	if (!out)
		return;
	fprintf(out, ",\"cat\":\"lost\",\"s\":\"g\",\"args\":{\"count\":%" PRIu64
		"}", (uint64_t)count);
	perfetto_close(perfetto);
}

static int compare_entries(const void *a, const void *b)
{
	const struct traced *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static void put_name(FILE *out, const char *what, __u32 pid, __u32 tid,
		     const char *name)
{
	fprintf(out, "{\"name\":\"%s\",\"ph\":\"M\",\"pid\":%u,\"tid\":%u,\"args\""
		":{\"name\":", what, pid, tid);
	put_string(out, name);
	fputs("}},\n", out);
}

static void put_task(const void *at, VISIT visit, void *ctx)
{
	const struct task *task = *(struct task *const *)at;
	char name[TEXT_ESCAPED_SIZE(REC_COMM_LEN)];

	if (visit != postorder && visit != leaf)
		return;
	text_escape(name, sizeof(name), task->comm,
		    strnlen((const char *)task->comm, REC_COMM_LEN));
	if (task->pid == task->tid)
		put_name(ctx, "process_name", task->pid, task->tid, name);
	put_name(ctx, "thread_name", task->pid, task->tid, name);
}

static void put_names(FILE *out, const struct perfetto *perfetto)
{
	put_name(out, "process_name", PERFETTO_UNKNOWN, PERFETTO_UNKNOWN,
		 "not in this pid namespace, or not known");
	twalk_r(perfetto->tasks, put_task, out);
	put_name(out, "process_name", PERFETTO_OBJECTS, PERFETTO_OBJECTS,
		 "shared memory");
}

static void put_about(FILE *out, const struct perfetto *perfetto,
		      const struct report *report)
{
	line_begin_in(out);
	line_bytes("version", report->start.version ?: "",
		   strlen(report->start.version ?: ""));
	line_bytes("backend", report->start.backend ?: "",
		   strlen(report->start.backend ?: ""));
	line_u64("lost", report->lost);
	line_u64("left_out", perfetto->left_out);
	line_u64("objects_left_out", report->objects_left_out);
	line_bool("cut_off", !report->ended);
	line_u64("monotonic", report->start.anchor.monotonic);
	line_u64("realtime", report->start.anchor.realtime);
	/* Trace events have the one clock only. */
	line_bool("clock_set", report->anchors.n > 1);
	line_end_in();
}

void perfetto_write(FILE *out, struct perfetto *perfetto,
		    const struct report *report)
{
	perfetto_add_objects(perfetto, report);
	/* The text is where it says only when it is flushed. */
	if (fflush(perfetto->mem))
		err_nomem();
	if (perfetto->n)
		qsort(perfetto->entries, perfetto->n, sizeof(struct traced),
		      compare_entries);
	fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":", out);
	put_about(out, perfetto, report);
	fputs(",\n\"traceEvents\":[\n", out);
	put_names(out, perfetto);
	for (size_t i = 0; i < perfetto->n; i++) {
		const struct traced *entry = &perfetto->entries[i];

		fwrite(perfetto->text + entry->at, 1, entry->len, out);
		fputs(",\n", out);
	}
	/* There is no comma after the last. */
	fprintf(out, "{\"name\":\"process_sort_index\",\"ph\":\"M\",\"pid\":%d,"
		"\"tid\":%d,\"args\":{\"sort_index\":-1}}\n]}\n",
		PERFETTO_OBJECTS, PERFETTO_OBJECTS);
}
