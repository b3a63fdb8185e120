// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "caps.h"
#include "clock.h"
#include "err.h"
#include "runloop.h"
#include "session.h"
#include "top_batch.h"
#include "top_live.h"
#include "top_model.h"

#define NS_PER_SEC	1e9
/* From one drain to the next at most: the buffer is for more than that. */
#define DRAIN_MS	20

static const enum top_column columns[] = {
	TOP_OBJECT, TOP_KIND, TOP_SIZE, TOP_RSS, TOP_SWAP, TOP_MAPS, TOP_PROCS,
	TOP_FDS, TOP_RATE, TOP_EVENTS, TOP_STATUS, TOP_NAME,
};

#define N_COLUMNS	(sizeof(columns) / sizeof(*columns))

static const char *heading(enum top_column column)
{
	return column == TOP_RATE ? "RATE" : top_columns[column].heading;
}

static void put_summary(const struct top_model *model,
			const struct top_live *live)
{
	const struct top_totals *totals = &model->totals;
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%FT%TZ", &tm);
	printf("shmviz-top %s objects %zu shown %zu size %" PRIu64
	       " resident %" PRIu64 " swapped %" PRIu64 " backend %s rate ",
	       stamp, totals->all, model->n, totals->size, totals->resident,
	       totals->swapped, top_live_backend(live));
	if (model->traced)
		printf("%.1f lost %" PRIu64, live->rate, top_live_lost(live));
	else
		fputs("- lost -", stdout);
	puts(model->list.redacted ? " redacted" : "");
}

static void measure(const struct top_model *model, int width[N_COLUMNS])
{
	static char cell[TOP_CELL_MAX];

	for (size_t c = 0; c < N_COLUMNS; c++)
		width[c] = strlen(heading(columns[c]));
	for (size_t i = 0; i < model->n; i++) {
		for (size_t c = 0; c + 1 < N_COLUMNS; c++) {
			int len;

			top_column_raw(cell, sizeof(cell), model,
				       model->rows[i], columns[c]);
			len = strlen(cell);
			if (len > width[c])
				width[c] = len;
		}
	}
}

static void put_cell(size_t c, int width, const char *text)
{
	const char *between = c ? " " : "";

	if (c + 1 == N_COLUMNS)
		printf(" %s\n", text);
	else if (top_columns[columns[c]].right)
		printf("%s%*s", between, width, text);
	else
		printf("%s%-*s", between, width, text);
}

static void put_table(const struct top_model *model)
{
	static char cell[TOP_CELL_MAX];
	int width[N_COLUMNS];

	measure(model, width);
	for (size_t c = 0; c < N_COLUMNS; c++)
		put_cell(c, width[c], heading(columns[c]));
	for (size_t i = 0; i < model->n; i++) {
		for (size_t c = 0; c < N_COLUMNS; c++) {
			top_column_raw(cell, sizeof(cell), model,
				       model->rows[i], columns[c]);
			put_cell(c, width[c], cell);
		}
	}
}

static int look(struct top_model *model, struct top_live *live)
{
	uint64_t before = model->looked;
	int ret = top_model_look(model);

	if (ret) {
		err_line("cannot read the objects: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	if (before)
		top_live_tick(live, (model->looked - before) / NS_PER_SEC);
	if (model->opt->redact)
		top_model_redact(model);
	if (model->looks > 1)
		putchar('\n');
	put_summary(model, live);
	put_table(model);
	flush_output();
	return EXIT_DONE;
}

/* What the screen has in its header. */
static void tell_limits(const struct top_model *model)
{
	if (!caps_have(CAP_SYS_ADMIN))
		err_line("your own processes and this IPC namespace only: run"
			 " it as root to see all");
	else if (model->list.hidden || model->list.refused)
		err_line("not all may be shown: %zu processes and %zu IPC"
			 " namespaces could not be looked at",
			 model->list.hidden, model->list.refused);
}

static int refuse_times(int err)
{
	err_line("cannot wait for times: %s", strerror(-err));
	return EXIT_FAILED;
}

/* Until it is time to look again, or to end. */
static bool wait(struct runloop *loop, struct top_live *live)
{
	unsigned int seen = 0;

	while (!(seen & (RUN_TICK | RUN_END))) {
		/* Where many come, not for each of them. */
		if (seen & RUN_INPUT && !live->full)
			seen = runloop_wait(loop, -1, DRAIN_MS, NULL);
		if (seen & (RUN_TICK | RUN_END))
			break;
		seen = runloop_wait(loop, top_live_fd(live), -1, NULL);
		if (seen & RUN_INPUT && !top_live_drain(live)) {
			err_line("out of memory");
			return false;
		}
	}
	return !(seen & RUN_END);
}

static int run(struct top_model *model, struct top_live *live,
	       struct runloop *loop)
{
	const struct top_options *opt = model->opt;
	struct top_source source = {};
	int err, ret;

	/* Without events it goes on, but not without a backend that was chosen. */
	if (opt->events && opt->backend)
		top_source_open(&source, opt);
	if (source.err)
		return session_refuse_tracer(source.err, source.why);
	ret = look(model, live);
	if (!ret)
		tell_limits(model);
	/* One look needs no events. */
	if (ret || opt->count == 1) {
		tracer_close(source.tracer);
		return ret;
	}
	if (!source.tracer)
		top_source_open(&source, opt);
	top_live_take(live, &source);
	if (*live->missing && opt->events)
		err_line("%s", live->missing);
	model->traced = live->tracer;
	err = runloop_time(loop, 0, opt->delay);
	if (err)
		return refuse_times(err);
	/* Rates are from here on. */
	model->looked = clock_ns(CLOCK_MONOTONIC);
	while (!ret && !ferror(stdout) &&
	       (!opt->count || model->looks < opt->count)) {
		if (!wait(loop, live))
			return live->out_of_memory ? EXIT_FAILED : EXIT_DONE;
		ret = look(model, live);
	}
	return ret;
}

int top_batch(const struct top_options *opt)
{
	static struct top_model model;
	struct runloop loop;
	struct top_live live;
	int ret, err = runloop_open(&loop);

	if (err)
		return refuse_times(err);
	top_model_init(&model, opt);
	if (top_live_init(&live, &model.activities)) {
		err_line("out of memory");
		ret = EXIT_FAILED;
	} else {
		ret = run(&model, &live, &loop);
	}
	top_live_stop(&live);
	flush_output();
	top_live_close(&live);
	top_model_free(&model);
	runloop_close(&loop);
	return ret;
}
