// SPDX-License-Identifier: GPL-2.0-or-later
/* One object: its facts, its frames, who has it, what happens to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "ls_table.h"
#include "term.h"
#include "text.h"
#include "top_screen.h"
#include "top_strip.h"
#include "top_text.h"
#include "top_ui.h"

#define NARROW	70

static char *copy(const char *text)
{
	char *twin = strdup(text);

	if (!twin)
		err_nomem();
	return twin;
}

void top_detail_open(struct top_ui *ui, const struct top_row *row)
{
	struct top_detail *detail = &ui->detail;

	*detail = (struct top_detail) {
		.key = row->key,
		.object = copy(row->object),
		.name = copy(row->name),
		.row = row,
	};
	top_frames_read(&detail->frames, row->obj);
	top_live_watch(ui->live, &row->key);
	ui->view = VIEW_DETAIL;
}

void top_detail_close(struct top_ui *ui)
{
	if (!ui->detail.object)
		return;
	top_frames_free(&ui->detail.frames);
	free(ui->detail.object);
	free(ui->detail.name);
	ui->detail = (struct top_detail) {};
	top_live_unwatch(ui->live);
	ui->view = VIEW_LIST;
}

/* Among all of them: what is filtered from the list stays here. */
static const struct top_row *find(const struct top_ui *ui)
{
	for (size_t i = 0; i < ui->model->n_all; i++)
		if (top_key_same(&ui->model->all[i].key, &ui->detail.key))
			return &ui->model->all[i];
	return NULL;
}

void top_detail_look(struct top_ui *ui)
{
	struct top_detail *detail = &ui->detail;
	time_t now = time(NULL);
	struct tm tm;

	if (!detail->object)
		return;
	detail->row = find(ui);
	if (detail->row) {
		detail->gone[0] = '\0';
		top_frames_read(&detail->frames, detail->row->obj);
	} else if (!detail->gone[0]) {
		localtime_r(&now, &tm);
		strftime(detail->gone, sizeof(detail->gone), "%T", &tm);
	}
}

static int put_title(const struct top_ui *ui, int y)
{
	const struct top_detail *detail = &ui->detail;
	const struct top_row *row = detail->row;
	char text[128];
	int x = top_put_text(y, 0, LOOK_TITLE, detail->object);

	if (row)
		x = top_put_text(y, x + 2, LOOK_PLAIN,
				 object_kind_text(row->obj->kind));
	if (row && row->obj->segment && row->obj->segment->shm.key) {
		x = top_put_text(y, x, LOOK_PLAIN, ", key ");
		x = top_put_text(y, x, LOOK_BOLD, detail->name);
	} else if (*detail->name && (!row || !row->obj->segment) &&
		   !strstr(detail->object, detail->name)) {
		x = top_put_text(y, x, LOOK_PLAIN, ", ");
		x = top_put_text(y, x, LOOK_BOLD, detail->name);
	}
	if (row && *row->status) {
		snprintf(text, sizeof(text), " [%s]", row->status);
		x = top_put_text(y, x, LOOK_BOLD, text);
	}
	if (ui->paused)
		top_put_text(y, top_screen_width() - 8, LOOK_SELECTED,
			     " PAUSED ");
	return y + 1;
}

static void add_size(char *text, size_t size, const struct object *obj)
{
	char human[TEXT_HUMAN_SIZE];

	if (obj->known)
		top_text_add(text, size, "size %s", text_human(human, obj->size));
	if (obj->counted)
		top_text_add(text, size, ", %s in memory",
			     text_human(human, obj->resident));
	if (obj->counted && obj->shmem)
		top_text_add(text, size, ", %s swapped",
			     text_human(human, obj->swapped));
	if (obj->known) {
		char owner[64];

		ls_cell_owner(owner, sizeof(owner), obj->uid);
		top_text_add(text, size, "; of %s, mode %04o", owner, obj->mode);
	}
}

static void add_counts(char *text, size_t size, const struct object *obj)
{
	top_text_add(text, size, "%zu mapping%s in %zu process%s", obj->vmas,
		     text_plural(obj->vmas), obj->procs,
		     obj->procs == 1 ? "" : "es");
	if (obj->segment)
		top_text_add(text, size, ", nattch %" PRIu64,
			     obj->segment->shm.nattch);
	top_text_add(text, size, ", %zu open descriptor%s", obj->n_fds,
		     text_plural(obj->n_fds));
}

static void add_creator(char *text, size_t size, const struct segment *seg)
{
	char name[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	if (!seg || seg->creator_state == CREATOR_UNKNOWN)
		return;
	text_show(name, sizeof(name), seg->creator.bytes, seg->creator.len);
	if (seg->creator_state == CREATOR_LIVES)
		top_text_add(text, size, "; made by %d %s", seg->shm.cpid, name);
	else
		top_text_add(text, size, "; made by %d, which has ended",
			     seg->shm.cpid);
}

static int put_facts(const struct top_ui *ui, int y)
{
	const struct top_detail *detail = &ui->detail;
	char text[512] = "";

	if (!detail->row) {
		snprintf(text, sizeof(text), "It has gone, at %s or just before.",
			 detail->gone);
		top_put_text(y, 0, LOOK_WARNING, text);
		return y + 1;
	}
	add_size(text, sizeof(text), detail->row->obj);
	top_put(y, 0, top_screen_width(), LOOK_PLAIN, text);
	text[0] = '\0';
	add_counts(text, sizeof(text), detail->row->obj);
	add_creator(text, sizeof(text), detail->row->obj->segment);
	top_put(y + 1, 0, top_screen_width(), LOOK_PLAIN, text);
	return y + 2;
}

/* Who has it, one line each: mappings first, then descriptors. */
static void holder_text(char *text, size_t size, const struct top_ui *ui,
			const struct object *obj, size_t i)
{
	const struct object_process *all = ui->model->list.processes, *process;
	char name[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)], human[TEXT_HUMAN_SIZE];
	bool narrow = top_screen_width() < NARROW;
	const struct object_map *map;

	text[0] = '\0';
	if (i >= obj->n_maps) {
		const struct object_fd *fd = &obj->fds[i - obj->n_maps];

		process = &all[fd->process];
		text_show(name, sizeof(name), process->comm.bytes,
			  process->comm.len);
		top_text_add(text, size, narrow ? "%d %s fd %d" :
			     "%7d %-15s fd %d", process->pid, name, fd->fd);
		return;
	}
	map = &obj->maps[i];
	process = &all[map->process];
	text_show(name, sizeof(name), process->comm.bytes, process->comm.len);
	if (object_map_is_same(map)) {
		top_text_add(text, size, narrow ?
			     "%d %s address space of %d" :
			     "%7d %-15s address space of %d", process->pid,
			     name, all[map->first].pid);
		return;
	}
	/* The range is known by its beginning. */
	if (narrow)
		top_text_add(text, size, "%d %s %s %" PRIx64 "-%" PRIx64,
			     process->pid, name, map->prot, map->start, map->end);
	else
		top_text_add(text, size, "%7d %-15s %012" PRIx64 "-%012" PRIx64
			     " %s %6s %10" PRIu64, process->pid, name, map->start,
			     map->end, map->prot,
			     text_human(human, map->end - map->start),
			     map->offset / sysconf(_SC_PAGESIZE));
}

static size_t count_holders(const struct object *obj)
{
	return obj ? obj->n_maps + obj->n_fds : 0;
}

static void put_holders_heading(const struct top_ui *ui, int y,
				const struct object *obj, long shown)
{
	const struct top_detail *detail = &ui->detail;
	bool narrow = top_screen_width() < NARROW;
	enum top_look look = detail->events ? LOOK_HEADING : LOOK_SORTED;
	char text[160], more[64] = "";
	long n = count_holders(obj);

	if (n > shown)
		snprintf(more, sizeof(more), "  %ld to %ld of %ld",
			 detail->first + 1, detail->first + shown, n);
	snprintf(text, sizeof(text), narrow ? "PID COMM PROT RANGE%s" :
		 "%7s %-15s %-25s PROT   SIZE FIRST PAGE%s",
		 narrow ? more : "PID", "COMM", "RANGE", more);
	top_put(y, 0, top_screen_width(), look, text);
}

static void put_holders(struct top_ui *ui, int y, int lines)
{
	struct top_detail *detail = &ui->detail;
	const struct object *obj = detail->row ? detail->row->obj : NULL;
	long n = count_holders(obj);
	char text[256];

	if (detail->first > n - lines)
		detail->first = n - lines;
	if (detail->first < 0)
		detail->first = 0;
	put_holders_heading(ui, y++, obj, lines < n ? lines : n);
	for (int i = 0; i < lines && detail->first + i < n; i++) {
		holder_text(text, sizeof(text), ui, obj, detail->first + i);
		top_put(y + i, 0, top_screen_width(), LOOK_PLAIN, text);
	}
	if (n >= lines || !obj)
		return;
	text[0] = '\0';
	if (obj->segment && obj->segment->shm.nattch > obj->vmas)
		snprintf(text, sizeof(text), "%" PRIu64
			 " more attachments that cannot be seen from here",
			 obj->segment->shm.nattch - obj->vmas);
	else if (!n)
		snprintf(text, sizeof(text), "nobody maps it or has it open");
	top_put_text(y + n, 0, LOOK_DIM, text);
}

static void put_events(struct top_ui *ui, int y, int lines)
{
	struct top_detail *detail = &ui->detail;
	const struct top_log *log = &ui->live->watched;
	long n = top_log_count(log), most = n > lines ? n - lines : 0;
	enum top_look look = detail->events ? LOOK_SORTED : LOOK_HEADING;
	char text[160], rate[32];

	if (detail->back > most)
		detail->back = most;
	if (detail->row && ui->live->tracer)
		snprintf(text, sizeof(text), "EVENTS  %s/s, %" PRIu64
			 " in all%s", top_rate_text(rate, sizeof(rate),
			 detail->row->rate), detail->row->events,
			 detail->back ? ", some newer below" : "");
	else
		snprintf(text, sizeof(text), "EVENTS");
	top_put(y++, 0, top_screen_width(), look, text);
	if (!ui->live->tracer)
		top_put(y, 0, top_screen_width(), LOOK_WARNING,
			ui->live->missing);
	else if (!n && lines > 0)
		top_put(y, 0, top_screen_width(), LOOK_DIM,
			ui->live->segments_only && !detail->key.segment ?
			ui->live->missing : "none yet");
	else
		top_draw_events(log, y, lines, detail->back, 0);
}

static void put_bar(void)
{
	static const struct top_bar_key keys[] = {
		{ "F1", "Help" }, { "Esc", "Back" }, { "Tab", "Other part" },
		{ "Z", "Pause" }, { "C-c", "Quit" },
	};

	top_draw_bar(keys, sizeof(keys) / sizeof(*keys));
}

/* Holders get what they need, up to half; events the rest. */
void top_draw_detail(struct top_ui *ui)
{
	struct top_detail *detail = &ui->detail;
	int height = top_screen_height() - 1, y, rest, holders, events;
	long n = count_holders(detail->row ? detail->row->obj : NULL);

	y = put_title(ui, 0);
	y = put_facts(ui, y);
	y = top_draw_strip(ui, y, height);
	rest = height - y - 2;
	holders = n + 1 < rest / 2 ? n + 1 : rest / 2;
	/* Without events there is nothing to keep room for. */
	if (!ui->live->tracer)
		holders = n + 1 < rest - 1 ? n + 1 : rest - 1;
	events = rest - holders;
	detail->page = detail->events ? events : holders;
	if (detail->page < 1)
		detail->page = 1;
	if (holders > 0 || rest > 0) {
		put_holders(ui, y, holders > 0 ? holders : 0);
		put_events(ui, y + 1 + holders, events);
	}
	put_bar();
}
