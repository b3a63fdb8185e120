// SPDX-License-Identifier: GPL-2.0-or-later
/* What lasts: attachments, objects; and the arrows between those who share. */
#include <inttypes.h>

#include "perfetto_internal.h"
#include "report_words.h"

struct adding {
	struct perfetto *perfetto;
	const struct report *report;
	const struct report_object *obj;
	char label[REPORT_LABEL_SIZE];
	__u64 id;		/* of the last that was given one */
};

static void put_id(FILE *out, const char *cat, __u64 id)
{
	fprintf(out, ",\"cat\":\"%s\",\"id\":\"0x%" PRIx64 "\"", cat,
		(uint64_t)id);
}

static void add_begin(struct adding *add, __u64 ts, const char *cat, __u32 pid,
		      __u32 tid, const struct report_span *span)
{
	char text[REPORT_LABEL_SIZE];
	FILE *out = perfetto_open(add->perfetto, PERFETTO_BEGIN, ts, 'b',
				  add->label, pid, tid);

	if (!out)
		return;
	put_id(out, cat, add->id);
	fprintf(out, ",\"args\":{\"size\":%" PRIu64, (uint64_t)add->obj->size);
	if (report_is_segment(add->obj) && add->obj->have_segment)
		fprintf(out, ",\"key\":\"0x%08x\"", add->obj->key);
	if (span) {
		report_begin_words(text, span);
		fprintf(out, ",\"addr\":\"0x%" PRIx64 "\",\"end\":\"0x%" PRIx64
			"\"", (uint64_t)span->addr, (uint64_t)span->end);
		perfetto_text(out, "begin", text);
		perfetto_text(out, "ended", report_end_words(add->report, span));
	} else {
		report_state_words(text, add->report, add->obj);
		perfetto_text(out, "state", text);
	}
	putc('}', out);
	perfetto_close(add->perfetto);
}

static void add_end(struct adding *add, __u64 begin, __u64 ts, const char *cat,
		    __u32 pid, __u32 tid)
{
	FILE *out = perfetto_open(add->perfetto, ts > begin ? PERFETTO_END :
				  PERFETTO_END_AT_ONCE, ts, 'e', add->label,
				  pid, tid);

	if (!out)
		return;
	put_id(out, cat, add->id);
	perfetto_close(add->perfetto);
}

/* One end of it: `phase` is s or f. */
static void add_arrow(struct adding *add, char phase, const char *cat, __u64 ts,
		      __u32 pid, __u32 tid)
{
	FILE *out = perfetto_open(add->perfetto, phase == 's' ? PERFETTO_FROM :
				  PERFETTO_TO, ts, phase, add->label, pid, tid);

	if (!out)
		return;
	put_id(out, cat, add->id);
	if (phase == 'f')
		fputs(",\"bp\":\"e\"", out);
	perfetto_close(add->perfetto);
}

/* The parent does nothing that is told: what an arrow leads from is made here. */
static void add_fork(struct adding *add, const struct report_span *span)
{
	FILE *out = perfetto_open(add->perfetto, PERFETTO_EVENT, span->from, 'i',
				  "fork", span->ppid, span->ppid);

	perfetto_name(add->perfetto, span->ppid, span->ppid, span->comm, false);
	if (!out)
		return;
	fprintf(out, ",\"cat\":\"event\",\"s\":\"t\",\"args\":{\"child\":%u}",
		span->pid);
	perfetto_close(add->perfetto);
	add_arrow(add, 's', "fork", span->from, span->ppid, span->ppid);
	add_arrow(add, 'f', "fork", span->from, span->pid, span->tid);
}

static void add_span(struct adding *add, const struct report_span *span)
{
	const struct report_deed *made = &add->obj->created;

	add->id++;
	/* There may be no event of it. */
	perfetto_name(add->perfetto, span->pid, span->pid, span->comm, false);
	add_begin(add, span->from, "attachment", span->pid, span->tid, span);
	if (span->ending != REPORT_OPEN)
		add_end(add, span->from, span->to, "attachment", span->pid,
			span->tid);
	if (span->begin == REPORT_SHMAT && made->known &&
	    made->entry <= span->entry) {
		add_arrow(add, 's', "attach", made->entry, made->pid,
			  made->tid);
		add_arrow(add, 'f', "attach", span->entry, span->pid,
			  span->tid);
	} else if (span->begin == REPORT_INHERIT && span->pid && span->ppid) {
		add_fork(add, span);
	}
}

static void add_object(struct adding *add)
{
	const struct report_object *obj = add->obj;

	add->id++;
	add_begin(add, obj->first, "object", PERFETTO_OBJECTS, PERFETTO_OBJECTS,
		  NULL);
	if (report_is_gone(obj))
		add_end(add, obj->first, obj->destroyed.known &&
			obj->destroyed.ts > obj->first ? obj->destroyed.ts :
			obj->last, "object", PERFETTO_OBJECTS,
			PERFETTO_OBJECTS);
	for (size_t i = 0; i < obj->n_spans; i++)
		add_span(add, obj->spans[i]);
}

void perfetto_add_objects(struct perfetto *perfetto,
			  const struct report *report)
{
	struct adding add = { .perfetto = perfetto, .report = report };

	for (size_t i = 0; i < report->n; i++) {
		add.obj = report->objects[i];
		report_label(add.label, report, add.obj);
		add_object(&add);
	}
}
