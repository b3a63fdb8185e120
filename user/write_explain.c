// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "text.h"
#include "write_explain.h"

#define INDENT		14	/* where the text beside a label begins */

void explain_heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n", text);
}

/* Words that do not fit go to the next line; one that never fits stands alone. */
static void put_words(FILE *out, const char *text)
{
	size_t column = INDENT;

	while (*text) {
		size_t len = strcspn(text, " ");
		bool first = column == INDENT;

		if (!first && column + 1 + len > EXPLAIN_WIDTH) {
			fprintf(out, "\n%*s", INDENT, "");
			column = INDENT;
			first = true;
		}
		fprintf(out, "%s%.*s", first ? "" : " ", (int)len, text);
		column += len + !first;
		text += len;
		text += strspn(text, " ");
	}
	putc('\n', out);
}

void explain_put(FILE *out, const char *label, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = text_vformat(fmt, ap);
	va_end(ap);
	fprintf(out, "  %-*s ", INDENT - 3, label);
	put_words(out, text);
	free(text);
}

static char *shown(const char *bytes, size_t len)
{
	size_t size = TEXT_ESCAPED_SIZE(len);
	char *text = malloc(size);

	if (!text)
		err_nomem();
	text_show(text, size, bytes, len);
	return text;
}

/* "4K" as "4 KiB", "100" as "100 bytes". */
static const char *amount(char dst[TEXT_HUMAN_SIZE + 8], uint64_t bytes)
{
	char size[TEXT_HUMAN_SIZE];
	size_t last;

	text_human(size, bytes);
	last = strlen(size) - 1;
	if (size[last] >= '0' && size[last] <= '9')
		snprintf(dst, TEXT_HUMAN_SIZE + 8, "%s bytes", size);
	else
		snprintf(dst, TEXT_HUMAN_SIZE + 8, "%.*s %ciB", (int)last, size,
			 size[last]);
	return dst;
}

static void put_head(FILE *out, const struct explain *ex)
{
	char *comm = shown(ex->comm, ex->comm_len);

	if (ex->redacted)
		fputs(TEXT_REDACTED "\n", out);
	fprintf(out, "Address 0x%" PRIx64 " of process %d (%s)\n", ex->addr,
		ex->pid, comm);
	free(comm);
	explain_put_bits(out, ex);
}

/* The line of maps, with one blank for the many before the path, if that fits. */
static void put_line(FILE *out, const struct proc_area *area)
{
	char *path = shown(area->path, strlen(area->path));
	size_t len = area->line_path;

	while (len && area->line[len - 1] == ' ')
		len--;
	fprintf(out, "  %.*s", (int)len, area->line);
	if (2 + len + 1 + strlen(path) <= EXPLAIN_WIDTH)
		fprintf(out, " %s\n", path);
	else
		fprintf(out, "\n%*s%s\n", INDENT, "", path);
	free(path);
}

static void put_near(FILE *out, const char *label, const struct proc_area *area,
		     uint64_t distance)
{
	char size[TEXT_HUMAN_SIZE + 8];

	if (!area->line)
		return;
	explain_put(out, label, "the nearest mapping lies %s away:",
		    amount(size, distance));
	put_line(out, area);
}

static void put_unmapped(FILE *out, const struct explain *ex)
{
	const struct proc_place *place = &ex->place;

	explain_heading(out, "Mapping");
	if (!place->any) {
		explain_put(out, "none", "the process has no address space: it "
			    "has ended, or is a thread of the kernel");
		return;
	}
	explain_put(out, "none", "no range of /proc/%d/maps has this address: "
		    "touching it would be SIGSEGV", ex->pid);
	put_near(out, "below", &place->before, ex->addr - place->before.end);
	put_near(out, "above", &place->after, place->after.start - ex->addr);
}

static void put_nowhere(FILE *out, const struct explain *ex)
{
	switch (ex->where) {
	case EXPLAIN_KERNEL:
		explain_heading(out, "Mapping");
		explain_put(out, "none", "this is in the kernel's half of the "
			    "addresses: the highest bit that counts is 1. No "
			    "process may touch it, and none can see what lies "
			    "there");
		break;
	case EXPLAIN_NONCANONICAL:
		explain_heading(out, "Mapping");
		explain_put(out, "none", "this is no address: it is not "
			    "canonical. The bits above those that the page "
			    "tables use must all be as the highest of these; "
			    "the processor refuses it without a look at any "
			    "table");
		break;
	default:
		put_unmapped(out, ex);
	}
	explain_put_walk(out, ex);
}

/* "read", "read and write", "read, write and execute", ... */
static void rights_text(char text[32], const char *perms)
{
	static const char *const words[] = { "read", "write", "execute" };
	int left = 0;

	for (int i = 0; i < 3; i++)
		left += perms[i] != '-';
	strcpy(text, left ? "" : "nothing");
	for (int i = 0; i < 3; i++) {
		if (perms[i] == '-')
			continue;
		strcat(text, words[i]);
		left--;
		strcat(text, left > 1 ? ", " : left ? " and " : "");
	}
}

static void put_mapping(FILE *out, const struct explain *ex)
{
	const struct proc_area *area = &ex->place.here;
	char size[TEXT_HUMAN_SIZE + 8], page[TEXT_HUMAN_SIZE + 8];
	char rights[32];

	explain_heading(out, "Mapping (VMA)");
	put_line(out, area);
	explain_put(out, "range", "0x%" PRIx64 " to 0x%" PRIx64 ": %s, in pages "
		    "of %s", area->start, area->end - 1,
		    amount(size, area->end - area->start),
		    amount(page, ex->place.page_size));
	rights_text(rights, area->perms);
	explain_put(out, "protection", "%s: %s; %s", area->perms, rights,
		    area->perms[3] == 's' ?
		    "shared: what is written, all that map it see" :
		    "private: what is written, only this process sees");
	if (area->dev)
		explain_put(out, "offset", "0x%" PRIx64 ": its first byte is "
			    "that of page %" PRIu64 " of the object",
			    area->offset, area->offset / EXPLAIN_PAGE);
}

static void put_object_facts(FILE *out, const struct explain *ex)
{
	char *name = object_name_text(&ex->object);
	char *label = ex->label ? shown(ex->label, strlen(ex->label)) : NULL;
	char size[TEXT_HUMAN_SIZE + 8];

	explain_put(out, "object", "%s, %s%s%s, %s", name,
		    object_kind_text(ex->object.kind),
		    !label ? "" : ex->object.kind == OBJECT_SYSV ? ", key " :
		    ", named ", label ? label : "", amount(size, ex->size));
	if (ex->has_info && ex->info.kind == SHMVIZ_KIND_SEGMENT)
		explain_put(out, "attached", "nattch %" PRIu64,
			    (uint64_t)ex->info.nattch);
	free(label);
	free(name);
}

static void put_object(FILE *out, const struct explain *ex)
{
	const struct proc_area *area = &ex->place.here;

	explain_heading(out, "Object");
	if (ex->memory == EXPLAIN_ANON) {
		explain_put(out, "none", "private memory that has no file behind "
			    "it: pages come as zeros when they are touched, and "
			    "after a fork parent and child share them until one "
			    "writes (copy-on-write)");
		return;
	}
	if (!ex->has_object) {
		explain_put(out, "none", "%s",
			    ex->memory == EXPLAIN_SPECIAL ?
			    "the kernel's own pages, the same for all processes, "
			    "or memory of a device" : ex->no_device);
		if (!area->dev)
			return;
	} else {
		put_object_facts(out, ex);
	}
	explain_put(out, "page", "(0x%" PRIx64 " - 0x%" PRIx64 ") / 4096 + %"
		    PRIu64 " = %" PRIu64, ex->addr, area->start,
		    area->offset / EXPLAIN_PAGE, ex->page);
	explain_put(out, "in the page", "0x%" PRIx64 " mod 4096 = 0x%" PRIx64
		    " = byte %" PRIu64, ex->addr, ex->addr % EXPLAIN_PAGE,
		    ex->addr % EXPLAIN_PAGE);
}

/* What a mapping without an entry waits for. */
static const char hollow[] = "hollow: mapped, but without an entry";

static void put_hollow(FILE *out, const struct explain *ex)
{
	const struct shmviz_frame *page = &ex->object_page;

	if (ex->memory == EXPLAIN_SPECIAL)
		explain_put(out, "state", "%s, since it was not touched yet",
			    hollow);
	else if (ex->memory == EXPLAIN_ANON)
		explain_put(out, "state", "%s, since it was not touched yet. The "
			    "first write makes a frame of zeros", hollow);
	else if (!ex->has_page)
		explain_put(out, "state", "%s: this process has not touched the "
			    "page yet, or the kernel took the entry away. Whether "
			    "the object has a frame for it, the module could say",
			    hollow);
	else if (page->state == SHMVIZ_STATE_PRESENT)
		explain_put(out, "state", "%s: this process has not touched the "
			    "page yet, or the kernel took the entry away. The "
			    "object has it, in frame 0x%" PRIx64 ": the next touch "
			    "only makes the entry (a minor fault)", hollow,
			    (uint64_t)page->pfn);
	else if (page->state == SHMVIZ_STATE_SWAPPED)
		explain_put(out, "state", "%s. The object's page lies in swap, "
			    "area %u, slot %" PRIu64 ": the next touch of anyone "
			    "brings it back, in some frame (a major fault)",
			    hollow, page->swap_type,
			    (uint64_t)page->swap_offset);
	else
		explain_put(out, "state", "%s, and the object has no page there, "
			    "either: nobody has touched it yet. The first touch "
			    "makes a frame, of zeros", hollow);
}

static void put_flags(FILE *out, const struct explain_frame *frame)
{
	char text[EXPLAIN_FLAGS_MAX * 16] = "";

	if (!frame->has_flags)
		return;
	for (size_t i = 0; i < frame->n_flags; i++) {
		strcat(text, i ? " " : "");
		strcat(text, frame->flags[i]);
	}
	explain_put(out, "flags", "%s (by %s)", text, frame->by_device ?
		    "the module" : "/proc/kpageflags");
}

static void put_frame_facts(FILE *out, const struct explain *ex)
{
	const struct explain_frame *frame = &ex->frame;
	char size[TEXT_HUMAN_SIZE + 8];

	explain_put(out, "PFN", "0x%" PRIx64 " = %" PRIu64, frame->pfn,
		    frame->pfn);
	explain_put(out, "physical", "0x%" PRIx64 " * 4096 + 0x%" PRIx64
		    " = 0x%" PRIx64, frame->pfn, ex->addr % EXPLAIN_PAGE,
		    frame->pfn * EXPLAIN_PAGE + ex->addr % EXPLAIN_PAGE);
	if (frame->has_node)
		explain_put(out, "lies in", "node %u, zone %s", frame->node,
			    frame->zone);
	if (frame->has_order && frame->order)
		explain_put(out, "order", "%u: one of 2^%u = %u frames that are "
			    "managed as one, %s", frame->order, frame->order,
			    1u << frame->order, amount(size,
			    (uint64_t)EXPLAIN_PAGE << frame->order));
	else if (frame->has_order)
		explain_put(out, "order", "0: a frame by itself");
	if (frame->zero)
		explain_put(out, "zero page", "the one frame of zeros that stands "
			    "for all private memory that was only read so far");
	else if (frame->has_mapcount)
		explain_put(out, "mapped by", "%" PRId64 " page-table entr%s",
			    frame->mapcount, frame->mapcount == 1 ? "y" : "ies");
	if (frame->has_memcg && frame->memcg)
		explain_put(out, "charged to", "the memory cgroup with inode %"
			    PRIu64, frame->memcg);
	put_flags(out, frame);
}

static void put_frame(FILE *out, const struct explain *ex)
{
	if (!ex->has_entry)
		return;
	explain_heading(out, "Frame");
	if (ex->state == EXPLAIN_HOLLOW) {
		put_hollow(out, ex);
	} else if (ex->state == EXPLAIN_SWAPPED) {
		explain_put(out, "none", "the page lies in swap, area %u, slot %"
			    PRIu64 ": the next touch brings it back, in some "
			    "frame", ex->swap_type, ex->swap_offset);
	} else if (ex->hidden) {
		explain_put(out, "hidden", "there is one; its number is for those "
			    "with CAP_SYS_ADMIN: run it as root");
	} else {
		put_frame_facts(out, ex);
	}
	if (ex->memory == EXPLAIN_PRIVATE && ex->state == EXPLAIN_PRESENT)
		explain_put(out, "origin", ex->entry & PAGEMAP_FILE ?
			    "the object's own page, from the page cache: nothing "
			    "was written here yet" :
			    "a copy of the object's page, made when this process "
			    "first wrote to it");
}

static void put_write(FILE *out, const struct explain *ex)
{
	if (ex->place.here.perms[1] != 'w' || ex->place.here.perms[3] == 's' ||
	    ex->state != EXPLAIN_PRESENT)
		return;
	explain_put(out, "writing", !(ex->entry & PAGEMAP_FILE) &&
		    ex->entry & EXPLAIN_EXCLUSIVE ?
		    "goes to this frame: nobody else has it" :
		    "makes a copy first, in a frame of its own (copy-on-write), "
		    "unless all others have let go of this one");
}

static void put_permission(FILE *out, const struct explain *ex)
{
	char rights[32];

	rights_text(rights, ex->place.here.perms);
	explain_heading(out, "Permission");
	explain_put(out, "mapping", "the process may %s%s here; anything else is "
		    "SIGSEGV", strcmp(rights, "nothing") ? "" : "do ", rights);
	put_write(out, ex);
	if (ex->has_mode)
		explain_put(out, "object", "mode %04o, owner uid %u, gid %u: who "
			    "may %s it; a mapping stays what it was when it was "
			    "made", ex->mode, ex->uid, ex->gid,
			    ex->object.kind == OBJECT_SYSV ? "attach" : "open");
	explain_put(out, "looking", "frame numbers are for CAP_SYS_ADMIN, other "
		    "processes' mappings for CAP_SYS_PTRACE");
}

void write_explain_text(FILE *out, const struct explain *ex)
{
	put_head(out, ex);
	if (ex->where != EXPLAIN_MAPPED) {
		put_nowhere(out, ex);
		return;
	}
	put_mapping(out, ex);
	put_object(out, ex);
	explain_put_walk(out, ex);
	explain_put_entry(out, ex);
	put_frame(out, ex);
	put_permission(out, ex);
	explain_put_holders(out, ex);
}
