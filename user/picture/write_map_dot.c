// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A graph for graphviz: processes as clusters of their mappings, pages, frames. Few
 * enough of each that dot(1) has it drawn in seconds; what is left out is a node.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "picture_rows.h"
#include "picture_words.h"
#include "text.h"
#include "write_map.h"

#define ROWS_MAX	24
#define MAPPINGS_MAX	32
#define HOLLOW_MAX	8	/* mappings; with more, hollow pages have no edge */

/* Inside quotes, also as a field of a record: bytes of any kind. */
static void put_quoted(FILE *out, const void *bytes, size_t len)
{
	size_t size = TEXT_ESCAPED_SIZE(len);
	char *text = malloc(size);

	if (!text)
		err_nomem();
	text_escape(text, size, bytes, len);
	for (const char *s = text; *s; s++) {
		if (strchr("\"\\{}|<>", *s))
			putc('\\', out);
		putc(*s, out);
	}
	free(text);
}

static void put_quoted_text(FILE *out, const char *text)
{
	put_quoted(out, text, strlen(text));
}

static void put_mapping(FILE *out, size_t index, const struct picture_object *obj,
			size_t m)
{
	const struct picture_mapping *map = &obj->mappings[m];
	char tag[PICTURE_TAG];

	fprintf(out, "\t\t\to%zu_m%zu [shape=record, label=\"%s|0x%" PRIx64 "\\n0x%" PRIx64
		"|%s\"];\n", index, m, picture_tag(tag, m), map->start, map->end,
		map->prot);
}

static void put_process(FILE *out, size_t index, const struct picture_object *obj,
			size_t p)
{
	const struct picture_process *process = &obj->processes[p];
	size_t end = process->mapping + process->n_mappings;
	char *also;

	fprintf(out, "\t\tsubgraph cluster_o%zu_p%zu {\n\t\t\tlabel=\"", index, p);
	put_quoted(out, process->comm, process->comm_len);
	if (process->pid)
		fprintf(out, " %d", process->pid);
	also = picture_also_text(process);
	put_quoted(out, also, strlen(also));
	free(also);
	fputs("\";\n\t\t\tstyle=rounded;\n", out);
	for (size_t m = process->mapping; m < end && m < MAPPINGS_MAX; m++)
		put_mapping(out, index, obj, m);
	fputs("\t\t}\n", out);
}

static void put_row(FILE *out, size_t index, const struct picture_object *obj,
		    const struct picture_row *row, size_t i)
{
	char pages[PICTURE_WORDS], kind[PICTURE_WORDS], place[PICTURE_WORDS],
	     sharing[PICTURE_WORDS];
	const char *style = row->present ? "solid" : row->swapped ? "dashed" : "dotted";

	fprintf(out, "\t\to%zu_r%zu [shape=box, style=%s, label=\"%s\\n%s\"];\n", index, i,
		style, picture_pages_text(pages, row->first, row->count),
		picture_row_kind(kind, obj, row));
	if (!row->present && !row->swapped)
		return;
	picture_row_sharing(sharing, row);
	fprintf(out, "\t\to%zu_f%zu [shape=box, %s, label=\"%s%s%s\"];\n", index, i,
		row->shared ? "peripheries=2, style=filled, fillcolor=\"#ffeab8\"" :
		row->present ? "style=solid" : "style=dashed",
		picture_row_place(place, obj, row), *sharing ? "\\n" : "", sharing);
	fprintf(out, "\t\to%zu_r%zu -> o%zu_f%zu%s;\n", index, i, index, i,
		row->shared ? " [penwidth=2]" : "");
}

/* A frame of its own, beside that of the object. */
static void put_copy(FILE *out, size_t index, const struct picture_object *obj,
		     const struct picture_row *row, size_t i, size_t m)
{
	uint64_t pfn = picture_row_copy(obj, row, m);
	char tag[PICTURE_TAG], pages[PICTURE_WORDS];

	fprintf(out, "\t\to%zu_r%zu_c%zu [shape=box, style=rounded, label=\"%s's copy of %s",
		index, i, m, picture_tag(tag, m),
		picture_pages_text(pages, row->first, row->count));
	if (pfn)
		fprintf(out, "\\nframe 0x%" PRIx64, pfn);
	fprintf(out, "\"];\n\t\to%zu_m%zu -> o%zu_r%zu_c%zu [style=bold, "
		"arrowhead=diamond];\n", index, m, index, i, m);
}

static void put_edges(FILE *out, size_t index, const struct picture_object *obj,
		      const struct picture_row *row, size_t i)
{
	for (size_t m = 0; m < obj->n_mappings && m < MAPPINGS_MAX; m++) {
		const struct picture_mark *mark = &row->marks[m];
		const char *how = NULL;

		if (mark->touched)
			how = "style=solid";
		else if (mark->copies)
			put_copy(out, index, obj, row, i, m);
		else if (mark->unknown)
			how = "style=dashed, label=\"?\"";
		else if (mark->hollow && obj->n_mappings <= HOLLOW_MAX)
			how = "style=dotted, arrowhead=odot";
		if (how)
			fprintf(out, "\t\to%zu_m%zu -> o%zu_r%zu [%s];\n", index, m, index,
				i, how);
	}
}

static void put_object(FILE *out, const struct picture_object *obj, size_t index)
{
	char *name = picture_object_text(obj);
	struct picture_rows rows;

	picture_rows_fold(&rows, obj, ROWS_MAX);
	fprintf(out, "\tsubgraph cluster_o%zu {\n\t\tlabel=\"", index);
	put_quoted_text(out, name);
	if (obj->label) {
		putc(' ', out);
		put_quoted_text(out, obj->label);
	}
	fputs("\\n", out);
	picture_put_summary(out, obj);
	fputs("\\n", out);
	picture_put_holders(out, obj);
	fputs("\";\n", out);
	for (size_t p = 0; p < obj->n_processes &&
	     obj->processes[p].mapping < MAPPINGS_MAX; p++)
		put_process(out, index, obj, p);
	if (obj->n_mappings > MAPPINGS_MAX)
		fprintf(out, "\t\to%zu_more [shape=plaintext, label=\"and %zu more mappings\"];\n",
			index, obj->n_mappings - MAPPINGS_MAX);
	for (size_t i = 0; i < rows.n; i++)
		put_row(out, index, obj, &rows.rows[i], i);
	for (size_t i = 0; i < rows.n; i++)
		put_edges(out, index, obj, &rows.rows[i], i);
	fputs("\t}\n", out);
	picture_rows_free(&rows);
	free(name);
}

void write_map_dot(FILE *out, const struct picture *picture)
{
	fputs("digraph shmviz {\n\trankdir=LR;\n\tranksep=1.2;\n"
	      "\tnode [fontname=\"monospace\", fontsize=10];\n"
	      "\tedge [fontname=\"monospace\", fontsize=9];\n"
	      "\tgraph [fontname=\"sans-serif\", fontsize=12];\n", out);
	if (picture->redacted)
		fputs("\tlabel=\"redacted: numbers and names are stand-ins\";\n", out);
	for (size_t i = 0; i < picture->n; i++)
		put_object(out, &picture->objects[i], i);
	fputs("}\n", out);
}
