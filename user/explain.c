// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "explain.h"

/*
 * With four levels an address has 48 bits, with five 57; the highest of them is
 * repeated in all above. Those where it is 1 are the kernel's.
 */
static enum explain_where where_is(uint64_t addr, unsigned int levels)
{
	unsigned int bits = levels == 5 ? 57 : 48;
	uint64_t top = addr >> (bits - 1);

	if (!levels || !top)
		return EXPLAIN_UNMAPPED;
	return top == UINT64_MAX >> (bits - 1) ? EXPLAIN_KERNEL :
						 EXPLAIN_NONCANONICAL;
}

static int refuse(const struct explain *ex, int err)
{
	switch (-err) {
	case ESRCH:
	case ENOENT:
		err_line("no process %d, or it has just ended", ex->pid);
		break;
	case EACCES:
	case EPERM:
		err_line("process %d may not be looked at: run it as root "
			 "(CAP_SYS_PTRACE)", ex->pid);
		break;
	default:
		err_line("cannot read about process %d: %s", ex->pid,
			 strerror(-err));
	}
	return EXIT_FAILED;
}

static bool has_flag(const struct proc_place *place, const char *flag)
{
	return strstr(place->flags, flag);
}

static enum explain_memory memory_of(const struct proc_place *place)
{
	const struct proc_area *area = &place->here;

	if (!strcmp(area->path, "[vdso]") || !strncmp(area->path, "[vvar", 5) ||
	    !strcmp(area->path, "[vsyscall]") || has_flag(place, "pf") ||
	    has_flag(place, "io"))
		return EXPLAIN_SPECIAL;
	if (!area->dev)
		return EXPLAIN_ANON;
	return area->perms[3] == 's' ? EXPLAIN_OBJECT : EXPLAIN_PRIVATE;
}

static void take_entry(struct explain *ex)
{
	if (ex->entry & PAGEMAP_PRESENT) {
		ex->state = EXPLAIN_PRESENT;
		ex->hidden = !(ex->entry & PAGEMAP_PFN);
		return;
	}
	if (!(ex->entry & PAGEMAP_SWAP))
		return;
	ex->state = EXPLAIN_SWAPPED;
	ex->swap_type = ex->entry & 31;
	ex->swap_offset = (ex->entry & PAGEMAP_PFN) >> 5;
}

static int read_mapped(struct explain *ex, int dir)
{
	const struct proc_area *area = &ex->place.here;
	int err;

	ex->memory = memory_of(&ex->place);
	err = procfs_pagemap(ex->pid, ex->addr, EXPLAIN_PAGE, &ex->entry, 1);
	/* It ends where addresses of processes do, and [vsyscall] is above. */
	if (err && ex->memory != EXPLAIN_SPECIAL)
		return refuse(ex, err);
	ex->has_entry = !err;
	take_entry(ex);
	if (area->dev) {
		ex->page = (ex->addr - area->start + area->offset) /
			   EXPLAIN_PAGE;
		explain_read_object(ex, dir);
	}
	explain_read_frame(ex, dir);
	explain_read_holders(ex);
	return EXIT_DONE;
}

static int read_process(struct explain *ex, int dir)
{
	ssize_t len = procfs_comm(dir, ex->pid, ex->comm);
	int err;

	ex->comm_len = len > 0 ? len : 0;
	ex->levels = procfs_page_table_levels();
	ex->where = where_is(ex->addr, ex->levels);
	err = procfs_place(dir, ex->addr, &ex->place);
	if (err)
		return refuse(ex, err);
	if (!ex->place.here.line)
		return EXIT_DONE;
	/* Also [vsyscall], which lies in the kernel's half. */
	ex->where = EXPLAIN_MAPPED;
	return read_mapped(ex, dir);
}

int explain_read(struct explain *ex, pid_t pid, uint64_t addr)
{
	int dir, ret;

	*ex = (struct explain) { .pid = pid, .addr = addr };
	dir = procfs_open(pid);
	if (dir < 0)
		return refuse(ex, dir);
	ret = read_process(ex, dir);
	close(dir);
	return ret;
}

void explain_free(struct explain *ex)
{
	procfs_place_free(&ex->place);
	object_name_free(&ex->object);
	free(ex->label);
	free(ex->holders);
}
