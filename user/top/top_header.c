// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines above the list: the sum of it, and what is not in it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "top_screen.h"
#include "top_text.h"
#include "top_ui.h"

#define NS_PER_SEC	1e9
#define METER_WIDTH	20

size_t top_ui_missing(const struct top_ui *ui, char lines[][512])
{
	const struct object_list *list = &ui->model->list;
	size_t n = 0;

	if (!ui->privileged)
		snprintf(lines[n++], 512, "your own processes and this IPC"
			 " namespace only: run it as root to see all");
	if (list->lacks_sysv)
		snprintf(lines[n++], 512, "no System V segments: this kernel"
			 " has none");
	if (*ui->live->missing)
		snprintf(lines[n++], 512, "%s", ui->live->missing);
	if (*ui->no_module)
		snprintf(lines[n++], 512, "no frames: %.480s", ui->no_module);
	if (ui->privileged && (list->hidden || list->refused))
		snprintf(lines[n++], 512, "not all may be shown: processes that"
			 " could not be looked at: %zu, IPC namespaces: %zu",
			 list->hidden, list->refused);
	return n;
}

static void put_title(const struct top_ui *ui, int y)
{
	const struct top_model *model = ui->model;
	enum top_look look = LOOK_DIM;
	char text[128], clock[16];
	time_t now = time(NULL);
	struct tm tm;
	int x;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%T", &tm);
	x = top_put_text(y, 0, LOOK_TITLE, "shmviz top");
	if (top_screen_width() > 20)
		top_put_text(y, x + 1, LOOK_DIM, ui->host);
	if (ui->paused) {
		snprintf(text, sizeof(text), " PAUSED: Z goes on ");
		look = LOOK_SELECTED;
	} else if (model->cost / NS_PER_SEC > model->opt->delay) {
		snprintf(text, sizeof(text), " a look takes %.1f s, of every %.3g s ",
			 model->cost / NS_PER_SEC, model->opt->delay);
		look = LOOK_WARNING;
	} else {
		snprintf(text, sizeof(text), " %s  every %.3g s", clock,
			 model->opt->delay);
	}
	x = top_screen_width() - top_text_width(text);
	if (x > 10)
		top_put_text(y, x, look, text);
}

static void put_objects(const struct top_ui *ui, int y)
{
	const struct top_model *model = ui->model;
	const struct top_totals *totals = &model->totals;
	char text[512] = "";

	top_text_add(text, sizeof(text), "%zu object%s", totals->all,
		     text_plural(totals->all));
	for (int kind = 0; kind < OBJECT_KINDS; kind++)
		if (model->opt->choice.kinds[kind])
			top_text_add(text, sizeof(text), "%s%zu %s",
				     kind && strchr(text, ':') ? ", " : ": ",
				     totals->objects[kind],
				     object_kind_word(kind));
	top_put(y, 0, top_screen_width(), LOOK_PLAIN, text);
	if (model->n == model->n_all)
		return;
	snprintf(text, sizeof(text), " %zu shown%s%s ", model->n,
		 *model->filter ? ": " : "", model->filter);
	top_put_text(y, top_screen_width() - top_text_width(text),
		     LOOK_SELECTED, text);
}

static void put_memory(const struct top_ui *ui, int y)
{
	const struct top_totals *totals = &ui->model->totals;
	char bar[8 * METER_WIDTH], text[128], a[TEXT_HUMAN_SIZE];
	char b[TEXT_HUMAN_SIZE], c[TEXT_HUMAN_SIZE];
	int x = top_put_text(y, 0, LOOK_PLAIN, "In memory [");

	top_bar(bar, sizeof(bar), METER_WIDTH, totals->resident,
		totals->swapped, totals->size);
	x = top_put_pages(y, x, bar, LOOK_PLAIN);
	snprintf(text, sizeof(text), "] %s of %s, %s swapped",
		 text_human(a, totals->resident), text_human(b, totals->size),
		 text_human(c, totals->swapped));
	top_put_text(y, x, LOOK_PLAIN, text);
}

static void put_events(const struct top_ui *ui, int y)
{
	const struct top_live *live = ui->live;
	char text[256], rate[32], fails[32];
	uint64_t lost = top_live_lost(live);
	int x;

	if (!live->tracer) {
		top_put_text(y, 0, LOOK_PLAIN, ui->starting ?
			     "Events: beginning to trace ..." : "Events: none");
		return;
	}
	snprintf(text, sizeof(text), "Events %s/s, %s/s failed calls; %llu by %s",
		 top_rate_text(rate, sizeof(rate), live->rate),
		 top_rate_text(fails, sizeof(fails), live->fail_rate),
		 (unsigned long long)live->events, top_live_backend(live));
	x = top_put_text(y, 0, LOOK_PLAIN, text);
	if (!lost)
		return;
	snprintf(text, sizeof(text), ", %llu lost", (unsigned long long)lost);
	top_put_text(y, x, LOOK_WARNING, text);
}

/* As many lines as there is room for; what matters most comes first. */
int top_draw_header(struct top_ui *ui)
{
	int height = top_screen_height(), y = 0;
	int most = height < 12 ? 3 : height < 20 ? 5 : height < 30 ? 6 : 8;
	char lines[TOP_MISSING_MAX][512], text[520];
	size_t n = top_ui_missing(ui, lines);
	int room;

	put_title(ui, y++);
	put_objects(ui, y++);
	if (most > 3)
		put_memory(ui, y++);
	if (most > 3 || !n)
		put_events(ui, y++);
	room = most - y;
	for (size_t i = 0; i < n && room > 0; i++, room--) {
		bool more = room == 1 && i + 1 < n;

		text[0] = '\0';
		top_text_add(text, sizeof(text), "! %s%s", more ?
			     "(F1: more) " : "", lines[i]);
		top_put(y++, 0, top_screen_width(), LOOK_WARNING, text);
	}
	return y;
}
