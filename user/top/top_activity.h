/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much happens to each object: counts of events and rates. */
#ifndef SHMVIZ_TOP_ACTIVITY_H
#define SHMVIZ_TOP_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct event;
struct object;

/* What tells an object: IPC namespace and shmid, or device and inode number. */
struct top_key {
	bool segment;
	uint64_t dev_or_ns;
	ino_t ino;
};

struct top_activity {
	struct top_activity *next;
	struct top_key key;
	uint64_t events;
	uint64_t before;	/* of them, at the last look */
	double rate;		/* events in a second, between the last two */
	bool listed;		/* the last look found the object */
};

#define TOP_BUCKETS	8192

struct top_activities {
	struct top_activity *buckets[TOP_BUCKETS];
	size_t n;
};

bool top_key_same(const struct top_key *a, const struct top_key *b);
struct top_key top_key_of_object(const struct object *obj);
/* Which object an event is about; false: none that is known. */
bool top_key_of_event(struct top_key *key, const struct event *ev);

/* NULL: nothing has happened to it. */
struct top_activity *top_activity_find(const struct top_activities *all,
				       const struct top_key *key);
/*
 * One event more. There is room for 65536 objects that come and go between two
 * looks; those beyond go without.
 */
void top_activity_count(struct top_activities *all, const struct top_key *key);

/*
 * An interval is over: rates of all; none of those to which nothing has happened
 * and that are not listed any more is kept, `listed` is to be set anew.
 */
void top_activity_tick(struct top_activities *all, double seconds);
void top_activity_free(struct top_activities *all);

#endif /* SHMVIZ_TOP_ACTIVITY_H */
