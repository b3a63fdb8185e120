// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz ls: segments of all IPC namespaces, and who has them attached. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "err.h"
#include "ls_all.h"
#include "ls_limits.h"
#include "ls_options.h"
#include "redact.h"
#include "segment.h"
#include "write_ls.h"

static const int usual_columns[] = {
	LS_NS, LS_SHMID, LS_KEY, LS_OWNER, LS_MODE, LS_SIZE, LS_RSS, LS_SWAP,
	LS_NATTCH, LS_STATUS, LS_CREATOR,
};

static void write_segments(const struct ls_options *opt,
			   const struct segment_list *list)
{
	struct ls_columns chosen = ls_columns_choose(opt, usual_columns,
			sizeof(usual_columns) / sizeof(int),
			list->namespaces > 1);
	struct ls_format format = ls_format_of(opt, &chosen);

	if (opt->json)
		write_ls_json(stdout, list);
	else
		write_ls_table(stdout, list, &format);
	if (!opt->json && !list->n)
		err_line("no segments");
}

static int list_segments(const struct ls_options *opt)
{
	bool attachments = opt->json || !(opt->summary || opt->raw);
	struct segment_list list;
	int ret = segment_list_read(&list, attachments);

	if (ret == -ENOENT) {
		err_line("no /proc/sysvipc/shm: this kernel has no System V shared memory, "
			"or /proc is not mounted");
		return EXIT_LACKS;
	}
	if (ret) {
		err_line("cannot read the segments: %s", strerror(-ret));
		return EXIT_FAILED;
	}
	if (opt->redact)
		redact_segments(&list);
	write_segments(opt, &list);
	ls_tell_limits(opt, list.refused, list.hidden);
	segment_list_free(&list);
	return EXIT_DONE;
}

int cmd_ls(int argc, char **argv)
{
	struct ls_options opt;
	int ret = ls_options_parse(&opt, argc, argv);

	if (ret == LS_WANTS_HELP)
		return ls_help();
	if (ret)
		return ret;
	return opt.all ? ls_all(&opt) : list_segments(&opt);
}
