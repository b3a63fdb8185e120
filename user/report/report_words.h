/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for what is in a report, and how times and sizes are written in it. */
#ifndef SHMVIZ_REPORT_WORDS_H
#define SHMVIZ_REPORT_WORDS_H

#include "report.h"

#define REPORT_LABEL_SIZE	640

/* "shmid 5", "memfd:name"; escaped as text_escape() has it, as all here. */
void report_label(char dst[REPORT_LABEL_SIZE], const struct report *report,
		  const struct report_object *obj);
/* "123 perl", "- perl" for one that has no number here */
void report_process(char dst[REPORT_LABEL_SIZE], __u32 pid,
		    const __u8 comm[REC_COMM_LEN]);

/* "shmat", "fork of 12", ...; "exit", "still attached", ... */
void report_begin_words(char dst[REPORT_LABEL_SIZE],
			const struct report_span *span);
const char *report_end_words(const struct report *report,
			     const struct report_span *span);
const char *report_mark_words(enum report_mark_kind kind);
/* "destroyed by rmid", "still there", "left behind", ... */
void report_state_words(char dst[REPORT_LABEL_SIZE], const struct report *report,
			const struct report_object *obj);

/* A length of time, rounded: "512 ns", "1.23 ms", "4 min 05 s". */
#define REPORT_TIME_SIZE 40
const char *report_time(char dst[REPORT_TIME_SIZE], __u64 ns);
/* Seconds from the beginning, exact to the microsecond: "1.234567". */
const char *report_offset(char dst[REPORT_TIME_SIZE], const struct report *report,
			  __u64 ts);

#endif /* SHMVIZ_REPORT_WORDS_H */
