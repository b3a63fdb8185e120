// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "event_filter.h"

/* Lists that are not there are passed; `known` is whether there is a value. */
static bool in_list(const struct tracer_filter *filter, __u32 list, bool known,
		    __u32 value)
{
	if (!(filter->lists & list))
		return true;
	for (unsigned int i = 0; known && i < filter->nnums; i++)
		if (filter->nums[i].list == list &&
		    filter->nums[i].value == value)
			return true;
	return false;
}

static bool comm_in_list(const struct tracer_filter *filter,
			 const __u8 comm[REC_COMM_LEN])
{
	if (!(filter->lists & FILTER_COMM))
		return true;
	for (unsigned int i = 0; i < filter->ncomms; i++)
		if (!memcmp(filter->comms[i].comm, comm, REC_COMM_LEN))
			return true;
	return false;
}

bool event_passes(const struct tracer_filter *filter, const struct event *ev)
{
	if (filter->objects && !(filter->objects & 1u << ev->object))
		return false;
	if (filter->kinds && !(filter->kinds & 1u << ev->kind))
		return false;
	if (filter->lists & FILTER_FAILED && !event_errno(ev))
		return false;
	return in_list(filter, FILTER_PID, true, ev->pid) &&
	       in_list(filter, FILTER_UID, true, ev->uid) &&
	       comm_in_list(filter, ev->comm) &&
	       in_list(filter, FILTER_SHMID, ev->have & EV_SHMID, ev->shmid) &&
	       in_list(filter, FILTER_KEY, ev->have & EV_KEY, ev->key) &&
	       in_list(filter, FILTER_NS, true, ev->ipcns);
}

bool segment_passes(const struct tracer_filter *filter,
		    const struct segment *seg)
{
	if (filter->objects && !(filter->objects & TRACER_SEGMENTS))
		return false;
	return in_list(filter, FILTER_NS, true, seg->ipcns) &&
	       in_list(filter, FILTER_SHMID, true, seg->shm.shmid) &&
	       in_list(filter, FILTER_KEY, true, seg->shm.key);
}
