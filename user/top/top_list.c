// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of objects. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "term.h"
#include "top_screen.h"
#include "top_text.h"
#include "top_ui.h"

#define WIDE		110	/* columns: name, status, processes apart */
#define TALL		36	/* lines: there is room for events */
#define OBJECT_LEAST	10
#define TAIL_LEAST	8

/* The columns that fit, and how wide they are. */
struct layout {
	enum top_column column[TOP_COLUMNS];
	int width[TOP_COLUMNS];
	size_t n;
};

static int widest_object(const struct top_model *model)
{
	int most = OBJECT_LEAST;

	for (size_t i = 0; i < model->n; i++) {
		int width = top_text_width(model->rows[i]->object);

		if (width > most)
			most = width;
	}
	return most;
}

static void add(struct layout *layout, enum top_column column, int width)
{
	layout->column[layout->n] = column;
	layout->width[layout->n++] = width;
}

static void add_fixed(struct layout *layout, const bool wanted[TOP_COLUMNS])
{
	static const enum top_column order[] = {
		TOP_SIZE, TOP_RSS, TOP_SWAP, TOP_FILL, TOP_MAPS, TOP_PROCS,
		TOP_FDS, TOP_RATE, TOP_EVENTS, TOP_STATUS,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (wanted[order[i]])
			add(layout, order[i], top_columns[order[i]].width);
}

static int sum(const bool wanted[TOP_COLUMNS])
{
	int total = 0;

	for (int c = 0; c < TOP_COLUMNS; c++)
		if (wanted[c])
			total += top_columns[c].width + 1;
	return total;
}

/* Leave out what matters least, until the rest fits. */
static void choose(bool wanted[TOP_COLUMNS], int room)
{
	static const enum top_column least_first[] = {
		TOP_EVENTS, TOP_STATUS, TOP_FILL, TOP_FDS, TOP_SWAP, TOP_PROCS,
		TOP_MAPS, TOP_RSS, TOP_RATE, TOP_SIZE,
	};

	for (size_t i = 0; i < sizeof(least_first) / sizeof(*least_first); i++) {
		if (sum(wanted) <= room)
			return;
		wanted[least_first[i]] = false;
	}
}

static void lay_out(struct layout *layout, const struct top_model *model)
{
	int width = top_screen_width(), object = widest_object(model), rest;
	bool wide = width >= WIDE;
	bool wanted[TOP_COLUMNS] = {
		[TOP_SIZE] = true, [TOP_RSS] = true, [TOP_SWAP] = true,
		[TOP_MAPS] = true, [TOP_PROCS] = true, [TOP_FDS] = true,
		[TOP_RATE] = true, [TOP_FILL] = wide, [TOP_EVENTS] = wide,
		[TOP_STATUS] = wide,
	};

	if (object > width / 4 && object > 20)
		object = width / 4 > 20 ? width / 4 : 20;
	if (object > 3 * width / 8)
		object = 3 * width / 8;
	layout->n = 0;
	choose(wanted, width - object - 1 - TAIL_LEAST);
	rest = width - object - 1 - sum(wanted);
	add(layout, TOP_OBJECT, object);
	add_fixed(layout, wanted);
	if (wide) {
		int name = (rest - 1) / 2;

		add(layout, TOP_NAME, name);
		add(layout, TOP_WHO, rest - 1 - name);
	} else {
		add(layout, TOP_TAIL, rest);
	}
}

static void put_heading(const struct top_ui *ui, const struct layout *layout,
			int y)
{
	const struct top_model *model = ui->model;
	const char *sign = term_utf8() ? model->inverted ? "\u25b3" : "\u25bd" :
					 model->inverted ? "^" : "v";
	int x = 0;

	for (size_t i = 0; i < layout->n; i++) {
		enum top_column column = layout->column[i];
		bool sorted = column == model->sort ||
			      (column == TOP_TAIL && model->sort == TOP_NAME);
		char text[64], fitted[TOP_FITTED(256)];
		int width = layout->width[i] < 256 ? layout->width[i] : 255;

		snprintf(text, sizeof(text), "%s%s", top_columns[column].heading,
			 sorted ? sign : "");
		top_text_fit(fitted, sizeof(fitted), text, width,
			     top_columns[column].right, 0);
		x = top_put(y, x, width, sorted ? LOOK_SORTED : LOOK_HEADING,
			    fitted);
		x = top_put(y, x, 1, LOOK_HEADING, "");
	}
	top_put(y, x, top_screen_width() - x, LOOK_HEADING, "");
}

static enum top_look cell_look(const struct top_row *row, enum top_column column,
			       const char *cell, enum top_look line)
{
	if (line != LOOK_PLAIN)
		return line;
	/* What is nothing steps back. */
	if (!strcmp(cell, "0") || !strcmp(cell, "-"))
		return LOOK_DIM;
	if ((column == TOP_RATE || column == TOP_OBJECT) && row->rate > 0)
		return LOOK_BUSY;
	return LOOK_PLAIN;
}

static void put_row(const struct top_ui *ui, const struct layout *layout, int y,
		    const struct top_row *row, enum top_look line)
{
	static char cell[TOP_CELL_MAX];
	int x = 0;

	top_put(y, 0, top_screen_width(), line, "");
	for (size_t i = 0; i < layout->n; i++) {
		enum top_column column = layout->column[i];
		int width = layout->width[i];
		char fitted[TOP_FITTED(512)];

		if (width > 511)
			width = 511;
		top_column_cell(cell, sizeof(cell), ui->model, row, column);
		if (column == TOP_FILL) {
			top_put_pages(y, x, cell, line);
		} else {
			top_text_fit(fitted, sizeof(fitted), cell, width,
				     top_columns[column].right,
				     top_columns[column].width ? 0 : ui->skip);
			top_put(y, x, width, cell_look(row, column, cell, line),
				fitted);
		}
		x += width + 1;
	}
}

static int event_lines(const struct top_ui *ui)
{
	int height = top_screen_height();

	if (!ui->live->tracer || !ui->events || height < 16 ||
	    (ui->events < 0 && height < TALL))
		return 0;
	return height < TALL ? 6 : height / 4;
}

void top_draw_events(const struct top_log *log, int y, int lines, long back,
		     int which)
{
	long count = top_log_count(log);
	char text[1024];

	for (int i = 0; i < lines; i++) {
		long at = back + lines - 1 - i;

		/* From the top as long as they do not fill it. */
		if (count < lines)
			at = count - 1 - i;
		if (at < 0 || at >= count)
			continue;
		top_log_text(text, sizeof(text), top_log_at(log, at), which);
		top_put(y + i, 0, top_screen_width(), LOOK_PLAIN, text);
	}
}

static void put_rows(struct top_ui *ui, const struct layout *layout, int y,
		     int lines)
{
	const struct top_model *model = ui->model;
	const char *none = model->n_all ? "nothing passes the filters: Esc clears them" :
					  "no shared memory here";

	ui->page = lines > 0 ? lines : 1;
	if (ui->at < ui->first)
		ui->first = ui->at;
	if (ui->at >= ui->first + ui->page)
		ui->first = ui->at - ui->page + 1;
	if (ui->first + ui->page > (long)model->n)
		ui->first = (long)model->n - ui->page;
	if (ui->first < 0)
		ui->first = 0;
	if (!model->n && lines > 0)
		top_put_text(y, 0, LOOK_BOLD, none);
	for (int i = 0; i < lines && ui->first + i < (long)model->n; i++)
		put_row(ui, layout, y + i, model->rows[ui->first + i],
			ui->first + i == ui->at ? LOOK_SELECTED : LOOK_PLAIN);
}

static void put_bar(struct top_ui *ui)
{
	static const struct top_bar_key keys[] = {
		{ "F1", "Help" }, { "F3", "Search" }, { "F4", "Filter" },
		{ "F5", "Kinds" }, { "F6", "SortBy" }, { "Enter", "Detail" },
		{ "I", "Invert" }, { "Z", "Pause" }, { "F10", "Quit" },
	};
	int y = top_screen_height() - 1, x;

	if (ui->mode != MODE_SEARCH && ui->mode != MODE_FILTER) {
		top_draw_bar(keys, sizeof(keys) / sizeof(*keys));
		return;
	}
	x = top_put_text(y, 0, LOOK_KEY, "Enter");
	x = top_put_text(y, x, LOOK_LABEL, "Done");
	x = top_put_text(y, x + 1, LOOK_KEY, "Esc");
	x = top_put_text(y, x, LOOK_LABEL,
			 ui->mode == MODE_SEARCH ? "Cancel" : "Clear");
	x = top_put_text(y, x + 1, LOOK_BOLD,
			 ui->mode == MODE_SEARCH ? "Search: " : "Filter: ");
	x = top_put_text(y, x, ui->not_found ? LOOK_WARNING : LOOK_PLAIN,
			 ui->input);
	top_screen_cursor(y, x);
	if (ui->not_found)
		top_put_text(y, x + 2, LOOK_WARNING, "(not found)");
}

void top_draw_list(struct top_ui *ui)
{
	int y = top_draw_header(ui), height = top_screen_height();
	int events = event_lines(ui), lines;
	struct layout layout;

	lay_out(&layout, ui->model);
	put_heading(ui, &layout, y++);
	lines = height - y - 1 - (events ? events + 1 : 0);
	put_rows(ui, &layout, y, lines);
	if (events) {
		y = height - 1 - events;
		top_put(y - 1, 0, top_screen_width(), LOOK_HEADING,
			"EVENTS of all objects, the newest last (e: hide)");
		top_draw_events(&ui->live->log, y, events, 0, 1);
	}
	if (ui->mode == MODE_SORT || ui->mode == MODE_KINDS)
		top_draw_menu(ui);
	put_bar(ui);
}
