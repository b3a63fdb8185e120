// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <libsmartcols.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "err.h"
#include "frame_names.h"
#include "table.h"
#include "text.h"
#include "write_frames.h"
#include "write_sharers.h"

/*
 * Lines of the table that are laid out at a time: a segment of some GiB has
 * more of them than one would want in memory as cells.
 */
#define BLOCK	4096

#define CELL_MAX	256

enum column {
	COL_PAGE, COL_STATE, COL_PFN, COL_PHYS, COL_ORDER, COL_NODE, COL_ZONE,
	COL_MAPS, COL_REFS, COL_FLAGS, COL_MAX
};

static const struct {
	const char *name;
	int flags;
	unsigned int width;	/* at least, so that blocks line up */
} columns[COL_MAX] = {
	[COL_PAGE] = { "PAGE", SCOLS_FL_RIGHT, 4 },
	[COL_STATE] = { "STATE", 0, 7 },
	[COL_PFN] = { "PFN", SCOLS_FL_RIGHT, 3 },
	[COL_PHYS] = { "PHYS", SCOLS_FL_RIGHT, 4 },
	[COL_ORDER] = { "ORDER", SCOLS_FL_RIGHT, 5 },
	[COL_NODE] = { "NODE", SCOLS_FL_RIGHT, 4 },
	[COL_ZONE] = { "ZONE", 0, 6 },
	[COL_MAPS] = { "MAPS", SCOLS_FL_RIGHT, 4 },
	[COL_REFS] = { "REFS", SCOLS_FL_RIGHT, 4 },
	[COL_FLAGS] = { "FLAGS", 0, 5 },
};

struct layout {
	unsigned int width[COL_MAX];
	bool letters;		/* flags as letters, with a legend */
	uint32_t flags;		/* that occur */
};

/* The lines of the table, one after the other. */
struct cursor {
	const struct frame_list *frames;
	enum frames_lines lines;
	size_t run;
	uint64_t offset;	/* in the run, if each page is a line */
};

static bool next_line(struct cursor *at, struct frame_run *line)
{
	const struct frame_list *frames = at->frames;
	const struct frame_run *run;

	if (at->run == frames->n)
		return false;
	run = &frames->runs[at->run];
	*line = *run;

	if (at->lines == FRAMES_LINES_ALL) {
		line->first += at->offset;
		line->count = 1;
		line->frame = frame_of_run(run, at->offset);
		if (++at->offset == run->count) {
			at->offset = 0;
			at->run++;
		}
		return true;
	}
	at->run++;
	if (at->lines == FRAMES_LINES_FOLD)
		while (at->run < frames->n &&
		       frame_run_continues(line, &frames->runs[at->run]))
			line->count += frames->runs[at->run++].count;
	return true;
}

static void put_range(char cell[CELL_MAX], const char *prefix, uint64_t first,
		      uint64_t count, bool hex)
{
	int n = snprintf(cell, CELL_MAX, hex ? "%s0x%" PRIx64 : "%s%" PRIu64,
			 prefix, first);

	if (count > 1)
		snprintf(cell + n, CELL_MAX - n,
			 hex ? "-0x%" PRIx64 : "-%" PRIu64, first + count - 1);
}

static void put_flags(char cell[CELL_MAX], uint32_t flags, bool letters)
{
	size_t n = 0;

	cell[0] = '\0';
	for (const struct frame_flag *f = frame_flags; f->bit; f++) {
		if (!(flags & f->bit))
			continue;
		if (letters)
			n += snprintf(cell + n, CELL_MAX - n, "%c", f->letter);
		else
			n += snprintf(cell + n, CELL_MAX - n, "%s%s",
				      n ? "," : "", f->name);
	}
}

static void put_present_cell(char cell[CELL_MAX], const struct frame_run *line,
			     enum column column, uint32_t page_size,
			     const struct layout *layout)
{
	const struct shmviz_frame *frame = &line->frame;

	switch (column) {
	case COL_PFN:
		put_range(cell, "", frame->pfn, line->count, true);
		break;
	case COL_PHYS:
		put_range(cell, "", frame->pfn * page_size, 1, true);
		break;
	case COL_ORDER:
		snprintf(cell, CELL_MAX, "%u", frame->order);
		break;
	case COL_NODE:
		snprintf(cell, CELL_MAX, "%u", frame->node);
		break;
	case COL_ZONE:
		strcpy(cell, frame_zone_name(frame->zone));
		break;
	case COL_MAPS:
		snprintf(cell, CELL_MAX, "%d", frame->mapcount);
		break;
	case COL_REFS:
		snprintf(cell, CELL_MAX, "%d", frame->refcount);
		break;
	case COL_FLAGS:
		put_flags(cell, frame->flags, layout->letters);
		break;
	default:
		break;
	}
}

static void put_cell(char cell[CELL_MAX], const struct frame_run *line,
		     enum column column, uint32_t page_size,
		     const struct layout *layout)
{
	const struct shmviz_frame *frame = &line->frame;
	char area[16];

	cell[0] = '\0';
	if (column == COL_PAGE) {
		put_range(cell, "", line->first, line->count, false);
	} else if (column == COL_STATE) {
		strcpy(cell, frame_state_name(frame->state));
	} else if (frame->state == SHMVIZ_STATE_PRESENT) {
		put_present_cell(cell, line, column, page_size, layout);
	} else if (frame->state == SHMVIZ_STATE_SWAPPED &&
		   column == COL_FLAGS) {
		snprintf(area, sizeof(area), "slot %u:", frame->swap_type);
		put_range(cell, area, frame->swap_offset, line->count, false);
	}
}

/* Look at all lines first: how wide they are, and which flags occur. */
static struct layout measure(const struct shmviz_info *info,
			     const struct frame_list *frames,
			     const struct frames_format *format)
{
	struct cursor at = { .frames = frames, .lines = format->lines };
	struct layout layout = {};
	struct frame_run line;
	unsigned int total = COL_MAX - 1;

	for (int c = 0; c < COL_MAX; c++)
		layout.width[c] = columns[c].width;
	while (next_line(&at, &line)) {
		layout.flags |= line.frame.flags;
		for (int c = 0; c < COL_MAX; c++) {
			char cell[CELL_MAX];

			put_cell(cell, &line, c, info->page_size, &layout);
			if (strlen(cell) > layout.width[c])
				layout.width[c] = strlen(cell);
		}
	}
	for (int c = 0; c < COL_MAX; c++)
		total += layout.width[c];
	layout.letters = format->fit && total > format->width;
	/* It is the last column: nothing lines up behind it. */
	layout.width[COL_FLAGS] = columns[COL_FLAGS].width;
	return layout;
}

static struct libscols_table *new_table(const struct layout *layout)
{
	struct libscols_table *table = table_new();

	for (int c = 0; c < COL_MAX; c++)
		if (!scols_table_new_column(table, columns[c].name,
					    layout->width[c],
					    columns[c].flags))
			err_nomem();
	return table;
}

static void add_line(struct libscols_table *table, const struct frame_run *run,
		     uint32_t page_size, const struct layout *layout)
{
	struct libscols_line *line = table_line(table);

	for (int c = 0; c < COL_MAX; c++) {
		char cell[CELL_MAX];

		put_cell(cell, run, c, page_size, layout);
		table_cell(line, c, cell);
	}
}

static void write_table(FILE *out, const struct shmviz_info *info,
			const struct frame_list *frames,
			const struct frames_format *format,
			const struct layout *layout)
{
	struct cursor at = { .frames = frames, .lines = format->lines };
	struct libscols_table *table = new_table(layout);
	struct frame_run line;

	while (next_line(&at, &line)) {
		add_line(table, &line, info->page_size, layout);
		if (scols_table_get_nlines(table) < BLOCK)
			continue;
		table_put(out, table);
		scols_table_remove_lines(table);
		scols_table_enable_noheadings(table, true);
	}
	if (scols_table_get_nlines(table))
		table_put(out, table);
	scols_unref_table(table);
}

static void write_head(FILE *out, const struct shmviz_info *info)
{
	const char *words[INFO_WORDS_MAX];
	size_t n = info_words(info->flags, words);
	char size[TEXT_HUMAN_SIZE];

	text_human(size, info->size);
	if (info->kind == SHMVIZ_KIND_BOARD)
		fprintf(out, "board of " SHMVIZ_DEVICE ": size %s", size);
	else if (info->kind == SHMVIZ_KIND_FILE)
		fprintf(out, "file: device %u:%u, inode %" PRIu64 ", size %s",
			major(info->dev), minor(info->dev),
			(uint64_t)info->ino, size);
	else
		fprintf(out, "segment %d: key 0x%08x, mode %04o, size %s, %"
			PRIu64 " attachment%s", info->shmid, info->key,
			info->mode, size, (uint64_t)info->nattch,
			text_plural(info->nattch));
	for (size_t i = 0; i < n; i++)
		fprintf(out, ", %s", words[i]);
	if (info->kind == SHMVIZ_KIND_SEGMENT)
		fprintf(out, "\nIPC namespace %" PRIu64, (uint64_t)info->ipcns);
	putc('\n', out);
}

static void write_sharers(FILE *out, const struct shmviz_info *info,
			  const struct sharer_list *sharers)
{
	if (!sharers->n)
		fputs("nobody maps it\n\n", out);
	else
		fprintf(out, "mapped %zu time%s:\n", sharers->mappings,
			text_plural(sharers->mappings));
	write_sharers_text(out, sharers, info->page_size);
	if (sharers->n)
		putc('\n', out);
}

static void write_letters(FILE *out, uint32_t flags)
{
	const char *sep = " ";

	fputs("flags:", out);
	for (const struct frame_flag *f = frame_flags; f->bit; f++) {
		if (!(flags & f->bit))
			continue;
		fprintf(out, "%s%c %s", sep, f->letter, f->name);
		sep = ", ";
	}
	putc('\n', out);
}

/* "16 KiB": in a sentence the unit is spelled out. */
static void put_amount(FILE *out, uint64_t bytes)
{
	char size[TEXT_HUMAN_SIZE];
	size_t last;

	text_human(size, bytes);
	last = strlen(size) - 1;
	if (size[last] >= '0' && size[last] <= '9')
		fprintf(out, "%s byte%s", size, text_plural(bytes));
	else
		fprintf(out, "%.*s %ciB", (int)last, size, size[last]);
}

static void write_summary(FILE *out, const struct shmviz_info *info,
			  const struct frame_list *frames)
{
	fprintf(out, "%" PRIu64 " page%s", frames->pages, text_plural(frames->pages));
	if (frames->n && frames->pages != info->pages) {
		char range[CELL_MAX];

		put_range(range, "", frames->runs[0].first, frames->pages,
			  false);
		fprintf(out, " (%s of 0-%" PRIu64 ")", range,
			(uint64_t)info->pages - 1);
	}
	fprintf(out, ": %" PRIu64 " present, %" PRIu64 " swapped, %" PRIu64
		" hole%s; ", frames->present, frames->swapped, frames->holes,
		text_plural(frames->holes));
	put_amount(out, frames->present * info->page_size);
	fputs(" of ", out);
	put_amount(out, frames->pages * info->page_size);
	fputs(" resident\n", out);
}

static void write_strip(FILE *out, const struct shmviz_info *info,
			const struct frame_list *frames,
			const struct frames_format *format)
{
	static const enum strip_state states[] = {
		[SHMVIZ_STATE_HOLE] = STRIP_HOLE,
		[SHMVIZ_STATE_PRESENT] = STRIP_PRESENT,
		[SHMVIZ_STATE_SWAPPED] = STRIP_SWAPPED,
	};
	struct strip strip;

	/* Two columns go to the edges. */
	if (strip_init(&strip, frames->pages, format->width - 2))
		err_nomem();
	for (size_t i = 0; i < frames->n; i++) {
		const struct frame_run *run = &frames->runs[i];

		strip_add(&strip, run->first - frames->runs[0].first,
			  run->count, states[run->frame.state]);
	}
	putc('|', out);
	strip_draw(out, &strip, &format->strip);
	fputs("|\n", out);
	strip_legend(out, &strip, info->page_size, &format->strip);
	putc('\n', out);
	strip_free(&strip);
}

void write_frames_text(FILE *out, const struct shmviz_info *info,
		       const struct frame_list *frames,
		       const struct sharer_list *sharers,
		       const struct frames_format *format)
{
	struct layout layout = measure(info, frames, format);

	write_head(out, info);
	if (frames->redacted)
		fputs(TEXT_REDACTED "\n", out);
	write_sharers(out, info, sharers);
	write_table(out, info, frames, format, &layout);
	if (layout.letters)
		write_letters(out, layout.flags);
	putc('\n', out);
	write_summary(out, info, frames);
	write_strip(out, info, frames, format);
}
