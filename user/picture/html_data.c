// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "json.h"
#include "html_data.h"

static void append_u64(struct json_object *array, uint64_t value)
{
	struct json_object *number = json_object_new_uint64(value);

	if (!number)
		err_nomem();
	js_append(array, number);
}

static struct json_object *processes_json(const struct picture_object *obj)
{
	struct json_object *array = js_array();

	for (size_t i = 0; i < obj->n_processes; i++) {
		const struct picture_process *p = &obj->processes[i];
		struct json_object *item = js_object();

		js_add_int(item, "pid", p->pid);
		js_add_bytes(item, "comm", p->comm, p->comm_len);
		js_append(array, item);
	}
	return array;
}

static struct json_object *mappings_json(const struct picture_object *obj)
{
	struct json_object *array = js_array();

	for (size_t i = 0; i < obj->n_mappings; i++) {
		const struct picture_mapping *map = &obj->mappings[i];
		struct json_object *item = js_object();

		js_add_u64(item, "process", map->process);
		js_add_hex(item, "start", map->start, 1);
		js_add_hex(item, "end", map->end, 1);
		js_add_u64(item, "first", map->first);
		js_add_string(item, "prot", map->prot);
		js_append(array, item);
	}
	return array;
}

static struct json_object *copies_json(const struct picture_object *obj,
				       const struct picture_run *run)
{
	struct json_object *array = js_array();

	for (size_t m = 0; m < obj->n_mappings; m++) {
		struct json_object *pair;

		if (!run->copies[m])
			continue;
		pair = js_array();
		append_u64(pair, m);
		append_u64(pair, run->copies[m]);
		js_append(array, pair);
	}
	return array;
}

static struct json_object *touch_json(const struct picture_object *obj,
				      const struct picture_run *run)
{
	char *text = malloc(obj->n_mappings + 1);
	struct json_object *string;

	if (!text)
		err_nomem();
	for (size_t m = 0; m < obj->n_mappings; m++)
		text[m] = PICTURE_TOUCH_LETTERS[run->touch[m]];
	string = json_object_new_string_len(text, obj->n_mappings);
	free(text);
	if (!string)
		err_nomem();
	return string;
}

/* [page, count, state, frame or slot, touch, [[mapping, frame], ...]] */
static struct json_object *run_json(const struct picture_object *obj, size_t i)
{
	const struct picture_run *run = &obj->runs[i];
	struct json_object *item = js_array();
	bool swapped = run->frame.state == SHMVIZ_STATE_SWAPPED;

	append_u64(item, run->first);
	append_u64(item, run->count);
	append_u64(item, run->frame.state);
	append_u64(item, swapped ? run->frame.swap_offset : run->frame.pfn);
	/* 0: as in the run before */
	if (i && !memcmp(run->touch, obj->runs[i - 1].touch, obj->n_mappings))
		append_u64(item, 0);
	else
		js_append(item, touch_json(obj, run));
	append_u64(item, run->frame.order);
	if (run->copies)
		js_append(item, copies_json(obj, run));
	return item;
}

static struct json_object *object_json(const struct layout *l)
{
	const struct picture_object *obj = l->obj;
	struct json_object *o = js_object(), *rows = js_array(), *runs = js_array();
	char *text = picture_object_text(obj);

	js_add_string(o, "object", text);
	free(text);
	js_add_u64(o, "page_size", obj->info.page_size);
	js_add_u64(o, "page_first", obj->page_first);
	js_add_u64(o, "page_count", obj->page_count);
	js_add(o, "processes", processes_json(obj));
	js_add(o, "mappings", mappings_json(obj));
	for (size_t i = 0; i < l->rows.n; i++) {
		struct json_object *pair = js_array();

		append_u64(pair, l->rows.rows[i].first);
		append_u64(pair, l->rows.rows[i].count);
		js_append(rows, pair);
	}
	js_add(o, "rows", rows);
	for (size_t i = 0; i < obj->n_runs && i < HTML_DATA_RUNS; i++)
		js_append(runs, run_json(obj, i));
	js_add(o, "runs", runs);
	return o;
}

/*
 * These stand in strings only, and could end the script there, or be taken for
 * markup by whoever reads the page as XML.
 */
static void put_safe(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("<>&", *text))
			fprintf(out, "\\u%04x", *text);
		else
			putc(*text, out);
	}
}

void html_data_put(FILE *out, const struct layout *layouts, size_t n)
{
	fputs("<script type=\"application/json\" id=\"map-data\">[", out);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = object_json(&layouts[i]);
		const char *text = json_object_to_json_string_ext(o,
						JSON_C_TO_STRING_PLAIN);

		if (!text)
			err_nomem();
		fputs(i ? ",\n" : "\n", out);
		put_safe(out, text);
		json_object_put(o);
	}
	fputs("\n]</script>\n", out);
}
