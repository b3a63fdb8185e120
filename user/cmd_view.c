// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz view: the contents of an object, read-only and untouched. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "device.h"
#include "err.h"
#include "frame_names.h"
#include "frames.h"
#include "parse.h"
#include "signals.h"
#include "target.h"
#include "term.h"
#include "view.h"
#include "write_view.h"

enum { OPT_REDACT = 256 };

struct view_options {
	struct target target;
	bool follow;
	uint64_t interval;	/* ms */
};

static int help(void)
{
	puts("Usage: shmviz view [OPTION...] OBJECT\n"
	     "\n"
	     "Show the contents of an object of shared memory as a hex dump, through a\n"
	     "read-only mapping of its own frames. It is not attached: nattch stays as it\n"
	     "is. Pages that have no frame, holes and swapped ones, are said to be so and\n"
	     "not brought back. Needs root and the module, loaded with allow_view=1.\n"
	     "\n"
	     TARGET_HELP
	     "\n"
	     "Options:\n"
	     "  -f, --follow          then print each line that changes, with a '*' at each\n"
	     "                        byte that is another than before; Ctrl-C ends\n"
	     "  -i, --interval MS     how often --follow looks, 10 to 3600000 (default 500)\n"
	     "  -h, --help            show this help\n"
	     "\n"
	     "Lines equal to the one before are folded into a '*'. While it runs, the view\n"
	     "counts as one more mapping of the pages that it shows: in MAPS of 'shmviz\n"
	     "frames', and the owner's madvise(MADV_PAGEOUT) leaves them alone.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed (no such object, not allowed), 2 wrong command\n"
	     "line, 3 the module is not loaded, does not fit, or has allow_view off.\n"
	     "\n"
	     "Example: what a server writes into its first page\n"
	     "  shmviz view --follow --pages 0 5");
	return EXIT_DONE;
}

static int take_option(void *data, int c)
{
	struct view_options *opt = data;

	switch (c) {
	case 'f':
		opt->follow = true;
		break;
	case OPT_REDACT:
		return err_usage("view", "contents can't be redacted; 'shmviz frames "
				 "--redact' shows the pages without them");
	case 'i':
		if (parse_number(optarg, 10, 3600000, &opt->interval))
			return err_usage("view",
				"interval '%s' is not a number of milliseconds, 10 "
				"to 3600000",
				optarg);
		break;
	}
	return EXIT_DONE;
}

static int parse_options(int argc, char **argv, struct view_options *opt)
{
	static const struct option longs[] = {
		{ "follow",   no_argument,       NULL, 'f' },
		{ "interval", required_argument, NULL, 'i' },
		{ "redact",   no_argument,       NULL, OPT_REDACT },
		TARGET_OPTIONS,
		{}
	};
	static const struct target_options options = {
		.command = "view",
		.letters = TARGET_LETTERS "fi:",
		.longs = longs,
		.take = take_option,
	};

	return target_parse(&opt->target, &options, opt, argc, argv);
}

/* What is shown: the pages of a range, and what each held when last seen. */
struct shown {
	struct view view;
	uint64_t first;
	uint64_t n;
	uint8_t *now;		/* the page that was read last */
	uint8_t **before;	/* of each page; NULL: had no frame */
};

/* Page i of the range, to shown->now; as view_read(). */
static int read_page(struct shown *shown, uint64_t i)
{
	if (!shown->now)
		shown->now = malloc(shown->view.page_size);
	if (!shown->now)
		return -ENOMEM;
	return view_read(&shown->view, shown->first + i, shown->now);
}

/* What was read is what the next look compares with: they change places. */
static void keep_page(struct shown *shown, uint64_t i)
{
	uint8_t *before = shown->before[i];

	shown->before[i] = shown->now;
	shown->now = before;
}

static const char *state_word(uint8_t state)
{
	return state == SHMVIZ_STATE_PRESENT ? "not there" :
	       frame_state_name(state);
}

static uint64_t offset_of(const struct shown *shown, uint64_t i)
{
	return (shown->first + i) * shown->view.page_size;
}

static int print_page(struct shown *shown, uint64_t i)
{
	int ret = read_page(shown, i);

	if (ret < 0)
		return ret;
	if (!ret) {
		write_view_gap(stdout, offset_of(shown, i), shown->first + i,
			       shown->first + i,
			       "no contents yet, or just gone");
		return 0;
	}
	write_view_page(stdout, offset_of(shown, i), shown->now,
			shown->view.page_size);
	if (shown->before)
		keep_page(shown, i);
	return 0;
}

static int print_run(struct shown *shown, const struct frame_run *run)
{
	int ret = 0;

	if (run->frame.state != SHMVIZ_STATE_PRESENT) {
		write_view_gap(stdout, run->first * shown->view.page_size,
			       run->first, run->first + run->count - 1,
			       state_word(run->frame.state));
		return 0;
	}
	for (uint64_t i = 0; i < run->count && !ret; i++)
		ret = print_page(shown, run->first - shown->first + i);
	return ret;
}

static int print_all(struct shown *shown, const struct frame_list *frames)
{
	int ret = 0;

	for (size_t r = 0; r < frames->n && !ret && !ferror(stdout); r++)
		ret = print_run(shown, &frames->runs[r]);
	flush_output();
	return ret;
}

/* One page that may have changed, come or gone. */
static int follow_page(struct shown *shown, uint64_t i,
		       const struct view_format *format)
{
	size_t size = shown->view.page_size;
	int ret = read_page(shown, i);

	if (ret < 0)
		return ret;
	if (!ret) {
		if (shown->before[i])
			write_view_gap(stdout, offset_of(shown, i),
				       shown->first + i, shown->first + i,
				       "has gone");
		free(shown->before[i]);
		shown->before[i] = NULL;
		return 0;
	}
	if (shown->before[i])
		write_view_changes(stdout, offset_of(shown, i),
				   shown->before[i], shown->now, size, format);
	else /* All of it is news. */
		write_view_page(stdout, offset_of(shown, i), shown->now, size);
	keep_page(shown, i);
	return 0;
}

static int follow(struct shown *shown, uint64_t interval)
{
	struct view_format format = { .colour = term_colour() };
	struct timespec pause = {
		.tv_sec = interval / 1000,
		.tv_nsec = interval % 1000 * 1000000,
	};
	sigset_t set;
	int ret = 0;

	signals_block(&set);
	while (!ret && !ferror(stdout)) {
		if (sigtimedwait(&set, NULL, &pause) > 0)
			return 0;
		for (uint64_t i = 0; i < shown->n && !ret; i++)
			ret = follow_page(shown, i, &format);
		flush_output();
	}
	return ret;
}

static int explain_view(int err)
{
	switch (-err) {
	case EPERM:
		err_line("the module does not show contents: load it with 'insmod shmviz.ko "
			"allow_view=1'");
		return EXIT_LACKS;
	case EACCES:
		err_line("the object's contents may not be read: its mode does not allow it, "
			"and you lack CAP_IPC_OWNER");
		return EXIT_FAILED;
	case EOPNOTSUPP:
		err_line("only the contents of shared memory can be shown: not of huge pages "
			"(hugetlb), nor of files on a disk");
		return EXIT_FAILED;
	}
	err_line("cannot show the contents: %s", strerror(-err));
	return EXIT_FAILED;
}

static int show(const struct view_options *opt, struct shown *shown,
		const struct frame_list *frames)
{
	int ret = 0;

	if (opt->follow) {
		shown->before = calloc(shown->n, sizeof(*shown->before));
		ret = shown->before ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = print_all(shown, frames);
	if (!ret && opt->follow)
		ret = follow(shown, opt->interval);
	for (uint64_t i = 0; shown->before && i < shown->n; i++)
		free(shown->before[i]);
	free(shown->before);
	free(shown->now);
	return ret ? explain_view(ret) : EXIT_DONE;
}

static int view_object(struct view_options *opt, struct device_object *object)
{
	struct shown shown = {};
	struct frame_list frames = {};
	struct device_error error;
	char why[256];
	int ret;

	if (!object->info.pages)
		return EXIT_DONE;
	shown.first = opt->target.range.first;
	shown.n = opt->target.range.last - opt->target.range.first + 1;
	ret = view_open(&shown.view, object);
	if (ret)
		return explain_view(ret);
	if (device_frames(object, opt->target.range.first,
			  opt->target.range.last, &frames, &error)) {
		ret = device_explain(&error, why, sizeof(why));
		err_line("%s", why);
	} else {
		ret = show(opt, &shown, &frames);
	}
	frame_list_free(&frames);
	view_close(&shown.view);
	return ret;
}

int cmd_view(int argc, char **argv)
{
	struct view_options opt = { .interval = 500 };
	struct device_object object;
	int ret;

	ret = parse_options(argc, argv, &opt);
	if (ret == TARGET_WANTS_HELP)
		return help();
	if (!ret)
		ret = target_open(&opt.target, &object);
	if (ret)
		return ret;
	ret = view_object(&opt, &object);
	device_close(&object);
	return ret;
}
