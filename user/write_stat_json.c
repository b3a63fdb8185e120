// SPDX-License-Identifier: GPL-2.0-or-later
/* What was counted as JSON, one object a line. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "err.h"
#include "event.h"
#include "json.h"
#include "write_stat.h"

static struct json_object *new_line(const char *type)
{
	struct json_object *obj = js_object();

	js_add_string(obj, "type", type);
	return obj;
}

static void json_start(const struct stat_start *start)
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
	if (start->interval > 0)
		js_add_u64(obj, "interval_ns", start->interval * 1e9);
	js_add_u64(anchor, "monotonic", start->monotonic);
	js_add_u64(anchor, "realtime", start->realtime);
	js_add(obj, "anchor", anchor);
	js_put(stdout, obj);
	putchar('\n');
}

static void add_latency(struct json_object *obj, const struct stat_counts *c)
{
	struct json_object *slots = js_array(), *slot;

	js_add_u64(obj, "total_ns", c->total);
	if (c->max)
		js_add_u64(obj, "max_ns", c->max);
	for (int i = 0; i < STAT_SLOTS; i++) {
		slot = json_object_new_uint64(c->slots[i]);
		if (!slot)
			err_nomem();
		js_append(slots, slot);
	}
	js_add(obj, "log2_ns", slots);
}

static struct json_object *new_row(const struct stat_row *row)
{
	const struct stat_key *key = &row->key;
	struct json_object *obj = js_object();
	const char *name = strerrorname_np(key->err);
	char number[16];

	js_add_string(obj, "event", event_kind_name(key->kind));
	if (event_cause_name(key->cause))
		js_add_string(obj, "cause", event_cause_name(key->cause));
	if (key->kind < KIND_CALLS) {
		js_add_bool(obj, "compat", key->flags & STAT_COMPAT);
		snprintf(number, sizeof(number), "%u", key->err);
		if (key->err)
			js_add_string(obj, "errno", name ?: number);
	}
	if (!(key->flags & STAT_REST)) {
		js_add_u64(obj, "pid", key->pid);
		js_add_bytes(obj, "comm", row->comm,
			     strnlen((const char *)row->comm, REC_COMM_LEN));
	}
	js_add_u64(obj, "count", row->counts.count);
	if (row->counts.timed)
		add_latency(obj, &row->counts);
	return obj;
}

static void add_report(struct json_object *obj,
		       const struct stat_report *report)
{
	js_add_u64(obj, "from", report->from);
	js_add_u64(obj, "to", report->to);
	js_add_u64(obj, "seen", report->seen);
	js_add_u64(obj, "delivered", stat_table_count(report->table));
	js_add_u64(obj, "lost", report->lost);
	if (report->missed)
		js_add_u64(obj, "missed", report->missed);
	js_add_u64(obj, "filtered", report->filtered);
	js_add_u64(obj, "unnamed", report->unnamed);
}

/* Row by row, so that it is never all in memory as objects. */
static void print(struct json_object *obj, const struct stat_table *table)
{
	const char *text = json_object_to_json_string_ext(obj,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		err_nomem();
	/* Without the brace that closes it. */
	fwrite(text, 1, strlen(text) - 1, stdout);
	json_object_put(obj);
	fputs(",\"events\":[", stdout);
	for (size_t i = 0; i < table->n; i++) {
		if (i)
			putchar(',');
		js_put(stdout, new_row(&table->rows[i]));
	}
	puts("]}");
}

static void json_interval(const struct stat_report *report)
{
	struct json_object *obj = new_line("stat");

	add_report(obj, report);
	print(obj, report->table);
}

static void json_end(const struct stat_report *report,
		     const struct stat_end *end)
{
	struct json_object *obj = new_line("end");
	int status = end->command_status;

	add_report(obj, report);
	js_add_string(obj, "reason", end->reason);
	if (!strcmp(end->reason, "command")) {
		if (WIFSIGNALED(status))
			js_add_u64(obj, "command_signal", WTERMSIG(status));
		else
			js_add_u64(obj, "command_exit", WEXITSTATUS(status));
	}
	print(obj, report->table);
}

const struct stat_writer stat_writer_json = {
	.start		= json_start,
	.interval	= json_interval,
	.end		= json_end,
};
