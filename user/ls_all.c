// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz ls --all: objects of shared memory of every kind, and who has them. */
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "ls_all.h"
#include "ls_limits.h"
#include "object.h"
#include "redact.h"
#include "write_ls_all.h"

static const int usual_columns[] = {
	ALL_NS, ALL_KIND, ALL_OBJECT, ALL_NAME, ALL_SIZE, ALL_RSS, ALL_SWAP,
	ALL_MAPS, ALL_PROCS, ALL_FDS, ALL_STATUS, ALL_OWNER, ALL_MODE,
};

static bool has_other_namespaces(const struct object_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct object *obj = list->objects[i];
		ino_t own = obj->kind == OBJECT_SYSV ? list->ipcns :
			    list->mntns;

		if (obj->ns && obj->ns != own)
			return true;
	}
	return false;
}

int ls_all(const struct ls_options *opt)
{
	struct object_list list;
	struct ls_columns chosen;
	struct ls_format format;
	int ret = object_list_read(&list, &opt->choice);

	if (ret) {
		err_line("cannot read the objects: %s", strerror(-ret));
		object_list_free(&list);
		return EXIT_FAILED;
	}
	if (opt->redact)
		redact_objects(&list);
	chosen = ls_columns_choose(opt, usual_columns,
				   sizeof(usual_columns) / sizeof(int),
				   has_other_namespaces(&list));
	format = ls_format_of(opt, &chosen);
	if (opt->json)
		write_ls_all_json(stdout, &list);
	else
		write_ls_all_table(stdout, &list, &format);
	if (!opt->json && !list.n)
		err_line("no objects of shared memory");
	if (list.lacks_sysv)
		err_line("no System V segments: this kernel has none");
	ls_tell_limits(opt, list.refused, list.hidden);
	object_list_free(&list);
	return EXIT_DONE;
}
