/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting in place of telling. With cfg_stat, an event that has passed the
 * filters comes here where it would else have got a record; without, the
 * verifier takes all of this away, and with it, the records' part.
 *
 * Plain hashes and atomic additions, not per-CPU ones: a row is one process's
 * and one result's, so CPUs seldom meet in it, and memory does not grow with
 * the number of CPUs. Rows are never deleted, so one that was found stays.
 */
#ifndef SHMVIZ_STAT_BPF_H
#define SHMVIZ_STAT_BPF_H

#include "stat.h"

/* Events whose own row found no room: they are in stat_rest. */
__u64 stat_unnamed;

/* The reader sets both sizes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct stat_key);
	__type(value, struct stat_value);
} stat_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct stat_key);
	__type(value, struct stat_value);
} stat_rest SEC(".maps");

/* Too large for the stack. */
static const struct stat_value stat_nothing;

#define STAT_UNTIMED	(~0ull)

/*
 * Enough for as many CPUs that all raise it at one moment: whoever fails has
 * been overtaken by a greater one, and comes here once a call.
 */
#define STAT_MAX_TRIES	64

static __always_inline struct stat_value *
stat_row(void *map, const struct stat_key *key, const struct who *who)
{
	struct stat_value *row = bpf_map_lookup_elem(map, key);
	bool first;

	if (row)
		return row;
	first = !bpf_map_update_elem(map, key, &stat_nothing, BPF_NOEXIST);
	row = bpf_map_lookup_elem(map, key);
	/* Only once, so that names of several threads do not mix. */
	if (row && first && who) {
		row->born = bpf_ktime_get_ns();
		__builtin_memcpy(row->comm, who->comm, REC_COMM_LEN);
	}
	return row;
}

static __always_inline __u32 stat_slot(__u64 ns)
{
	__u32 slot = 0;

	if (ns >> STAT_SLOTS)
		return STAT_SLOTS - 1;
	for (__u32 bits = STAT_SLOTS / 2; bits; bits /= 2) {
		if (ns >> bits) {
			ns >>= bits;
			slot += bits;
		}
	}
	return slot & (STAT_SLOTS - 1);
}

static __always_inline void stat_raise(__u64 *max, __u64 ns)
{
	__u64 old = *max, was;

	for (int i = 0; i < STAT_MAX_TRIES && ns > old; i++) {
		was = __sync_val_compare_and_swap(max, old, ns);
		if (was == old)
			break;
		old = was;
	}
}

/* Counts an event of @who; @took in ns, or STAT_UNTIMED. */
static __noinline int stat_add(struct stat_key *key, const struct who *who,
			       __u64 took)
{
	struct rec_counts *n;
	struct stat_value *row;

	if (!key || !who)
		return 0;
	key->pid = who->pid;
	row = stat_row(&stat_rows, key, who);
	if (!row) {
		key->pid = 0;
		key->flags |= STAT_REST;
		row = stat_row(&stat_rest, key, NULL);
		if (!row) {
			n = counts_of(key->kind);
			count_lost(n);
			return 0;
		}
		__sync_fetch_and_add(&stat_unnamed, 1);
	}
	if (took == STAT_UNTIMED) {
		__sync_fetch_and_add(&row->untimed, 1);
		return 0;
	}
	__sync_fetch_and_add(&row->total, took);
	stat_raise(&row->max, took);
	__sync_fetch_and_add(&row->slots[stat_slot(took)], 1);
	return 0;
}

/* What is no call has no result, and takes no time of its own. */
static __always_inline void stat_event(__u32 kind, __u32 cause,
				       const struct who *who)
{
	struct stat_key key = { .kind = kind, .cause = cause };

	stat_add(&key, who, STAT_UNTIMED);
}

#endif /* SHMVIZ_STAT_BPF_H */
