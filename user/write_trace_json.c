// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace as JSON, one object a line. */
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "decode.h"
#include "json.h"
#include "line.h"
#include "write_ls.h"
#include "write_run.h"
#include "write_trace.h"

static void json_start(const struct trace_start *start)
{
	struct json_object *obj = run_json("start");
	struct json_object *kinds = js_array();

	run_json_source(obj, start->version, start->backend, start->why,
			start->blind);
	if (start->redacted)
		js_add_bool(obj, "redacted", true);
	js_add_u64(obj, "ipcns", start->ipcns);
	js_add(obj, "kinds", kinds);
	for (int object = 0; object < OBJ_MAX; object++)
		if (start->objects & 1u << object)
			js_append_string(kinds, event_object_name(object));
	run_json_anchor(obj, &start->anchor);
	run_json_put(obj);
}

static void json_segment(const struct segment *seg)
{
	struct json_object *obj = run_json("segment");

	segment_add_json(obj, seg);
	run_json_put(obj);
}

/* As they were passed, under the names of the manual pages. */
static void put_args(const struct event *ev)
{
	line_open("args");
	switch (ev->kind) {
	case KIND_SHMGET:
		line_hex("key", (__u32)ev->arg[0], 8);
		line_u64("size", ev->arg[1]);
		line_u64("shmflg", (__u32)ev->arg[2]);
		break;
	case KIND_SHMAT:
		line_int("shmid", (int)ev->arg[0]);
		line_hex("shmaddr", ev->arg[1], 1);
		line_u64("shmflg", (__u32)ev->arg[2]);
		break;
	case KIND_SHMDT:
		line_hex("shmaddr", ev->arg[0], 1);
		break;
	case KIND_SHMCTL:
		line_int("shmid", (int)ev->arg[0]);
		line_int("cmd", (int)ev->arg[1]);
		line_hex("buf", ev->arg[2], 1);
		break;
	default:
		break;
	}
	line_close();
}

static void put_segment(const struct event *ev)
{
	if (ev->have & EV_SHMID)
		line_int("shmid", ev->shmid);
	if (ev->have & EV_KEY)
		line_hex("key", ev->key, 8);
	if (ev->have & EV_SIZE)
		line_u64("size", ev->size);
	if (ev->have & EV_MODE)
		line_mode("mode", ev->mode);
	if (ev->have & EV_NATTCH) {
		line_u64("nattch", ev->nattch);
		line_bool("dest", ev->dest);
		line_bool("locked", ev->locked);
	}
	if (ev->have & EV_CPID)
		line_u64("cpid", ev->cpid);
	if (ev->gone)
		line_bool("gone", true);
}

static void put_object(const struct event *ev)
{
	size_t len = strnlen((const char *)ev->name, REC_NAME_LEN);

	line_word("kind", event_object_name(ev->object));
	line_u64("dev_major", ev->dev >> 20);
	line_u64("dev_minor", ev->dev & 0xfffff);
	line_u64("inode", ev->ino);
	if (len)
		line_bytes("name", ev->name, len);
	line_u64("size", ev->size);
	line_u64("nlink", ev->nlink);
}

static void put_vma(const struct event *ev)
{
	char prot[DECODE_PROT_SIZE];

	decode_prot(prot, ev->prot);
	line_word("prot", prot);
	if (ev->kind == KIND_PROTECT) {
		decode_prot(prot, ev->was_prot);
		line_word("was_prot", prot);
	}
	line_u64("offset", ev->offset);
	if (ev->have & EV_WAS) {
		line_hex("was_addr", ev->was_addr, 1);
		line_hex("was_end", ev->was_end, 1);
	}
}

static void put_comm(const char *name, const __u8 comm[REC_COMM_LEN])
{
	line_bytes(name, comm, strnlen((const char *)comm, REC_COMM_LEN));
}

static void put_caller(const struct event *ev)
{
	const char *path = cgroup_path(ev->cgroup);

	line_u64("ts", ev->ts);
	line_u64("pid", ev->pid);
	line_u64("tid", ev->tid);
	line_u64("nspid", ev->ns_pid);
	put_comm("comm", ev->comm);
	line_u64("uid", ev->uid);
	line_u64("ipcns", ev->ipcns);
	if (ev->ipcns != ev->caller_ipcns)
		line_u64("caller_ipcns", ev->caller_ipcns);
	line_u64("cgroup", ev->cgroup);
	if (path)
		line_bytes("cgroup_path", path, strlen(path));
	if (ev->have & EV_PPID)
		line_u64("ppid", ev->ppid);
	if (ev->have & EV_BY) {
		line_u64("by_pid", ev->by_pid);
		put_comm("by_comm", ev->by_comm);
	}
}

static void put_call(const struct event *ev)
{
	char text[DECODE_SIZE];

	line_bool("compat", ev->compat);
	if (decode_flags(text, ev))
		line_word("flags", text);
	if (ev->kind == KIND_SHMCTL) {
		decode_cmd(text, ev->arg[1]);
		line_word("cmd", text);
	}
	line_int("ret", ev->ret);
	if (event_errno(ev))
		line_word("errno", event_errno(ev));
	if (ev->seccomp)
		line_bool("seccomp", true);
	if (ev->have & EV_CREATED)
		line_bool("created", ev->created);
	if (ev->have & EV_DURATION)
		line_u64("duration_ns", ev->duration);
	put_args(ev);
}

void trace_json_members(const struct event *ev)
{
	line_word("event", event_name(ev));
	put_caller(ev);
	if (ev->have & EV_OBJECT)
		put_object(ev);
	else
		put_segment(ev);
	if (ev->have & EV_ADDR)
		line_hex("addr", ev->addr, 1);
	if (ev->have & EV_END)
		line_hex("end", ev->end, 1);
	if (ev->have & EV_VMA)
		put_vma(ev);
	if (event_cause(ev))
		line_word("cause", event_cause(ev));
	if (event_is_call(ev))
		put_call(ev);
}

static void json_event(const struct event *ev)
{
	line_begin("event");
	trace_json_members(ev);
	line_end();
}

static void json_lost(__u64 count, enum trace_loss why)
{
	struct json_object *obj = run_json("lost");

	js_add_u64(obj, "count", count);
	if (why == LOST_MISSED)
		js_add_bool(obj, "missed", true);
	if (why == LOST_UNIDENTIFIED)
		js_add_bool(obj, "unidentified", true);
	run_json_put(obj);
}

static void json_end(const struct trace_end *end)
{
	struct json_object *obj = run_json("end");

	js_add_u64(obj, "seen", end->seen);
	js_add_u64(obj, "delivered", end->delivered);
	js_add_u64(obj, "lost", end->lost);
	if (end->missed)
		js_add_u64(obj, "missed", end->missed);
	if (end->unidentified)
		js_add_u64(obj, "unidentified", end->unidentified);
	js_add_u64(obj, "filtered", end->filtered);
	run_json_reason(obj, end->reason, end->command_status);
	run_json_put(obj);
}

const struct trace_writer trace_writer_json = {
	.start	= json_start,
	.segment = json_segment,
	.event	= json_event,
	.lost	= json_lost,
	.anchor	= run_json_put_anchor,
	.end	= json_end,
};
