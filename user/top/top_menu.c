// SPDX-License-Identifier: GPL-2.0-or-later
/* The two menus over the list: by what to sort, and which kinds to show. */
#include <stdio.h>
#include <string.h>

#include "top_screen.h"
#include "top_ui.h"

#define MENU_WIDTH	36

static enum top_column nth_sort(size_t nth)
{
	for (int c = 0; c < TOP_COLUMNS; c++)
		if (top_columns[c].word && !nth--)
			return c;
	return TOP_OBJECT;
}

static size_t sort_lines(char lines[][40])
{
	size_t n = 0;

	for (int c = 0; c < TOP_COLUMNS; c++)
		if (top_columns[c].word)
			snprintf(lines[n++], 40, "%c %-7s %s", top_columns[c].key,
				 top_columns[c].heading, top_columns[c].help);
	return n;
}

static size_t kind_lines(const struct top_ui *ui, char lines[][40])
{
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		snprintf(lines[kind], 40, "[%c] %-6s %zu",
			 ui->model->kinds[kind] ? 'x' : ' ',
			 object_kind_word(kind),
			 ui->model->totals.objects[kind]);
	return OBJECT_KINDS;
}

size_t top_menu_lines(const struct top_ui *ui, char lines[][40])
{
	return ui->mode == MODE_SORT ? sort_lines(lines) : kind_lines(ui, lines);
}

void top_menu_open(struct top_ui *ui, enum top_mode mode)
{
	ui->mode = mode;
	ui->menu = ui->menu_from = 0;
	if (mode != MODE_SORT)
		return;
	while (nth_sort(ui->menu) != ui->model->sort)
		ui->menu++;
}

void top_draw_menu(struct top_ui *ui)
{
	int height = top_screen_height() - 1, y = 0;
	char lines[TOP_MENU_MAX][40];
	int n = top_menu_lines(ui, lines), room = height - 2;

	if (ui->menu >= ui->menu_from + room)
		ui->menu_from = ui->menu - room + 1;
	if (ui->menu < ui->menu_from)
		ui->menu_from = ui->menu;
	top_put(y++, 0, MENU_WIDTH, LOOK_HEADING, ui->mode == MODE_SORT ?
		"SORT BY" : "KINDS THAT ARE SHOWN");
	for (int i = ui->menu_from; i < n && y < height - 1; i++)
		top_put(y++, 0, MENU_WIDTH, i == ui->menu ? LOOK_SELECTED :
			LOOK_PLAIN, lines[i]);
	top_put(y, 0, MENU_WIDTH, LOOK_LABEL, ui->mode == MODE_SORT ?
		"Enter: sort by it  Esc: leave it" :
		"Space: on, off  Enter: done");
}

static void choose_sort(struct top_ui *ui)
{
	ui->model->sort = nth_sort(ui->menu);
	ui->model->inverted = false;
}

static void toggle_kind(struct top_ui *ui)
{
	bool *shown = &ui->model->kinds[ui->menu];

	/* Those that are not read can't be shown. */
	*shown = !*shown && ui->model->opt->choice.kinds[ui->menu];
}

void top_menu_key(struct top_ui *ui, uint32_t key)
{
	char lines[TOP_MENU_MAX][40];
	int n = top_menu_lines(ui, lines);

	switch (key) {
	case TOP_KEY_UP:
		ui->menu -= ui->menu > 0;
		return;
	case TOP_KEY_DOWN:
		ui->menu += ui->menu + 1 < n;
		return;
	case TOP_KEY_HOME:
		ui->menu = 0;
		return;
	case TOP_KEY_END:
		ui->menu = n - 1;
		return;
	case ' ':
		if (ui->mode == MODE_KINDS)
			toggle_kind(ui);
		break;
	case TOP_KEY_ENTER:
		if (ui->mode == MODE_SORT)
			choose_sort(ui);
		ui->mode = MODE_KEYS;
		break;
	default:
		ui->mode = MODE_KEYS;
		return;
	}
	top_model_order(ui->model);
	top_ui_settle(ui);
}
