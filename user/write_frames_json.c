// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <sys/sysmacros.h>

#include "frame_json.h"
#include "frame_names.h"
#include "json.h"
#include "write_frames.h"
#include "write_sharers.h"

static struct json_object *object_json(const struct shmviz_info *info)
{
	struct json_object *o = js_object();
	const char *words[INFO_WORDS_MAX];

	if (info->kind == SHMVIZ_KIND_BOARD) {
		js_add_string(o, "kind", "board");
	} else if (info->kind == SHMVIZ_KIND_FILE) {
		js_add_string(o, "kind", "file");
		js_add_u64(o, "dev_major", major(info->dev));
		js_add_u64(o, "dev_minor", minor(info->dev));
	} else {
		js_add_string(o, "kind", "segment");
		js_add_u64(o, "ipcns", info->ipcns);
		js_add_int(o, "shmid", info->shmid);
		js_add_hex(o, "key", info->key, 8);
		js_add_mode(o, "mode", info->mode);
		js_add_u64(o, "nattch", info->nattch);
	}
	js_add_u64(o, "size", info->size);
	js_add_u64(o, "pages", info->pages);
	js_add_u64(o, "inode", info->ino);
	js_add_u64(o, "page_order", info->page_order);
	js_add_strings(o, "status", words, info_words(info->flags, words));
	return o;
}

static struct json_object *page_json(uint64_t page,
				     const struct shmviz_frame *frame,
				     uint32_t page_size)
{
	struct json_object *o = js_object();

	js_add_u64(o, "page", page);
	frame_add_json(o, frame, page_size, true);
	return o;
}

static struct json_object *summary_json(const struct frame_list *frames)
{
	struct json_object *o = js_object();

	js_add_u64(o, "pages", frames->pages);
	js_add_u64(o, "present", frames->present);
	js_add_u64(o, "swapped", frames->swapped);
	js_add_u64(o, "holes", frames->holes);
	return o;
}

/* Page by page: as one tree a large object would take some GiB. */
void write_frames_json(FILE *out, const struct shmviz_info *info,
		       const struct frame_list *frames,
		       const struct sharer_list *sharers)
{
	const char *sep = "\n";

	fputs(frames->redacted ? "{\"redacted\":true,\n\"object\":" :
				 "{\"object\":", out);
	js_put(out, object_json(info));
	fputs(",\n\"sharers\":", out);
	js_put(out, sharers_json(sharers));
	fprintf(out, ",\n\"page_size\":%u,\n\"pages\":[", info->page_size);
	for (size_t r = 0; r < frames->n; r++) {
		const struct frame_run *run = &frames->runs[r];

		for (uint64_t i = 0; i < run->count && !ferror(out); i++) {
			struct shmviz_frame frame = frame_of_run(run, i);

			fputs(sep, out);
			js_put(out, page_json(run->first + i, &frame,
					      info->page_size));
			sep = ",\n";
		}
	}
	fputs("\n],\n\"summary\":", out);
	js_put(out, summary_json(frames));
	fputs("}\n", out);
}
