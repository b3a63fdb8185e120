// SPDX-License-Identifier: GPL-2.0-or-later
/* What was counted as JSON, one object a line. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "event.h"
#include "json.h"
#include "write_run.h"
#include "write_stat.h"

static void json_start(const struct stat_start *start)
{
	struct json_object *obj = run_json("start");

	run_json_source(obj, start->version, start->backend, start->why,
			start->blind);
	if (start->redacted)
		js_add_bool(obj, "redacted", true);
	if (start->interval > 0)
		js_add_u64(obj, "interval_ns", start->interval * 1e9);
	run_json_anchor(obj, &start->anchor);
	run_json_put(obj);
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
		if (key->flags & STAT_SECCOMP)
			js_add_bool(obj, "seccomp", true);
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
	if (report->unidentified)
		js_add_u64(obj, "unidentified", report->unidentified);
	js_add_u64(obj, "filtered", report->filtered);
	js_add_u64(obj, "unnamed", report->unnamed);
}

/* Row by row, so that it is never all in memory as objects. */
static void print(struct json_object *obj, const struct stat_table *table)
{
	js_put_open(stdout, obj);
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
	struct json_object *obj = run_json("stat");

	add_report(obj, report);
	print(obj, report->table);
}

static void json_end(const struct stat_report *report,
		     const struct stat_end *end)
{
	struct json_object *obj = run_json("end");

	add_report(obj, report);
	run_json_reason(obj, end->reason, end->command_status);
	print(obj, report->table);
}

const struct stat_writer stat_writer_json = {
	.start		= json_start,
	.interval	= json_interval,
	.anchor		= run_json_put_anchor,
	.end		= json_end,
};
