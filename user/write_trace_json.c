// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace as JSON, one object a line. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "decode.h"
#include "json.h"
#include "write_ls.h"
#include "write_trace.h"

static struct json_object *new_line(const char *type)
{
	struct json_object *obj = js_object();

	js_add_string(obj, "type", type);
	return obj;
}

static void print(struct json_object *obj)
{
	js_put(stdout, obj);
	putchar('\n');
}

static void json_start(const struct trace_start *start)
{
	struct json_object *obj = new_line("start");
	struct json_object *blind = js_array();
	struct json_object *anchor = js_object();

	js_add_string(obj, "version", start->version);
	js_add_string(obj, "backend", start->backend);
	if (start->why[0])
		js_add_string(obj, "why", start->why);
	js_add(obj, "blind", blind);
	for (const char *const *what = start->blind; *what; what++)
		js_append_string(blind, *what);
	js_add_u64(anchor, "monotonic", start->monotonic);
	js_add_u64(anchor, "realtime", start->realtime);
	js_add(obj, "anchor", anchor);
	print(obj);
}

static void json_segment(const struct segment *seg)
{
	struct json_object *obj = new_line("segment");

	segment_add_json(obj, seg);
	print(obj);
}

/* As they were passed, under the names of the manual pages. */
static struct json_object *new_args(const struct event *ev)
{
	struct json_object *args = js_object();

	switch (ev->kind) {
	case KIND_SHMGET:
		js_add_hex(args, "key", (__u32)ev->arg[0], 8);
		js_add_u64(args, "size", ev->arg[1]);
		js_add_u64(args, "shmflg", (__u32)ev->arg[2]);
		break;
	case KIND_SHMAT:
		js_add_int(args, "shmid", (int)ev->arg[0]);
		js_add_hex(args, "shmaddr", ev->arg[1], 1);
		js_add_u64(args, "shmflg", (__u32)ev->arg[2]);
		break;
	case KIND_SHMDT:
		js_add_hex(args, "shmaddr", ev->arg[0], 1);
		break;
	case KIND_SHMCTL:
		js_add_int(args, "shmid", (int)ev->arg[0]);
		js_add_int(args, "cmd", (int)ev->arg[1]);
		js_add_hex(args, "buf", ev->arg[2], 1);
		break;
	default:
		break;
	}
	return args;
}

static void add_segment(struct json_object *obj, const struct event *ev)
{
	if (ev->have & EV_SHMID)
		js_add_int(obj, "shmid", ev->shmid);
	if (ev->have & EV_KEY)
		js_add_hex(obj, "key", ev->key, 8);
	if (ev->have & EV_SIZE)
		js_add_u64(obj, "size", ev->size);
	if (ev->have & EV_MODE)
		js_add_mode(obj, "mode", ev->mode);
	if (ev->have & EV_NATTCH) {
		js_add_u64(obj, "nattch", ev->nattch);
		js_add_bool(obj, "dest", ev->dest);
		js_add_bool(obj, "locked", ev->locked);
	}
	if (ev->have & EV_CPID)
		js_add_u64(obj, "cpid", ev->cpid);
	if (ev->gone)
		js_add_bool(obj, "gone", true);
}

static void add_comm(struct json_object *obj, const char *name,
		     const __u8 comm[REC_COMM_LEN])
{
	js_add_bytes(obj, name, comm,
		     strnlen((const char *)comm, REC_COMM_LEN));
}

static void add_caller(struct json_object *obj, const struct event *ev)
{
	const char *path = cgroup_path(ev->cgroup);

	js_add_u64(obj, "ts", ev->ts);
	js_add_u64(obj, "pid", ev->pid);
	js_add_u64(obj, "tid", ev->tid);
	js_add_u64(obj, "nspid", ev->ns_pid);
	add_comm(obj, "comm", ev->comm);
	js_add_u64(obj, "uid", ev->uid);
	js_add_u64(obj, "ipcns", ev->ipcns);
	if (ev->ipcns != ev->caller_ipcns)
		js_add_u64(obj, "caller_ipcns", ev->caller_ipcns);
	js_add_u64(obj, "cgroup", ev->cgroup);
	if (path)
		js_add_bytes(obj, "cgroup_path", path, strlen(path));
	if (ev->have & EV_PPID)
		js_add_u64(obj, "ppid", ev->ppid);
	if (ev->have & EV_BY) {
		js_add_u64(obj, "by_pid", ev->by_pid);
		add_comm(obj, "by_comm", ev->by_comm);
	}
}

static void add_call(struct json_object *obj, const struct event *ev)
{
	char text[DECODE_SIZE];

	js_add_bool(obj, "compat", ev->compat);
	if (decode_flags(text, ev))
		js_add_string(obj, "flags", text);
	if (ev->kind == KIND_SHMCTL) {
		decode_cmd(text, ev->arg[1]);
		js_add_string(obj, "cmd", text);
	}
	js_add_int(obj, "ret", ev->ret);
	if (event_errno(ev))
		js_add_string(obj, "errno", event_errno(ev));
	if (ev->have & EV_CREATED)
		js_add_bool(obj, "created", ev->created);
	if (ev->have & EV_DURATION)
		js_add_u64(obj, "duration_ns", ev->duration);
	js_add(obj, "args", new_args(ev));
}

static void json_event(const struct event *ev)
{
	struct json_object *obj = new_line("event");

	js_add_string(obj, "event", event_name(ev));
	add_caller(obj, ev);
	add_segment(obj, ev);
	if (ev->have & EV_ADDR)
		js_add_hex(obj, "addr", ev->addr, 1);
	if (ev->have & EV_END)
		js_add_hex(obj, "end", ev->end, 1);
	if (event_cause(ev))
		js_add_string(obj, "cause", event_cause(ev));
	if (event_is_call(ev))
		add_call(obj, ev);
	print(obj);
}

static void json_lost(__u64 count)
{
	struct json_object *obj = new_line("lost");

	js_add_u64(obj, "count", count);
	print(obj);
}

static void json_end(const struct trace_end *end)
{
	struct json_object *obj = new_line("end");

	js_add_u64(obj, "seen", end->seen);
	js_add_u64(obj, "delivered", end->delivered);
	js_add_u64(obj, "lost", end->lost);
	js_add_u64(obj, "filtered", end->filtered);
	js_add_string(obj, "reason", end->reason);
	if (!strcmp(end->reason, "command")) {
		if (WIFSIGNALED(end->command_status))
			js_add_u64(obj, "command_signal",
				WTERMSIG(end->command_status));
		else
			js_add_u64(obj, "command_exit",
				WEXITSTATUS(end->command_status));
	}
	print(obj);
}

const struct trace_writer trace_writer_json = {
	.start	= json_start,
	.segment = json_segment,
	.event	= json_event,
	.lost	= json_lost,
	.end	= json_end,
};
