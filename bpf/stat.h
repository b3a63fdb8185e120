/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted in the kernel instead of being told, record by record: a row
 * for each thing that can happen, its result and its process. Both sides
 * include it.
 *
 * Each event makes exactly one of a row's counters greater by one: the one of
 * its latency, or `untimed`. So their sum is the number of events, at whatever
 * moment the row is read, and nothing that is counted can be lost.
 */
#ifndef SHMVIZ_STAT_H
#define SHMVIZ_STAT_H

#include "record.h"

/*
 * Slot i: 2^i ns and more, below 2^(i+1). The first has 0 ns besides, the last
 * all that is longer.
 */
#define STAT_SLOTS	32

/* Rows, if nobody says how many; each takes about 400 bytes of the kernel's. */
#define STAT_ROWS	10240

/*
 * Rows without a process: where events go whose own row found no room. There
 * are enough for each result that the calls have.
 */
#define STAT_REST_ROWS	1024

#define STAT_REST	(1u << 0)	/* process unknown: there was no room */
#define STAT_COMPAT	(1u << 1)	/* by a 32-bit caller */
#define STAT_SECCOMP	(1u << 2)	/* refused by seccomp: see CALL_SECCOMP */

struct stat_key {
	__u32 pid;		/* whose event it is, tracer's pid namespace; 0:
				 * not there, or unknown */
	__u16 kind;		/* enum rec_kind */
	__u16 cause;		/* enum rec_cause, of a drop or destroy */
	__u32 err;		/* errno of a call that failed; 0: it did not */
	__u32 flags;		/* STAT_* */
};

struct stat_value {
	__u64 slots[STAT_SLOTS];
	__u64 untimed;		/* events without a latency */
	__u64 total;		/* ns, of all in `slots` */
	__u64 max;		/* ns */
	__u64 born;		/* CLOCK_MONOTONIC: of the row's first event */
	__u8 comm[REC_COMM_LEN];/* of the process, at that moment */
};

_Static_assert(sizeof(struct stat_key) == 16, "struct stat_key");
_Static_assert(sizeof(struct stat_value) == 304, "struct stat_value");

#endif /* SHMVIZ_STAT_H */
