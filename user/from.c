// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#include "bounded.h"
#include "cgroup.h"
#include "err.h"
#include "from.h"
#include "text.h"

#define BLIND_MAX	32

static struct json_object *member(struct json_object *obj, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(obj, name, &value) ? value : NULL;
}

static __u64 number(struct json_object *obj, const char *name)
{
	return json_object_get_uint64(member(obj, name));
}

static const char *word(struct json_object *obj, const char *name)
{
	struct json_object *value = member(obj, name);

	return value && json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

static struct json_object *array(struct json_object *obj, const char *name)
{
	struct json_object *value = member(obj, name);

	return value && json_object_is_type(value, json_type_array) ? value :
								      NULL;
}

/* Keys and addresses, "0x4d", and modes, "0600". */
static __u64 digits(struct json_object *obj, const char *name, int base)
{
	return strtoull(word(obj, name), NULL, base);
}

static bool is_true(struct json_object *obj, const char *name)
{
	return json_object_get_boolean(member(obj, name));
}

/* Whether it is there, as a bit of `have`. */
static unsigned int bit(struct json_object *obj, const char *name,
			unsigned int have)
{
	return member(obj, name) ? have : 0;
}

static void get_comm(__u8 comm[REC_COMM_LEN], struct json_object *obj,
		     const char *name)
{
	memset(comm, 0, REC_COMM_LEN);
	text_unescape(comm, REC_COMM_LEN, word(obj, name));
}

static void get_args(struct event *ev, struct json_object *args)
{
	switch (ev->kind) {
	case KIND_SHMGET:
		ev->arg[0] = digits(args, "key", 16);
		ev->arg[1] = number(args, "size");
		ev->arg[2] = number(args, "shmflg");
		break;
	case KIND_SHMAT:
		ev->arg[0] = json_object_get_int(member(args, "shmid"));
		ev->arg[1] = digits(args, "shmaddr", 16);
		ev->arg[2] = number(args, "shmflg");
		break;
	case KIND_SHMDT:
		ev->arg[0] = digits(args, "shmaddr", 16);
		break;
	case KIND_SHMCTL:
		ev->arg[0] = json_object_get_int(member(args, "shmid"));
		ev->arg[1] = json_object_get_int(member(args, "cmd"));
		ev->arg[2] = digits(args, "buf", 16);
		break;
	default:
		break;
	}
}

static void get_call(struct event *ev, struct json_object *obj)
{
	ev->compat = is_true(obj, "compat");
	ev->seccomp = is_true(obj, "seccomp");
	ev->ret = json_object_get_int64(member(obj, "ret"));
	ev->created = is_true(obj, "created");
	ev->duration = number(obj, "duration_ns");
	ev->have |= bit(obj, "created", EV_CREATED) |
		    bit(obj, "duration_ns", EV_DURATION);
	get_args(ev, member(obj, "args"));
}

static __u32 get_prot(const char *text)
{
	return (strchr(text, 'r') ? REC_PROT_READ : 0) |
	       (strchr(text, 'w') ? REC_PROT_WRITE : 0) |
	       (strchr(text, 'x') ? REC_PROT_EXEC : 0) |
	       (strchr(text, 's') ? REC_PROT_SHARED : 0);
}

static void get_vma(struct event *ev, struct json_object *obj)
{
	ev->have |= bit(obj, "prot", EV_VMA);
	ev->prot = get_prot(word(obj, "prot"));
	ev->was_prot = get_prot(word(obj, "was_prot"));
	ev->offset = number(obj, "offset");
}

static void get_segment(struct event *ev, struct json_object *obj)
{
	ev->have |= bit(obj, "shmid", EV_SHMID) | bit(obj, "key", EV_KEY) |
		    bit(obj, "size", EV_SIZE) | bit(obj, "nattch", EV_NATTCH) |
		    bit(obj, "mode", EV_MODE) | bit(obj, "cpid", EV_CPID) |
		    bit(obj, "addr", EV_ADDR) | bit(obj, "end", EV_END);
	get_vma(ev, obj);
	ev->shmid = json_object_get_int(member(obj, "shmid"));
	ev->key = digits(obj, "key", 16);
	ev->size = number(obj, "size");
	ev->nattch = number(obj, "nattch");
	ev->mode = digits(obj, "mode", 8);
	ev->cpid = number(obj, "cpid");
	ev->addr = digits(obj, "addr", 16);
	ev->end = digits(obj, "end", 16);
	ev->dest = is_true(obj, "dest");
	ev->locked = is_true(obj, "locked");
	ev->gone = is_true(obj, "gone");
}

static __u32 get_object_kind(const char *name)
{
	int object = 0;

	while (object < OBJ_MAX && strcmp(name, event_object_name(object)))
		object++;
	return object;
}

/* false: of a kind that this version does not know. */
static bool get_object(struct event *ev, struct json_object *obj)
{
	size_t len;

	ev->object = get_object_kind(word(obj, "kind"));
	ev->have |= EV_OBJECT | bit(obj, "size", EV_SIZE) |
		    bit(obj, "addr", EV_ADDR) | bit(obj, "end", EV_END) |
		    bit(obj, "was_addr", EV_WAS);
	get_vma(ev, obj);
	ev->dev = number(obj, "dev_major") << 20 |
		  (number(obj, "dev_minor") & 0xfffff);
	ev->ino = number(obj, "inode");
	ev->size = number(obj, "size");
	ev->nlink = number(obj, "nlink");
	ev->addr = digits(obj, "addr", 16);
	ev->end = digits(obj, "end", 16);
	ev->was_addr = digits(obj, "was_addr", 16);
	ev->was_end = digits(obj, "was_end", 16);
	len = text_unescape(ev->name, REC_NAME_LEN - 1, word(obj, "name"));
	ev->name[len] = 0;
	return !event_is_call(ev) && ev->object > OBJ_NONE &&
	       ev->object < OBJ_MAX &&
	       (ev->kind != KIND_DROP || ev->cause != CAUSE_NONE);
}

static void get_caller(struct event *ev, struct json_object *obj)
{
	char path[PATH_MAX];
	size_t len;

	ev->ts = number(obj, "ts");
	ev->pid = number(obj, "pid");
	ev->tid = number(obj, "tid");
	ev->ns_pid = number(obj, "nspid");
	ev->uid = number(obj, "uid");
	ev->ipcns = number(obj, "ipcns");
	ev->caller_ipcns = member(obj, "caller_ipcns") ?
			   number(obj, "caller_ipcns") : ev->ipcns;
	ev->cgroup = number(obj, "cgroup");
	ev->ppid = number(obj, "ppid");
	ev->by_pid = number(obj, "by_pid");
	ev->have |= bit(obj, "ppid", EV_PPID) | bit(obj, "by_pid", EV_BY);
	get_comm(ev->comm, obj, "comm");
	get_comm(ev->by_comm, obj, "by_comm");
	len = text_unescape(path, sizeof(path) - 1, word(obj, "cgroup_path"));
	path[len] = '\0';
	cgroup_learn(ev->cgroup, path);
}

static bool get_kind(struct event *ev, struct json_object *obj)
{
	const char *name = word(obj, "event"), *cause = word(obj, "cause");

	for (ev->kind = 0; ev->kind < KIND_MAX; ev->kind++)
		if (!strcmp(name, event_kind_name(ev->kind)))
			break;
	for (ev->cause = *cause ? 1 : 0; *cause && ev->cause < CAUSE_MAX;
	     ev->cause++)
		if (!strcmp(cause, event_cause_name(ev->cause)))
			break;
	return ev->kind < KIND_MAX && ev->cause < CAUSE_MAX;
}

/* Drops and ends of segments have a cause; the other kinds they do not have. */
static bool is_of_segment(const struct event *ev)
{
	return ev->kind == KIND_INHERIT || ev->kind == KIND_SPLIT ||
	       ev->kind == KIND_PROTECT ||
	       ((ev->kind == KIND_DROP || ev->kind == KIND_DESTROY) &&
		ev->cause != CAUSE_NONE);
}

static bool read_event(struct json_object *obj,
		       const struct from_reader *reader, void *ctx)
{
	struct event ev = {};

	if (!get_kind(&ev, obj))
		return false;
	get_caller(&ev, obj);
	if (member(obj, "kind")) {
		if (!get_object(&ev, obj))
			return false;
	} else if (!event_is_call(&ev) && !is_of_segment(&ev)) {
		return false;
	} else {
		get_segment(&ev, obj);
		if (event_is_call(&ev))
			get_call(&ev, obj);
	}
	reader->event(&ev, ctx);
	return true;
}

static struct comm get_long_comm(struct json_object *obj, const char *name)
{
	struct comm comm = {};

	comm.len = text_unescape(comm.bytes, sizeof(comm.bytes),
				 word(obj, name));
	return comm;
}

static size_t length(struct json_object *list)
{
	return list ? json_object_array_length(list) : 0;
}

/* It, and the processes that have it, too. */
static void get_attachment(struct segment *seg, struct json_object *obj)
{
	struct attachment *first = &seg->attachments[seg->n_attachments++];
	struct json_object *also = array(obj, "also");

	first->pid = number(obj, "pid");
	first->comm = get_long_comm(obj, "comm");
	first->start = digits(obj, "start", 16);
	first->end = digits(obj, "end", 16);
	snprintf(first->prot, sizeof(first->prot), "%s", word(obj, "prot"));
	for (size_t i = 0; i < length(also); i++) {
		struct json_object *process = json_object_array_get_idx(also, i);
		struct attachment *at = &seg->attachments[seg->n_attachments++];

		*at = *first;
		at->same = first->pid;
		at->pid = number(process, "pid");
		at->comm = get_long_comm(process, "comm");
	}
}

static int get_attachments(struct segment *seg, struct json_object *list)
{
	size_t n = length(list);

	for (size_t i = 0; i < length(list); i++)
		n += length(array(json_object_array_get_idx(list, i), "also"));
	seg->attachments = calloc(n ?: 1, sizeof(*seg->attachments));
	if (!seg->attachments)
		return -ENOMEM;
	for (size_t i = 0; i < length(list); i++)
		get_attachment(seg, json_object_array_get_idx(list, i));
	return 0;
}

static unsigned int get_status(struct segment *seg, struct json_object *list)
{
	size_t n = list ? json_object_array_length(list) : 0;
	unsigned int mode = 0;

	for (size_t i = 0; i < n; i++) {
		const char *text = json_object_get_string(
					json_object_array_get_idx(list, i));

		if (!strcmp(text ?: "", "dest"))
			mode |= SHM_DEST;
		else if (!strcmp(text ?: "", "locked"))
			mode |= SHM_LOCKED;
		else if (!strcmp(text ?: "", "orphan"))
			seg->creator_state = CREATOR_GONE;
	}
	return mode;
}

static void read_segment(struct json_object *obj,
			 const struct from_reader *reader, void *ctx)
{
	struct segment seg = { .partial = !member(obj, "uid") };
	struct proc_shm *shm = &seg.shm;

	seg.ipcns = number(obj, "ipcns");
	shm->shmid = json_object_get_int(member(obj, "shmid"));
	shm->key = digits(obj, "key", 16);
	shm->size = number(obj, "size");
	shm->uid = number(obj, "uid");
	shm->gid = number(obj, "gid");
	shm->cuid = number(obj, "cuid");
	shm->nattch = number(obj, "nattch");
	shm->cpid = number(obj, "cpid");
	shm->lpid = number(obj, "lpid");
	shm->rss = number(obj, "resident");
	shm->swap = number(obj, "swapped");
	if (member(obj, "creator")) {
		seg.creator_state = CREATOR_LIVES;
		seg.creator = get_long_comm(obj, "creator");
	}
	shm->mode = digits(obj, "mode", 8) |
		    get_status(&seg, array(obj, "status"));
	if (get_attachments(&seg, array(obj, "attachments")))
		err_nomem();
	reader->segment(&seg, ctx);
	free(seg.attachments);
}

/* Those that are not known are of a newer version. */
static __u32 get_kinds(struct json_object *list)
{
	size_t n = list ? json_object_array_length(list) : 0;
	__u32 kinds = 0, object;
	const char *name;

	for (size_t i = 0; i < n; i++) {
		name = json_object_get_string(json_object_array_get_idx(list, i));
		object = get_object_kind(name ?: "");
		if (object < OBJ_MAX)
			kinds |= 1u << object;
	}
	return kinds ?: 1u << OBJ_NONE;
}

static struct anchor get_anchor(struct json_object *obj)
{
	struct json_object *anchor = member(obj, "anchor");

	return (struct anchor) {
		.monotonic = number(anchor, "monotonic"),
		.realtime = number(anchor, "realtime"),
	};
}

static void read_start(struct json_object *obj,
		       const struct from_reader *reader, void *ctx)
{
	const char *blind[BLIND_MAX + 1] = {};
	struct json_object *list = array(obj, "blind");
	struct trace_start start = {
		.version = word(obj, "version"),
		.backend = word(obj, "backend"),
		.why = word(obj, "why"),
		.blind = blind,
		.anchor = get_anchor(obj),
		.ipcns = number(obj, "ipcns"),
		.objects = get_kinds(array(obj, "kinds")),
		.redacted = is_true(obj, "redacted"),
	};

	for (size_t i = 0; list && i < BLIND_MAX &&
	     i < json_object_array_length(list); i++)
		blind[i] = json_object_get_string(
					json_object_array_get_idx(list, i));
	reader->start(&start, ctx);
}

static void read_end(struct json_object *obj, const struct from_reader *reader,
		     void *ctx)
{
	struct trace_end end = {
		.seen = number(obj, "seen"),
		.delivered = number(obj, "delivered"),
		.lost = number(obj, "lost"),
		.missed = number(obj, "missed"),
		.unidentified = number(obj, "unidentified"),
		.filtered = number(obj, "filtered"),
		.reason = word(obj, "reason"),
	};

	/* As waitpid() has it. */
	end.command_status = member(obj, "command_signal") ?
			     (int)(number(obj, "command_signal") & 0x7f) :
			     (int)(number(obj, "command_exit") & 0xff) << 8;
	reader->end(&end, ctx);
}

static enum trace_loss get_loss(struct json_object *obj)
{
	if (is_true(obj, "missed"))
		return LOST_MISSED;
	return is_true(obj, "unidentified") ? LOST_UNIDENTIFIED : LOST_FULL;
}

struct reading {
	const char *name;
	unsigned long line;
	bool started, ended;
	bool over;		/* the rest is not asked for */
	unsigned long traces;	/* that have begun */
	unsigned long skipped;
};

/*
 * The first lines are missing, as of the end of a longer trace. The time of day is the
 * one thing in them that must be replaced; the rest is unknown.
 */
static void assume_start(struct reading *rd, struct json_object *obj,
			 const struct from_reader *reader, void *ctx)
{
	static const char *const blind[] = {
		"what the start line has: it is missing", NULL,
	};
	struct trace_start start = {
		.version = "", .backend = "unknown", .why = "", .blind = blind,
		.anchor = { number(obj, "ts"), number(obj, "ts") },
		.objects = (1u << OBJ_MAX) - 1,
	};

	err_line("%s: no start line: times are those since the start of that"
		 " machine, shown as if it had been 1970-01-01 00:00 UTC",
		 rd->name);
	rd->started = true;
	rd->traces++;
	reader->start(&start, ctx);
}

static void begin_trace(struct reading *rd, bool one)
{
	if (rd->started && !rd->ended)
		err_line("%s: cut off before line %lu: no end line", rd->name,
			 rd->line);
	if (rd->started && one) {
		err_line("%s: line %lu begins another trace, which is left out:"
			 " 'tail -n +%lu' gives it alone", rd->name, rd->line,
			 rd->line);
		rd->over = rd->ended = true;
		return;
	}
	rd->started = true;
	rd->ended = false;
	rd->traces++;
}

/* Of a trace, whatever version it is. */
static bool is_of_trace(const char *type)
{
	static const char *const types[] = { "start", "segment", "event", "lost",
					     "end", "anchor" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

static void read_object(struct reading *rd, struct json_object *obj,
			const struct from_reader *reader, void *ctx)
{
	const char *type = word(obj, "type");
	struct anchor anchor;

	if (!strcmp(type, "start")) {
		begin_trace(rd, reader->one);
		if (!rd->over)
			read_start(obj, reader, ctx);
	} else if (!strcmp(type, "segment")) {
		read_segment(obj, reader, ctx);
	} else if (!strcmp(type, "event")) {
		rd->skipped += !read_event(obj, reader, ctx);
	} else if (!strcmp(type, "lost")) {
		reader->lost(number(obj, "count"), get_loss(obj), ctx);
	} else if (!strcmp(type, "anchor")) {
		anchor = get_anchor(obj);
		reader->anchor(&anchor, ctx);
	} else if (!strcmp(type, "end")) {
		rd->ended = true;
		read_end(obj, reader, ctx);
	} else {
		rd->skipped++;
	}
}

/* A last line without its newline is one that was being written. */
static int read_line(struct reading *rd, const char *line, bool whole,
		     const struct from_reader *reader, void *ctx)
{
	struct json_object *obj = json_tokener_parse(line);

	if (obj && json_object_is_type(obj, json_type_object) &&
	    (rd->started || is_of_trace(word(obj, "type")))) {
		if (!rd->started && strcmp(word(obj, "type"), "start"))
			assume_start(rd, obj, reader, ctx);
		read_object(rd, obj, reader, ctx);
		json_object_put(obj);
		return EXIT_DONE;
	}
	json_object_put(obj);
	if (!whole && rd->started)
		return EXIT_DONE;
	err_line("%s: line %lu is not of 'shmviz trace --json'", rd->name,
		 rd->line);
	return EXIT_FAILED;
}

static int refuse_file(const struct reading *rd, int err)
{
	if (err == -EFBIG)
		err_line("%s: line %lu is longer than " BOUNDED_LINE_TEXT
			 ": not of 'shmviz trace --json'", rd->name,
			 rd->line + 1);
	else
		err_line("%s: %s", rd->name, strerror(-err));
	return EXIT_FAILED;
}

static int read_file(FILE *file, struct reading *rd,
		     const struct from_reader *reader, void *ctx)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len = 0;
	int ret = EXIT_DONE;

	while (!ret && !rd->over &&
	       (len = bounded_line(file, &line, &room)) > 0) {
		rd->line++;
		ret = read_line(rd, line, line[len - 1] == '\n', reader, ctx);
	}
	free(line);
	if (!ret && len < 0)
		return refuse_file(rd, len);
	if (!ret && !rd->started) {
		err_line("%s: empty, not a trace", rd->name);
		return EXIT_FAILED;
	}
	return ret;
}

int from_read(const char *path, const struct from_reader *reader, void *ctx)
{
	struct reading rd = { .name = strcmp(path, "-") ? path : "stdin" };
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int ret;

	if (!file) {
		err_line("cannot read '%s': %s", path, strerror(errno));
		return EXIT_FAILED;
	}
	ret = read_file(file, &rd, reader, ctx);
	if (file != stdin)
		fclose(file);
	if (!ret && !rd.ended)
		err_line("%s: cut off after line %lu: no end line", rd.name,
			 rd.line);
	if (!ret && rd.traces > 1)
		err_line("%s: %lu traces, one after the other", rd.name,
			 rd.traces);
	if (!ret && rd.skipped)
		err_line("%s: %lu lines of a newer version were skipped",
			 rd.name, rd.skipped);
	return ret;
}
