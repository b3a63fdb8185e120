// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz frames: the physical frames behind an object, page by page. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "device.h"
#include "err.h"
#include "frames.h"
#include "redact.h"
#include "sharers.h"
#include "target.h"
#include "term.h"
#include "write_frames.h"

enum { OPT_REDACT = 256 };

struct frames_options {
	struct target target;
	enum frames_lines lines;
	bool json;
	bool redact;
};

static int help(void)
{
	puts("Usage: shmviz frames [OPTION...] OBJECT\n"
	     "\n"
	     "Show who maps an object of shared memory, and the physical frame behind each\n"
	     "of its pages: a System V segment, POSIX shared memory, a memfd, a file. The\n"
	     "object is not attached and no page of it is touched. Needs the module, and\n"
	     "root (CAP_SYS_ADMIN).\n"
	     "\n"
	     TARGET_HELP
	     "\n"
	     "Options:\n"
	     "  -a, --all          a line for each page\n"
	     "  -f, --fold         one line for pages in consecutive frames, too\n"
	     "  -j, --json         JSON on stdout, one page a line\n"
	     "      --redact       frames, keys and names as stand-ins, to be published\n"
	     "  -h, --help         show this help\n"
	     "Without -a, neighbouring holes share a line, as do neighbouring pages in\n"
	     "neighbouring swap slots.\n"
	     "\n"
	     "Columns:\n"
	     "  PAGE   index of the page in the object, from 0\n"
	     "  STATE  present: has a frame; swapped: has a swap slot; hole: neither,\n"
	     "         because nobody has touched it yet\n"
	     "  PFN    page frame number; PHYS is the physical address of the frame\n"
	     "  ORDER  log2 of the pages in the folio (block of frames) it belongs to\n"
	     "  NODE   NUMA node of the frame; ZONE its memory zone\n"
	     "  MAPS   page-table entries that map it: how often it is really shared\n"
	     "  REFS   reference count of its folio\n"
	     "  FLAGS  as the memory manager has them; letters where words do not fit;\n"
	     "         of a swapped page, swap area and slot\n"
	     "Below: a count of states, and the strip, all pages in one row. Pages are read\n"
	     "one after the other while programs go on: it is no snapshot.\n"
	     "\n"
	     "Colour is used on a terminal unless NO_COLOR is set.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed (no such segment, not root), 2 wrong command\n"
	     "line, 3 the module is not loaded or does not fit.\n"
	     "\n"
	     "Example: frames that more than one mapping shares\n"
	     "  shmviz frames --json 5 | jq '.pages[] | select(.mapcount > 1) | .pfn'");
	return EXIT_DONE;
}

static int take_option(void *data, int c)
{
	struct frames_options *opt = data;

	switch (c) {
	case 'a':
		opt->lines = FRAMES_LINES_ALL;
		break;
	case 'f':
		opt->lines = FRAMES_LINES_FOLD;
		break;
	case 'j':
		opt->json = true;
		break;
	case OPT_REDACT:
		opt->redact = true;
		break;
	}
	return EXIT_DONE;
}

static int parse_options(int argc, char **argv, struct frames_options *opt)
{
	static const struct option longs[] = {
		{ "all",   no_argument,       NULL, 'a' },
		{ "fold",  no_argument,       NULL, 'f' },
		{ "json",  no_argument,       NULL, 'j' },
		{ "redact", no_argument,      NULL, OPT_REDACT },
		TARGET_OPTIONS,
		{}
	};
	static const struct target_options options = {
		.command = "frames",
		.letters = TARGET_LETTERS "afj",
		.longs = longs,
		.take = take_option,
	};

	return target_parse(&opt->target, &options, opt, argc, argv);
}

/* What there is to say of one object. */
struct frames_result {
	struct shmviz_info info;
	struct frame_list frames;
	struct sharer_list sharers;
};

/* Read everything, let go of the object; an exit code. */
static int read_frames(struct frames_options *opt, struct frames_result *res)
{
	struct device_object object;
	struct device_error error;
	struct shmviz_sharer *sharers;
	char why[256];
	size_t n;
	int ret;

	ret = target_open(&opt->target, &object);
	if (ret)
		return ret;
	res->info = object.info;
	ret = device_sharers(&object, &sharers, &n, &error);
	/* An object without pages has no first and no last. */
	if (!ret && object.info.pages)
		ret = device_frames(&object, opt->target.range.first,
				    opt->target.range.last, &res->frames,
				    &error);
	device_close(&object);
	if (ret) {
		ret = device_explain(&error, why, sizeof(why));
		err_line("%s", why);
		return ret;
	}
	sharer_list_take(&res->sharers, sharers, n);
	return EXIT_DONE;
}

int cmd_frames(int argc, char **argv)
{
	struct frames_options opt = {};
	struct frames_format format = {
		.width = term_width(),
		.fit = term_is_tty(),
		.strip = { .utf8 = term_utf8(), .colour = term_colour() },
	};
	struct frames_result res = {};
	int ret;

	ret = parse_options(argc, argv, &opt);
	if (ret == TARGET_WANTS_HELP)
		return help();
	if (ret)
		return ret;

	ret = read_frames(&opt, &res);
	format.lines = opt.lines;
	if (!ret && opt.redact)
		redact_frames(&res.info, &res.frames, &res.sharers);
	if (!ret && opt.json)
		write_frames_json(stdout, &res.info, &res.frames, &res.sharers);
	else if (!ret)
		write_frames_text(stdout, &res.info, &res.frames, &res.sharers,
				  &format);
	sharer_list_free(&res.sharers);
	frame_list_free(&res.frames);
	return ret;
}
