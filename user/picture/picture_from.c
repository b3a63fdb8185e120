// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "frame_names.h"
#include "picture_from.h"
#include "strict.h"
#include "text.h"

/* No object and no memory has more; sums of two stay in 64 bits. */
#define PAGES_MAX	(1ULL << 52)

/* Before all else: freeing goes by these numbers. */
static void *get_room(size_t n, size_t size)
{
	void *room = calloc(n ? n : 1, size);

	if (!room)
		err_nomem();
	return room;
}

static char *get_bytes(struct strict *st, struct json_object *obj,
		       const char *name)
{
	const char *text = strict_text(st, obj, name);
	char *bytes = get_room(strlen(text) + 1, 1);

	bytes[text_unescape(bytes, strlen(text), text)] = '\0';
	return bytes;
}

struct word {
	uint32_t bit;
	const char *word;
};

static const struct word object_words[] = {
	{ SHMVIZ_INFO_GONE, "gone" }, { SHMVIZ_INFO_STALE, "stale" },
	{ SHMVIZ_INFO_DEST, "dest" }, { SHMVIZ_INFO_LOCKED, "locked" },
	{ SHMVIZ_INFO_HUGETLB, "hugetlb" }, { SHMVIZ_INFO_SHMEM, "shmem" },
	{ SHMVIZ_INFO_VIEW, "view" }, {}
};

static const struct word mapping_words[] = {
	{ SHMVIZ_SHARER_LOCKED, "locked" }, { SHMVIZ_SHARER_VIEW, "view" },
	{ SHMVIZ_SHARER_NO_OWNER, "no-owner" },
	{ SHMVIZ_SHARER_OTHER_NS, "other-ns" }, {}
};

/* Words of a newer version are left alone. */
static uint32_t get_words(struct strict *st, struct json_object *obj,
			  const struct word *words)
{
	struct json_object *array;
	size_t n = strict_array(st, obj, "flags", &array);
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		const char *text = json_object_get_string(
					json_object_array_get_idx(array, i));

		for (const struct word *w = words; text && w->bit; w++)
			if (!strcmp(w->word, text))
				bits |= w->bit;
	}
	return bits;
}

static uint32_t get_frame_flags(struct strict *st, struct json_object *obj)
{
	struct word words[33] = {};

	for (size_t i = 0; frame_flags[i].bit; i++)
		words[i] = (struct word) { frame_flags[i].bit,
					   frame_flags[i].name };
	return get_words(st, obj, words);
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

static void get_prot(struct strict *st, struct json_object *obj,
		     struct picture_mapping *map)
{
	const char *prot = strict_text(st, obj, "prot");
	static const char *const letters[] = { "r-", "w-", "x-", "sp" };

	if (strlen(prot) == 4)
		for (int i = 0; i < 4; i++)
			if (strchr(letters[i], prot[i]))
				map->prot[i] = prot[i];
	if (strlen(map->prot) != 4)
		strict_wrong(st, "\"prot\" is '%.40s', not as in 'rw-s'", prot);
	map->flags |= (map->prot[0] == 'r' ? SHMVIZ_SHARER_READ : 0) |
		      (map->prot[1] == 'w' ? SHMVIZ_SHARER_WRITE : 0) |
		      (map->prot[2] == 'x' ? SHMVIZ_SHARER_EXEC : 0) |
		      (map->prot[3] == 's' ? SHMVIZ_SHARER_SHARED : 0);
}

static bool get_mapping(struct strict *st, struct json_object *item,
			struct picture_object *obj)
{
	struct picture_mapping *map = &obj->mappings[obj->n_mappings];

	if (strict_number(st, item, "mapping", UINT64_MAX) != obj->n_mappings)
		return strict_wrong(st, "\"mapping\" is not %zu, the next one",
				    obj->n_mappings);
	map->process = obj->n_processes;
	map->start = strict_hex(st, item, "start");
	map->end = strict_hex(st, item, "end");
	map->first = strict_number(st, item, "first", PAGES_MAX);
	map->flags = get_words(st, item, mapping_words);
	get_prot(st, item, map);
	if (*st->why)
		return false;
	if (map->end <= map->start)
		return strict_wrong(st, "it ends at 0x%" PRIx64 ", before it begins",
				    map->end);
	if ((map->start | map->end) % obj->info.page_size)
		return strict_wrong(st, "an address of it is not that of a page");
	obj->n_mappings++;
	return true;
}

static bool get_process(struct strict *st, struct json_object *item, size_t index,
			struct picture_object *obj)
{
	struct picture_process *process = &obj->processes[obj->n_processes];
	struct json_object *array;
	const char *comm = strict_text(st, item, "comm");
	size_t n = strict_array(st, item, "mappings", &array);
	char all[PROC_COMM_MAX + 1];

	process->pid = strict_number(st, item, "pid", INT_MAX);
	process->comm_len = text_unescape(all, sizeof(all), comm);
	if (process->comm_len > sizeof(process->comm))
		return strict_wrong(st, "\"comm\" is longer than %d bytes",
				    PROC_COMM_MAX);
	memcpy(process->comm, all, process->comm_len);
	process->mapping = obj->n_mappings;
	process->n_mappings = n;
	if (!n)
		return strict_wrong(st, "it has no mapping");
	obj->mappings = reallocarray(obj->mappings, obj->n_mappings + n,
				     sizeof(*obj->mappings));
	if (!obj->mappings)
		err_nomem();
	memset(obj->mappings + obj->n_mappings, 0, n * sizeof(*obj->mappings));
	for (size_t i = 0; i < n && !*st->why; i++) {
		struct json_object *map;

		strict_at(st, "object %zu, process %zu, mapping %zu", index,
			  obj->n_processes, i);
		map = strict_item(st, array, i);
		if (map)
			get_mapping(st, map, obj);
	}
	obj->n_processes++;
	return !*st->why;
}

static void get_frame(struct strict *st, struct json_object *item,
		      struct shmviz_frame *frame, uint64_t page_size)
{
	frame->state = get_named(st, item, "state", 3, frame_state_name);
	if (frame->state == SHMVIZ_STATE_SWAPPED) {
		frame->swap_type = strict_number(st, item, "swap_type", UINT8_MAX);
		frame->swap_offset = strict_number(st, item, "swap_offset",
						   PAGES_MAX);
	}
	if (frame->state != SHMVIZ_STATE_PRESENT)
		return;
	frame->pfn = strict_number(st, item, "pfn", (UINT64_MAX >> 1) / page_size);
	frame->order = strict_number(st, item, "order", 63);
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
	run->touch = get_room(obj->n_mappings, sizeof(*run->touch));
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
	size_t last = SIZE_MAX;

	for (size_t i = 0; i < obj->n_mappings; i++) {
		if (run->touch[i] != PICTURE_TOUCHED)
			continue;
		run->mapped++;
		run->sharing += obj->mappings[i].process != last;
		last = obj->mappings[i].process;
	}
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
	run->copies = get_room(obj->n_mappings, sizeof(*run->copies));
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
		run->copies[mapping] = strict_number(st, copy, "pfn", PAGES_MAX);
	}
	return !*st->why;
}

static bool get_run(struct strict *st, struct json_object *item,
		    struct picture_object *obj, uint64_t expected)
{
	struct picture_run *run = &obj->runs[obj->n_runs++];
	uint64_t end = obj->page_first + obj->page_count;

	run->first = strict_number(st, item, "page", PAGES_MAX);
	run->count = strict_number(st, item, "count", PAGES_MAX);
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

static bool get_runs(struct strict *st, struct json_object *item, size_t index,
		     struct picture_object *obj)
{
	struct json_object *array, *run;
	size_t n = strict_array(st, item, "runs", &array);
	uint64_t next = obj->page_first;

	obj->runs = get_room(n, sizeof(*obj->runs));
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

static void get_name(struct strict *st, struct json_object *item,
		     struct picture_object *obj)
{
	const char *text = strict_text(st, item, "object"),
		   *kind = strict_text(st, item, "kind");
	char why[256];

	obj->info.kind = SHMVIZ_KIND_FILE;
	if (!strcmp(kind, "board")) {
		obj->info.kind = SHMVIZ_KIND_BOARD;
	} else if (object_name_parse(&obj->name, text, why, sizeof(why))) {
		strict_wrong(st, "\"object\": %s", why);
	} else if (strcmp(kind, object_kind_word(obj->name.kind))) {
		strict_wrong(st, "\"kind\" is '%.40s', of %.80s", kind, text);
	} else if (strict_maybe(item, "shmid")) {
		obj->info.kind = SHMVIZ_KIND_SEGMENT;
	}
	if (strict_maybe(item, "name"))
		obj->label = get_bytes(st, item, "name");
	if (obj->info.kind == SHMVIZ_KIND_SEGMENT && obj->label)
		obj->info.key = strtoull(obj->label, NULL, 16);
}

static bool get_info(struct strict *st, struct json_object *item,
		     struct picture_object *obj)
{
	struct shmviz_info *info = &obj->info;

	get_name(st, item, obj);
	info->size = strict_number(st, item, "size", UINT64_MAX >> 1);
	info->page_size = strict_number(st, item, "page_size", 1 << 30);
	info->page_order = strict_number(st, item, "page_order", 63);
	info->pages = strict_number(st, item, "pages", PAGES_MAX);
	info->present = strict_number(st, item, "present", PAGES_MAX);
	info->swapped = strict_number(st, item, "swapped", PAGES_MAX);
	info->holes = strict_number(st, item, "holes", PAGES_MAX);
	info->flags = get_words(st, item, object_words);
	info->ipcns = strict_number_or(st, item, "ipcns", UINT64_MAX, 0);
	info->shmid = strict_number_or(st, item, "shmid", INT_MAX, 0);
	info->nattch = strict_number_or(st, item, "nattch", UINT64_MAX, 0);
	obj->page_first = strict_number(st, item, "page_first", PAGES_MAX);
	obj->page_count = strict_number(st, item, "page_count", PAGES_MAX);
	if (*st->why)
		return false;
	if (info->page_size < 512 || info->page_size & (info->page_size - 1))
		return strict_wrong(st, "\"page_size\" is %u, no power of 2",
				    info->page_size);
	return true;
}

static bool get_object(struct strict *st, struct json_object *item, size_t index,
		       struct picture_object *obj)
{
	struct json_object *array, *process;
	size_t n;

	if (!get_info(st, item, obj))
		return false;
	n = strict_array(st, item, "processes", &array);
	obj->processes = get_room(n, sizeof(*obj->processes));
	for (size_t i = 0; i < n && !*st->why; i++) {
		strict_at(st, "object %zu, process %zu", index, i);
		process = strict_item(st, array, i);
		if (process)
			get_process(st, process, index, obj);
	}
	strict_at(st, "object %zu", index);
	return !*st->why && get_runs(st, item, index, obj);
}

static bool get_picture(struct strict *st, struct json_object *root,
			struct picture *picture)
{
	struct json_object *array, *item;
	size_t n;

	if (strcmp(strict_text(st, root, "type"), "picture"))
		strict_wrong(st, "its type is not 'picture'");
	if (strict_number(st, root, "version", INT_MAX) != 1)
		strict_wrong(st, "its version is not 1, the only one known here");
	picture->taken = strict_signed(st, root, "taken", INT64_MIN, INT64_MAX);
	picture->redacted = strict_bool(st, root, "redacted");
	if (strict_maybe(root, "host"))
		picture->host = get_bytes(st, root, "host");
	n = strict_array(st, root, "objects", &array);
	picture->objects = get_room(n, sizeof(*picture->objects));
	for (size_t i = 0; i < n && !*st->why; i++) {
		strict_at(st, "object %zu", i);
		item = strict_item(st, array, i);
		picture->n++;
		if (item)
			get_object(st, item, i, &picture->objects[i]);
	}
	return !*st->why;
}

int picture_from(struct picture *picture, const char *path)
{
	struct strict st = {};
	struct json_object *root;

	*picture = (struct picture) {};
	root = strict_read(&st, path, "map");
	if (root && !get_picture(&st, root, picture))
		picture_free(picture);
	json_object_put(root);
	if (!*st.why)
		return EXIT_DONE;
	err_line("%s: %s", strcmp(path, "-") ? path : "stdin", st.why);
	return EXIT_FAILED;
}
