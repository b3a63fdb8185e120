// SPDX-License-Identifier: GPL-2.0-or-later
/* Who else has the frame, and at which address. */
#include <inttypes.h>
#include <string.h>

#include "text.h"
#include "write_explain.h"

#define WHO_SIZE	(TEXT_ESCAPED_SIZE(PROC_COMM_MAX) + 48)
#define WHO_WIDTH	28	/* where the names leave room for it */

static void name_holder(char who[WHO_SIZE], const struct explain *ex,
			const struct explain_holder *holder)
{
	char comm[TEXT_ESCAPED_SIZE(PROC_COMM_MAX)];

	text_show(comm, sizeof(comm), holder->comm, holder->comm_len);
	if (holder->pid)
		snprintf(who, WHO_SIZE, "%s (%d)%s", comm, holder->pid,
			 holder->pid == ex->pid ? " itself" : "");
	else
		snprintf(who, WHO_SIZE, "%s",
			 holder->flags & SHMVIZ_SHARER_NO_OWNER ?
			 "(starting or ending)" : "(other pid namespace)");
}

static const char *has_text(const struct explain_holder *holder,
			    char text[64])
{
	switch (holder->has) {
	case EXPLAIN_HAS_FRAME:
		return "this frame";
	case EXPLAIN_HAS_NOTHING:
		return "hollow: no entry";
	case EXPLAIN_HAS_SWAP:
		return "its own, in swap";
	case EXPLAIN_HAS_OTHER:
		snprintf(text, 64, "frame 0x%" PRIx64, holder->pfn);
		return text;
	case EXPLAIN_HAS_UNKNOWN:
		break;
	}
	return "not known";
}

static void put_table(FILE *out, const struct explain *ex)
{
	char who[WHO_SIZE], text[64];

	fprintf(out, "  %-*s %18s  %-4s  %s\n", WHO_WIDTH, "process",
		"at address", "prot", "has");
	for (size_t i = 0; i < ex->n_holders; i++) {
		const struct explain_holder *holder = &ex->holders[i];
		char addr[24];

		name_holder(who, ex, holder);
		snprintf(addr, sizeof(addr), "0x%" PRIx64, holder->addr);
		fprintf(out, "  %-*s %18s  %-4s  %s%s", WHO_WIDTH, who, addr,
			holder->prot, has_text(holder, text),
			holder->flags & SHMVIZ_SHARER_VIEW ? " (a view)" : "");
		if (holder->same)
			fprintf(out, "; address space of %d", holder->same);
		putc('\n', out);
	}
}

static void put_source(FILE *out, const struct explain *ex)
{
	switch (ex->found) {
	case EXPLAIN_BY_DEVICE:
		explain_put(out, "found by", "the module: every mapping of the "
			    "object that has this page%s",
			    ex->n_holders ? "" : "; there is no other");
		break;
	case EXPLAIN_BY_MAPS:
		explain_put(out, "found by", "/proc/PID/maps of all processes, "
			    "since the module could not be asked%s",
			    ex->n_holders ? "" : "; there is no other");
		if (ex->no_device[0])
			explain_put(out, "", "(%s)", ex->no_device);
		break;
	case EXPLAIN_BY_ADDRESS:
		explain_put(out, "found by", "a look at the same address of all "
			    "processes, where fork leaves it. Of private memory "
			    "the kernel shows no list of those who have it");
		break;
	case EXPLAIN_BY_NOTHING:
		break;
	}
	if (ex->unseen)
		explain_put(out, "", "%zu process%s could not be looked at, which "
			    "takes CAP_SYS_PTRACE", ex->unseen,
			    ex->unseen == 1 ? "" : "es");
}

/* Those that have it at another address can't be found, but they count. */
static void put_missing(FILE *out, const struct explain *ex)
{
	int64_t found = 1;

	if (ex->found != EXPLAIN_BY_ADDRESS || !ex->frame.has_mapcount)
		return;
	for (size_t i = 0; i < ex->n_holders; i++)
		found += ex->holders[i].has == EXPLAIN_HAS_FRAME &&
			 !ex->holders[i].same;
	if (ex->frame.mapcount > found)
		explain_put(out, "", "%" PRId64 " more map the frame elsewhere; "
			    "who they are can't be found",
			    ex->frame.mapcount - found);
	else if (ex->frame.mapcount == found)
		explain_put(out, "", "these are all: the frame is mapped %" PRId64
			    " time%s", found, text_plural(found));
}

/* Nobody was looked for. */
static void put_not_asked(FILE *out, const struct explain *ex)
{
	if (ex->memory == EXPLAIN_SPECIAL)
		explain_put(out, "any", "process can have it; nobody keeps a list");
	else if (ex->frame.zero)
		explain_put(out, "all", "who have only read their new memory");
	else if (ex->hidden)
		explain_put(out, "not known", "without the frame's number");
	else
		explain_put(out, "nobody", "there is no frame to have");
}

void explain_put_holders(FILE *out, const struct explain *ex)
{
	explain_heading(out, ex->state == EXPLAIN_PRESENT ?
			"Who else has this frame" : "Who else maps this page");
	if (ex->found == EXPLAIN_BY_NOTHING) {
		put_not_asked(out, ex);
		return;
	}
	if (ex->n_holders)
		put_table(out, ex);
	else
		explain_put(out, "nobody", "that could be found");
	put_source(out, ex);
	put_missing(out, ex);
}
