// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>

#include "err.h"
#include "map_options.h"
#include "parse.h"

#define LEAST_WIDTH	60
#define LEAST_HEIGHT	16
#define MOST		4096

enum {
	OPT_ASCII = 256, OPT_DOT, OPT_FROM, OPT_FULL, OPT_HEIGHT, OPT_HTML, OPT_REDACT,
	OPT_SVG, OPT_WIDTH,
};

int map_help(void)
{
	puts("Usage: shmviz map [OPTION...] [OBJECT...]\n"
	     "\n"
	     "Draw who shares which memory: processes and their virtual addresses on the\n"
	     "left, pages of the object in the middle, the physical frames on the right.\n"
	     "Nothing is attached and no page is touched. Needs the module, and root\n"
	     "(CAP_SYS_ADMIN); a picture that was kept is drawn anywhere.\n"
	     "\n"
	     "Without OBJECT: every System V segment, and every other object that somebody\n"
	     "maps, as 'shmviz ls --all' lists them.\n"
	     "\n"
	     TARGET_HELP
	     "\n"
	     "Options:\n"
	     "  -k, --kind LIST    without OBJECT: only these kinds: " OBJECT_KINDS_KNOWN "\n"
	     "  -j, --json         JSON on stdout, one object a line\n"
	     "      --svg          a drawing, complete in itself\n"
	     "      --html         a page with drawings and tables, likewise; in it, one frame\n"
	     "                     can be followed to all its holders\n"
	     "      --dot          a graph for graphviz\n"
	     "      --from FILE    draw what 'map --json' wrote; '-' is stdin\n"
	     "      --redact       frames, keys and names as stand-ins, to be published\n"
	     "      --full         in text: fold nothing, a line for each run of pages\n"
	     "      --width N      in text: columns, instead of the terminal's\n"
	     "      --height N     in text: rows that an object should fit, likewise\n"
	     "      --ascii        in text: no line drawing\n"
	     "  -h, --help         show this help\n"
	     "\n"
	     "In text, a legend explains the signs that were used. Frames that two or more\n"
	     "processes share have heavy lines and say so. A page is hollow where a process\n"
	     "maps it and has no page-table entry for it: not touched yet, or taken away.\n"
	     "What does not fit is folded, and said to be: frames that do not lie side by\n"
	     "side, then counts that differ, then equal parts of the object with a count of\n"
	     "each; processes with the same pattern share a column. Programs go on\n"
	     "meanwhile: it is no snapshot.\n"
	     "\n"
	     "Colour is used on a terminal unless NO_COLOR is set. Columns and rows are\n"
	     "those of the terminal, or $COLUMNS and $LINES, else 80 and 50.\n"
	     "\n"
	     "Exit codes: 0 done, 1 failed (no such object, not root, no picture in FILE),\n"
	     "2 wrong command line, 3 the module is not loaded or does not fit.\n"
	     "\n"
	     "Examples:\n"
	     "  shmviz map 5 posix:/cache\n"
	     "  shmviz map --json >now; shmviz map --from now\n"
	     "  shmviz map --html >shared.html");
	return EXIT_DONE;
}

static int take_output(struct map_options *opt, enum map_output output,
		       const char *option)
{
	if (opt->output_given && opt->output != output)
		return err_usage("map", "%s and %s exclude each other",
				 opt->output_given, option);
	opt->output = output;
	opt->output_given = option;
	return EXIT_DONE;
}

static int take_size(const char *what, unsigned int least, unsigned int *size)
{
	uint64_t n;

	if (parse_number(optarg, least, MOST, &n))
		return err_usage("map", "%s '%s' is not a number from %u to %u",
				 what, optarg, least, MOST);
	*size = n;
	return EXIT_DONE;
}

static int take_option(void *data, int c)
{
	struct map_options *opt = data;

	switch (c) {
	case 'k':
		opt->kinds = true;
		return object_choice_parse(&opt->choice, "map", optarg);
	case 'j':
		return take_output(opt, MAP_JSON, "--json");
	case OPT_SVG:
		return take_output(opt, MAP_SVG, "--svg");
	case OPT_HTML:
		return take_output(opt, MAP_HTML, "--html");
	case OPT_DOT:
		return take_output(opt, MAP_DOT, "--dot");
	case OPT_FROM:
		opt->from = optarg;
		break;
	case OPT_FULL:
		opt->full = true;
		break;
	case OPT_ASCII:
		opt->ascii = true;
		break;
	case OPT_REDACT:
		opt->redact = true;
		break;
	case OPT_WIDTH:
		return take_size("width", LEAST_WIDTH, &opt->width);
	case OPT_HEIGHT:
		return take_size("height", LEAST_HEIGHT, &opt->height);
	}
	return EXIT_DONE;
}

/* What is known only when all options are. */
static int check(struct map_options *opt)
{
	bool text = opt->full || opt->ascii || opt->width || opt->height;

	if (opt->from && (opt->list.n || opt->kinds || opt->list.pages))
		return err_usage("map",
			"--from draws what is in the file: no OBJECT, --kind or --pages with it");
	if (opt->kinds && opt->list.n)
		return err_usage("map",
			"--kind and OBJECT exclude each other: an OBJECT has its kind");
	if (opt->list.pages && !opt->list.n)
		return err_usage("map", "--pages needs an OBJECT");
	if (opt->output_given && text)
		return err_usage("map",
			"--full, --width, --height and --ascii are about text, not about %s",
			opt->output_given);
	for (int kind = 0; !opt->kinds && kind < OBJECT_KINDS; kind++)
		opt->choice.kinds[kind] = true;
	return EXIT_DONE;
}

int map_options_parse(struct map_options *opt, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "ascii",  no_argument,       NULL, OPT_ASCII },
		{ "dot",    no_argument,       NULL, OPT_DOT },
		{ "from",   required_argument, NULL, OPT_FROM },
		{ "full",   no_argument,       NULL, OPT_FULL },
		{ "height", required_argument, NULL, OPT_HEIGHT },
		{ "html",   no_argument,       NULL, OPT_HTML },
		{ "json",   no_argument,       NULL, 'j' },
		{ "kind",   required_argument, NULL, 'k' },
		{ "redact", no_argument,       NULL, OPT_REDACT },
		{ "svg",    no_argument,       NULL, OPT_SVG },
		{ "width",  required_argument, NULL, OPT_WIDTH },
		TARGET_OPTIONS,
		{}
	};
	static const struct target_options options = {
		.command = "map",
		.letters = TARGET_LETTERS "jk:",
		.longs = longs,
		.take = take_option,
	};
	int ret;

	*opt = (struct map_options) {};
	ret = target_parse_list(&opt->list, &options, opt, argc, argv);
	return ret ? ret : check(opt);
}
