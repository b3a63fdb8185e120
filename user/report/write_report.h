/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writers of a report. They ask the kernel nothing. */
#ifndef SHMVIZ_WRITE_REPORT_H
#define SHMVIZ_WRITE_REPORT_H

#include <stdio.h>

#include "picture.h"
#include "report.h"

struct report_page {
	const char *source;	/* the file or the command that was traced */
	const char *filters;	/* in force now, as on the command line; or "" */
	const struct picture *picture;	/* at the end; NULL: none */
	const char *no_picture;	/* why there is none */
};

/* One page, complete in itself. */
void write_report_html(FILE *out, const struct report *report,
		       const struct report_page *page);

#endif /* SHMVIZ_WRITE_REPORT_H */
