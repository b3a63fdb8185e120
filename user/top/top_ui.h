/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the screen, between its parts: keys change it (top_keys.c), and
 * it is drawn from it (top_list.c, top_detail.c, top_help.c).
 */
#ifndef SHMVIZ_TOP_UI_H
#define SHMVIZ_TOP_UI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "top_frames.h"
#include "top_live.h"
#include "top_model.h"

enum top_view { VIEW_LIST, VIEW_DETAIL, VIEW_HELP };

/* What keys go to, in the list. */
enum top_mode { MODE_KEYS, MODE_SEARCH, MODE_FILTER, MODE_SORT, MODE_KINDS };

/* One object, seen closer. */
struct top_detail {
	struct top_key key;
	char *object;		/* its notation, also once it has gone */
	char *name;
	const struct top_row *row;	/* NULL: it has gone */
	char gone[16];		/* at what time */
	struct top_frames frames;
	long first;		/* holder that is at the top */
	long back;		/* events after the one at the bottom */
	long page;		/* lines of what the arrows move */
	bool events;		/* it is the events that they move */
};

struct top_ui {
	struct top_model *model;
	struct top_live *live;
	enum top_view view;
	enum top_view behind;	/* of the help */
	enum top_mode mode;

	/* The line that is selected: an object, once the cursor was moved. */
	long at, first, page;
	bool follow;
	struct top_key selected;
	int skip;		/* columns that names are moved to the left */

	char input[TOP_FILTER_MAX];	/* of search and filter */
	char before[TOP_FILTER_MAX];	/* the filter, while it is changed */
	bool not_found;
	int menu;		/* line that is selected in a menu */
	int menu_from;		/* and first that is shown, of the help, too */

	struct top_detail detail;
	int events;		/* show them: 1 yes, 0 no, -1 if there is room */
	bool paused;
	bool starting;		/* to trace */
	bool quit;

	bool privileged;	/* all processes are seen */
	char host[160];
	char no_module[512];	/* why there are no frames; "": there are */
};

#define TOP_MISSING_MAX	5
/* What is not there and why, one line each; how many. */
size_t top_ui_missing(const struct top_ui *ui, char lines[][512]);

/* After a look, or another order: the selection stays on its object. */
void top_ui_settle(struct top_ui *ui);
void top_ui_select(struct top_ui *ui, long at);
const struct top_row *top_ui_row(const struct top_ui *ui);

void top_detail_open(struct top_ui *ui, const struct top_row *row);
/* After a look: the object is found again, and its frames are read. */
void top_detail_look(struct top_ui *ui);
void top_detail_close(struct top_ui *ui);

/* Each draws all of the screen but the bar at the bottom. */
void top_draw_list(struct top_ui *ui);
void top_draw_detail(struct top_ui *ui);
void top_draw_help(struct top_ui *ui);

/* Lines of the header; how many. */
int top_draw_header(struct top_ui *ui);
/* Over the list, for MODE_SORT and MODE_KINDS. */
void top_draw_menu(struct top_ui *ui);
/* Events, newest at the bottom, `back` after the last one left out. */
void top_draw_events(const struct top_log *log, int y, int lines, long back,
		     int which);

struct top_bar_key {
	const char *key;
	const char *label;
};
void top_draw_bar(const struct top_bar_key *keys, size_t n);

void top_draw(struct top_ui *ui);

/* What a key does. */
void top_key(struct top_ui *ui, uint32_t key);
/* Lines of the two menus. */
#define TOP_MENU_MAX	16
size_t top_menu_lines(const struct top_ui *ui, char lines[][40]);
void top_menu_open(struct top_ui *ui, enum top_mode mode);
void top_menu_key(struct top_ui *ui, uint32_t key);
void top_input_key(struct top_ui *ui, uint32_t key);

#endif /* SHMVIZ_TOP_UI_H */
