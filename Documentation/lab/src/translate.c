// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a virtual address to a physical one, by the kernel's own list: for each
 * page of a process /proc/PID/pagemap has a number of 8 bytes.
 *
 *   translate PID ADDRESS
 */
#include "lab.h"

#include <fcntl.h>
#include <stdint.h>

#define PRESENT		(1UL << 63)		/* there is a frame ... */
#define FRAME		((1UL << 55) - 1)	/* ... and its number */
#define SWAPPED		(1UL << 62)

int main(int argc, char **argv)
{
	uint64_t address, entry, page;
	char path[64];
	int fd;

	if (argc != 3)
		usage("PID ADDRESS");
	address = strtoull(argv[2], NULL, 16);
	page = address / page_size();

	snprintf(path, sizeof(path), "/proc/%d/pagemap", atoi(argv[1]));
	fd = open(path, O_RDONLY);
	if (fd < 0)
		fail(path);
	if (pread(fd, &entry, sizeof(entry), page * sizeof(entry)) != sizeof(entry))
		fail("pread");

	printf("address  0x%lx = page number * %zu + offset 0x%lx\n", address,
	       page_size(), address % page_size());
	printf("entry    ");
	if (entry & SWAPPED)
		printf("swapped: there is a frame again when it is touched\n");
	else if (!(entry & PRESENT))
		printf("empty: no frame; the next touch makes a page fault\n");
	else if (!(entry & FRAME))
		printf("present, but the frame's number is for root only\n");
	else
		printf("present, frame 0x%lx\nphysical 0x%lx\n", entry & FRAME,
		       (entry & FRAME) * page_size() + address % page_size());
	return 0;
}
