// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames from the device, page tables from /proc/PID/pagemap, a chunk of pages
 * at a time: an object of any size takes the same memory while it is read, and
 * the two are read soon after each other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_pages.h"
#include "picture_runs.h"
#include "procfs_pagemap.h"

#define CHUNK	4096	/* pages */
#define TRIES	4

struct chunk {
	const struct picture_object *obj;
	uint64_t first;
	size_t n;
	struct shmviz_frame *frames;
	uint8_t *touch;		/* of page i and mapping m: [i * n_mappings + m] */
	uint64_t *copies;	/* likewise */
	uint64_t *entries;	/* of one mapping */
};

static void *must_calloc(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		err_nomem();
	return memory;
}

static void chunk_init(struct chunk *chunk, const struct picture_object *obj)
{
	size_t cells = CHUNK * obj->n_mappings;

	*chunk = (struct chunk) {
		.obj = obj,
		.frames = must_calloc(CHUNK, sizeof(*chunk->frames)),
		.touch = must_calloc(cells, sizeof(*chunk->touch)),
		.copies = must_calloc(cells, sizeof(*chunk->copies)),
		.entries = must_calloc(CHUNK, sizeof(*chunk->entries)),
	};
}

static void chunk_free(struct chunk *chunk)
{
	free(chunk->frames);
	free(chunk->touch);
	free(chunk->copies);
	free(chunk->entries);
}

/* Fewer than were asked for come if the object has shrunk. */
static int read_frames(struct chunk *chunk, const struct device_object *object,
		       struct device_error *error)
{
	struct frame_list list = {};
	size_t n = 0;
	int ret;

	ret = device_frames(object, chunk->first, chunk->first + chunk->n - 1,
			    &list, error);
	/* It has become so much shorter that it ends before. */
	if (ret && error->err == EINVAL)
		ret = 0;
	for (size_t r = 0; !ret && r < list.n; r++)
		for (uint64_t i = 0; i < list.runs[r].count; i++)
			chunk->frames[n++] = frame_of_run(&list.runs[r], i);
	chunk->n = n;
	frame_list_free(&list);
	return ret;
}

/*
 * What an entry of a page table says. A shared mapping never leads anywhere but
 * to the object's own frame: if it seems to, one of the two was read too early,
 * and false is returned.
 */
static bool tell(const struct picture_mapping *map, uint64_t entry,
		 const struct shmviz_frame *frame, uint8_t *touch,
		 uint64_t *copy)
{
	uint64_t pfn = entry & PAGEMAP_PFN;
	bool private = map->prot[3] == 'p';

	*touch = PICTURE_UNKNOWN;
	if (!(entry & (PAGEMAP_PRESENT | PAGEMAP_SWAP))) {
		*touch = PICTURE_HOLLOW;
	} else if (entry & PAGEMAP_PRESENT && !pfn) {
		return true;	/* not told */
	} else if (entry & PAGEMAP_PRESENT && pfn == frame->pfn &&
		   frame->state == SHMVIZ_STATE_PRESENT) {
		*touch = PICTURE_TOUCHED;
	} else if (private && !(entry & PAGEMAP_FILE)) {
		*touch = PICTURE_COPY;	/* maybe swapped out */
		*copy = entry & PAGEMAP_PRESENT ? pfn : 0;
	}
	return *touch != PICTURE_UNKNOWN;
}

/* The part of a chunk that a mapping reaches. */
static size_t reach(const struct chunk *chunk,
		    const struct picture_mapping *map, size_t *from)
{
	uint64_t end = map->first + (map->end - map->start) /
				    chunk->obj->info.page_size;
	uint64_t first = map->first > chunk->first ? map->first : chunk->first;

	if (end > chunk->first + chunk->n)
		end = chunk->first + chunk->n;
	*from = first - chunk->first;
	return end > first ? end - first : 0;
}

static bool read_mapping(struct chunk *chunk, size_t m)
{
	const struct picture_object *obj = chunk->obj;
	const struct picture_mapping *map = &obj->mappings[m];
	pid_t pid = obj->processes[map->process].pid;
	size_t from, n = reach(chunk, map, &from);
	bool known, agree = true;

	known = n && pid &&
		!procfs_pagemap(pid, picture_addr(obj, map, chunk->first + from),
				obj->info.page_size, chunk->entries, n);
	for (size_t i = from; i < from + n; i++) {
		size_t cell = i * obj->n_mappings + m;

		if (!known)
			chunk->touch[cell] = PICTURE_UNKNOWN;
		else if (!tell(map, chunk->entries[i - from],
			       &chunk->frames[i], &chunk->touch[cell],
			       &chunk->copies[cell]))
			agree = false;
	}
	return agree;
}

/* Frames and page tables, until they agree: pages move, come and go. */
static int read_chunk(struct chunk *chunk, const struct device_object *object,
		      struct device_error *error)
{
	size_t m, n = chunk->n;
	bool agree = false;

	for (int i = 0; i < TRIES && !agree; i++) {
		chunk->n = n;
		if (read_frames(chunk, object, error))
			return -1;
		m = chunk->n * chunk->obj->n_mappings;
		memset(chunk->touch, PICTURE_OUTSIDE, m);
		memset(chunk->copies, 0, m * sizeof(*chunk->copies));
		agree = true;
		for (m = 0; m < chunk->obj->n_mappings; m++)
			agree = read_mapping(chunk, m) && agree;
	}
	return 0;
}

int picture_read_pages(struct picture_object *obj,
		       const struct device_object *object,
		       struct device_error *error)
{
	struct picture_builder builder = { .obj = obj };
	uint64_t left = obj->page_count;
	struct chunk chunk;
	int ret = 0;

	chunk_init(&chunk, obj);
	chunk.first = obj->page_first;
	while (left && !ret) {
		chunk.n = left < CHUNK ? left : CHUNK;
		ret = read_chunk(&chunk, object, error);
		if (ret || !chunk.n)
			break;
		for (size_t i = 0; i < chunk.n; i++)
			picture_add_page(&builder, chunk.first + i,
					 &chunk.frames[i],
					 chunk.touch + i * obj->n_mappings,
					 chunk.copies + i * obj->n_mappings);
		chunk.first += chunk.n;
		left -= chunk.n;
	}
	obj->page_count -= left;
	chunk_free(&chunk);
	return ret;
}
