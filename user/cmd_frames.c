// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz frames: the physical frames behind an object, page by page. */
#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "device.h"
#include "err.h"
#include "frames.h"
#include "parse.h"
#include "term.h"
#include "write_frames.h"

struct frames_options {
	bool board;
	int shmid;
	const char *pages;	/* as given; NULL: all */
	struct page_range range;
	enum frames_lines lines;
	bool json;
};

static int help(void)
{
	puts("Usage: shmviz frames [OPTION...] SHMID\n"
	     "       shmviz frames [OPTION...] --board\n"
	     "\n"
	     "Show the physical frame behind each page of a System V segment of this IPC\n"
	     "namespace, or of the board, the pages that /dev/shmviz itself shares. The\n"
	     "segment is not attached and no page of it is touched. Needs the module, and\n"
	     "root (CAP_SYS_ADMIN).\n"
	     "\n"
	     "Options:\n"
	     "      --board        the board instead of a segment\n"
	     "  -p, --pages RANGE  only these pages: FIRST-LAST, FIRST+COUNT or one\n"
	     "  -a, --all          a line for each page\n"
	     "  -f, --fold         one line for pages in consecutive frames, too\n"
	     "  -j, --json         JSON on stdout, one page a line\n"
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

static int parse_shmid(const char *text, struct frames_options *opt)
{
	uint64_t shmid;

	if (parse_number(text, 0, INT_MAX, &shmid))
		return err_usage("frames", "shmid '%s' is not a decimal number from 0 to %d",
				 text, INT_MAX);
	opt->shmid = shmid;
	return EXIT_DONE;
}

/* A negative shmid looks like an option: name it as what it was meant to be. */
static int bad_option(int c, int argc, char **argv)
{
	struct frames_options unused;

	for (int i = 1; c == '?' && isdigit(optopt) && i < argc; i++)
		if (argv[i][0] == '-' && isdigit((unsigned char)argv[i][1]))
			return parse_shmid(argv[i], &unused);
	return err_option("frames", c, argv);
}

static int parse_object(int argc, char **argv, struct frames_options *opt)
{
	int operands = argc - optind;

	if (opt->board && operands)
		return err_usage("frames", "'%s' and --board are two objects, give one",
				 argv[optind]);
	if (opt->board)
		return EXIT_DONE;
	if (!operands)
		return err_usage("frames", "no object given: SHMID or --board");
	if (operands > 1)
		return err_usage("frames", "unexpected argument '%s'",
				 argv[optind + 1]);
	return parse_shmid(argv[optind], opt);
}

static int parse_options(int argc, char **argv, struct frames_options *opt)
{
	enum { OPT_BOARD = 256 };
	static const struct option longs[] = {
		{ "all",   no_argument,       NULL, 'a' },
		{ "board", no_argument,       NULL, OPT_BOARD },
		{ "fold",  no_argument,       NULL, 'f' },
		{ "help",  no_argument,       NULL, 'h' },
		{ "json",  no_argument,       NULL, 'j' },
		{ "pages", required_argument, NULL, 'p' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, ":afhjp:", longs, NULL)) != -1) {
		switch (c) {
		case OPT_BOARD:
			opt->board = true;
			break;
		case 'a':
			opt->lines = FRAMES_LINES_ALL;
			break;
		case 'f':
			opt->lines = FRAMES_LINES_FOLD;
			break;
		case 'h':
			return -1;
		case 'j':
			opt->json = true;
			break;
		case 'p':
			opt->pages = optarg;
			if (parse_pages(optarg, &opt->range))
				return err_usage("frames", "page range '%s' is not FIRST-LAST, FIRST+COUNT or a page",
						 optarg);
			break;
		default:
			return bad_option(c, argc, argv);
		}
	}
	return parse_object(argc, argv, opt);
}

/* Read everything, let go of the object; an exit code. */
static int read_frames(struct frames_options *opt, struct shmviz_info *info,
		       struct frame_list *frames)
{
	struct device_object object;
	struct device_error error;
	char why[256];
	int ret;

	if (opt->board)
		ret = device_open_board(&object, &error);
	else
		ret = device_open_segment(&object, opt->shmid, &error);
	if (ret)
		goto explain;

	*info = object.info;
	if (!opt->pages)
		opt->range = (struct page_range) { 0, info->pages - 1 };
	if (opt->pages && opt->range.last >= info->pages) {
		device_close(&object);
		return err_usage("frames", "page range '%s' goes past the end: the object has %" PRIu64 " pages, counted from 0",
				 opt->pages, (uint64_t)info->pages);
	}
	ret = device_frames(&object, opt->range.first, opt->range.last, frames,
			    &error);
	device_close(&object);
	if (!ret)
		return EXIT_DONE;
explain:
	ret = device_explain(&error, why, sizeof(why));
	err_line("%s", why);
	return ret;
}

int cmd_frames(int argc, char **argv)
{
	struct frames_options opt = {};
	struct frames_format format = {
		.width = term_width(),
		.fit = term_is_tty(),
		.strip = { .utf8 = term_utf8(), .colour = term_colour() },
	};
	struct frame_list frames = {};
	struct shmviz_info info;
	int ret;

	ret = parse_options(argc, argv, &opt);
	if (ret < 0)
		return help();
	if (ret)
		return ret;

	ret = read_frames(&opt, &info, &frames);
	format.lines = opt.lines;
	if (!ret && opt.json)
		write_frames_json(stdout, &info, &frames);
	else if (!ret)
		write_frames_text(stdout, &info, &frames, &format);
	frame_list_free(&frames);
	return ret;
}
