// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "report_words.h"
#include "text.h"

void report_label(char dst[REPORT_LABEL_SIZE], const struct report *report,
		  const struct report_object *obj)
{
	char name[TEXT_ESCAPED_SIZE(REC_NAME_LEN)];
	size_t len;

	if (report_is_segment(obj)) {
		len = snprintf(dst, REPORT_LABEL_SIZE, "shmid %d",
			       (int)obj->id.number);
		if (obj->id.space != report->start.ipcns)
			len += snprintf(dst + len, REPORT_LABEL_SIZE - len,
					" of ipc namespace %u", obj->id.space);
	} else {
		text_escape(name, sizeof(name), obj->name,
			    strnlen((const char *)obj->name, REC_NAME_LEN));
		len = snprintf(dst, REPORT_LABEL_SIZE, "%s:%s%s",
			       event_object_name(obj->id.kind),
			       obj->id.kind == OBJ_POSIX && name[0] ? "/" : "",
			       name);
		if (!name[0])
			len += snprintf(dst + len, REPORT_LABEL_SIZE - len,
					"@%u:%u/%" PRIu64, obj->id.space >> 20,
					obj->id.space & 0xfffff,
					(uint64_t)obj->id.number);
	}
	if (obj->generation > 1)
		snprintf(dst + len, REPORT_LABEL_SIZE - len, " (%u)",
			 obj->generation);
}

void report_process(char dst[REPORT_LABEL_SIZE], __u32 pid,
		    const __u8 comm[REC_COMM_LEN])
{
	char name[TEXT_ESCAPED_SIZE(REC_COMM_LEN)];

	text_escape(name, sizeof(name), comm,
		    strnlen((const char *)comm, REC_COMM_LEN));
	if (pid)
		snprintf(dst, REPORT_LABEL_SIZE, "%u %s", pid, name);
	else
		snprintf(dst, REPORT_LABEL_SIZE, "- %s", name);
}

void report_begin_words(char dst[REPORT_LABEL_SIZE],
			const struct report_span *span)
{
	static const char *const words[] = {
		[REPORT_BEFORE]	 = "before the trace",
		[REPORT_UNSEEN]	 = "not seen",
		[REPORT_SHMAT]	 = "shmat",
		[REPORT_INHERIT] = "fork of",
		[REPORT_SPLIT]	 = "split",
		[REPORT_MAP]	 = "mmap",
	};

	char who[REPORT_LABEL_SIZE];
	size_t len;

	if (span->begin == REPORT_INHERIT)
		snprintf(dst, REPORT_LABEL_SIZE, "fork of %u", span->ppid);
	else
		snprintf(dst, REPORT_LABEL_SIZE, "%s", words[span->begin]);
	if (!span->n_also)
		return;
	report_process(who, span->also_pid, span->also_comm);
	len = strlen(dst);
	snprintf(dst + len, REPORT_LABEL_SIZE - len, "; one with %s", who);
	len = strlen(dst);
	if (span->n_also > 1)
		snprintf(dst + len, REPORT_LABEL_SIZE - len, " and %u more",
			 span->n_also - 1);
}

const char *report_end_words(const struct report *report,
			     const struct report_span *span)
{
	switch (span->ending) {
	case REPORT_DROPPED:
		return event_cause_name(span->cause) ?: "dropped";
	case REPORT_VANISHED:
		return "gone by then, not seen how";
	default:
		return report->vmas_unseen ? "no end seen" : "still attached";
	}
}

const char *report_mark_words(enum report_mark_kind kind)
{
	static const char *const words[REPORT_MARK_MAX] = {
		[REPORT_MARK_CREATE]	= "created",
		[REPORT_MARK_RMID]	= "marked for destruction",
		[REPORT_MARK_DESTROY]	= "destroyed",
		[REPORT_MARK_FAILED]	= "failed",
		[REPORT_MARK_OTHER]	= "changed",
	};

	return words[kind];
}

void report_state_words(char dst[REPORT_LABEL_SIZE], const struct report *report,
			const struct report_object *obj)
{
	const char *cause = event_cause_name(obj->cause);

	if (obj->destroyed.known)
		snprintf(dst, REPORT_LABEL_SIZE, "destroyed%s%s",
			 cause ? " by " : "", cause ?: "");
	else if (obj->vanished)
		snprintf(dst, REPORT_LABEL_SIZE, "gone, its end was not seen");
	else if (!report_is_segment(obj))
		snprintf(dst, REPORT_LABEL_SIZE, "no end seen");
	else if (report_is_left_behind(obj))
		snprintf(dst, REPORT_LABEL_SIZE, "left behind");
	else if (!obj->have_nattch)
		snprintf(dst, REPORT_LABEL_SIZE, "no end seen");
	else
		snprintf(dst, REPORT_LABEL_SIZE, "attached %" PRIu64 " times%s",
			 (uint64_t)obj->nattch, report->ended ||
			 !report->started ? " at the end" : " when last seen");
}

const char *report_time(char dst[REPORT_TIME_SIZE], __u64 ns)
{
	double s = ns / 1e9;

	if (ns < 1000)
		snprintf(dst, REPORT_TIME_SIZE, "%u ns", (unsigned int)ns);
	else if (ns < 1000000)
		snprintf(dst, REPORT_TIME_SIZE, "%.3g \302\265s", ns / 1e3);
	else if (ns < 999500000)
		snprintf(dst, REPORT_TIME_SIZE, "%.3g ms", ns / 1e6);
	else if (s < 120)
		snprintf(dst, REPORT_TIME_SIZE, "%.4g s", s);
	else if (s < 7200)
		snprintf(dst, REPORT_TIME_SIZE, "%d min %02d s", (int)s / 60,
			 (int)s % 60);
	else
		snprintf(dst, REPORT_TIME_SIZE, "%.0f h %02d min",
			 (double)(__u64)(s / 3600), (int)(ns / 60000000000 % 60));
	return dst;
}

const char *report_offset(char dst[REPORT_TIME_SIZE], const struct report *report,
			  __u64 ts)
{
	__u64 ns = ts > report->from ? ts - report->from : 0;

	snprintf(dst, REPORT_TIME_SIZE, "%" PRIu64 ".%06u",
		 (uint64_t)(ns / 1000000000), (unsigned int)(ns / 1000 % 1000000));
	return dst;
}
