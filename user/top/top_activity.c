// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "event.h"
#include "object.h"
#include "top_activity.h"

#define MOST	65536

bool top_key_same(const struct top_key *a, const struct top_key *b)
{
	return a->segment == b->segment && a->dev_or_ns == b->dev_or_ns &&
	       a->ino == b->ino;
}

struct top_key top_key_of_object(const struct object *obj)
{
	if (obj->segment)
		return (struct top_key) {
			true, obj->segment->ipcns, obj->segment->shm.shmid
		};
	/* The device that the kernel knows; stat(2) may say another. */
	return (struct top_key) {
		false, obj->vma_dev ? obj->vma_dev : obj->dev,
		obj->vma_ino ? obj->vma_ino : obj->ino
	};
}

bool top_key_of_event(struct top_key *key, const struct event *ev)
{
	if (ev->have & EV_OBJECT)
		*key = (struct top_key) {
			false, makedev(ev->dev >> 20, ev->dev & 0xfffff),
			ev->ino
		};
	else if (ev->have & EV_SHMID)
		*key = (struct top_key) { true, ev->ipcns, ev->shmid };
	else
		return false;
	return true;
}

static size_t bucket_of(const struct top_key *key)
{
	uint64_t mix = (key->ino ^ key->dev_or_ns << 17) * 0x9e3779b97f4a7c15;

	return mix >> 32 & (TOP_BUCKETS - 1);
}

struct top_activity *top_activity_find(const struct top_activities *all,
				       const struct top_key *key)
{
	struct top_activity *activity = all->buckets[bucket_of(key)];

	while (activity && !top_key_same(&activity->key, key))
		activity = activity->next;
	return activity;
}

void top_activity_count(struct top_activities *all, const struct top_key *key)
{
	struct top_activity *activity = top_activity_find(all, key);
	size_t bucket = bucket_of(key);

	if (!activity) {
		activity = all->n < MOST ? calloc(1, sizeof(*activity)) : NULL;
		if (!activity)
			return;
		activity->key = *key;
		activity->next = all->buckets[bucket];
		all->buckets[bucket] = activity;
		all->n++;
	}
	activity->events++;
}

static void tick_bucket(struct top_activities *all, struct top_activity **at,
			double seconds)
{
	struct top_activity *activity;

	while ((activity = *at)) {
		uint64_t more = activity->events - activity->before;

		if (!more && !activity->listed) {
			*at = activity->next;
			free(activity);
			all->n--;
			continue;
		}
		activity->rate = seconds > 0 ? more / seconds : 0;
		activity->before = activity->events;
		activity->listed = false;
		at = &activity->next;
	}
}

void top_activity_tick(struct top_activities *all, double seconds)
{
	for (size_t i = 0; i < TOP_BUCKETS; i++)
		tick_bucket(all, &all->buckets[i], seconds);
}

void top_activity_free(struct top_activities *all)
{
	for (size_t i = 0; i < TOP_BUCKETS; i++) {
		struct top_activity *activity;

		while ((activity = all->buckets[i])) {
			all->buckets[i] = activity->next;
			free(activity);
		}
	}
	all->n = 0;
}
