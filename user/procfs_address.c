// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "procfs_address.h"

static void free_area(struct proc_area *area)
{
	free(area->path);
	free(area->line);
	*area = (struct proc_area) {};
}

void procfs_place_free(struct proc_place *place)
{
	free_area(&place->here);
	free_area(&place->before);
	free_area(&place->after);
}

/* START-END PERMS OFFSET MAJOR:MINOR INODE PATH: of smaps, the head of a VMA. */
static bool parse_area(const char *line, struct proc_area *area)
{
	unsigned int major, minor;
	int path = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %lu%n",
		   &area->start, &area->end, area->perms, &area->offset, &major,
		   &minor, &area->ino, &path) != 7)
		return false;
	area->dev = makedev(major, minor);
	while (line[path] == ' ')
		path++;
	area->line_path = path;
	return true;
}

static int keep_text(struct proc_area *area, const char *line)
{
	area->line = strdup(line);
	area->path = strdup(line + area->line_path);
	return area->line && area->path ? 0 : -ENOMEM;
}

static uint64_t kib(const char *line)
{
	return strtoull(strchr(line, ':') + 1, NULL, 10) * 1024;
}

/* A line "Word: value" about the VMA whose head came before. */
static void take_fact(struct proc_place *place, const char *line)
{
	static const char *const huge[] = {
		"AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:",
	};
	const char *value = strchr(line, ':');

	if (!strncmp(line, "KernelPageSize:", 15))
		place->page_size = kib(line);
	if (!strncmp(line, "VmFlags:", 8))
		snprintf(place->flags, sizeof(place->flags), "%s",
			 value + 1 + strspn(value + 1, " "));
	for (size_t i = 0; i < sizeof(huge) / sizeof(huge[0]); i++)
		if (!strncmp(line, huge[i], strlen(huge[i])))
			place->huge += kib(line);
}

/* The head of a VMA: 1 if nothing that comes after is wanted. */
static int take_area(struct proc_place *place, uint64_t addr,
		     const char *line, struct proc_area *area)
{
	struct proc_area *to = area->end <= addr ? &place->before :
			       area->start > addr ? &place->after :
						    &place->here;
	int ret;

	place->any = true;
	if (to == &place->after && place->here.line)
		return 1;
	free_area(to);
	*to = *area;
	ret = keep_text(to, line);
	return ret ? ret : to == &place->after;
}

static int read_smaps(FILE *smaps, uint64_t addr, struct proc_place *place)
{
	char *line = NULL;
	size_t room = 0;
	int ret = 0;

	errno = 0;
	while (!ret && getline(&line, &room, smaps) > 0) {
		struct proc_area area = {};

		line[strcspn(line, "\n")] = '\0';
		if (parse_area(line, &area))
			ret = take_area(place, addr, line, &area);
		else if (place->here.line && strchr(line, ':'))
			take_fact(place, line);
	}
	if (!ret && ferror(smaps))
		ret = -errno;
	free(line);
	return ret < 0 ? ret : 0;
}

int procfs_place(int dir, uint64_t addr, struct proc_place *place)
{
	int fd = openat(dir, "smaps", O_RDONLY | O_CLOEXEC), ret;
	FILE *smaps;

	*place = (struct proc_place) {};
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	smaps = fdopen(fd, "r");
	if (!smaps) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = read_smaps(smaps, addr, place);
	fclose(smaps);
	if (ret)
		procfs_place_free(place);
	return ret;
}

unsigned int procfs_page_table_levels(void)
{
	unsigned int levels = 4;
	struct utsname name;
	char *line = NULL;
	size_t room = 0;
	FILE *info;

	if (uname(&name) || strcmp(name.machine, "x86_64"))
		return 0;
	info = fopen("/proc/cpuinfo", "re");
	while (info && levels == 4 && getline(&line, &room, info) > 0) {
		if (strncmp(line, "flags", 5))
			continue;
		line[strcspn(line, "\n")] = ' ';
		if (strstr(line, " la57 "))
			levels = 5;
		break;
	}
	free(line);
	if (info)
		fclose(info);
	return levels;
}
