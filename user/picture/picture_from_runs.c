// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "frame_names.h"
#include "picture_from_internal.h"

void *from_room(size_t n, size_t size)
{
	void *room = calloc(n ? n : 1, size);

	if (!room)
		err_nomem();
	return room;
}

uint32_t from_words(struct strict *st, struct json_object *obj,
		    const struct from_word *words)
{
	struct json_object *array;
	size_t n = strict_array(st, obj, "flags", &array);
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		const char *text = json_object_get_string(
					json_object_array_get_idx(array, i));

		for (const struct from_word *w = words; text && w->bit; w++)
			if (!strcmp(w->word, text))
				bits |= w->bit;
	}
	return bits;
}

static uint32_t get_frame_flags(struct strict *st, struct json_object *obj)
{
	struct from_word words[33] = {};

	for (size_t i = 0; frame_flags[i].bit; i++)
		words[i] = (struct from_word) { frame_flags[i].bit,
						frame_flags[i].name };
	return from_words(st, obj, words);
}

/* The index of a word in what `name` makes of 0..n - 1. */
static unsigned int get_named(struct strict *st, struct json_object *obj,
			      const char *member, unsigned int n,
			      const char *(*name)(unsigned int))
{
	const char *text = strict_text(st, obj, member);

	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(name(i), text))
			return i;
	strict_wrong(st, "\"%s\" is '%.40s', which is unknown", member, text);
	return 0;
}

static void get_frame(struct strict *st, struct json_object *item,
		      struct shmviz_frame *frame, uint64_t page_size)
{
	frame->state = get_named(st, item, "state", 3, frame_state_name);
	if (frame->state == SHMVIZ_STATE_SWAPPED) {
		frame->swap_type = strict_number(st, item, "swap_type", UINT8_MAX);
		frame->swap_offset = strict_number(st, item, "swap_offset",
						   FROM_PAGES_MAX);
	}
	if (frame->state != SHMVIZ_STATE_PRESENT)
		return;
	frame->pfn = strict_number(st, item, "pfn", (UINT64_MAX >> 1) / page_size);
	frame->order = strict_number(st, item, "order", FROM_ORDER_MAX);
	frame->node = strict_number(st, item, "node", UINT16_MAX);
	frame->zone = get_named(st, item, "zone", SHMVIZ_ZONE_DEVICE + 1,
				frame_zone_name);
	frame->mapcount = strict_signed(st, item, "mapcount", INT_MIN, INT_MAX);
	frame->memcg = strict_number_or(st, item, "memcg", UINT64_MAX, 0);
	frame->flags = get_frame_flags(st, item);
}

/* The mapping has all pages of the run, or none. */
static bool get_reach(struct strict *st, const struct picture_object *obj,
		      size_t mapping, const struct picture_run *run, bool *inside)
{
	const struct picture_mapping *map = &obj->mappings[mapping];
	uint64_t end = map->first +
		       (map->end - map->start) / obj->info.page_size;
	uint64_t last = run->first + run->count;

	*inside = run->first >= map->first && last <= end;
	if (*inside || last <= map->first || run->first >= end)
		return true;
	return strict_wrong(st, "mapping %zu has a part of it", mapping);
}

static bool get_touch(struct strict *st, struct json_object *item,
		      const struct picture_object *obj, struct picture_run *run)
{
	static const char letters[] = {
		[PICTURE_OUTSIDE] = '-', [PICTURE_HOLLOW] = 'o',
		[PICTURE_TOUCHED] = 'x', [PICTURE_COPY] = 'c',
		[PICTURE_UNKNOWN] = '?',
	};
	const char *text = strict_text(st, item, "touch");

	if (strlen(text) != obj->n_mappings)
		return strict_wrong(st, "\"touch\" has %zu characters for %zu mappings",
				    strlen(text), obj->n_mappings);
	run->touch = from_room(obj->n_mappings, sizeof(*run->touch));
	for (size_t i = 0; i < obj->n_mappings; i++) {
		const char *at = memchr(letters, text[i], sizeof(letters));
		bool inside;

		if (!at)
			return strict_wrong(st, "\"touch\" has a '%c'", text[i]);
		run->touch[i] = at - letters;
		if (!get_reach(st, obj, i, run, &inside))
			return false;
		if (inside != (text[i] != '-'))
			return strict_wrong(st, "\"touch\" has '%c' for mapping %zu, "
					    "which has %s of its pages", text[i],
					    i, inside ? "all" : "none");
	}
	return true;
}

/* What follows from touch, as a check of both. */
static bool get_sums(struct strict *st, struct json_object *item,
		     const struct picture_object *obj, struct picture_run *run)
{
	picture_count_holders(obj, run);
	if (run->mapped && run->frame.state != SHMVIZ_STATE_PRESENT)
		return strict_wrong(st, "\"touch\" has 'x' where no frame is");
	if (strict_number(st, item, "mapped", UINT32_MAX) != run->mapped)
		return strict_wrong(st, "\"mapped\" is not %u, as \"touch\" has it",
				    run->mapped);
	if (strict_number(st, item, "sharing", UINT32_MAX) != run->sharing)
		return strict_wrong(st, "\"sharing\" is not %u, as \"touch\" has it",
				    run->sharing);
	return true;
}

static bool get_copies(struct strict *st, struct json_object *item,
		       const struct picture_object *obj, struct picture_run *run)
{
	struct json_object *array, *copy;
	size_t n;

	if (!strict_maybe(item, "copies"))
		return true;
	n = strict_array(st, item, "copies", &array);
	run->copies = from_room(obj->n_mappings, sizeof(*run->copies));
	for (size_t i = 0; i < n && !*st->why; i++) {
		uint64_t mapping;

		copy = strict_item(st, array, i);
		if (!copy)
			return false;
		mapping = strict_number(st, copy, "mapping", UINT32_MAX);
		if (mapping >= obj->n_mappings ||
		    run->touch[mapping] != PICTURE_COPY)
			return strict_wrong(st, "mapping %" PRIu64 " has no copy, as "
					    "\"touch\" has it", mapping);
		run->copies[mapping] = strict_number(st, copy, "pfn", FROM_PAGES_MAX);
	}
	return !*st->why;
}

static bool get_run(struct strict *st, struct json_object *item,
		    struct picture_object *obj, uint64_t expected)
{
	struct picture_run *run = &obj->runs[obj->n_runs++];
	uint64_t end = obj->page_first + obj->page_count;

	run->first = strict_number(st, item, "page", FROM_PAGES_MAX);
	run->count = strict_number(st, item, "count", FROM_PAGES_MAX);
	get_frame(st, item, &run->frame, obj->info.page_size);
	if (*st->why)
		return false;
	if (run->first != expected)
		return strict_wrong(st, "it begins at page %" PRIu64 ", not %" PRIu64,
				    run->first, expected);
	if (!run->count || run->count > end - run->first)
		return strict_wrong(st, "\"count\" is %" PRIu64 ", of %" PRIu64
				    " pages left", run->count, end - run->first);
	return get_touch(st, item, obj, run) && get_sums(st, item, obj, run) &&
	       get_copies(st, item, obj, run);
}

bool from_runs(struct strict *st, struct json_object *item, size_t index,
		     struct picture_object *obj)
{
	struct json_object *array, *run;
	size_t n = strict_array(st, item, "runs", &array);
	uint64_t next = obj->page_first;

	obj->runs = from_room(n, sizeof(*obj->runs));
	for (size_t i = 0; i < n && !*st->why; i++) {
		strict_at(st, "object %zu, run %zu", index, i);
		run = strict_item(st, array, i);
		if (run && get_run(st, run, obj, next))
			next += obj->runs[i].count;
	}
	strict_at(st, "object %zu", index);
	if (!*st->why && next != obj->page_first + obj->page_count)
		strict_wrong(st, "the runs end at page %" PRIu64 ", not %" PRIu64,
			     next, obj->page_first + obj->page_count);
	return !*st->why;
}
