/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is under way while the reader looks at all attachments there are. What
 * is done in the kernel may be seen by that look, while its record is still to
 * come: then it would count twice. So after the look the reader turns the epoch
 * and waits for all that began in the old one; their records are there then.
 */
#ifndef SHMVIZ_FLIGHT_BPF_H
#define SHMVIZ_FLIGHT_BPF_H

#define FLIGHT_CALL	1
#define FLIGHT_OPEN	2
#define FLIGHT_CLOSE	3

/* An operation inside another is part of that. */
static __always_inline void flight_begin(struct task_state *state, __u32 what)
{
	__u32 epoch;

	if (!flight_watched || !state || state->flight)
		return;
	epoch = flight_epoch & 1;
	state->flight = what;
	state->flight_epoch = epoch;
	__sync_fetch_and_add(&in_flight[epoch], 1);
}

static __always_inline void flight_end(struct task_state *state, __u32 what)
{
	if (!state || state->flight != what)
		return;
	state->flight = 0;
	__sync_fetch_and_add(&in_flight[state->flight_epoch & 1], -1);
}

#endif /* SHMVIZ_FLIGHT_BPF_H */
