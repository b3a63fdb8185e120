// SPDX-License-Identifier: GPL-2.0-or-later
/* What is attached when the tracer starts, and what is under way meanwhile. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "tracer_internal.h"

#define SETTLE_TRIES	1000	/* of a millisecond each */

/* The kernel writes whole records, but breaks them where a read ends. */
static int read_records(int fd, tracer_attached_fn *fn, void *ctx)
{
	struct rec_attached recs[64];
	size_t have = 0;
	ssize_t len;
	int err = 0;

	while ((len = read(fd, (char *)recs + have, sizeof(recs) - have))) {
		size_t n;

		if (len < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (len < 0)
			return -errno;
		have += len;
		n = have / sizeof(recs[0]);
		for (size_t i = 0; i < n && !err; i++)
			err = fn(&recs[i], ctx);
		if (err)
			return err;
		have -= n * sizeof(recs[0]);
		memmove(recs, recs + n, have);
	}
	return 0;
}

int tracer_attached(struct tracer *t, tracer_attached_fn *fn, void *ctx)
{
	struct bpf_link *link;
	int fd, err;

	if (!bpf_program__autoload(t->skel->progs.attached))
		return -EOPNOTSUPP;
	link = bpf_program__attach_iter(t->skel->progs.attached, NULL);
	if (!link)
		return -EOPNOTSUPP;
	fd = bpf_iter_create(bpf_link__fd(link));
	err = fd < 0 ? fd : read_records(fd, fn, ctx);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}

static int ignore(const struct rec_attached *rec, void *ctx)
{
	(void)rec;
	(void)ctx;
	return 0;
}

/* The iterator's program does it; what it writes is of no use here. */
void tracer_learn_attached(struct tracer *t)
{
	if (t->skel->rodata->cfg_attaches)
		tracer_attached(t, ignore, NULL);
}

/* The entry of all calls is hooked for this alone, unless asked for. */
static void unhook_entry(struct tracer *t)
{
	struct bpf_link *link = t->skel->links.sys_enter;

	if (!link || t->skel->rodata->cfg_entry)
		return;
	t->skel->links.sys_enter = NULL;
	bpf_link__destroy(link);
}

bool tracer_settle(struct tracer *t, tracer_fn *fn, void *ctx)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct shmviz_bpf__bss *bss = t->skel->bss;
	__u32 old = bss->flight_epoch & 1;
	int tries = 0;
	__u64 until;

	__atomic_store_n(&bss->flight_epoch, old ^ 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&bss->in_flight[old], __ATOMIC_SEQ_CST) &&
	       ++tries < SETTLE_TRIES) {
		tracer_consume(t, fn, ctx);
		nanosleep(&pause, NULL);
	}
	/* All of them, but no chase after what is still being written. */
	until = clock_ns(CLOCK_MONOTONIC);
	while (tracer_consume(t, fn, ctx) > 0 && t->last_ts < until)
		;
	bss->flight_watched = false;
	unhook_entry(t);
	return tries < SETTLE_TRIES;
}
