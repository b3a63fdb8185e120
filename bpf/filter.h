/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filters' lists. The reader fills them before the programs are attached;
 * an event passes if, for each kind of list there is, it is in it.
 */
#ifndef SHMVIZ_FILTER_H
#define SHMVIZ_FILTER_H

#include "record.h"

#define FILTER_PID	(1u << 0)	/* thread group, tracer's namespace */
#define FILTER_UID	(1u << 1)
#define FILTER_COMM	(1u << 2)
#define FILTER_SHMID	(1u << 3)
#define FILTER_KEY	(1u << 4)
#define FILTER_NS	(1u << 5)	/* inode of the IPC namespace */
#define FILTER_FAILED	(1u << 6)	/* no list: calls that fail */

/* The lists that need to know which segment it is. */
#define FILTER_SEGMENT	(FILTER_SHMID | FILTER_KEY | FILTER_NS)

#define FILTER_MAX	1024		/* entries of all lists together */

struct filter_num {
	__u32 list;		/* FILTER_* */
	__u32 value;
};

struct filter_comm {
	__u8 comm[REC_COMM_LEN]; /* padded with 0 */
};

#endif /* SHMVIZ_FILTER_H */
