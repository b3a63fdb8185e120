// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "term.h"
#include "text.h"
#include "top_columns.h"
#include "top_model.h"
#include "top_text.h"

#define FILL_WIDTH	10

const struct top_column_info top_columns[TOP_COLUMNS] = {
	[TOP_OBJECT] = { "OBJECT", "object", "kind and number, or name",
			 'O', 0, false, true },
	[TOP_KIND] = { "KIND", NULL, NULL, 0, 5, false, true },
	[TOP_SIZE] = { "SIZE", "size", "how large it is", 'S', 6, true, false },
	[TOP_RSS] = { "RSS", "resident", "how much of it is in memory", 'M', 6,
		      true, false },
	[TOP_SWAP] = { "SWAP", "swapped", "how much of it is in swap", 'W', 5,
		       true, false },
	[TOP_MAPS] = { "MAPS", "maps", "mappings (VMAs) of it", 'A', 5, true,
		       false },
	[TOP_PROCS] = { "PROCS", "processes", "processes that map it", 'U', 6,
			true, false },
	[TOP_FDS] = { "FDS", "descriptors", "open descriptors of it", 'D', 4,
		      true, false },
	[TOP_RATE] = { "EV/S", "activity", "events in a second", 'P', 6, true,
		       false },
	[TOP_EVENTS] = { "EVENTS", "events", "all events since the start", 'E',
			 7, true, false },
	[TOP_FILL] = { "IN MEMORY", NULL, NULL, 0, FILL_WIDTH, false, false },
	[TOP_STATUS] = { "STATUS", NULL, NULL, 0, 12, false, true },
	[TOP_NAME] = { "NAME", "name", "key, name or path", 'N', 0, false,
		       true },
	[TOP_WHO] = { "PROCESSES", NULL, NULL, 0, 0, false, true },
	[TOP_TAIL] = { "NAME, PROCESSES", NULL, NULL, 0, 0, false,
		       true },
};

int top_sort_parse(const char *text)
{
	for (int c = 0; c < TOP_COLUMNS; c++) {
		if (!top_columns[c].word)
			continue;
		if (!strcasecmp(text, top_columns[c].word) ||
		    !strcasecmp(text, top_columns[c].heading))
			return c;
	}
	return strcasecmp(text, "rate") ? -1 : TOP_RATE;
}

void top_sort_words(char *dst, size_t size)
{
	dst[0] = '\0';
	for (int c = 0; c < TOP_COLUMNS; c++)
		if (top_columns[c].word)
			top_text_add(dst, size, "%s%s", *dst ? ", " : "",
				     top_columns[c].word);
}

bool top_column_value(const struct top_row *row, enum top_column column,
		      uint64_t *value)
{
	const struct object *obj = row->obj;

	switch (column) {
	case TOP_SIZE:
		*value = obj->size;
		return obj->known;
	case TOP_RSS:
		*value = obj->resident;
		return obj->counted;
	case TOP_SWAP:
		*value = obj->swapped;
		return obj->counted && obj->shmem;
	case TOP_MAPS:
		*value = obj->vmas;
		return true;
	case TOP_PROCS:
		*value = obj->procs;
		return true;
	case TOP_FDS:
		*value = obj->n_fds;
		return true;
	case TOP_EVENTS:
		*value = row->events;
		return true;
	default:
		return false;
	}
}

const char *top_rate_text(char *dst, size_t size, double rate)
{
	if (rate >= 99950)
		snprintf(dst, size, "%.0fK", rate / 1000);
	else if (rate >= 9.95)
		snprintf(dst, size, "%.0f", rate);
	else if (rate > 0)
		snprintf(dst, size, "%.1f", rate < 0.1 ? 0.1 : rate);
	else
		snprintf(dst, size, "0");
	return dst;
}

void top_bar(char *dst, size_t size, int width, uint64_t present,
	     uint64_t swapped, uint64_t whole)
{
	bool utf8 = term_utf8();
	double cell = (double)whole / (width > 0 ? width : 1);
	int full = whole ? present / cell + 0.5 : 0;
	int swap = whole ? swapped / cell + 0.5 : 0;

	/* What is there is seen, however little it is. */
	if (present && !full)
		full = 1;
	if (swapped && !swap)
		swap = 1;
	dst[0] = '\0';
	for (int i = 0; i < width; i++)
		top_text_add(dst, size, "%s", i < full ? utf8 ? "\u2588" : "#" :
			     i < full + swap ? "s" : utf8 ? "\u00b7" : ".");
}

/* Its name, unless the notation has it. */
static const char *own_name(const struct top_row *row)
{
	enum object_form form = row->obj->handle.form;

	if (row->obj->segment && !row->obj->segment->shm.key)
		return "";
	return form == OBJECT_BY_PATH ? "" : row->name;
}

static void put_tail(char *dst, size_t size, const struct top_model *model,
		     const struct top_row *row)
{
	char who[512];

	top_row_who(who, sizeof(who), model, row);
	dst[0] = '\0';
	if (*own_name(row))
		top_text_add(dst, size, "%s ", own_name(row));
	if (*row->status)
		top_text_add(dst, size, "[%s] ", row->status);
	top_text_add(dst, size, "%s", who);
}

static void put_number(char *dst, size_t size, const struct top_row *row,
		       enum top_column column)
{
	char human[TEXT_HUMAN_SIZE];
	uint64_t value;

	if (!top_column_value(row, column, &value))
		snprintf(dst, size, "-");
	else if (column == TOP_SIZE || column == TOP_RSS || column == TOP_SWAP)
		snprintf(dst, size, "%s", text_human(human, value));
	else
		snprintf(dst, size, "%" PRIu64, value);
}

void top_column_cell(char *dst, size_t size, const struct top_model *model,
		     const struct top_row *row, enum top_column column)
{
	const struct object *obj = row->obj;

	switch (column) {
	case TOP_OBJECT:
		snprintf(dst, size, "%s", row->object);
		break;
	case TOP_KIND:
		snprintf(dst, size, "%s", object_kind_word(obj->kind));
		break;
	case TOP_RATE:
		if (model->traced)
			top_rate_text(dst, size, row->rate);
		else
			snprintf(dst, size, "-");
		break;
	case TOP_EVENTS:
		if (model->traced)
			put_number(dst, size, row, column);
		else
			snprintf(dst, size, "-");
		break;
	case TOP_FILL:
		dst[0] = '\0';
		if (obj->known && obj->counted)
			top_bar(dst, size, FILL_WIDTH, obj->resident,
				obj->shmem ? obj->swapped : 0, obj->size);
		break;
	case TOP_STATUS:
		snprintf(dst, size, "%s", row->status);
		break;
	case TOP_NAME:
		snprintf(dst, size, "%s", own_name(row));
		break;
	case TOP_WHO:
		top_row_who(dst, size, model, row);
		break;
	case TOP_TAIL:
		put_tail(dst, size, model, row);
		break;
	default:
		put_number(dst, size, row, column);
	}
}

/* One word, whatever is in it. */
static void put_word(char *dst, size_t size, const char *text)
{
	size_t used = 0;

	for (; *text && used + 5 <= size; text++)
		used += sprintf(dst + used, *text == ' ' ? "\\x20" : "%c",
				*text);
	snprintf(dst + used, size - used, "%s", used ? "" : "-");
}

void top_column_raw(char *dst, size_t size, const struct top_model *model,
		    const struct top_row *row, enum top_column column)
{
	uint64_t value;

	switch (column) {
	case TOP_OBJECT:
		put_word(dst, size, row->object);
		break;
	case TOP_NAME:
		put_word(dst, size, row->name);
		break;
	case TOP_STATUS:
		put_word(dst, size, row->status);
		break;
	case TOP_RATE:
		if (model->traced)
			snprintf(dst, size, "%.1f", row->rate);
		else
			snprintf(dst, size, "-");
		break;
	case TOP_KIND:
	case TOP_EVENTS:
		top_column_cell(dst, size, model, row, column);
		break;
	default:
		if (top_column_value(row, column, &value))
			snprintf(dst, size, "%" PRIu64, value);
		else
			snprintf(dst, size, "-");
	}
}
