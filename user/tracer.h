/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracer: loads the BPF programs, hands out their records, counts.
 *
 *   tracer_open -> tracer_follow? -> tracer_arm -> tracer_consume ... ->
 *   tracer_disarm -> tracer_consume (what is left) -> tracer_counts ->
 *   tracer_close
 *
 * and, to know what is there when it starts, right after tracer_arm:
 *
 *   tracer_attached -> tracer_settle
 *
 * With the option `stat` there are no records, but rows that count:
 *
 *   tracer_open -> tracer_follow? -> tracer_arm -> tracer_stat_read ... ->
 *   tracer_disarm -> tracer_counts, tracer_stat_read (the totals) ->
 *   tracer_close
 *
 * tracer.c loads, attaches and reads; tracer_hooks.c knows which programs there
 * are for what, tracer_selftest.c whether they fire, tracer_attached.c what is
 * there already, tracer_stat.c what was counted, tracer_facts.c which backend
 * misses nothing on this kernel, tracer_kprobe.c how kprobes are attached.
 */
#ifndef SHMVIZ_TRACER_H
#define SHMVIZ_TRACER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "filter.h"
#include "record.h"
#include "stat.h"

enum tracer_backend {
	TRACER_NONE,		/* the kernel allows no tracing */
	TRACER_TRACEPOINT,	/* one program on raw sys_exit */
	TRACER_FENTRY,		/* fentry and fexit on the calls themselves */
	TRACER_KPROBE,		/* kprobes there: where fentry would miss some */
	TRACER_BACKENDS,
};

/* Whether it sees all that happens to attachments, and not the calls alone. */
static inline bool tracer_is_whole(enum tracer_backend backend)
{
	return backend == TRACER_FENTRY || backend == TRACER_KPROBE;
}

/*
 * What is to be told; all of it where everything is 0. An event must be in each
 * kind of list that there is; tasks that are followed are in FILTER_PID's.
 */
struct tracer_filter {
	__u32 lists;		/* FILTER_* */
	__u32 kinds;		/* one bit for each kind to tell; 0: all */
	__u32 objects;		/* one bit for each OBJ_* to tell, that of
				 * OBJ_NONE is for segments; 0: these alone */
	bool follow;		/* there are tasks for tracer_follow() */
	unsigned int nnums, ncomms;
	struct filter_num nums[FILTER_MAX];
	struct filter_comm comms[FILTER_MAX];
};

struct tracer_options {
	enum tracer_backend backend; /* TRACER_NONE: the best there is */
	size_t buffer;		/* bytes of the ring buffer; 0: the default */
	bool entry;		/* tracepoint: hook the entry of calls, too */
	bool stat;		/* count, don't tell, after tracer_arm(); with
				 * `entry`: how long calls take, too */
	unsigned int stat_rows;	/* that there is room for; 0: the default */
	bool snapshot;		/* tracer_attached() is going to be asked, so
				 * nothing is told before tracer_arm() */
	const struct tracer_filter *filter; /* NULL: none */
};

#define TRACER_SEGMENTS	(1u << OBJ_NONE)

/* The bits of filter->objects; `filter` may be NULL. */
static inline __u32 tracer_objects(const struct tracer_filter *filter)
{
	return filter && filter->objects ? filter->objects : TRACER_SEGMENTS;
}

#define TRACER_BUFFER_DEFAULT	(4u << 20)

struct tracer;

/*
 * Which backend this kernel allows; loads and attaches for a moment to find
 * out. `why` says what stands against a better one; empty if there is none.
 */
enum tracer_backend tracer_probe(char *why, size_t len);

/*
 * Loads, attaches and makes each hook fire once to see that it does. NULL with
 * `why` and errno set: EPERM if rights are missing, ENOTSUP if the kernel
 * lacks what is needed.
 */
struct tracer *tracer_open(const struct tracer_options *opts, char *why,
			   size_t len);

enum tracer_backend tracer_backend(const struct tracer *t);
const char *tracer_backend_name(enum tracer_backend backend);

/* Why it is not a better backend; empty if there is none better. */
const char *tracer_why(const struct tracer *t);

/* What this tracer cannot see, one line each, ended by NULL. */
const char *const *tracer_blind(const struct tracer *t);

/* Follow a process, by pidfd, and the children it has from now on. */
int tracer_follow(struct tracer *t, int pidfd);

/* Events from here on; without opts.snapshot and opts.stat, from the first. */
void tracer_arm(struct tracer *t);

/*
 * Hands out what is attached, of all processes in all namespaces, each address
 * space once. -EOPNOTSUPP where the kernel does not let BPF look; or -errno.
 */
typedef int tracer_attached_fn(const struct rec_attached *rec, void *ctx);
int tracer_attached(struct tracer *t, tracer_attached_fn *fn, void *ctx);

/*
 * Waits for what was under way before the call, and hands out the records up to
 * then: whatever a look around just before it saw happen is among them. false:
 * something is under way for so long that it was left.
 */
typedef void tracer_fn(const struct rec_hdr *rec, void *ctx);
bool tracer_settle(struct tracer *t, tracer_fn *fn, void *ctx);

/* Readable when there are records. */
int tracer_fd(const struct tracer *t);

/*
 * Hands records that are there to `fn`: how many, or -errno. Not all at once if
 * there are more than TRACER_CONSUME_MAX, which take some ms: tracer_fd() then
 * stays readable.
 */
#define TRACER_CONSUME_MAX	1024
int tracer_consume(struct tracer *t, tracer_fn *fn, void *ctx);

/*
 * Events lost up to now, cheap: tracer_counts() tells of which kinds. In the first
 * are those for which there was no room; in the second those that no program saw,
 * see tracer_missed.c, as of a moment ago; in the third each shmdt that may be of a
 * segment in the filter, but whose segment could not be looked up.
 */
__u64 tracer_lost(const struct tracer *t);
__u64 tracer_missed(struct tracer *t);
__u64 tracer_unidentified(const struct tracer *t);

/*
 * Hands each row to `fn`, in no order. Rows stay and their counters only grow;
 * those of one row need not be of one moment, but see stat.h. 0 or -errno.
 */
typedef int tracer_stat_fn(const struct stat_key *key,
			   const struct stat_value *value, void *ctx);
int tracer_stat_read(const struct tracer *t, tracer_stat_fn *fn, void *ctx);

/* Events without a process, for which the rows did not suffice. */
__u64 tracer_stat_unnamed(const struct tracer *t);

/*
 * No new events, but for those that programs are at this very moment: all at
 * once, while tracer_close() takes off one hook after the other, for each of
 * which the kernel waits until nobody can be in it.
 */
void tracer_disarm(struct tracer *t);

/* Sums over all CPUs, one for each kind; what no program saw is seen and lost. */
int tracer_counts(const struct tracer *t, struct rec_counts counts[KIND_MAX]);

void tracer_close(struct tracer *t);

#endif /* SHMVIZ_TRACER_H */
