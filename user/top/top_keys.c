// SPDX-License-Identifier: GPL-2.0-or-later
/* What keys do. The help (top_help.c) says the same. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "top_screen.h"
#include "top_text.h"
#include "top_ui.h"

#define SKIP_STEP	8
#define CTRL(letter)	((letter) & 0x1f)

const struct top_row *top_ui_row(const struct top_ui *ui)
{
	return ui->at < (long)ui->model->n ? ui->model->rows[ui->at] : NULL;
}

void top_ui_select(struct top_ui *ui, long at)
{
	const struct top_row *row;

	if (at >= (long)ui->model->n)
		at = (long)ui->model->n - 1;
	ui->at = at < 0 ? 0 : at;
	row = top_ui_row(ui);
	/* The first line is the first one, whichever object that is. */
	ui->follow = ui->at && row;
	if (row)
		ui->selected = row->key;
}

void top_ui_settle(struct top_ui *ui)
{
	long at = ui->follow ? top_model_find(ui->model, &ui->selected) : -1;

	if (at >= 0)
		ui->at = at;
	else if (ui->at >= (long)ui->model->n)
		ui->at = ui->model->n ? (long)ui->model->n - 1 : 0;
}

static void reorder(struct top_ui *ui)
{
	top_model_order(ui->model);
	top_ui_settle(ui);
}

/* The next line that matches, from `from` on and round; -1: none. */
static long search(const struct top_ui *ui, long from)
{
	const struct top_model *model = ui->model;

	for (size_t i = 0; i < model->n; i++) {
		long at = (from + i) % model->n;

		if (top_row_matches(model, model->rows[at], ui->input))
			return at;
	}
	return -1;
}

static void search_from(struct top_ui *ui, long from)
{
	long at = *ui->input ? search(ui, from) : ui->at;

	ui->not_found = at < 0;
	if (at >= 0)
		top_ui_select(ui, at);
}

static void input_changed(struct top_ui *ui)
{
	if (ui->mode == MODE_SEARCH) {
		search_from(ui, ui->at);
		return;
	}
	snprintf(ui->model->filter, TOP_FILTER_MAX, "%s", ui->input);
	reorder(ui);
}

static void add_character(struct top_ui *ui, uint32_t key)
{
	char bytes[MB_LEN_MAX + 1];
	mbstate_t state = {};
	size_t len;

	if (key > 0x10ffff || !iswprint(key))
		return;
	len = wcrtomb(bytes, key, &state);
	if (len == (size_t)-1 || strlen(ui->input) + len >= TOP_FILTER_MAX)
		return;
	strncat(ui->input, bytes, len);
	input_changed(ui);
}

static void remove_character(struct top_ui *ui)
{
	size_t len = strlen(ui->input);

	if (!len)
		return;
	do {
		len--;
	} while (len && (ui->input[len] & 0xc0) == 0x80);
	ui->input[len] = '\0';
	input_changed(ui);
}

void top_input_key(struct top_ui *ui, uint32_t key)
{
	switch (key) {
	case TOP_KEY_ENTER:
		ui->mode = MODE_KEYS;
		break;
	case TOP_KEY_ESCAPE:
		ui->input[0] = '\0';
		if (ui->mode == MODE_FILTER)
			input_changed(ui);
		ui->mode = MODE_KEYS;
		break;
	case TOP_KEY_BACKSPACE:
		remove_character(ui);
		break;
	case CTRL('U'):
		ui->input[0] = '\0';
		input_changed(ui);
		break;
	case TOP_KEY_F + 3:
		if (ui->mode == MODE_SEARCH)
			search_from(ui, ui->at + 1);
		break;
	case TOP_KEY_UP:
		top_ui_select(ui, ui->at - 1);
		break;
	case TOP_KEY_DOWN:
		top_ui_select(ui, ui->at + 1);
		break;
	default:
		add_character(ui, key);
	}
}

static void begin_input(struct top_ui *ui, enum top_mode mode)
{
	ui->mode = mode;
	ui->not_found = false;
	ui->input[0] = '\0';
	if (mode == MODE_FILTER)
		snprintf(ui->input, sizeof(ui->input), "%s", ui->model->filter);
}

/* Escape: all objects again. */
static void clear_filters(struct top_ui *ui)
{
	ui->model->filter[0] = '\0';
	memcpy(ui->model->kinds, ui->model->opt->choice.kinds,
	       sizeof(ui->model->kinds));
	reorder(ui);
}

static bool sort_key(struct top_ui *ui, uint32_t key)
{
	for (int c = 0; c < TOP_COLUMNS; c++) {
		if (!top_columns[c].key || (uint32_t)top_columns[c].key != key)
			continue;
		ui->model->sort = c;
		ui->model->inverted = false;
		reorder(ui);
		return true;
	}
	return false;
}

static bool move_key(struct top_ui *ui, uint32_t key)
{
	switch (key) {
	case TOP_KEY_UP:
		top_ui_select(ui, ui->at - 1);
		return true;
	case TOP_KEY_DOWN:
		top_ui_select(ui, ui->at + 1);
		return true;
	case TOP_KEY_PAGE_UP:
		top_ui_select(ui, ui->at - ui->page);
		return true;
	case TOP_KEY_PAGE_DOWN:
		top_ui_select(ui, ui->at + ui->page);
		return true;
	case TOP_KEY_HOME:
		top_ui_select(ui, 0);
		return true;
	case TOP_KEY_END:
		top_ui_select(ui, ui->model->n);
		return true;
	case TOP_KEY_LEFT:
		ui->skip -= ui->skip >= SKIP_STEP ? SKIP_STEP : 0;
		return true;
	case TOP_KEY_RIGHT:
		ui->skip += ui->skip < 4096 ? SKIP_STEP : 0;
		return true;
	}
	return false;
}

static void list_key(struct top_ui *ui, uint32_t key)
{
	const struct top_row *row = top_ui_row(ui);

	if (move_key(ui, key) || sort_key(ui, key))
		return;
	switch (key) {
	case TOP_KEY_ENTER:
		if (row)
			top_detail_open(ui, row);
		break;
	case TOP_KEY_ESCAPE:
		clear_filters(ui);
		break;
	case TOP_KEY_F + 3:
	case '/':
		begin_input(ui, MODE_SEARCH);
		break;
	case TOP_KEY_F + 4:
	case '\\':
		begin_input(ui, MODE_FILTER);
		break;
	case TOP_KEY_F + 5:
	case 't':
	case 'k':
		top_menu_open(ui, MODE_KINDS);
		break;
	case TOP_KEY_F + 6:
	case '>':
	case '<':
	case '.':
	case ',':
		top_menu_open(ui, MODE_SORT);
		break;
	case 'I':
		ui->model->inverted = !ui->model->inverted;
		reorder(ui);
		break;
	case 'e':
		ui->events = !(ui->events > 0 || (ui->events < 0 &&
						  top_screen_height() >= 36));
		break;
	case TOP_KEY_F + 10:
	case 'q':
		ui->quit = true;
		break;
	}
}

/* The arrows move who has it, or its events. */
static void detail_move(struct top_detail *detail, long lines)
{
	if (detail->events)
		detail->back -= lines;
	else
		detail->first += lines;
	if (detail->first < 0)
		detail->first = 0;
	if (detail->back < 0)
		detail->back = 0;
}

static void detail_key(struct top_ui *ui, uint32_t key)
{
	struct top_detail *detail = &ui->detail;

	switch (key) {
	case TOP_KEY_ESCAPE:
	case TOP_KEY_BACKSPACE:
	case TOP_KEY_F + 10:
	case 'q':
		top_detail_close(ui);
		top_ui_settle(ui);
		break;
	case '\t':
		detail->events = !detail->events;
		break;
	case TOP_KEY_UP:
		detail_move(detail, -1);
		break;
	case TOP_KEY_DOWN:
		detail_move(detail, 1);
		break;
	case TOP_KEY_PAGE_UP:
		detail_move(detail, -detail->page);
		break;
	case TOP_KEY_PAGE_DOWN:
		detail_move(detail, detail->page);
		break;
	case TOP_KEY_HOME:
		detail_move(detail, -1000000000);
		break;
	case TOP_KEY_END:
		detail_move(detail, 1000000000);
		break;
	}
}

static void help_key(struct top_ui *ui, uint32_t key)
{
	if (key == TOP_KEY_DOWN || key == TOP_KEY_PAGE_DOWN || key == ' ')
		ui->menu_from += key == TOP_KEY_DOWN ? 1 : top_screen_height() - 2;
	else if (key == TOP_KEY_UP || key == TOP_KEY_PAGE_UP)
		ui->menu_from -= key == TOP_KEY_UP ? 1 : top_screen_height() - 2;
	else
		ui->view = ui->behind;
}

static void open_help(struct top_ui *ui)
{
	ui->behind = ui->view;
	ui->view = VIEW_HELP;
	ui->menu_from = 0;
}

void top_key(struct top_ui *ui, uint32_t key)
{
	/* Wherever one is. Ctrl-C is a signal. */
	if (key == CTRL('L')) {
		top_screen_repair();
	} else if (key == CTRL('Z')) {
		top_screen_stop();
	} else if (ui->view == VIEW_HELP) {
		help_key(ui, key);
	} else if (ui->mode == MODE_SEARCH || ui->mode == MODE_FILTER) {
		top_input_key(ui, key);
	} else if (key == TOP_KEY_F + 1 || key == 'h' || key == '?') {
		open_help(ui);
	} else if (ui->mode == MODE_SORT || ui->mode == MODE_KINDS) {
		top_menu_key(ui, key);
	} else if (key == 'Z' || key == 'p') {
		ui->paused = !ui->paused;
	} else if (ui->view == VIEW_DETAIL) {
		detail_key(ui, key);
	} else {
		list_key(ui, key);
	}
}
