// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "frame_names.h"
#include "html_tables.h"
#include "picture_words.h"
#include "text.h"
#include "xml.h"

#define NAMED_HOLDERS	8	/* by name; more are counted */

static void put_process(FILE *out, const struct picture_process *p)
{
	char *also;

	if (p->comm_len)
		xml_put(out, p->comm, p->comm_len);
	else
		fputs("(no name)", out);
	if (p->pid)
		fprintf(out, " %d", p->pid);
	also = picture_also_text(p);
	xml_put(out, also, strlen(also));
	free(also);
}

/* "A producer 1042, B consumer 1043 and 3 more" */
static void put_who(FILE *out, const struct picture_object *obj,
		    const struct picture_run *run, unsigned int touch)
{
	char tag[PICTURE_TAG];
	size_t n = 0;

	for (size_t m = 0; m < obj->n_mappings; m++) {
		if (run->touch[m] != touch || ++n > NAMED_HOLDERS)
			continue;
		fprintf(out, "%s<b>%s</b> ", n > 1 ? ", " : "", picture_tag(tag, m));
		put_process(out, &obj->processes[obj->mappings[m].process]);
	}
	if (n > NAMED_HOLDERS)
		fprintf(out, " and %zu more", n - NAMED_HOLDERS);
}

static size_t row_of(const struct layout *l, size_t run, size_t row)
{
	while (l->rows.rows[row].run + l->rows.rows[row].n_runs <= run)
		row++;
	return row;
}

static void put_run(FILE *out, const struct layout *l, size_t index, size_t row)
{
	const struct picture_run *run = &l->obj->runs[index];
	const struct shmviz_frame *frame = &run->frame;
	bool present = frame->state == SHMVIZ_STATE_PRESENT;
	char text[PICTURE_WORDS], place[PICTURE_WORDS], size[TEXT_HUMAN_SIZE];

	fprintf(out, "<tr data-r=\"%zu\"%s><td>%s</td><td>%s</td><td class=\"mono\">%s</td>"
		"<td class=\"mono\">", row, run->sharing > 1 ? " class=\"sharing\"" : "",
		picture_pages_text(text, run->first, run->count),
		frame_state_name(frame->state),
		frame->state == SHMVIZ_STATE_HOLE ? "" :
		picture_run_place(place, run));
	if (present)
		fprintf(out, "0x%" PRIx64, (uint64_t)frame->pfn * l->obj->info.page_size);
	fputs("</td><td>", out);
	if (present && frame->order && frame->order < 40)
		fputs(text_human(size, (uint64_t)l->obj->info.page_size << frame->order),
		      out);
	fputs("</td><td class=\"num\">", out);
	if (present)
		fprintf(out, "%u", run->sharing);
	fputs("</td><td>", out);
	put_who(out, l->obj, run, PICTURE_TOUCHED);
	fputs("</td><td>", out);
	put_who(out, l->obj, run, PICTURE_COPY);
	fputs("</td></tr>\n", out);
}

static void put_runs(FILE *out, const struct layout *l)
{
	size_t n = l->obj->n_runs, row = 0;

	fputs("<h3>Pages and frames</h3>\n<div class=\"scroll long\" tabindex=\"0\" "
	      "role=\"region\" aria-label=\"Pages and frames\">\n"
	      "<table class=\"runs\"><thead><tr><th>Pages</th><th>State</th><th>Where</th>"
	      "<th>Physical address</th><th>Large page</th><th class=\"num\">Processes</th>"
	      "<th>Touched by</th><th>Copied by</th></tr></thead><tbody>\n", out);
	for (size_t i = 0; i < n && i < HTML_TABLE_ROWS; i++) {
		row = row_of(l, i, row);
		put_run(out, l, i, row);
	}
	fputs("</tbody></table>\n</div>\n", out);
	if (n > HTML_TABLE_ROWS)
		fprintf(out, "<p class=\"muted\">And %zu more runs of pages; "
			"<code>shmviz map --json</code> has all.</p>\n", n - HTML_TABLE_ROWS);
}

static struct picture_mark sum_of(const struct layout *l, size_t mapping)
{
	struct picture_mark sum = {};

	for (size_t i = 0; i < l->rows.n; i++) {
		const struct picture_mark *mark = &l->rows.rows[i].marks[mapping];

		sum.touched += mark->touched;
		sum.hollow += mark->hollow;
		sum.copies += mark->copies;
		sum.unknown += mark->unknown;
	}
	return sum;
}

static void put_words(FILE *out, uint32_t flags)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} words[] = {
		{ SHMVIZ_SHARER_LOCKED, "locked" }, { SHMVIZ_SHARER_VIEW, "view" },
		{ SHMVIZ_SHARER_NO_OWNER, "starts or ends" },
		{ SHMVIZ_SHARER_OTHER_NS, "other pid namespace" },
	};
	const char *sep = "";

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!(flags & words[i].bit))
			continue;
		fprintf(out, "%s%s", sep, words[i].word);
		sep = ", ";
	}
}

static void put_mapping(FILE *out, const struct layout *l, size_t index)
{
	const struct picture_mapping *map = &l->obj->mappings[index];
	struct picture_mark sum = sum_of(l, index);
	char tag[PICTURE_TAG];

	fprintf(out, "<tr data-m=\"%zu\"><td><b>%s</b></td><td>", index,
		picture_tag(tag, index));
	put_process(out, &l->obj->processes[map->process]);
	fprintf(out, "</td><td class=\"mono\">0x%" PRIx64 "-0x%" PRIx64 "</td>"
		"<td class=\"mono\">%s</td><td class=\"num\">%" PRIu64 "</td>"
		"<td class=\"num\">%" PRIu64 "</td><td class=\"num\">%" PRIu64 "</td>"
		"<td class=\"num\">%" PRIu64 "</td><td class=\"num\">%" PRIu64 "</td><td>",
		map->start, map->end, map->prot, map->first, sum.touched, sum.hollow,
		sum.copies, sum.unknown);
	put_words(out, map->flags);
	fputs("</td></tr>\n", out);
}

static void put_mappings(FILE *out, const struct layout *l)
{
	size_t n = l->obj->n_mappings;

	fputs("<h3>Processes and their mappings</h3>\n<div class=\"scroll long\" "
	      "tabindex=\"0\" role=\"region\" aria-label=\"Processes and mappings\">\n"
	      "<table class=\"holders\"><thead><tr><th></th><th>Process</th>"
	      "<th>Addresses</th><th>Protection</th><th class=\"num\">From page</th>"
	      "<th class=\"num\">Touched</th><th class=\"num\">Hollow</th>"
	      "<th class=\"num\">Copied</th><th class=\"num\">Not known</th><th></th>"
	      "</tr></thead><tbody>\n", out);
	for (size_t i = 0; i < n && i < HTML_TABLE_ROWS; i++)
		put_mapping(out, l, i);
	fputs("</tbody></table>\n</div>\n", out);
	if (n > HTML_TABLE_ROWS)
		fprintf(out, "<p class=\"muted\">And %zu more mappings; "
			"<code>shmviz map --json</code> has all.</p>\n", n - HTML_TABLE_ROWS);
}

void html_tables_put(FILE *out, const struct layout *l)
{
	put_runs(out, l);
	put_mappings(out, l);
}
