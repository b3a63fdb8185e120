// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/memfd.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procfs_devices.h"

/* Since Linux 6.3, which asks in its log for this flag or its opposite. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U
#endif

#define DEVICES_MAX	16

static struct {
	dev_t dev;
	unsigned int flags;	/* of memfd_create(), for one that lies there */
} devices[DEVICES_MAX];
static unsigned int n_devices;

#define STANDIN	"shmviz"

/* A memfd lives on the same mounts, so an empty one tells. */
static int make_memfd(unsigned int flags)
{
	int fd = memfd_create(STANDIN, flags | MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(STANDIN, flags | MFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void add_device(unsigned int flags)
{
	int fd = make_memfd(flags);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && n_devices < DEVICES_MAX) {
		devices[n_devices].dev = st.st_dev;
		devices[n_devices++].flags = flags;
	}
	close(fd);
}

static void find_devices(void)
{
	if (n_devices)
		return;
	add_device(0);
	/* From 64 KiB to 16 GiB, what the architectures have. */
	for (unsigned int shift = 16; shift <= 34; shift++)
		add_device(MFD_HUGETLB | shift << MFD_HUGE_SHIFT);
}

bool shm_device(dev_t dev)
{
	find_devices();
	for (unsigned int i = 0; i < n_devices; i++)
		if (devices[i].dev == dev)
			return true;
	return false;
}

bool shm_device_huge(dev_t dev)
{
	find_devices();
	for (unsigned int i = 0; i < n_devices; i++)
		if (devices[i].dev == dev)
			return devices[i].flags & MFD_HUGETLB;
	return false;
}

int shm_device_each(int (*fn)(dev_t dev, void *arg), void *arg)
{
	int ret = 0;

	find_devices();
	for (unsigned int i = 0; i < n_devices && !ret; i++)
		ret = fn(devices[i].dev, arg);
	return ret;
}

int shm_device_open(dev_t dev)
{
	find_devices();
	for (unsigned int i = 0; i < n_devices; i++)
		if (devices[i].dev == dev)
			return make_memfd(devices[i].flags);
	return -ENODEV;
}

bool shm_device_is_standin(const char *link)
{
	return !strcmp(link, "/memfd:" STANDIN " (deleted)");
}
