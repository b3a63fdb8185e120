// SPDX-License-Identifier: GPL-2.0-or-later
/* The page of keys, and the bar at the bottom. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "term.h"
#include "top_screen.h"
#include "top_text.h"
#include "top_ui.h"

static const char *const keys[] = {
	"Arrows PgUp PgDn  move; a selected line stays on its object",
	"Home End          to the first, to the last line",
	"Left Right        move long names",
	"Enter             look closer: frames, who has it, its events",
	"Esc q F10         back; in the list q and F10 quit, Esc shows all again",
	"F3 /              search; F3 again: the next one",
	"F4 \\              filter by object, name, status, process; A|B: one of both",
	"F5 t k            kinds that are shown",
	"F6 < > . ,        sort by",
	"I                 the other way round",
	"P E               sort by events in a second, by all events",
	"M S W             sort by what is in memory, by size, by what is swapped",
	"A U D             sort by mappings, by processes, by descriptors",
	"O N               sort by object, by name",
	"e                 events of all objects: show, hide",
	"Z p               pause: the list stays as it is; again: go on",
	"Tab               looking closer: arrows move who has it, or events",
	"Ctrl-L Ctrl-Z     draw the screen anew; stop until fg",
	"F1 h ?            this help",
	"Ctrl-C            quit",
};

static const char *const words[] = {
	"EV/S    events in a second: calls, attach, fork, exit, map, unmap ...",
	"RSS     in memory; SWAP: in swap; MAPS: mappings (VMAs); FDS: descriptors",
	"[dest]  goes with the last detach; orphan: nobody has it; deleted: no name",
};

#define KEYS	(sizeof(keys) / sizeof(*keys))
#define WORDS	(sizeof(words) / sizeof(*words))

/* Long lines go on below, so that nothing of them is lost. */
static int put_long(int y, int from, enum top_look look, const char *text)
{
	int width = top_screen_width();

	while (*text) {
		size_t len = strlen(text), fit = 0;
		char line[512];

		while (fit < len && fit < (size_t)width)
			fit++;
		while (fit < len && fit && text[fit] != ' ')
			fit--;
		if (!fit)
			fit = len < (size_t)width ? len : (size_t)width;
		snprintf(line, sizeof(line), "%.*s", (int)fit, text);
		if (y >= from && y - from < top_screen_height() - 1)
			top_put_text(y - from, 0, look, line);
		text += fit;
		text += strspn(text, " ");
		y++;
	}
	return y;
}

static int put_legend(int y, int from)
{
	bool utf8 = term_utf8();
	char text[160];

	snprintf(text, sizeof(text), "Pages: %s present  %s half or more of a"
		 " cell  %s less  s swapped  %s hole, never touched",
		 utf8 ? "\u2588" : "#", utf8 ? "\u2593" : "+",
		 utf8 ? "\u2591" : "-", utf8 ? "\u00b7" : ".");
	return put_long(y, from, LOOK_PLAIN, text);
}

static int put_all(const struct top_ui *ui, int from)
{
	char missing[TOP_MISSING_MAX][512];
	size_t n = top_ui_missing(ui, missing);
	int y = put_long(0, from, LOOK_TITLE, "shmviz top: keys");

	for (size_t i = 0; i < KEYS; i++)
		y = put_long(y, from, LOOK_PLAIN, keys[i]);
	y = put_long(y + 1, from, LOOK_TITLE, n ? "What is missing here" :
		     "Nothing is missing here");
	for (size_t i = 0; i < n; i++)
		y = put_long(y, from, LOOK_WARNING, missing[i]);
	y = put_long(y + 1, from, LOOK_TITLE, "Words");
	for (size_t i = 0; i < WORDS; i++)
		y = put_long(y, from, LOOK_PLAIN, words[i]);
	return put_legend(y, from);
}

void top_draw_help(struct top_ui *ui)
{
	static const struct top_bar_key bar[] = {
		{ "Up Down", "More" }, { "any other", "Back" },
	};
	int room = top_screen_height() - 1, lines;

	/* Beyond the end, nothing is drawn: this is how long it is. */
	lines = put_all(ui, 1 << 20);
	if (ui->menu_from > lines - room)
		ui->menu_from = lines - room;
	if (ui->menu_from < 0)
		ui->menu_from = 0;
	put_all(ui, ui->menu_from);
	top_draw_bar(bar, sizeof(bar) / sizeof(*bar));
}

/* Those that do not fit are left out whole. */
void top_draw_bar(const struct top_bar_key *all, size_t n)
{
	int y = top_screen_height() - 1, x = 0, width = top_screen_width();

	top_put(y, 0, width, LOOK_PLAIN, "");
	for (size_t i = 0; i < n; i++) {
		int needs = strlen(all[i].key) + strlen(all[i].label) + 1;

		/* The last one is how to get out. */
		int last = i + 1 < n ? strlen(all[n - 1].key) +
				       strlen(all[n - 1].label) + 1 : 0;

		if (x + needs + last > width + 1 && i + 1 < n)
			continue;
		x = top_put_text(y, x, LOOK_KEY, all[i].key);
		x = top_put_text(y, x, LOOK_LABEL, all[i].label);
		x = top_put_text(y, x, LOOK_KEY, " ");
	}
}

void top_draw(struct top_ui *ui)
{
	top_screen_begin();
	switch (ui->view) {
	case VIEW_LIST:
		top_draw_list(ui);
		break;
	case VIEW_DETAIL:
		top_draw_detail(ui);
		break;
	case VIEW_HELP:
		top_draw_help(ui);
		break;
	}
	top_screen_end();
}
