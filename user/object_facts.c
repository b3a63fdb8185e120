// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"
#include "object.h"
#include "object_facts.h"
#include "object_mounts.h"
#include "procfs.h"

/* Since Linux 6.5; C libraries and headers are older. */
#ifndef SYS_cachestat
#define SYS_cachestat	451
#endif

struct cachestat_range {
	uint64_t off, len;	/* 0 bytes: to the end */
};

struct cachestat_result {
	uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

/* By the module: exact, swap as well. False if it is not there. */
static bool count_by_device(struct object *obj, int fd)
{
	struct shmviz_open request = {
		.kind = SHMVIZ_KIND_FILE,
		.id = fd,
		.ns_fd = -1,
	};
	struct device_object object;
	struct device_error error;
	static bool missing;

	if (missing)
		return false;
	if (device_open(&object, &request, &error)) {
		missing = error.step == DEVICE_NODE;
		return false;
	}
	obj->resident = object.info.present * object.info.page_size;
	obj->swapped = object.info.swapped * object.info.page_size;
	device_close(&object);
	return true;
}

/* The rest of what is allocated; not exact while programs go on. */
static void set_resident(struct object *obj, uint64_t resident)
{
	obj->resident = resident;
	obj->swapped = obj->shmem && obj->allocated > resident ?
		       obj->allocated - resident : 0;
}

static bool count_by_cachestat(struct object *obj, int fd)
{
	struct cachestat_range range = {};
	struct cachestat_result result;

	if (syscall(SYS_cachestat, fd, &range, &result, 0))
		return false;
	set_resident(obj, result.cache * sysconf(_SC_PAGESIZE));
	return true;
}

#define MINCORE_PAGES	65536

/* Pages in memory among those from `from` to `to`; -1 if it can't be told. */
static int64_t count_extent(int fd, off_t from, off_t to, unsigned char *pages)
{
	size_t page_size = sysconf(_SC_PAGESIZE), step = MINCORE_PAGES * page_size;
	int64_t sum = 0;

	from -= from % page_size;
	for (off_t at = from; at < to; at += step) {
		size_t len = (uint64_t)(to - at) < step ? (size_t)(to - at) : step;
		void *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, at);
		int ret;

		if (map == MAP_FAILED)
			return -1;
		ret = mincore(map, len, pages);
		munmap(map, len);
		if (ret)
			return -1;
		for (size_t i = 0; i < (len + page_size - 1) / page_size; i++)
			sum += pages[i] & 1;
	}
	return sum;
}

/* Only where something is: a sparse object can be of any size. */
static bool count_by_mincore(struct object *obj, int fd)
{
	unsigned char *pages = malloc(MINCORE_PAGES);
	int64_t sum = 0, more = 0;
	off_t from, to = 0;

	while (pages && more >= 0 && (from = lseek(fd, to, SEEK_DATA)) >= 0) {
		to = lseek(fd, from, SEEK_HOLE);
		more = to < 0 ? -1 : count_extent(fd, from, to, pages);
		sum += more;
	}
	/* No more data is ENXIO. */
	if (!pages || more < 0 || errno != ENXIO) {
		free(pages);
		return false;
	}
	free(pages);
	set_resident(obj, sum * sysconf(_SC_PAGESIZE));
	return true;
}

/* Mapping it must not set its time of access. */
static bool is_noatime(int fd)
{
	return fcntl(fd, F_GETFL) & O_NOATIME;
}

static void count_pages(struct object *obj, int path_fd)
{
	int fd = procfs_reopen(path_fd);

	if (fd < 0)
		return;
	obj->counted = (obj->shmem && count_by_device(obj, fd)) ||
		       count_by_cachestat(obj, fd) ||
		       (obj->shmem && is_noatime(fd) &&
			count_by_mincore(obj, fd));
	close(fd);
}

void object_read_facts(struct object *obj, const struct object_mounts *mounts,
		       int path_fd)
{
	struct stat st;

	if (fstat(path_fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_dev != obj->dev || st.st_ino != obj->ino)
		return;
	obj->known = true;
	obj->size = st.st_size;
	obj->allocated = (uint64_t)st.st_blocks * 512;
	obj->uid = st.st_uid;
	obj->gid = st.st_gid;
	obj->mode = st.st_mode & 07777;
	obj->links = st.st_nlink;
	obj->shmem = object_dev_is_shmem(mounts, obj->dev);
	obj->huge = object_dev_is_huge(mounts, obj->dev);
	if (obj->huge) {
		/* Neither swapped nor read from anywhere. */
		obj->counted = true;
		obj->resident = obj->allocated;
	} else if (obj->shmem || (major(obj->dev) && obj->dev == obj->vma_dev)) {
		/*
		 * On a disk of this machine, and no file system in between. A
		 * lease that opening could break is none that lies on a file
		 * which somebody else maps for writing.
		 */
		count_pages(obj, path_fd);
	}
}

void object_read_huge(struct object *obj, int path_fd)
{
	struct stat st;

	if (fstat(path_fd, &st) || st.st_dev != obj->dev ||
	    st.st_ino != obj->ino)
		return;
	obj->allocated = obj->resident = (uint64_t)st.st_blocks * 512;
	obj->swapped = 0;
}
