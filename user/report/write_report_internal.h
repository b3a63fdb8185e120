/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the page. */
#ifndef SHMVIZ_WRITE_REPORT_INTERNAL_H
#define SHMVIZ_WRITE_REPORT_INTERNAL_H

#include "write_report.h"

/* What is drawn at most; the rest is said, and in tables. */
#define DRAW_OBJECTS	60	/* timelines; those with the most events */
#define DRAW_LANES	40	/* processes, of one object */
#define DRAW_SPANS	600	/* of one object */
#define DRAW_ARROWS	120
#define ROWS_MAX	500	/* of a table */

/* write_report_lanes.c: the lane of each span; a lane is one process. */
struct lane {
	__u32 pid, ns_pid;
	const __u8 *comm;
	unsigned int rows;	/* spans side by side, overlapping in time */
	double y;		/* of its first row */
	__u64 busy[4];		/* until when each row is taken */
};

struct lanes {
	struct lane list[DRAW_LANES];
	size_t n;
	size_t spans;		/* that are drawn: the first ones */
	size_t more;		/* processes that have no lane */
	size_t left_out;	/* spans that are not drawn */
	unsigned char *row;	/* of each span */
};

#define LANE_NONE	((size_t)-1)

void lanes_fill(struct lanes *lanes, const struct report_object *obj);
void lanes_free(struct lanes *lanes);

/* write_report_timeline.c */
void write_report_timeline(FILE *out, const struct report *report,
			   const struct report_object *obj);

/* write_report_choice.c: which objects have a line, and a section of their own. */
struct choice {
	bool *line, *section;	/* of each object of the report */
	size_t lines, sections, others; /* others: neither idle nor a section */
};

void choice_make(struct choice *choice, const struct report *report);
void choice_free(struct choice *choice);

/* write_report_overview.c: a line for each. */
void write_report_overview(FILE *out, const struct report *report,
			   const struct choice *choice);

/* write_report_object.c: its section. */
void write_report_object(FILE *out, const struct report *report,
			 const struct report_object *obj, size_t index);
/* A table of those that have none. */
void write_report_others(FILE *out, const struct report *report,
			 const struct choice *choice);
/* Where it is in the page: "o12". */
void write_report_anchor(FILE *out, size_t index);

/* write_report_tables.c */
void write_report_left(FILE *out, const struct report *report);
void write_report_failures(FILE *out, const struct report *report);
void write_report_latencies(FILE *out, const struct report *report);
void write_report_idle(FILE *out, const struct report *report);

/* write_report_head.c: what was traced, how, sums, and what is missing. */
void write_report_head(FILE *out, const struct report *report,
		       const struct report_page *page);

/* <td>s: bytes of a name, escaped text, a number, an offset in seconds. */
void cell_text(FILE *out, const char *escaped);
void cell_number(FILE *out, __u64 number);
void cell_offset(FILE *out, const struct report *report, __u64 ts);
void cell_process(FILE *out, __u32 pid, const __u8 comm[REC_COMM_LEN]);
void cell_size(FILE *out, __u64 size);

#endif /* SHMVIZ_WRITE_REPORT_INTERNAL_H */
