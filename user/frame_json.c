// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame_json.h"
#include "frame_names.h"
#include "json.h"

static void add_flags(struct json_object *o, uint32_t flags)
{
	struct json_object *array = js_array();

	for (const struct frame_flag *f = frame_flags; f->bit; f++)
		if (flags & f->bit)
			js_append_string(array, f->name);
	js_add(o, "flags", array);
}

void frame_add_json(struct json_object *o, const struct shmviz_frame *frame,
		    unsigned int page_size, bool refcount)
{
	js_add_string(o, "state", frame_state_name(frame->state));
	if (frame->state == SHMVIZ_STATE_SWAPPED) {
		js_add_u64(o, "swap_type", frame->swap_type);
		js_add_u64(o, "swap_offset", frame->swap_offset);
	}
	if (frame->state != SHMVIZ_STATE_PRESENT)
		return;
	js_add_u64(o, "pfn", frame->pfn);
	js_add_hex(o, "phys", frame->pfn * page_size, 1);
	js_add_u64(o, "order", frame->order);
	js_add_u64(o, "node", frame->node);
	js_add_string(o, "zone", frame_zone_name(frame->zone));
	js_add_int(o, "mapcount", frame->mapcount);
	if (refcount)
		js_add_int(o, "refcount", frame->refcount);
	js_add_u64(o, "memcg", frame->memcg);
	add_flags(o, frame->flags);
}
