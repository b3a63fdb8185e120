// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "device.h"
#include "err.h"
#include "picture_holders.h"
#include "picture_name.h"
#include "picture_pages.h"
#include "picture_read.h"

static void begin(struct picture *picture, size_t n)
{
	struct timespec now;
	struct utsname uts;

	clock_gettime(CLOCK_REALTIME, &now);
	uname(&uts);
	*picture = (struct picture) {
		.taken = now.tv_sec * 1000000000LL + now.tv_nsec,
		.objects = calloc(n ? n : 1, sizeof(*picture->objects)),
	};
	if (!picture->objects ||
	    asprintf(&picture->host, "%s %s", uts.nodename, uts.release) < 0)
		err_nomem();
}

/* All that there is to say of an open object; it is closed. */
static int read_object(struct picture_object *obj, struct device_object *object,
		       const struct page_range *range,
		       struct device_error *error)
{
	struct shmviz_sharer *sharers;
	size_t n;
	int ret;

	obj->info = object->info;
	obj->page_first = range->first;
	obj->page_count = object->info.pages ? range->last - range->first + 1 :
					       0;
	ret = device_sharers(object, &sharers, &n, error);
	if (!ret) {
		picture_take_holders(obj, sharers, n);
		ret = picture_read_pages(obj, object, error);
	}
	device_close(object);
	return ret;
}

static int explain(const struct device_error *error)
{
	char why[256];
	int ret = device_explain(error, why, sizeof(why));

	err_line("%s", why);
	return ret;
}

int picture_read(struct picture *picture, struct target *targets, size_t n)
{
	struct device_object object;
	struct device_error error;
	int ret = EXIT_DONE;

	begin(picture, n);
	for (size_t i = 0; i < n && !ret; i++) {
		struct picture_object *obj = &picture->objects[i];

		picture_name_target(obj, &targets[i]);
		picture->n++;
		ret = target_open(&targets[i], &object);
		if (ret)
			break;
		picture_name_opened(obj, &targets[i], &object.info);
		if (read_object(obj, &object, &targets[i].range, &error))
			ret = explain(&error);
	}
	return ret;
}

/* To a picture that has room for it; what has gone meanwhile is left out. */
static int read_listed(struct picture *picture, const struct object *listed)
{
	struct picture_object *obj = &picture->objects[picture->n];
	struct page_range range = {};
	struct device_object object;
	struct device_error error;
	char why[1024];
	int ret;

	ret = target_open_name(&listed->handle, &object, why, sizeof(why));
	if (ret == EXIT_LACKS && listed->kind != OBJECT_FILE)
		err_line("%s", why);
	if (ret)
		return ret == EXIT_LACKS && listed->kind != OBJECT_FILE ? ret :
									 0;
	picture->n++;
	picture_name_listed(obj, listed, &object.info);
	if (object.info.pages)
		range.last = object.info.pages - 1;
	if (read_object(obj, &object, &range, &error))
		return explain(&error);
	return EXIT_DONE;
}

/* Said before the whole system is searched in vain. */
static int check_device(void)
{
	struct shmviz_open request = { .kind = SHMVIZ_KIND_BOARD, .ns_fd = -1 };
	struct device_object object;
	struct device_error error;

	if (device_open(&object, &request, &error))
		return explain(&error);
	device_close(&object);
	return EXIT_DONE;
}

int picture_read_all(struct picture *picture,
		     const struct object_choice *choice)
{
	struct object_list list;
	int ret;

	*picture = (struct picture) {};
	ret = check_device();
	if (ret)
		return ret;
	ret = object_list_read(&list, choice);
	if (ret) {
		err_line("cannot read the objects: %s", strerror(-ret));
		object_list_free(&list);
		return EXIT_FAILED;
	}
	begin(picture, list.n);
	for (size_t i = 0; i < list.n && !ret; i++)
		if (list.objects[i]->n_maps || list.objects[i]->segment)
			ret = read_listed(picture, list.objects[i]);
	if (list.lacks_sysv)
		err_line("no System V segments: this kernel has none");
	if (list.hidden)
		err_line("%zu processes did not let us look at them: what only they "
			 "map is missing", list.hidden);
	object_list_free(&list);
	return ret;
}
