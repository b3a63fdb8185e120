// SPDX-License-Identifier: GPL-2.0-or-later
/* shmviz ls --all: objects of shared memory of every kind, and who has them. */
#include <stdio.h>
#include <string.h>

#include "caps.h"
#include "err.h"
#include "ls_all.h"
#include "object.h"
#include "write_ls_all.h"

static const int default_columns[] = {
	ALL_KIND, ALL_OBJECT, ALL_NAME, ALL_SIZE, ALL_RSS, ALL_SWAP, ALL_MAPS,
	ALL_PROCS, ALL_FDS, ALL_STATUS, ALL_OWNER, ALL_MODE,
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

static struct ls_columns choose_columns(const struct ls_options *opt,
					const struct object_list *list)
{
	struct ls_columns chosen = {};

	if (opt->chosen.n && !opt->add)
		return opt->chosen;
	if (has_other_namespaces(list))
		ls_columns_add(&chosen, ALL_NS);
	for (size_t i = 0; i < sizeof(default_columns) / sizeof(int); i++)
		ls_columns_add(&chosen, default_columns[i]);
	ls_columns_add_chosen(&chosen, opt);
	return chosen;
}

/* What is missing from the list, and why: one line, not an error. */
static void tell_limits(const struct object_list *list)
{
	if (!caps_have(CAP_SYS_ADMIN))
		err_line("only this IPC namespace and your own processes are shown: run it as "
			 "root (CAP_SYS_ADMIN, CAP_SYS_PTRACE) to see all");
	else if (list->refused || list->hidden)
		err_line("not all may be shown: IPC namespaces that could not be entered: "
			 "%zu, processes that could not be looked at: %zu",
			 list->refused, list->hidden);
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
	chosen = choose_columns(opt, &list);
	format = ls_format_of(opt, &chosen);
	if (opt->json)
		write_ls_all_json(stdout, &list);
	else
		write_ls_all_table(stdout, &list, &format);
	if (!opt->json && !list.n)
		err_line("no objects of shared memory");
	if (list.lacks_sysv)
		err_line("no System V segments: this kernel has none");
	tell_limits(&list);
	object_list_free(&list);
	return EXIT_DONE;
}
