// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/memfd.h>
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
	bool huge;
} devices[DEVICES_MAX];
static unsigned int n_devices;

/* A memfd lives on the same mounts, so an empty one tells. */
static void add_device(unsigned int flags)
{
	struct stat st;
	int fd;

	flags |= MFD_CLOEXEC;
	fd = memfd_create("shmviz", flags | MFD_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("shmviz", flags);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && n_devices < DEVICES_MAX) {
		devices[n_devices].dev = st.st_dev;
		devices[n_devices++].huge = flags & MFD_HUGETLB;
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
			return devices[i].huge;
	return false;
}
