// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture.h"
#include "text.h"

static void free_object(struct picture_object *obj)
{
	for (size_t i = 0; i < obj->n_runs; i++) {
		free(obj->runs[i].touch);
		free(obj->runs[i].copies);
	}
	free(obj->runs);
	free(obj->mappings);
	for (size_t i = 0; i < obj->n_processes; i++)
		free(obj->processes[i].also);
	free(obj->processes);
	free(obj->label);
	object_name_free(&obj->name);
}

void picture_free(struct picture *picture)
{
	for (size_t i = 0; i < picture->n; i++)
		free_object(&picture->objects[i]);
	free(picture->objects);
	free(picture->host);
	*picture = (struct picture) {};
}

char *picture_also_text(const struct picture_process *process)
{
	char comm[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], *text;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	if (!mem)
		err_nomem();
	for (size_t i = 0; i < process->n_also; i++) {
		const struct picture_also *also = &process->also[i];

		text_show(comm, sizeof(comm), also->comm, also->comm_len);
		fprintf(mem, " and %s (%d)", comm, also->pid);
	}
	if (fclose(mem))
		err_nomem();
	return text;
}

char *picture_object_text(const struct picture_object *obj)
{
	char *text;

	if (obj->info.kind != SHMVIZ_KIND_BOARD)
		return object_name_text(&obj->name);
	text = strdup("board");
	if (!text)
		err_nomem();
	return text;
}

const char *picture_object_kind(const struct picture_object *obj)
{
	return obj->info.kind == SHMVIZ_KIND_BOARD ? "board" :
	       object_kind_word(obj->name.kind);
}

uint64_t picture_pfn(const struct picture_run *run, uint64_t page)
{
	return run->frame.pfn + (page - run->first);
}

uint64_t picture_addr(const struct picture_object *obj,
		      const struct picture_mapping *map, uint64_t page)
{
	return map->start + (page - map->first) * obj->info.page_size;
}

void picture_count_holders(const struct picture_object *obj,
			   struct picture_run *run)
{
	size_t last = SIZE_MAX;

	run->mapped = run->sharing = 0;
	for (size_t i = 0; i < obj->n_mappings; i++) {
		if (run->touch[i] != PICTURE_TOUCHED)
			continue;
		run->mapped++;
		/* Mappings of one process lie one after the other. */
		run->sharing += obj->mappings[i].process != last;
		last = obj->mappings[i].process;
	}
}
