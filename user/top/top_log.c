// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decode.h"
#include "text.h"
#include "top_log.h"
#include "top_text.h"

#define NS_PER_SEC	1000000000ull

int top_log_init(struct top_log *log, size_t room)
{
	*log = (struct top_log) { .room = room };
	log->ring = calloc(room, sizeof(*log->ring));
	return log->ring ? 0 : -ENOMEM;
}

void top_log_free(struct top_log *log)
{
	free(log->ring);
	*log = (struct top_log) {};
}

void top_log_clear(struct top_log *log)
{
	log->n = 0;
}

void top_log_add(struct top_log *log, const struct event *ev, __u64 realtime)
{
	struct top_logged *logged = &log->ring[log->n++ % log->room];

	logged->ev = *ev;
	logged->realtime = realtime;
}

size_t top_log_count(const struct top_log *log)
{
	return log->n < log->room ? log->n : log->room;
}

const struct top_logged *top_log_at(const struct top_log *log, size_t back)
{
	return &log->ring[(log->n - 1 - back) % log->room];
}

static void add_time(char *dst, size_t size, __u64 ns)
{
	time_t sec = ns / NS_PER_SEC;
	char text[16];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%T", &tm);
	top_text_add(dst, size, "%s.%03u ", text,
		     (unsigned int)(ns % NS_PER_SEC / 1000000));
}

static void add_result(char *dst, size_t size, const struct event *ev)
{
	const char *err = event_failure(ev);

	if (!event_is_call(ev))
		return;
	if (err)
		top_text_add(dst, size, " = %s", err);
	else if (ev->kind == KIND_SHMAT)
		top_text_add(dst, size, " = %#llx", (unsigned long long)ev->ret);
	else
		top_text_add(dst, size, " = %lld", (long long)ev->ret);
}

static void add_after(char *dst, size_t size, const struct event *ev, int which)
{
	if (which && !event_is_call(ev) && ev->have & EV_SHMID)
		top_text_add(dst, size, "; shmid %d", ev->shmid);
	else if (which && ev->kind == KIND_SHMDT && ev->have & EV_SHMID)
		top_text_add(dst, size, "; shmid %d", ev->shmid);
	if (ev->have & EV_NATTCH && ev->gone)
		top_text_add(dst, size, "; destroyed");
	else if (ev->have & EV_NATTCH)
		top_text_add(dst, size, "; nattch %llu",
			     (unsigned long long)ev->nattch);
	if (ev->have & EV_CREATED)
		top_text_add(dst, size, ev->created ? ", new" : ", existing");
	if (ev->kind == KIND_RESIZE) {
		char human[TEXT_HUMAN_SIZE];

		top_text_add(dst, size, " to %s", text_human(human, ev->size));
	}
	if (ev->compat)
		top_text_add(dst, size, ", 32-bit");
}

void top_log_text(char *dst, size_t size, const struct top_logged *logged,
		  int which)
{
	const struct event *ev = &logged->ev;
	char comm[TEXT_ESCAPED_SIZE(REC_COMM_LEN)];
	char what[2 * DECODE_SIZE];

	text_show(comm, sizeof(comm), ev->comm,
		  strnlen((const char *)ev->comm, REC_COMM_LEN));
	decode_event(what, sizeof(what), ev);
	dst[0] = '\0';
	add_time(dst, size, logged->realtime);
	top_text_add(dst, size, "%u %s: %s", ev->pid, comm, what);
	add_result(dst, size, ev);
	add_after(dst, size, ev, which);
}
