// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz map: the sharing picture. */
#include <stdio.h>

#include "cmd.h"
#include "err.h"
#include "map_options.h"
#include "picture_from.h"
#include "picture_read.h"
#include "redact.h"
#include "term.h"
#include "write_map.h"

static int get_picture(struct map_options *opt, struct picture *picture)
{
	if (opt->from)
		return picture_from(picture, opt->from);
	if (opt->list.n)
		return picture_read(picture, opt->list.targets, opt->list.n);
	return picture_read_all(picture, &opt->choice);
}

static void write_text(const struct map_options *opt,
		       const struct picture *picture)
{
	const struct map_format format = {
		.width = opt->width ? opt->width : term_width(),
		.height = opt->full ? 0 :
			  opt->height ? opt->height : term_height(),
		.full = opt->full,
		.utf8 = !opt->ascii && term_utf8(),
		.colour = term_colour(),
	};

	if (!picture->n)
		err_line("no objects of shared memory");
	write_map_text(stdout, picture, &format);
}

static void write_picture(const struct map_options *opt,
			  const struct picture *picture)
{
	switch (opt->output) {
	case MAP_TEXT:
		write_text(opt, picture);
		break;
	case MAP_JSON:
		write_map_json(stdout, picture);
		break;
	case MAP_SVG:
		write_map_svg(stdout, picture);
		break;
	case MAP_HTML:
		write_map_html(stdout, picture);
		break;
	case MAP_DOT:
		write_map_dot(stdout, picture);
		break;
	}
}

int cmd_map(int argc, char **argv)
{
	struct picture picture = {};
	struct map_options opt;
	int ret = map_options_parse(&opt, argc, argv);

	if (!ret) {
		ret = get_picture(&opt, &picture);
		/* What failed half is no picture. */
		if (!ret && opt.redact)
			picture_redact(&picture);
		if (!ret)
			write_picture(&opt, &picture);
		picture_free(&picture);
	}
	target_list_free(&opt.list);
	return ret == MAP_WANTS_HELP ? map_help() : ret;
}
