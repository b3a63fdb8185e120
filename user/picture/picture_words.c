// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "picture_words.h"
#include "text.h"

const char *picture_tag(char tag[PICTURE_TAG], size_t mapping)
{
	char *at = tag + PICTURE_TAG - 1;

	*at = '\0';
	for (mapping++; mapping; mapping = (mapping - 1) / 26)
		*--at = 'A' + (mapping - 1) % 26;
	return memmove(tag, at, strlen(at) + 1);
}

const char *picture_pages_text(char text[PICTURE_WORDS], uint64_t first,
			       uint64_t count)
{
	if (count == 1)
		snprintf(text, PICTURE_WORDS, "page %" PRIu64, first);
	else
		snprintf(text, PICTURE_WORDS, "pages %" PRIu64 "-%" PRIu64, first,
			 first + count - 1);
	return text;
}

const char *picture_run_place(char text[PICTURE_WORDS],
			      const struct picture_run *run)
{
	const struct shmviz_frame *frame = &run->frame;
	uint64_t last = run->count - 1;

	if (frame->state == SHMVIZ_STATE_HOLE)
		snprintf(text, PICTURE_WORDS, "no frame");
	else if (frame->state == SHMVIZ_STATE_SWAPPED &&
		 frame->swap_type == SHMVIZ_SWAP_POISONED)
		snprintf(text, PICTURE_WORDS, "lost to a memory error");
	else if (frame->state == SHMVIZ_STATE_SWAPPED && last)
		snprintf(text, PICTURE_WORDS, "swap %u slots %" PRIu64 "-%" PRIu64,
			 frame->swap_type, (uint64_t)frame->swap_offset,
			 (uint64_t)frame->swap_offset + last);
	else if (frame->state == SHMVIZ_STATE_SWAPPED)
		snprintf(text, PICTURE_WORDS, "swap %u slot %" PRIu64,
			 frame->swap_type, (uint64_t)frame->swap_offset);
	else if (last)
		snprintf(text, PICTURE_WORDS, "frames 0x%" PRIx64 "-0x%" PRIx64,
			 (uint64_t)frame->pfn, (uint64_t)frame->pfn + last);
	else
		snprintf(text, PICTURE_WORDS, "frame 0x%" PRIx64,
			 (uint64_t)frame->pfn);
	return text;
}

const char *picture_row_place(char text[PICTURE_WORDS],
			      const struct picture_object *obj,
			      const struct picture_row *row)
{
	if (row->n_runs == 1) {
		struct picture_run run = picture_row_run(obj, row);

		return picture_run_place(text, &run);
	}
	if (row->present)
		snprintf(text, PICTURE_WORDS, "%" PRIu64 " frames in %s%zu runs",
			 row->present, row->swapped || row->holes ? "up to " : "",
			 row->n_runs);
	else if (row->swapped)
		snprintf(text, PICTURE_WORDS, "%" PRIu64 " slots of swap",
			 row->swapped);
	else
		snprintf(text, PICTURE_WORDS, "no frame");
	return text;
}

const char *picture_row_kind(char text[PICTURE_WORDS],
			     const struct picture_object *obj,
			     const struct picture_row *row)
{
	unsigned int order = picture_row_order(obj, row);
	uint64_t unit = obj->info.page_size;
	char size[TEXT_HUMAN_SIZE];

	if (!!row->present + !!row->swapped + !!row->holes > 1)
		snprintf(text, PICTURE_WORDS, "mixed");
	else if (row->swapped && row->n_runs == 1 &&
		 obj->runs[row->run].frame.swap_type == SHMVIZ_SWAP_POISONED)
		snprintf(text, PICTURE_WORDS, "lost");
	else if (row->swapped)
		snprintf(text, PICTURE_WORDS, "swapped out");
	else if (row->holes)
		snprintf(text, PICTURE_WORDS, "hole");
	else if (order && order < 40)
		snprintf(text, PICTURE_WORDS, "%s %s", order >= 9 ? "huge" : "large",
			 text_human(size, unit << order));
	else if (row->count > 1)
		snprintf(text, PICTURE_WORDS, "%s", text_human(size, unit * row->count));
	else
		snprintf(text, PICTURE_WORDS, "present");
	return text;
}

const char *picture_row_sharing(char text[PICTURE_WORDS],
				const struct picture_row *row)
{
	*text = '\0';
	if (!row->present)
		return text;
	if (row->least < 2 && row->most > 1 && row->least != row->most)
		snprintf(text, PICTURE_WORDS, "shared by up to %u", row->most);
	else if (row->least != row->most && row->most > 1)
		snprintf(text, PICTURE_WORDS, "shared by %u-%u", row->least, row->most);
	else if (row->most > 1)
		snprintf(text, PICTURE_WORDS, "shared by %u", row->most);
	else
		strcpy(text, row->most ? "only one" : "not mapped");
	return text;
}

void picture_put_summary(FILE *out, const struct picture_object *obj)
{
	const struct shmviz_info *info = &obj->info;
	char unit[TEXT_HUMAN_SIZE], size[TEXT_HUMAN_SIZE];

	fprintf(out, "%s, %" PRIu64 " page%s of %s: %" PRIu64 " present, %" PRIu64
		" swapped, %" PRIu64 " hole%s", text_human(size, info->size),
		(uint64_t)info->pages, text_plural(info->pages),
		text_human(unit, info->page_size), (uint64_t)info->present,
		(uint64_t)info->swapped, (uint64_t)info->holes,
		text_plural(info->holes));
}

uint64_t picture_shared(const struct picture_object *obj)
{
	uint64_t shared = 0;

	for (size_t i = 0; i < obj->n_runs; i++)
		shared += obj->runs[i].sharing > 1 ? obj->runs[i].count : 0;
	return shared;
}

void picture_put_holders(FILE *out, const struct picture_object *obj)
{
	uint64_t shared = picture_shared(obj);

	fprintf(out, "%zu process%s with %zu mapping%s; ", obj->n_processes,
		obj->n_processes == 1 ? "" : "es", obj->n_mappings,
		text_plural(obj->n_mappings));
	if (!shared)
		fputs("no frame is shared", out);
	else
		fprintf(out, "%" PRIu64 " frame%s shared", shared,
			shared == 1 ? " is" : "s are");
}

unsigned int picture_row_order(const struct picture_object *obj,
			       const struct picture_row *row)
{
	unsigned int order = 0;

	for (size_t r = 0; r < row->n_runs; r++)
		if (obj->runs[row->run + r].frame.order > order)
			order = obj->runs[row->run + r].frame.order;
	return order;
}
