// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "explain.h"
#include "redact.h"

static void redact_area(struct proc_area *area)
{
	char *line;

	if (!area->line)
		return;
	redact_path(&area->path);
	if (asprintf(&line, "%.*s%s", (int)area->line_path, area->line,
		     area->path) < 0)
		err_nomem();
	free(area->line);
	area->line = line;
}

static void learn_frame(uint64_t pfn, unsigned int order)
{
	uint64_t pages = 1ull << order;

	redact_learn(REDACT_FRAMES, pfn & ~(pages - 1), pages, order);
}

static void learn(const struct explain *ex)
{
	if (ex->has_frame)
		learn_frame(ex->frame.pfn, ex->frame.order);
	if (ex->has_page && ex->object_page.state == SHMVIZ_STATE_PRESENT)
		learn_frame(ex->object_page.pfn, ex->object_page.order);
	for (size_t i = 0; i < ex->n_holders; i++)
		if (ex->holders[i].pfn)
			learn_frame(ex->holders[i].pfn, 0);
}

static void redact_entry(struct explain *ex)
{
	if (ex->has_frame) {
		ex->frame.pfn = redact_number(REDACT_FRAMES, ex->frame.pfn);
		ex->entry = (ex->entry & ~PAGEMAP_PFN) | ex->frame.pfn;
	}
	if (ex->state != EXPLAIN_SWAPPED)
		return;
	ex->swap_offset = redact_number(REDACT_SLOTS,
					redact_slot(ex->swap_type,
						    ex->swap_offset));
	ex->entry = (ex->entry & ~PAGEMAP_PFN) | ex->swap_type |
		    ex->swap_offset << 5;
}

static void redact_label(struct explain *ex)
{
	uint32_t key;

	if (!ex->label)
		return;
	if (ex->object.kind == OBJECT_SYSV) {
		key = redact_key(strtoul(ex->label, NULL, 16));
		snprintf(ex->label, strlen(ex->label) + 1, "0x%08x", key);
	} else if (ex->object.kind == OBJECT_MEMFD ||
		   ex->object.kind == OBJECT_POSIX) {
		redact_name(&ex->label);
	} else if (ex->object.kind == OBJECT_FILE) {
		redact_path(&ex->label);
	}
}

void explain_redact(struct explain *ex)
{
	learn(ex);
	ex->comm_len = redact_comm(ex->comm, ex->comm_len, sizeof(ex->comm));
	redact_area(&ex->place.here);
	redact_area(&ex->place.before);
	redact_area(&ex->place.after);
	redact_label(ex);
	redact_object_name(&ex->object);
	ex->info.key = redact_key(ex->info.key);
	ex->uid = redact_uid(ex->uid);
	ex->gid = redact_gid(ex->gid);
	redact_entry(ex);
	if (ex->has_page)
		redact_frame(&ex->object_page);
	for (size_t i = 0; i < ex->n_holders; i++) {
		struct explain_holder *holder = &ex->holders[i];

		holder->comm_len = redact_comm(holder->comm, holder->comm_len,
					       sizeof(holder->comm));
		if (holder->pfn)
			holder->pfn = redact_number(REDACT_FRAMES, holder->pfn);
	}
	ex->redacted = true;
}
