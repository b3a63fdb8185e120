// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has an object, for its row and for filters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "top_model.h"
#include "top_text.h"

#define NAMES_MAX	8	/* different names that are counted */

struct name {
	const struct comm *comm;
	size_t n;
};

struct names {
	struct name name[NAMES_MAX];
	size_t n;
	bool more;
};

static void count(struct names *names, const struct comm *comm)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct comm *other = names->name[i].comm;

		if (other->len == comm->len &&
		    !memcmp(other->bytes, comm->bytes, comm->len)) {
			names->name[i].n++;
			return;
		}
	}
	if (names->n == NAMES_MAX)
		names->more = true;
	else
		names->name[names->n++] = (struct name) { comm, 1 };
}

static int compare_names(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n;
}

/* Each process once, however often it maps it: they are sorted by process. */
static void count_all(struct names *names, const struct object_list *list,
		      const struct object *obj)
{
	for (size_t i = 0; i < obj->n_maps; i++)
		if (obj->maps[i].begins)
			count(names, &list->processes[obj->maps[i].process].comm);
	if (obj->n_maps)
		return;
	for (size_t i = 0; i < obj->n_fds; i++)
		if (!i || obj->fds[i].process != obj->fds[i - 1].process)
			count(names, &list->processes[obj->fds[i].process].comm);
}

void top_row_who(char *dst, size_t size, const struct top_model *model,
		 const struct top_row *row)
{
	char shown[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];
	struct names names = {};

	dst[0] = '\0';
	count_all(&names, &model->list, row->obj);
	qsort(names.name, names.n, sizeof(struct name), compare_names);
	for (size_t i = 0; i < names.n; i++) {
		text_show(shown, sizeof(shown), names.name[i].comm->bytes,
			  names.name[i].comm->len);
		top_text_add(dst, size, "%s%s", i ? ", " : "", shown);
		if (names.name[i].n > 1)
			top_text_add(dst, size, "*%zu", names.name[i].n);
	}
	if (names.more)
		top_text_add(dst, size, ", ...");
}

/* One word of a filter in a text that is shown. */
static bool has_word(const char *text, const char *word, size_t len)
{
	for (size_t left = strlen(text); left >= len; left--, text++)
		if (!strncasecmp(text, word, len))
			return true;
	return false;
}

static bool process_has(const struct object_process *process, const char *word,
			size_t len)
{
	char text[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	text_show(text, sizeof(text), process->comm.bytes, process->comm.len);
	if (has_word(text, word, len))
		return true;
	snprintf(text, sizeof(text), "%d", process->pid);
	return strlen(text) == len && !strncmp(text, word, len);
}

static bool row_has(const struct top_model *model, const struct top_row *row,
		    const char *word, size_t len)
{
	const struct object_process *all = model->list.processes;
	const struct object *obj = row->obj;

	if (has_word(row->object, word, len) || has_word(row->name, word, len) ||
	    has_word(row->status, word, len))
		return true;
	for (size_t i = 0; i < obj->n_maps; i++)
		if (process_has(&all[obj->maps[i].process], word, len))
			return true;
	for (size_t i = 0; i < obj->n_fds; i++)
		if (process_has(&all[obj->fds[i].process], word, len))
			return true;
	return false;
}

bool top_row_matches(const struct top_model *model, const struct top_row *row,
		     const char *words)
{
	bool any = false;

	while (*words) {
		size_t len = strcspn(words, "|");

		if (len && row_has(model, row, words, len))
			return true;
		any = any || len;
		words += len + (words[len] == '|');
	}
	return !any;
}
