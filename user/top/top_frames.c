// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "object.h"
#include "object_request.h"
#include "text.h"
#include "top_frames.h"

void top_frames_free(struct top_frames *frames)
{
	frame_list_free(&frames->list);
	*frames = (struct top_frames) {};
}

static int read_pages(struct top_frames *frames, struct device_object *object,
		      struct device_error *error)
{
	/* An object without pages has no last one. */
	if (!object->info.pages)
		return 0;
	return device_frames(object, 0, object->info.pages - 1, &frames->list,
			     error);
}

/* It is open no longer than it takes to read: that keeps its memory alive. */
static int read_object(struct top_frames *frames,
		       const struct shmviz_open *request)
{
	struct device_object object;
	struct device_error error;
	int ret = device_open(&object, request, &error);

	if (!ret) {
		frames->page_size = object.info.page_size;
		ret = read_pages(frames, &object, &error);
		device_close(&object);
	}
	if (ret)
		device_explain(&error, frames->why, sizeof(frames->why));
	return ret;
}

void top_frames_read(struct top_frames *frames, const struct object *obj)
{
	struct shmviz_open request;
	char why[sizeof(frames->why)];
	int fd;

	top_frames_free(frames);
	/* It may name a path. */
	if (object_request(&obj->handle, &request, &fd, why, sizeof(why))) {
		text_show(frames->why, sizeof(frames->why), why, strlen(why));
		return;
	}
	frames->there = !read_object(frames, &request);
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < frames->list.n; i++)
		if (frames->list.runs[i].frame.state == SHMVIZ_STATE_PRESENT)
			frames->mappings += frames->list.runs[i].frame.mapcount;
}

void top_frames_probe(char *why, size_t size)
{
	struct shmviz_open request = {
		.kind = SHMVIZ_KIND_BOARD,
		.ns_fd = -1,
	};
	struct device_object object;
	struct device_error error;

	why[0] = '\0';
	if (!device_open(&object, &request, &error))
		device_close(&object);
	else if (error.step == DEVICE_NODE)
		device_explain(&error, why, size);
}
