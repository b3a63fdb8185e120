/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has been counted, as people and programs know it: the model between the
 * tracer's rows and the writers.
 */
#ifndef SHMVIZ_STATS_H
#define SHMVIZ_STATS_H

#include <stdbool.h>
#include <stddef.h>

#include "tracer.h"

struct stat_counts {
	__u64 count;		/* events */
	__u64 timed;		/* of these, with a latency: the sum of slots */
	__u64 total;		/* ns */
	__u64 max;		/* ns, since the start; 0 in a difference */
	__u64 slots[STAT_SLOTS];/* see bpf/stat.h */
};

struct stat_row {
	struct stat_key key;
	struct stat_counts counts;
	__u64 born;		/* CLOCK_MONOTONIC: of its first event */
	__u8 comm[REC_COMM_LEN];/* at that moment; bytes, NUL-padded */
};

/* Rows by kind, cause, errno, 32 bits or not, then process. */
struct stat_table {
	struct stat_row *rows;
	size_t n, room;
};

/* The order of a table's rows. */
int stat_compare_keys(const struct stat_key *a, const struct stat_key *b);

/* A row more, behind all others; of a kind that is not known: none. 0 or -ENOMEM. */
int stat_table_add(struct stat_table *table, const struct stat_key *key,
		   const struct stat_value *value);

/* Fills an empty table ({}). 0 or -errno. */
int stat_table_read(struct stat_table *table, const struct tracer *t);

/* `now` less `before`, without what has not changed, into an empty table. */
int stat_table_since(struct stat_table *table, const struct stat_table *now,
		     const struct stat_table *before);

/* Rows of all processes added up, into an empty table; pid is 0. */
int stat_table_by_result(struct stat_table *sums,
			 const struct stat_table *table);

void stat_table_free(struct stat_table *table);

/* Events of all rows. */
__u64 stat_table_count(const struct stat_table *table);

/* All of one kind. */
struct stat_counts stat_table_of_kind(const struct stat_table *table,
				      enum rec_kind kind);

struct stat_process {
	__u32 pid;		/* 0: unknown */
	bool rest;		/* not one: all that found no room */
	__u64 born;		/* of the newest row, whose name this is: */
	__u8 comm[REC_COMM_LEN];
	__u64 count;
	__u64 kinds[KIND_MAX];
	__u64 failed;		/* calls */
	__u64 total;		/* ns in calls */
};

/* By number of events, the most first. An array to free(), or NULL: no memory. */
struct stat_process *stat_processes(const struct stat_table *table, size_t *n);

/* The mean latency in ns; 0 if there is none. */
__u64 stat_mean(const struct stat_counts *counts);

/*
 * The first slot with which at least `percent` of the latencies are covered, so
 * that they are all below its end; -1 if there are no latencies.
 */
int stat_percentile(const struct stat_counts *counts, unsigned int percent);

/* The first ns of a slot; that of slot + 1 ends it, but for the last one. */
__u64 stat_slot_start(unsigned int slot);

#endif /* SHMVIZ_STATS_H */
